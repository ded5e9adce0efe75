/* SPDX-License-Identifier: BSD-2-Clause */
/* What calls are for: the host's clock, its random numbers, and stolen time. */
#include "common/test.h"
#include "runtime/runtime.h"

#define NANOSECONDS 1000000000ul

/*
 * ---- The host's clock ------------------------------------------------------
 */

/* An engine may have to see how the counter goes. */
#define READINGS 2000
/* The beginning of 2020; and how far the pair may be apart. */
#define LONG_AGO (1577836800ul * NANOSECONDS)
#define APART 1000000ul
/* A CPU that runs reads the counter more often; and how often it is kept waiting at most. */
#define LONG_WAIT 100000000ul
#define TRIES 10
/* How many pairs are looked at closely. */
#define PAIRS 200

struct pair {
	int64_t x0;
	uint64_t realtime;
	uint64_t counter;
};

static struct pair read_pair(uint64_t counter)
{
	struct results results = call(PARACALL_VENDOR_HYP_KVM_PTP, counter, 0, 0);

	return (struct pair){ results.x0, (uint64_t)results.x0 << 32 | results.x1,
			      results.x2 << 32 | results.x3 };
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* As the call numbers them. KVM may set the virtual one back by an offset. */
static uint64_t counter_now(uint64_t counter)
{
	uint64_t value;

	if (counter == PARACALL_KVM_PTP_VIRTUAL_COUNTER)
		return clock_now();
	__asm__ volatile("isb\n\tmrs %0,cntpct_el0" : "=r"(value) : : "memory");
	return value;
}

static void read_often(uint64_t counter)
{
	for (unsigned int i = 0; i < READINGS; i++)
		counter_now(counter);
}

/* It is right once the counter was read. */
static bool is_given_again(void)
{
	for (unsigned int i = 0; i < READINGS; i++) {
		clock_now();
		if (read_pair(PARACALL_KVM_PTP_VIRTUAL_COUNTER).x0 >= 0)
			return true;
	}
	return false;
}

/*
 * An engine may know the counter only for a while after a reading, which is over if the host
 * lets this CPU wait. Then, and only then, there may be no pair until it is read again. @since:
 * that counter, when there was a pair or it was read; @before: before the call.
 */
static bool read_pair_since(uint64_t since, uint64_t counter, uint64_t *before,
			    struct pair *pair)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		*before = counter_now(counter);
		*pair = read_pair(counter);
		if (pair->x0 >= 0)
			return true;
		if (clock_nanoseconds(counter_now(counter) - since) < LONG_WAIT)
			return false;
		since = counter_now(counter);
		if (!is_given_again())
			return false;
	}
	return false;
}

/*
 * The counter was that between, and both clocks go at the same pace. A CPU that is alone has
 * not read the virtual counter before.
 */
static void test_ptp(void)
{
	for (uint64_t i = 0; i < 2; i++) {
		uint64_t counter = 1 - i;
		uint64_t slack = clock_frequency() / 1000;
		uint64_t before, after, since;
		struct pair first, second;
		bool is_given;

		read_often(counter);
		since = counter_now(counter);
		is_given = read_pair_since(since, counter, &before, &first);
		after = counter_now(counter);
		if (!check(is_given, "counter %lu: refused", counter))
			return;
		check(first.realtime > LONG_AGO, "counter %lu: the time of day is %lu", counter,
		      first.realtime);
		check(first.counter + slack >= before && first.counter <= after + slack,
		      "counter %lu: %lu is not between %lu and %lu", counter, first.counter,
		      before, after);
		since = counter_now(counter);
		delay_ms(20);
		if (!check(read_pair_since(since, counter, &before, &second),
			   "counter %lu: refused later", counter))
			return;
		check(distance(second.realtime - first.realtime,
			       clock_nanoseconds(second.counter - first.counter)) < APART,
		      "counter %lu: %lu ns by the host, %lu units of the counter", counter,
		      second.realtime - first.realtime, second.counter - first.counter);
	}
}

/* To a microsecond: the host's time is of an instant during the call, and so is the counter. */
static void test_ptp_exact(void)
{
	uint64_t since = counter_now(0);

	for (uint64_t i = 0; i < 2 * PAIRS; i++) {
		uint64_t counter = i / PAIRS;
		uint64_t slack = clock_frequency() / 1000000 + 1;
		uint64_t before, after;
		struct pair pair;
		bool is_given;

		take_interrupts(2);
		is_given = read_pair_since(since, counter, &before, &pair);
		after = counter_now(counter);
		since = counter_now((i + 1) / PAIRS);
		if (!check(is_given, "counter %lu, pair %lu: refused", counter, i) ||
		    !check(pair.counter + slack >= before && pair.counter <= after + slack,
			   "counter %lu, pair %lu: %lu is not between %lu and %lu", counter, i,
			   pair.counter, before, after))
			return;
	}
}

