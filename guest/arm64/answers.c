/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM answers, case by case: functions of the SMC Calling Convention by both
 * instructions, with arguments at their bounds, and from user mode. This program judges
 * nothing: 'paracall check --compare' runs it on two hosts, and compares what they say.
 */
#include "common/report_answer.h"
#include "common/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct instruction {
	const char *name;
	uint32_t instruction;
	bool is_user;
};

/* The first ones get all questions. */
#define MOST_ASKED 2
static const struct instruction instructions[] = {
	{ "hvc #0", HVC(0), false },
	{ "smc #0", SMC(0), false },
	{ "hvc #65535", HVC(0xffff), false },
	{ "smc #1", SMC(1), false },
	{ "hvc #0 in user mode", HVC(0), true },
	{ "smc #0 in user mode", SMC(0), true },
};

/* How many of each owner's functions, in both widths: the first ones, and the last. */
#define LAST 4

struct owner {
	uint32_t function;
	uint32_t count;
};

static const struct owner owners[] = {
	{ 0x80000000, 0x60 }, { 0x81000000, 8 },    { 0x82000000, 8 },	  { 0x83000000, 8 },
	{ 0x84000000, 0x60 }, { 0x85000000, 0x60 }, { 0x86000000, 0x60 }, { 0x87000000, 8 },
	{ 0xb0000000, 8 },    { 0xbf000000, 8 },
};

static void report_owner(const struct instruction *instruction, uint64_t first, uint32_t count)
{
	struct question question = { .instruction = instruction->instruction,
				     .is_user = instruction->is_user,
				     .arguments = { 1, 2, 3 } };

	for (uint64_t i = 0; i < count; i++) {
		question.function = first + i;
		report_answer(&question);
	}
	for (uint64_t i = 0; i < LAST; i++) {
		question.function = first + 0xffff - i;
		report_answer(&question);
	}
}

static void report_numbers(const void *row)
{
	const struct instruction *instruction = row;

	for (size_t i = 0; i < COUNT(owners); i++) {
		report_owner(instruction, owners[i].function, owners[i].count);
		report_owner(instruction, owners[i].function | PARACALL_SMCCC_64BIT,
			     owners[i].count);
	}
}

static const uint64_t numbers[] = {
	0,
	1,
	0x7fffffff,
	0x95c1ba5e,
	0x95c1ba5f,
	0x95c1ba60,
	0xffffffff,
	1ul << 32,
	~0ul,
	0xffffffff00000000 | PARACALL_SMCCC_VERSION,
	0x100000000 | PARACALL_VENDOR_HYP_CALL_UID,
	PARACALL_SMCCC_ARCH_WORKAROUND_1,
	PARACALL_SMCCC_ARCH_WORKAROUND_2,
	PARACALL_SMCCC_ARCH_WORKAROUND_3,
	PARACALL_VENDOR_HYP_CALL_UID,
	PARACALL_VENDOR_HYP_CALL_UID | PARACALL_SMCCC_64BIT,
};

static void report_others(const void *row)
{
	const struct instruction *instruction = row;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct question question = { .instruction = instruction->instruction,
					     .is_user = instruction->is_user,
					     .function = numbers[i],
					     .arguments = { 1, 2, 3 } };

		report_answer(&question);
	}
}

/* Those that look at an argument, and what that may be. */
static const uint32_t asking[] = {
	PARACALL_SMCCC_ARCH_FEATURES,
	PARACALL_PSCI_FEATURES,
	PARACALL_TRNG_FEATURES,
	PARACALL_PV_TIME_FEATURES,
	PARACALL_VENDOR_HYP_KVM_PTP,
	PARACALL_TRNG_RND32,
	PARACALL_TRNG_RND64,
	PARACALL_PSCI_AFFINITY_INFO,
	PARACALL_PSCI_AFFINITY_INFO | PARACALL_SMCCC_64BIT,
	PARACALL_PSCI_CPU_ON,
	PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT,
	PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS,
};

