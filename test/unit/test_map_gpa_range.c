/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MAP_GPA_RANGE: what KVM checks, who is asked, which pages are private then. */
#include "fake_engine.h"

#include <pthread.h>
#include <string.h>

#define PAGE UINT64_C(4096)
#define PRIVATE PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED
#define SHARED 0
/* As many as the library has room for. */
#define MAX_RANGES 1024

static int64_t map(struct fake_machine *fake, uint64_t first, uint64_t pages,
		   uint64_t attributes)
{
	return fake_call(&fake->cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, first * PAGE, pages,
			 attributes, 0);
}

static bool is_private(struct fake_machine *fake, uint64_t page)
{
	struct paracall_gpa address = { page * PAGE };

	return paracall_machine_is_private(fake->machine, address);
}

static void expect_counts(struct fake_machine *fake, uint64_t ranges, uint64_t pages)
{
	const struct paracall_statistics *statistics =
		paracall_machine_statistics(fake->machine);

	assert_int_equal(statistics->private_ranges, ranges);
	assert_int_equal(statistics->private_pages, pages);
}

static void kvm_checks_the_range(void **state)
{
	static const struct {
		uint64_t address;
		uint64_t pages;
		int64_t result;
	} cases[] = {
		{ 1, 1, -PARACALL_KVM_EINVAL },
		{ PAGE - 1, 1, -PARACALL_KVM_EINVAL },
		{ PAGE + 0x800, 1, -PARACALL_KVM_EINVAL },
		{ PAGE, 0, -PARACALL_KVM_EINVAL },
		{ PAGE, UINT64_MAX, -PARACALL_KVM_EINVAL },
		{ UINT64_MAX & ~(PAGE - 1), UINT64_MAX, -PARACALL_KVM_EINVAL },
		/* Past all addresses, but not past all numbers of pages. */
		{ UINT64_MAX & ~(PAGE - 1), 2, 0 },
		{ 0, UINT64_MAX, 0 },
		{ 0xfee00000, 1, 0 },
		{ 0, 1, 0 },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE,
					   cases[i].address, cases[i].pages, PRIVATE, 0),
				 cases[i].result);
}

static void refused_calls_change_nothing(void **state)
{
	struct fake_machine *fake = *state;

	fake_call(&fake->cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, PAGE + 8, 1, PRIVATE, 0);
	map(fake, 1, UINT64_MAX, PRIVATE);
	assert_false(is_private(fake, 1));
	expect_counts(fake, 0, 0);
}

static void attributes_are_not_checked(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(map(fake, 1, 1, PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_1G), 0);
	assert_false(is_private(fake, 1));
	assert_int_equal(map(fake, 1, 1, UINT64_MAX), 0);
	assert_true(is_private(fake, 1));
	assert_int_equal(map(fake, 1, 1, ~(uint64_t)PRIVATE), 0);
	assert_false(is_private(fake, 1));
}

static void thirty_two_bit_callers(void **state)
{
	struct fake_machine *fake = *state;
	uint64_t garbage = UINT64_C(0xdeadbeef00000000);

	assert_true(fake_call_in(&fake->cpus[0], 0, PARACALL_KVM_HC_MAP_GPA_RANGE,
				 garbage | 5 * PAGE, garbage | 2, garbage | PRIVATE, 0) == 0);
	assert_true(is_private(fake, 5) && is_private(fake, 6));
	expect_counts(fake, 1, 2);
	assert_true(fake_call_in(&fake->cpus[0], 0, PARACALL_KVM_HC_MAP_GPA_RANGE, PAGE,
				 garbage, PRIVATE, 0) == (uint32_t)-PARACALL_KVM_EINVAL);
	assert_true(fake_call_in(&fake->cpus[0], 0, PARACALL_KVM_HC_MAP_GPA_RANGE, 0,
				 UINT32_MAX, PRIVATE, 0) == 0);
	expect_counts(fake, 1, UINT32_MAX);
}

/* User space opts in, whether or not features are enforced. */
static void not_there_unless_offered(void **state)
{
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	options.features &= ~(1u << PARACALL_KVM_FEATURE_HC_MAP_GPA_RANGE);
	for (int enforce = 0; enforce < 2; enforce++) {
		options.enforce_features = enforce;
		fake_machine_create(&fake, &fake_engine, &options);
		assert_int_equal(map(&fake, 1, 1, PRIVATE), -PARACALL_KVM_ENOSYS);
		/* Before the arguments are looked at. */
		assert_int_equal(map(&fake, 1, 0, PRIVATE), -PARACALL_KVM_ENOSYS);
		assert_false(is_private(&fake, 1));
		paracall_machine_reset(fake.machine, NULL);
		fake_machine_destroy(&fake);
	}
}

