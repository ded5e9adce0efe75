/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM answers, case by case: functions of the Supervisor Binary Interface's extensions,
 * probes of these, arguments at their bounds, and calls from user mode. This program judges
 * nothing: 'paracall check --compare' runs it on two hosts, and compares what they say.
 */
#include "common/report_answer.h"
#include "common/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct mode {
	const char *name;
	bool is_user;
};

static const struct mode modes[] = {
	{ "supervisor mode", false },
	{ "user mode", true },
};

static const uint64_t extensions[] = {
	PARACALL_SBI_BASE,
	PARACALL_SBI_TIME,
	PARACALL_SBI_IPI,
	PARACALL_SBI_RFENCE,
	PARACALL_SBI_HSM,
	PARACALL_SBI_SRST,
	PARACALL_SBI_PMU,
	PARACALL_SBI_DBCN,
	PARACALL_SBI_SUSP,
	PARACALL_SBI_CPPC,
	PARACALL_SBI_STA,
	PARACALL_SBI_FWFT,
	SBI_DBTR,
	SBI_MPXY,
	SBI_SSE,
	SBI_EXPERIMENTAL,
	SBI_EXPERIMENTAL_LAST,
	SBI_VENDOR,
	SBI_VENDOR_LAST,
	0x0a0b0c0d,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	1ul << 32,
	1ul << 32 | PARACALL_SBI_BASE,
	1ul << 32 | PARACALL_SBI_STA,
	1ul << 63,
	~0ul - 1,
	~0ul,
};

/* After the first ones. */
#define FIRST_FUNCTIONS 16
static const uint64_t functions[] = {
	31, 32, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff, 1ul << 32, 1ul << 32 | 1, ~0ul,
};

static void report_extension(bool is_user, uint64_t extension)
{
	struct question question = { .is_user = is_user,
				     .extension = extension,
				     .arguments = { 0, 1, 2, 3 } };

	for (; question.function < FIRST_FUNCTIONS; question.function++)
		report_answer(&question);
	for (size_t i = 0; i < COUNT(functions); i++) {
		question.function = functions[i];
		report_answer(&question);
	}
}

static void report_functions(const void *row)
{
	const struct mode *mode = row;

	for (size_t i = 0; i < COUNT(extensions); i++)
		report_extension(mode->is_user, extensions[i]);
}

/* Legacy extensions are one function each, whatever a6 is. */
static void report_legacy(const void *row)
{
	const struct mode *mode = row;
	struct question question = { .is_user = mode->is_user, .arguments = { 0, 1, 2, 3 } };

	for (; question.extension <= PARACALL_SBI_LEGACY_LAST; question.extension++) {
		question.function = 0;
		report_answer(&question);
		question.function = ~0ul;
		report_answer(&question);
	}
}

static void report_probe(uint64_t extension)
{
	struct question question = { .extension = PARACALL_SBI_BASE,
				     .function = PARACALL_SBI_BASE_PROBE_EXT,
				     .arguments = { extension, 1, 2, 3 } };

	report_answer(&question);
}

static void report_probes(void)
{
	for (uint64_t i = 0; i <= PARACALL_SBI_BASE + 1; i++)
		report_probe(i);
	for (size_t i = 1; i < COUNT(extensions); i++) {
		report_probe(extensions[i] - 1);
		report_probe(extensions[i]);
		if (extensions[i] + 1)
			report_probe(extensions[i] + 1);
	}
	for (size_t i = 0; i < COUNT(extensions); i++)
		report_probe(1ul << 63 | extensions[i]);
}

/* Where the record is to be, both halves, and flags. */
static void report_record(uint64_t low)
{
	static const uint64_t highs[] = { 0, 1, 1ul << 32, 1ul << 63, ~0ul };
	static const uint64_t flags[] = { 0, 1, 0x80000000, 1ul << 32, ~0ul };
	struct question question = { .extension = PARACALL_SBI_STA, .arguments = { low } };

	for (size_t i = 0; i < COUNT(highs); i++) {
		for (size_t j = 0; j < COUNT(flags); j++) {
			question.arguments[1] = highs[i];
			question.arguments[2] = flags[j];
			report_answer(&question);
		}
	}
}

static void report_records(void)
{
	static const uint64_t offsets[] = { 0, 1, 8, 32, 63, 64, 65, 127 };
	static const uint64_t nowhere[] = {
		0, 0x1000, 0x10000000, 1ul << 40, 1ul << 63, -4096ul, -64ul, -1ul,
	};

	for (size_t i = 0; i < COUNT(offsets); i++)
		report_record(answer_record(0) + offsets[i]);
	for (size_t i = 0; i < COUNT(nowhere); i++)
		report_record(nowhere[i]);
}