static const uint64_t arguments[] = {
	0,
	1,
	2,
	31,
	32,
	33,
	63,
	64,
	65,
	95,
	96,
	97,
	127,
	128,
	191,
	192,
	193,
	0x12345,
	0xffffffff,
	1ul << 32,
	1ul << 32 | 1,
	~0ul,
	PARACALL_SMCCC_VERSION,
	PARACALL_SMCCC_ARCH_FEATURES,
	0x80000002,
	PARACALL_SMCCC_ARCH_WORKAROUND_1,
	PARACALL_SMCCC_ARCH_WORKAROUND_2,
	PARACALL_SMCCC_ARCH_WORKAROUND_3,
	PARACALL_PSCI_VERSION,
	PARACALL_PSCI_CPU_SUSPEND,
	PARACALL_PSCI_CPU_SUSPEND | PARACALL_SMCCC_64BIT,
	PARACALL_PSCI_CPU_OFF,
	PARACALL_PSCI_CPU_ON,
	PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT,
	PARACALL_PSCI_AFFINITY_INFO,
	PARACALL_PSCI_MIGRATE,
	PARACALL_PSCI_MIGRATE_INFO_TYPE,
	PARACALL_PSCI_SYSTEM_OFF,
	PARACALL_PSCI_SYSTEM_RESET,
	PARACALL_PSCI_FEATURES,
	PARACALL_PSCI_SYSTEM_SUSPEND,
	PARACALL_PSCI_SYSTEM_RESET2,
	PARACALL_PSCI_SYSTEM_OFF2,
	PARACALL_TRNG_VERSION,
	PARACALL_TRNG_FEATURES,
	PARACALL_TRNG_GET_UUID,
	PARACALL_TRNG_RND32,
	PARACALL_TRNG_RND64,
	0x84000054,
	0x84000077,
	PARACALL_PV_TIME_FEATURES,
	PARACALL_PV_TIME_ST,
	0xc5000022,
	0xffffffff00000000 | PARACALL_PV_TIME_FEATURES,
	0xffffffff00000000 | PARACALL_PV_TIME_ST,
	0x85000020,
	PARACALL_VENDOR_HYP_CALL_UID,
	PARACALL_VENDOR_HYP_KVM_FEATURES,
};

static void report_arguments(const void *row)
{
	const struct instruction *instruction = row;

	for (size_t i = 0; i < COUNT(asking); i++) {
		for (size_t j = 0; j < COUNT(arguments); j++) {
			struct question question = { .instruction = instruction->instruction,
						     .is_user = instruction->is_user,
						     .function = asking[i],
						     .arguments = { arguments[j], 0, 0 } };

			report_answer(&question);
		}
	}
}

/* The second and third arguments, where there are some. */
static void report_levels(void)
{
	static const uint64_t levels[] = { 0, 1, 2, 3, 4, 0xffffffff, 1ul << 32, ~0ul };

	for (size_t i = 0; i < COUNT(levels); i++) {
		struct question question = { .instruction = HVC(0),
					     .function = PARACALL_PSCI_AFFINITY_INFO |
							 PARACALL_SMCCC_64BIT,
					     .arguments = { 0, levels[i], 0 } };

		report_answer(&question);
		question.arguments[0] = 1;
		report_answer(&question);
		question.arguments[0] = 0x300;
		report_answer(&question);
	}
}

/* The record, where it is: nothing of it but stolen time may be other than 0. */
static void report_record(void)
{
	int64_t address = call(PARACALL_PV_TIME_ST, 0, 0, 0).x0;
	const volatile uint32_t *words = (const volatile uint32_t *)address;

	for (unsigned int i = 0; address > 0 && i < 16; i++)
		if (i != 2 && i != 3)
			print("answer word %u of the record of stolen time = 0x%x\n", i,
			      words[i]);
}

#define COMPARED "paracall-check(1), --compare"
#define ROWS(function, count) \
	.run_row = function, .rule = COMPARED, .kvm = true, .rows = instructions, \
	.row_count = (count), .row_size = sizeof(instructions[0])

static const struct test tests[] = {
	{ .name = "all numbers by", ROWS(report_numbers, MOST_ASKED) },
	{ .name = "other numbers by", ROWS(report_others, COUNT(instructions)) },
	{ .name = "arguments by", .cpus = 2, ROWS(report_arguments, MOST_ASKED) },
	{ .name = "levels", .rule = COMPARED, .run = report_levels, .cpus = 2, .kvm = true },
	{ .name = "stolen time", .rule = COMPARED, .run = report_record, .kvm = true },
};

TESTS_MAIN("answers", tests)