/* How often a CPU computes without a look at the counter, and for how long. */
#define SPELLS 20
#define SPELL_ROUNDS 20000000ul

static void compute(void)
{
	uint64_t rounds = SPELL_ROUNDS;

	__asm__ volatile("1: subs %0,%0,#1\n\tb.ne 1b" : "+r"(rounds) : : "cc");
}

/*
 * The host may stop the machine meanwhile: an engine that cannot know the counter then has
 * no pair, and none that is wrong.
 */
static void test_ptp_late(void)
{
	unsigned int refused = 0;

	read_often(PARACALL_KVM_PTP_VIRTUAL_COUNTER);
	print("# paracall-guest: ready: pairs\n");
	for (unsigned int i = 0; i < SPELLS && !test_has_failed(); i++) {
		uint64_t slack = clock_frequency() / 1000;
		struct pair pair;
		uint64_t after;

		compute();
		pair = read_pair(PARACALL_KVM_PTP_VIRTUAL_COUNTER);
		after = clock_now();
		refused += pair.x0 < 0;
		check(pair.x0 < 0 || pair.counter <= after + slack,
		      "spell %u: %lu is after %lu", i, pair.counter, after);
		check(is_given_again(), "spell %u: not given again", i);
	}
	print("# pairs: %u refused\n", refused);
}

static void test_ptp_refused(void)
{
	struct results results = call(PARACALL_VENDOR_HYP_KVM_PTP, 2, 5, 6);

	check_equal(results.x0, PARACALL_SMCCC_NOT_SUPPORTED, "counter 2");
	check_equal((int64_t)results.x1, 0, "X1");
	check_equal((int64_t)results.x3, 0, "X3");
	check_equal(read_pair(0xffffffff).x0, PARACALL_SMCCC_NOT_SUPPORTED, "counter -1");
	is_given_again();
	check(read_pair(0x100000000).x0 >= 0, "of X1 32 bits count");
}

/*
 * No program moves the pair. An engine may have to look at what a reading leaves in a
 * register; here code that it had seen before, and so need not look at again, adds an
 * hour to that.
 */
#define MRS_CNTVCT(number) (0xd53be040u | (number))
#define ADD_X2_X1_X3 0x8b030022u
#define BRANCH(words) (0x14000000u | (words))

/* CNTKCTL_EL1 */
#define EL0_READS_COUNTERS 3ul

/* At several places of a page, of which an engine may watch one for another reason. */
#define FORGERIES 2000
#define PLACES 8
#define PLACE_WORDS 128

static void forge(uint32_t *code, uint64_t pstate)
{
	static const uint32_t words[] = {
		MRS_CNTVCT(1), ADD_X2_X1_X3, BRANCH(2), MRS_CNTVCT(2), BRK,
	};

	for (unsigned int i = 0; i < TEST_COUNT(words); i++)
		code[i] = words[i];
	instructions_written(code, TEST_COUNT(words));
	for (unsigned int i = 0; i < FORGERIES && !test_has_failed(); i++) {
		/* First the end, then the middle: so each is seen by itself. */
		const unsigned int start = i == 0 ? 3 : i == 1 ? 1 : 0;
		struct state state = { .x[3] = 3600 * clock_frequency(),
				       .pc = (uintptr_t)(code + start),
				       .pstate = pstate };

		execute(&state);
		check_equal(exception_class(&state), CLASS_BRK, "from word %u", start);
	}
}

static void test_forged(void)
{
	static const uint64_t levels[] = { PSTATE_EL0, PSTATE_EL1 };
	static uint32_t page[PLACES * PLACE_WORDS] __attribute__((aligned(4096)));
	uint64_t slack = clock_frequency() / 1000;
	uint64_t before, after;
	struct pair pair;

	__asm__ volatile("msr cntkctl_el1,%0\n\tisb" : : "r"(EL0_READS_COUNTERS) : "memory");
	for (unsigned int i = 0; i < TEST_COUNT(levels) && !test_has_failed(); i++) {
		for (unsigned int place = 0; place < PLACES; place++)
			forge(page + place * PLACE_WORDS, levels[i]);
		before = clock_now();
		pair = read_pair(PARACALL_KVM_PTP_VIRTUAL_COUNTER);
		if (pair.x0 < 0 && is_given_again())
			pair = read_pair(PARACALL_KVM_PTP_VIRTUAL_COUNTER);
		after = clock_now();
		check(pair.x0 >= 0, "EL%u: refused", i);
		check(pair.counter + slack >= before && pair.counter <= after + slack,
		      "EL%u: %lu is not between %lu and %lu", i, pair.counter, before, after);
	}
}

/*
 * ---- Random numbers --------------------------------------------------------
 */