/* Nothing of it but sequence and stolen time may be other than 0. */
static void report_empty_record(void)
{
	const volatile uint32_t *words = (const volatile uint32_t *)(uintptr_t)answer_record(0);
	struct question question = { .extension = PARACALL_SBI_STA,
				     .arguments = { answer_record(0) } };

	answer_of(&question);
	print("answer the record's sequence is odd = %u\n", words[0] & 1);
	for (unsigned int i = 1; i < 16; i++)
		if (i != 2 && i != 3)
			print("answer word %u of the record = 0x%x\n", i, words[i]);
	answer_forget_records();
}

static const uint64_t masks[] = { 0, 1, 2, 3, 4, 1ul << 63, ~0ul };
static const uint64_t bases[] = { 0, 1, 2, 63, 64, 1ul << 32, ~0ul - 1, ~0ul };

static void report_harts(uint64_t extension, uint64_t function)
{
	for (size_t i = 0; i < COUNT(masks); i++) {
		for (size_t j = 0; j < COUNT(bases); j++) {
			struct question question = { .extension = extension,
						     .function = function,
						     .arguments = { masks[i], bases[j] } };

			report_answer(&question);
		}
	}
}

#define RFENCE_FUNCTIONS 7

static void report_masks(void)
{
	report_harts(PARACALL_SBI_IPI, PARACALL_SBI_IPI_SEND_IPI);
	for (uint64_t function = 0; function < RFENCE_FUNCTIONS; function++)
		report_harts(PARACALL_SBI_RFENCE, function);
}

/* What is fenced: from where on, and how much. */
static void report_ranges(void)
{
	static const uint64_t ranges[][2] = {
		{ 0, 0 },
		{ 0, ~0ul },
		{ 0x1000, 0x1000 },
		{ 0x1234, 1 },
		{ 1, 0 },
		{ 0x80000000, 0x10000000 },
		{ 1ul << 63, 0x2000 },
		{ -4096ul, 0x2000 },
	};

	for (uint64_t function = 0; function < RFENCE_FUNCTIONS; function++) {
		for (size_t i = 0; i < COUNT(ranges); i++) {
			struct question question = {
				.extension = PARACALL_SBI_RFENCE,
				.function = function,
				.arguments = { 3, 0, ranges[i][0], ranges[i][1] },
			};

			report_answer(&question);
		}
	}
}

static void report_numbers(uint64_t extension, uint64_t function, const uint64_t *numbers,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct question question = { .extension = extension,
					     .function = function,
					     .arguments = { numbers[i], 1, 2, 3 } };

		report_answer(&question);
	}
}

static void report_others(void)
{
	static const uint64_t harts[] = {
		0,
		1,
		2,
		8,
		0x12345,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		1ul << 32,
		1ul << 32 | 1,
		1ul << 32 | 2,
		~0ul,
	};
	static const uint64_t times[] = { 0, 1, 1ul << 63, ~0ul - 1, ~0ul };
	static const uint64_t features[] = {
		/* Those that exist. */
		0,
		1,
		2,
		3,
		4,
		5,
		/* Where others would be. */
		6,
		0x3fffffff,
		0x40000000,
		0x80000000,
		0xc0000000,
		0xffffffff,
		~0ul,
	};

	report_numbers(PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STATUS, harts, COUNT(harts));
	report_numbers(PARACALL_SBI_TIME, PARACALL_SBI_TIME_SET_TIMER, times, COUNT(times));
	report_numbers(PARACALL_SBI_FWFT, 1, features, COUNT(features));
}

#define COMPARED "paracall-check(1), --compare"
#define EACH_MODE(function) .run_row = function, .rule = COMPARED, .kvm = true, TEST_ROWS(modes)
#define ONCE(function) .run = function, .rule = COMPARED, .kvm = true

static const struct test tests[] = {
	{ .name = "functions in", EACH_MODE(report_functions) },
	{ .name = "legacy functions in", EACH_MODE(report_legacy) },
	{ .name = "probes", ONCE(report_probes) },
	{ .name = "where the record of steal time is", ONCE(report_records) },
	{ .name = "an empty record", ONCE(report_empty_record) },
	{ .name = "masks of harts", .cpus = 2, ONCE(report_masks) },
	{ .name = "ranges of fences", .cpus = 2, ONCE(report_ranges) },
	{ .name = "harts, times and features", .cpus = 2, ONCE(report_others) },
};

TESTS_MAIN("answers", tests)