/* Two ranges, then a third over, between or beside them. */
static void ranges_merge(void **state)
{
	static const struct {
		uint64_t first, pages;
		uint64_t ranges, total;
	} cases[] = {
		{ 1, 2, 3, 12 },   { 1, 9, 2, 19 },  { 25, 5, 2, 15 },	 { 12, 3, 2, 10 },
		{ 10, 5, 2, 10 },  { 15, 5, 1, 15 }, { 14, 7, 1, 15 },	 { 16, 2, 3, 12 },
		{ 15, 3, 2, 13 },  { 17, 3, 2, 13 }, { 0, 100, 1, 100 }, { 30, 10, 3, 20 },
		{ 22, 10, 2, 17 }, { 5, 6, 2, 15 },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t last = cases[i].first + cases[i].pages - 1;

		paracall_machine_reset(fake->machine, NULL);
		map(fake, 20, 5, PRIVATE);
		map(fake, 10, 5, PRIVATE);
		expect_counts(fake, 2, 10);
		assert_int_equal(map(fake, cases[i].first, cases[i].pages, PRIVATE), 0);
		expect_counts(fake, cases[i].ranges, cases[i].total);
		assert_true(is_private(fake, cases[i].first) && is_private(fake, last));
	}
}

/* The same by a model: a bitmap. */
#define MODEL_PAGES 64

struct model {
	bool is_private[MODEL_PAGES];
};

static void expect_model(struct fake_machine *fake, const struct model *model)
{
	uint64_t ranges = 0, pages = 0;

	for (unsigned int i = 0; i < MODEL_PAGES; i++) {
		assert_int_equal(is_private(fake, i), model->is_private[i]);
		pages += model->is_private[i];
		ranges += model->is_private[i] && (!i || !model->is_private[i - 1]);
	}
	assert_false(is_private(fake, MODEL_PAGES));
	expect_counts(fake, ranges, pages);
}

static void ranges_follow_a_model(void **state)
{
	struct fake_machine *fake = *state;
	struct model model = { .is_private = { false } };
	uint32_t random = 12345;

	for (int round = 0; round < 20000; round++) {
		unsigned int first, pages;
		bool make_private;

		random = random * 1664525 + 1013904223;
		first = random >> 8 & (MODEL_PAGES - 1);
		pages = 1 + (random >> 16) % 12;
		if (first + pages > MODEL_PAGES)
			pages = MODEL_PAGES - first;
		make_private = random >> 30 & 1;
		memset(model.is_private + first, make_private, pages);
		assert_int_equal(map(fake, first, pages, make_private ? PRIVATE : SHARED), 0);
		expect_model(fake, &model);
	}
}

static void full_means_an_error(void **state)
{
	struct fake_machine *fake = *state;

	for (uint64_t i = 0; i < MAX_RANGES; i++)
		assert_int_equal(map(fake, 10 * i, 4, PRIVATE), 0);
	expect_counts(fake, MAX_RANGES, 4 * MAX_RANGES);
	/* One more, or one in two. */
	assert_int_equal(map(fake, 10 * MAX_RANGES, 1, PRIVATE), -PARACALL_KVM_E2BIG);
	assert_int_equal(map(fake, 11, 1, SHARED), -PARACALL_KVM_E2BIG);
	assert_true(is_private(fake, 11));
	assert_false(is_private(fake, 10 * MAX_RANGES));
	expect_counts(fake, MAX_RANGES, 4 * MAX_RANGES);
	/* What needs no more room still works, and makes some. */
	assert_int_equal(map(fake, 11, 1, PRIVATE), 0);
	assert_int_equal(map(fake, 10, 1, SHARED), 0);
	assert_int_equal(map(fake, 14, 6, PRIVATE), 0);
	expect_counts(fake, MAX_RANGES - 1, 4 * MAX_RANGES + 5);
	assert_int_equal(map(fake, 10 * MAX_RANGES, 1, PRIVATE), 0);
	assert_int_equal(map(fake, 0, UINT64_MAX, SHARED), 0);
	expect_counts(fake, 0, 0);
}

static void reset_shares_all(void **state)
{
	struct fake_machine *fake = *state;

	map(fake, 1, 5, PRIVATE);
	map(fake, 100, 5, PRIVATE);
	paracall_machine_reset(fake->machine, NULL);
	assert_false(is_private(fake, 1));
	assert_false(is_private(fake, 104));
	expect_counts(fake, 0, 0);
	/* One vCPU's INIT does not. */
	map(fake, 7, 1, PRIVATE);
	paracall_cpu_reset(fake->cpus[0].cpu);
	assert_true(is_private(fake, 7));
	expect_counts(fake, 1, 1);
}

/* What the engine was asked, and what it says. */
static struct {
	int64_t answer;
	unsigned int asked;
	void *cpu;
	uint64_t address, pages, attributes;
} engine_side;