static void test_trng_version(void)
{
	struct results uuid = call(PARACALL_TRNG_GET_UUID, 0, 0, 0);

	check_equal(call(PARACALL_TRNG_VERSION, 0, 0, 0).x0, PARACALL_TRNG_VERSION_1_0,
		    "version");
	check_equal(uuid.x0, PARACALL_KVM_TRNG_UUID_0, "UUID, X0");
	check_equal((int64_t)uuid.x1, PARACALL_KVM_TRNG_UUID_1, "UUID, X1");
	check_equal((int64_t)uuid.x2, PARACALL_KVM_TRNG_UUID_2, "UUID, X2");
	check_equal((int64_t)uuid.x3, PARACALL_KVM_TRNG_UUID_3, "UUID, X3");
}

static void test_trng_features(void)
{
	static const uint32_t there[] = { PARACALL_TRNG_VERSION, PARACALL_TRNG_FEATURES,
					  PARACALL_TRNG_GET_UUID, PARACALL_TRNG_RND32,
					  PARACALL_TRNG_RND64 };

	for (unsigned int i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		check_equal(call(PARACALL_TRNG_FEATURES, there[i], 0, 0).x0, 0, "0x%x",
			    there[i]);
	check_equal(call(PARACALL_TRNG_FEATURES, 0x84000054, 0, 0).x0,
		    PARACALL_SMCCC_NOT_SUPPORTED, "0x84000054");
	check_equal(call(PARACALL_TRNG_FEATURES, PARACALL_SMCCC_VERSION, 0, 0).x0,
		    PARACALL_SMCCC_NOT_SUPPORTED, "SMCCC_VERSION");
}

struct generator {
	const char *name;
	uint64_t function;
	/* Of each register. */
	unsigned int bits;
};

static const struct generator generators[] = {
	{ "TRNG_RND32", PARACALL_TRNG_RND32, 32 },
	{ "TRNG_RND64", PARACALL_TRNG_RND64, 64 },
};

/* The bits above so many of a register's. */
static uint64_t above(unsigned int bits)
{
	return bits >= 64 ? 0 : ~0ul << bits;
}

/* What can be random, is: of many answers no bit is always the same. */
static void test_bits(const struct generator *generator, unsigned int bits)
{
	uint64_t ones[3] = { 0 }, zeros[3] = { 0 };

	for (unsigned int i = 0; i < 200; i++) {
		struct results results = call(generator->function, bits, 2, 3);
		uint64_t words[3] = { results.x3, results.x2, results.x1 };

		if (!check_equal(results.x0, 0, "%u bits", bits))
			return;
		for (unsigned int word = 0; word < 3; word++) {
			ones[word] |= words[word];
			zeros[word] |= ~words[word];
		}
	}
	for (unsigned int word = 0; word < 3; word++) {
		unsigned int below = word * generator->bits;
		unsigned int left = bits > below ? bits - below : 0;
		uint64_t never = above(left < generator->bits ? left : generator->bits);

		check_equal((int64_t)(ones[word] & never), 0, "%u bits, word %u: too many",
			    bits, word);
		check_equal((int64_t)(ones[word] | never), -1, "%u bits, word %u: always 0",
			    bits, word);
		check_equal((int64_t)zeros[word], -1, "%u bits, word %u: always 1", bits, word);
	}
}

static void run_generator(const void *row)
{
	const struct generator *generator = row;
	const unsigned int sizes[] = { 0,
				       1,
				       31,
				       generator->bits,
				       generator->bits + 1,
				       3 * generator->bits - 1,
				       3 * generator->bits };
	struct results results = call(generator->function, 3 * generator->bits + 1, 2, 3);

	check_equal(results.x0, PARACALL_TRNG_INVALID_PARAMETERS, "too many");
	check_equal((int64_t)results.x1, 0, "X1");
	check_equal((int64_t)results.x3, 0, "X3");
	check_equal(call(generator->function, 0xffffffff, 0, 0).x0,
		    PARACALL_TRNG_INVALID_PARAMETERS, "most");
	check_equal(call(generator->function, 0x100000001, 0, 0).x0, 0, "32 bits count");
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		test_bits(generator, sizes[i]);
}

/*
 * ---- Stolen time -----------------------------------------------------------
 */

static const volatile struct paracall_kvm_stolen_time *ask(void)
{
	int64_t address = call(PARACALL_PV_TIME_ST, 0, 0, 0).x0;

	check(address > 0 && address % 64 == 0, "the record is at 0x%lx", address);
	return test_has_failed() ? NULL
				 : (const volatile struct paracall_kvm_stolen_time *)address;
}

static void test_pv_time_features(void)
{
	check_equal(call(PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_FEATURES, 0, 0).x0, 0,
		    "PV_TIME_FEATURES");
	check_equal(call(PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_ST, 0, 0).x0, 0,
		    "PV_TIME_ST");
	check_equal(call(PARACALL_PV_TIME_FEATURES, 0x500000000 | PARACALL_PV_TIME_ST, 0, 0).x0,
		    0, "32 bits count");
	check_equal(call(PARACALL_PV_TIME_FEATURES, 0xc5000022, 0, 0).x0,
		    PARACALL_SMCCC_NOT_SUPPORTED, "one that there is not");
	check_equal(call(PARACALL_PV_TIME_FEATURES, 0, 0, 0).x0, PARACALL_SMCCC_NOT_SUPPORTED,
		    "0");
}

static void test_record(void)
{
	const volatile struct paracall_kvm_stolen_time *record = ask();

	if (!record)
		return;
	check_equal(record->revision, 0, "revision");
	check_equal(record->attributes, 0, "attributes");
	check(record == ask(), "asked again, it is elsewhere");
}

static void note_record(void *argument)
{
	*(const volatile struct paracall_kvm_stolen_time *volatile *)argument = ask();
}

static void test_records(void)
{
	uintptr_t first = (uintptr_t)ask();

	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uintptr_t other = 0;

		cpu_post(cpu_at(i), note_record, (void *)&other);
		check(cpu_wait(cpu_at(i), 5000), "CPU %u does not answer", i);
		check(other && distance(other, first) >= 64, "CPU %u: its record is at 0x%lx",
		      i, other);
	}
}