static int64_t answer(void *cpu, struct paracall_gpa address, uint64_t pages,
		      uint64_t attributes)
{
	engine_side.asked++;
	engine_side.cpu = cpu;
	engine_side.address = address.value;
	engine_side.pages = pages;
	engine_side.attributes = attributes;
	return engine_side.answer;
}

static void engine_is_asked(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_x86_engine x86 = *fake_engine.x86;
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	x86.map_gpa_range = answer;
	engine.x86 = &x86;
	fake_machine_create(&fake, &engine, NULL);
	assert_int_equal(map(&fake, 3, 2, PRIVATE | 2), 0);
	assert_int_equal(engine_side.asked, 1);
	assert_ptr_equal(engine_side.cpu, &fake.cpus[0]);
	assert_int_equal(engine_side.address, 3 * PAGE);
	assert_int_equal(engine_side.pages, 2);
	assert_int_equal(engine_side.attributes, PRIVATE | 2);
	assert_true(is_private(&fake, 3));
	/* Not for what KVM refuses. */
	map(&fake, 3, 0, SHARED);
	assert_int_equal(engine_side.asked, 1);
	/* It refuses: its error is the result, and nothing changes. */
	engine_side.answer = -PARACALL_KVM_EPERM;
	assert_int_equal(map(&fake, 3, 1, SHARED), -PARACALL_KVM_EPERM);
	assert_int_equal(engine_side.asked, 2);
	assert_true(is_private(&fake, 3));
	expect_counts(&fake, 1, 2);
	/* A 32-bit caller sees it as such. */
	assert_true(fake_call_in(&fake.cpus[0], 0, PARACALL_KVM_HC_MAP_GPA_RANGE, 3 * PAGE, 1,
				 SHARED, 0) == UINT32_MAX);
	/* Nor for what there is no room for. */
	engine_side.answer = 0;
	for (uint64_t i = 0; i < MAX_RANGES; i++)
		map(&fake, 10 + 2 * i, 1, PRIVATE);
	engine_side.asked = 0;
	assert_int_equal(map(&fake, 1, 1, PRIVATE), -PARACALL_KVM_E2BIG);
	assert_int_equal(engine_side.asked, 0);
	fake_machine_destroy(&fake);
}

/*
 * Each thread converts pages of its own, among those of all others, and one
 * that is always private, and one that never is, must be so to all.
 */
#define ROUNDS 4000
#define OWN_PAGES 16
#define FIRST_OWN 100

struct changer {
	struct fake_machine *fake;
	unsigned int number;
	unsigned int wrong;
};

static uint64_t own_page(const struct changer *changer, unsigned int i)
{
	return FIRST_OWN + i * FAKE_CPUS + changer->number;
}

static void *change_pages(void *argument)
{
	struct changer *changer = argument;
	struct fake_machine *fake = changer->fake;
	bool state[OWN_PAGES] = { false };

	for (unsigned int round = 0; round < ROUNDS; round++) {
		unsigned int i = round * 7 % OWN_PAGES;
		int64_t result;

		state[i] = !state[i];
		result = fake_call(&fake->cpus[changer->number], PARACALL_KVM_HC_MAP_GPA_RANGE,
				   own_page(changer, i) * PAGE, 1, state[i] ? PRIVATE : SHARED,
				   0);
		changer->wrong += result != 0;
		for (i = 0; i < OWN_PAGES; i++)
			changer->wrong += is_private(fake, own_page(changer, i)) != state[i];
		changer->wrong += !is_private(fake, 1) || is_private(fake, 2);
	}
	for (unsigned int i = 0; i < OWN_PAGES; i++)
		changer->wrong += is_private(fake, own_page(changer, i)) != state[i];
	return NULL;
}

static void changes_by_many_threads(void **state)
{
	struct fake_machine *fake = *state;
	struct changer changers[FAKE_CPUS];
	pthread_t threads[FAKE_CPUS];
	uint64_t pages = 0, ranges = 0;

	map(fake, 1, 1, PRIVATE);
	for (unsigned int i = 0; i < FAKE_CPUS; i++) {
		changers[i] = (struct changer){ .fake = fake, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, change_pages, &changers[i]),
				 0);
	}
	for (unsigned int i = 0; i < FAKE_CPUS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(changers[i].wrong, 0);
	}
	for (uint64_t page = 0; page < 200; page++) {
		pages += is_private(fake, page);
		ranges += is_private(fake, page) && !is_private(fake, page - 1);
	}
	expect_counts(fake, ranges, pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kvm_checks_the_range),
		TEST(refused_calls_change_nothing),
		TEST(attributes_are_not_checked),
		TEST(thirty_two_bit_callers),
		cmocka_unit_test(not_there_unless_offered),
		TEST(ranges_merge),
		TEST(ranges_follow_a_model),
		TEST(full_means_an_error),
		TEST(reset_shares_all),
		cmocka_unit_test(engine_is_asked),
		TEST(changes_by_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