/*
 * Whether the host keeps a vCPU waiting is its matter. An engine that can inject stolen
 * time is asked to, by an option of the run's.
 */
static void test_stolen(void)
{
	const volatile struct paracall_kvm_stolen_time *record = ask();
	uint64_t last, begin;

	if (!record)
		return;
	begin = last = record->stolen_time;
	for (unsigned int i = 0; i < 50 && record->stolen_time - begin < NANOSECONDS; i++) {
		check(take_interrupts(100) > 0, "no interrupt of the timer");
		check(record->stolen_time >= last, "it went back from %lu to %lu", last,
		      record->stolen_time);
		last = record->stolen_time;
	}
	check(record->stolen_time - begin >= NANOSECONDS, "only %lu ns were stolen",
	      record->stolen_time - begin);
	ask();
	check(record->stolen_time < NANOSECONDS, "asked again, it does not begin anew");
}

#define PTP "arch/arm64/kvm/hypercalls.c, kvm_ptp_get_time"
#define TRNG "arch/arm64/kvm/trng.c, kvm_trng_call"
#define PVTIME "arch/arm64/kvm/pvtime.c, "

static const struct test tests[] = {
	{ .name = "the host's clock and the counter are a pair",
	  .covers = "VENDOR_HYP_KVM_PTP",
	  .rule = PTP,
	  .run = test_ptp,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PTP },
	{ .name = "the pair is right to a microsecond",
	  .rule = PTP,
	  .run = test_ptp_exact,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PTP },
	{ .name = "the pair is right after a while",
	  .rule = PTP,
	  .run = test_ptp_late,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PTP },
	{ .name = "code that changes what it read does not move the pair",
	  .rule = PTP,
	  .run = test_forged,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PTP },
	{ .name = "counters that do not exist",
	  .rule = PTP,
	  .run = test_ptp_refused,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PTP },
	{ .name = "random numbers: version and UUID",
	  .covers = "TRNG_VERSION TRNG_GET_UUID",
	  .rule = TRNG,
	  .run = test_trng_version,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_TRNG },
	{ .name = "random numbers: features",
	  .covers = "TRNG_FEATURES",
	  .rule = TRNG,
	  .run = test_trng_features,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_TRNG },
	{ .name = "random numbers",
	  .covers = "%",
	  .rule = "arch/arm64/kvm/trng.c, kvm_trng_do_rnd",
	  .run_row = run_generator,
	  TEST_ROWS(generators),
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_TRNG },
	{ .name = "stolen time: features",
	  .covers = "PV_TIME_FEATURES",
	  .rule = PVTIME "kvm_hypercall_pv_features",
	  .run = test_pv_time_features,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PV_TIME },
	{ .name = "stolen time: the record",
	  .rule = PVTIME "kvm_init_stolen_time; Documentation/virt/kvm/arm/pvtime.rst",
	  .run = test_record,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PV_TIME },
	{ .name = "stolen time: each CPU has a record",
	  .rule = "Documentation/virt/kvm/arm/pvtime.rst",
	  .run = test_records,
	  .cpus = 2,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PV_TIME },
	{ .name = "stolen time is counted",
	  .covers = "PV_TIME_ST",
	  .rule = PVTIME "kvm_update_stolen_time",
	  .run = test_stolen,
	  .kvm = true,
	  .features = 1u << PARACALL_KVM_FEATURE_PV_TIME },
};

TESTS_MAIN("services", tests)
