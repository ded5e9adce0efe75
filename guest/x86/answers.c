/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KVM answers, case by case: hypercalls of all numbers with arguments at
 * their bounds, by both instructions, in every mode; its model-specific
 * registers, bit by bit; its CPUID leaves. This program judges nothing: 'paracall
 * check --compare' runs it on two hosts, and compares their answers.
 */
#include "runtime/answer.h"
#include "runtime/test.h"
#include "runtime/written.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HIGHEST_NUMBER 20

/* What memory is filled with most of the time: an odd version, unknown flags. */
#define FILL 0xa5

/*
 * One line: the question, the answer, what was written to memory. The last for
 * calls and writes to registers only: nothing else writes to memory, and the line
 * would only show what the host does on its own.
 */
static void report_answer(const struct question *question, const char *more)
{
	struct answer answer = answer_of(question);
	struct fields fields = { .count = 0 };

	print("answer ");
	print_question(question);
	print("%s = ", more);
	print_answer(question, &answer);
	if (answer.vector < 0)
		fields_add(&fields, question);
	if (question->instruction != ANSWER_CPUID && question->instruction != ANSWER_RDMSR) {
		written_settle(&fields);
		print_written(&fields);
	}
	print("\n");
}

/*
 * ---- Hypercalls ------------------------------------------------------------
 */

static const enum answer_instruction both[] = { ANSWER_VMCALL, ANSWER_VMMCALL };

static const uint64_t large_numbers[] = {
	99,	    1000,	    0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32 | 1,
	1ull << 32, 5ull << 32 | 5, 1ull << 63, -1ull,	    -1000ull,
};

/*
 * KVM writes the CPU's own instruction to where the instruction pointer says, as
 * if each segment began at 0 (arch/x86/kvm/x86.c, emulator_fix_hypercall): in
 * others the foreign one stays, and is repeated forever.
 */
static bool is_endless(enum answer_mode mode, enum answer_instruction instruction)
{
	enum answer_instruction own = cpu_has_vmmcall() ? ANSWER_VMMCALL : ANSWER_VMCALL;

	return mode == ANSWER_LEGACY + LEGACY_BASED && instruction != own;
}

static void report_number(enum answer_mode mode, uint64_t number)
{
	for (unsigned int i = 0; i < COUNT(both); i++) {
		struct question question = question_call(both[i], mode, number);

		if (is_endless(mode, both[i]))
			continue;
		report_answer(&question, "");
		for (unsigned int j = 0; j < COUNT(question.arguments); j++)
			question.arguments[j] = -1ull;
		report_answer(&question, "");
	}
}

struct mode {
	const char *name;
	enum answer_mode mode;
};

static const struct mode modes[] = {
	{ "64-bit mode", ANSWER_64 },
	{ "64-bit mode, level 3", ANSWER_USER_64 },
	{ "compatibility mode", ANSWER_COMPATIBILITY },
	{ "compatibility mode, level 3", ANSWER_USER_COMPATIBILITY },
	{ "real mode", ANSWER_LEGACY + LEGACY_REAL },
	{ "16-bit protected mode", ANSWER_LEGACY + LEGACY_16 },
	{ "32-bit protected mode", ANSWER_LEGACY + LEGACY_32 },
	{ "32-bit protected mode, segment not at 0", ANSWER_LEGACY + LEGACY_BASED },
};

static void report_numbers(const void *row)
{
	const struct mode *item = row;

	for (uint64_t number = 0; number <= HIGHEST_NUMBER; number++)
		report_number(item->mode, number);
	for (size_t i = 0; i < COUNT(large_numbers); i++)
		report_number(item->mode, large_numbers[i]);
}

struct arguments {
	uint64_t number;
	uint64_t values[4];
};

/* Bit 10 and up of an interrupt command are its delivery mode. */
#define ICR(mode, vector) ((uint64_t)(mode) << PARACALL_ICR_MODE_SHIFT | (vector))
#define NOBODY 0xf0
#define SEND PARACALL_KVM_HC_SEND_IPI

static const struct arguments arguments[] = {
	{ PARACALL_KVM_HC_KICK_CPU, { 0, 1 } },
	{ PARACALL_KVM_HC_KICK_CPU, { 0, 2 } },
	{ PARACALL_KVM_HC_KICK_CPU, { 0, 0xfe } },
	{ PARACALL_KVM_HC_KICK_CPU, { 0, 0xff } },
	{ PARACALL_KVM_HC_KICK_CPU, { -1ull, 1 } },
	{ PARACALL_KVM_HC_KICK_CPU, { 0, 1ull << 32 | 1 } },
	{ PARACALL_KVM_HC_SCHED_YIELD, { 1 } },
	{ PARACALL_KVM_HC_SCHED_YIELD, { 0xff } },
	{ PARACALL_KVM_HC_SCHED_YIELD, { 1ull << 32 | 1 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000000, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000001, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000fe0, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000000, 1 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000000, 1ull << 32 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 0x1000000, -1ull } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { MEMORY_END - 64, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { MEMORY_END - 63, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { MEMORY_END, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 1ull << 32, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 1ull << 51, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 1ull << 63, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { -64ull, 0 } },
	{ PARACALL_KVM_HC_CLOCK_PAIRING, { 1ull << 51, 1 } },
	{ PARACALL_KVM_HC_MMU_OP, { 24, 0x1000000 } },
	{ PARACALL_KVM_HC_MMU_OP, { -1ull, -1ull, -1ull } },
	{ PARACALL_KVM_HC_MAP_GPA_RANGE, { 0x1000000, 1, 0 } },
	{ PARACALL_KVM_HC_MAP_GPA_RANGE, { 0x1000001, 1, 0x10 } },
	{ PARACALL_KVM_HC_MAP_GPA_RANGE, { 0, -1ull, 0 } },
	{ SEND, { 0, 0, 0, 0 } },
	{ SEND, { 1, 0, 0, ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, ICR(0, 0x50) } },
	{ SEND, { 3, 0, 0, ICR(0, 0x50) } },
	{ SEND, { -1ull, -1ull, 0, ICR(0, 0x50) } },
	{ SEND, { 1, 0, 1, ICR(0, 0x50) } },
	{ SEND, { 1ull << 63, 0, 0, ICR(0, 0x50) } },
	{ SEND, { -1ull, -1ull, 2, ICR(0, 0x50) } },
	{ SEND, { -1ull, -1ull, 0xffffffff, ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0xffffffff, ICR(0, 0x50) } },
	{ SEND, { 0, 1, 0xffffffc0, ICR(0, 0x50) } },
	{ SEND, { 0, 1, 0xffffffe0, ICR(0, 0x50) } },
	{ SEND, { 3, 0, 1ull << 32, ICR(0, 0x50) } },
	{ SEND, { 3, 0, 0, 1ull << 32 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, ICR(0, 0x00) } },
	{ SEND, { 2, 0, 0, ICR(0, 0x0f) } },
	{ SEND, { 2, 0, 0, ICR(1, 0x50) } },
	{ SEND, { 2, 0, 0, ICR(1, 0x05) } },
	{ SEND, { 2, 0, 0, ICR(3, 0x50) } },
	{ SEND, { 2, 0, 0, ICR(4, 0x50) } },
	{ SEND, { 2, 0, 0, ICR(7, 0x50) } },
	/* Level-triggered, without and with "assert"; and that alone. */
	{ SEND, { 2, 0, 0, 0x8000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0xc000 | ICR(0, 0x51) } },
	{ SEND, { 2, 0, 0, 0x4000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0x8000 | ICR(1, 0x50) } },
	{ SEND, { 2, 0, 0, 0x8000 | ICR(4, 0x50) } },
	/* Pending, reserved, remote IRR. */
	{ SEND, { 2, 0, 0, 0x1000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0x2000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0x10000 | ICR(0, 0x50) } },
	/* Logical destination, each shorthand. */
	{ SEND, { 2, 0, 0, 0x800 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0x40000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0x80000 | ICR(0, 0x50) } },
	{ SEND, { 2, 0, 0, 0xc0000 | ICR(0, 0x50) } },
	{ SEND, { 0, 0, 0, 0x800 | ICR(0, 0x50) } },
	/* What would end a CPU, to ids that no CPU has. */
	{ SEND, { 1, 0, NOBODY, ICR(2, 0) } },
	{ SEND, { 1, 0, NOBODY, ICR(5, 0) } },
	{ SEND, { 1, 0, NOBODY, ICR(6, 8) } },
};

static void report_arguments(const void *row)
{
	const struct mode *item = row;

	for (size_t i = 0; i < COUNT(arguments); i++) {
		for (unsigned int j = 0; j < COUNT(both); j++) {
			struct question question =
				question_call(both[j], item->mode, arguments[i].number);

			memcpy(question.arguments, arguments[i].values,
			       sizeof(question.arguments));
			report_answer(&question, "");
			interrupts_on();
		}
	}
}

/*
 * ---- Registers -------------------------------------------------------------
 */

static const uint32_t registers[] = {
	PARACALL_KVM_MSR_WALL_CLOCK,
	PARACALL_KVM_MSR_SYSTEM_TIME,
	PARACALL_KVM_MSR_WALL_CLOCK_NEW,
	PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
	PARACALL_KVM_MSR_ASYNC_PF_EN,
	PARACALL_KVM_MSR_STEAL_TIME,
	PARACALL_KVM_MSR_PV_EOI_EN,
	PARACALL_KVM_MSR_POLL_CONTROL,
	PARACALL_KVM_MSR_ASYNC_PF_INT,
	PARACALL_KVM_MSR_ASYNC_PF_ACK,
	PARACALL_KVM_MSR_MIGRATION_CONTROL,
	PARACALL_KVM_MSR_MIGRATION_CONTROL + 1,
	0x4b564d0f,
	0x4b564d10,
	PARACALL_KVM_MSR_LAST,
};

static const uint64_t values[] = {
	0,
	1,
	2,
	3,
	4,
	5,
	7,
	8,
	9,
	0xb,
	0xf,
	0x10,
	0x3f,
	0x60,
	0xff,
	0x100,
	0x1ff,
	SPARE,
	SPARE + 1,
	SPARE + 2,
	SPARE + 3,
	SPARE + 4,
	SPARE + 5,
	SPARE + 8,
	SPARE + 9,
	SPARE + 0xb,
	SPARE + 0xd,
	SPARE + 0xf,
	SPARE + 0x11,
	SPARE + 0x20,
	SPARE + 0x21,
	SPARE + 0x30,
	SPARE + 0x39,
	SPARE + 0x40,
	SPARE + 0x41,
	SPARE + 0x49,
	SPARE + 0x79,
	SPARE + 0xfc1,
	SPARE + 0xfe1,
	SPARE + 0xffd,
	SPARE + 0xff9,
	MEMORY_END - 0x3f,
	MEMORY_END - 0x37,
	MEMORY_END - 3,
	MEMORY_END + 1,
	MEMORY_END + 9,
	1ull << 31 | 1,
	1ull << 31 | 9,
	1ull << 32,
	1ull << 32 | 1,
	1ull << 32 | 9,
	1ull << 51 | 1,
	1ull << 52 | 1,
	1ull << 52 | 9,
	1ull << 63,
	1ull << 63 | 1,
	1ull << 63 | 9,
	-1ull,
	-64ull,
	-63ull,
};

static void report_read(const struct question *write)
{
	struct question read = question_rdmsr(write->mode, (uint32_t)write->arguments[1]);
	struct answer answer = answer_of(&read);

	print("answer ");
	print_question(write);
	print(", then read = ");
	print_answer(&read, &answer);
	print("\n");
}

static void report_msr(enum answer_mode mode, uint32_t number, uint64_t value)
{
	struct question write = question_wrmsr(mode, number, value);

	report_answer(&write, "");
	report_read(&write);
}

/* As after a reset, all off. A vector is set as long as events may come. */
static void reset_registers(void)
{
	static const uint32_t pages[] = {
		PARACALL_KVM_MSR_ASYNC_PF_EN, PARACALL_KVM_MSR_STEAL_TIME,
		PARACALL_KVM_MSR_PV_EOI_EN,   PARACALL_KVM_MSR_SYSTEM_TIME,
		PARACALL_KVM_MSR_WALL_CLOCK,
	};

	for (size_t i = 0; i < COUNT(pages); i++)
		try_wrmsr(pages[i], 0);
	try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1);
	try_wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, 0);
}

static void report_values(const void *row)
{
	const struct mode *item = row;

	for (size_t i = 0; i < COUNT(registers); i++) {
		for (size_t j = 0; j < COUNT(values); j++) {
			if (registers[i] == PARACALL_KVM_MSR_ASYNC_PF_EN)
				try_wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, 0x60);
			report_msr(item->mode, registers[i], values[j]);
			interrupts_on();
			reset_registers();
			written_fill(FILL);
		}
	}
}

/*
 * Hosts also depend on what they find: versions grow, flags are kept, an event is
 * reported where the last one was taken. Each with other bytes there than FILL.
 */
static void report_found(void)
{
	/* clang-format off */
	static const uint32_t pages[] = {
		PARACALL_KVM_MSR_WALL_CLOCK,	 PARACALL_KVM_MSR_SYSTEM_TIME,
		PARACALL_KVM_MSR_WALL_CLOCK_NEW, PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
		PARACALL_KVM_MSR_ASYNC_PF_EN,	 PARACALL_KVM_MSR_STEAL_TIME,
		PARACALL_KVM_MSR_PV_EOI_EN,
	};
	static const uint64_t at[] = {
		SPARE, SPARE + 1, SPARE + 9, SPARE + 0x41, SPARE + 0xfe1, MEMORY_END - 0x3f,
	};
	static const struct {
		uint8_t byte;
		const char *name;
	} fills[] = { { 0x00, ", on 00" }, { 0xff, ", on ff" }, { 0x02, ", on 02" } };
	/* clang-format on */

	for (size_t i = 0; i < COUNT(pages); i++) {
		for (size_t j = 0; j < COUNT(at) * COUNT(fills); j++) {
			struct question question =
				question_wrmsr(ANSWER_64, pages[i], at[j / COUNT(fills)]);

			try_wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, 0x60);
			written_fill(fills[j % COUNT(fills)].byte);
			report_answer(&question, fills[j % COUNT(fills)].name);
			interrupts_on();
			reset_registers();
		}
	}
	written_fill(FILL);
}

/*
 * An end of interrupt that the guest need not signal: the host says so in a
 * byte, when it delivers one, and clears that when the guest signals it anyway.
 */
static void report_end_of_interrupt(void)
{
	const struct fields none = { .count = 0 };

	try_wrmsr(PARACALL_KVM_MSR_PV_EOI_EN, SPARE | 1);
	apic_send(this_cpu()->apic_id, 0x50);
	delay_us(100);
	try_wrmsr(PARACALL_KVM_MSR_PV_EOI_EN, 0);
	print("answer an interrupt with PV_EOI_EN at SPARE = written");
	print_written(&none);
	print("\n");
}

static void report_user_registers(void)
{
	for (size_t i = 0; i < COUNT(registers); i++) {
		report_msr(ANSWER_USER_64, registers[i], 0);
		report_msr(ANSWER_USER_COMPATIBILITY, registers[i], 0);
	}
}

/*
 * ---- CPUID -----------------------------------------------------------------
 */

/* Each bit of what is offered on a line of its own: they are known to differ. */
static void report_features(void)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(0x40000001, 0);

	for (unsigned int bit = 0; bit < 32; bit++)
		print("answer CPUID 0x40000001, feature %u = %u\n", bit, leaf.eax >> bit & 1);
	print("answer CPUID 0x40000001, ebx, ecx, edx = 0x%x 0x%x 0x%x\n", leaf.ebx, leaf.ecx,
	      leaf.edx);
}

static void report_leaves(void)
{
	static const enum answer_mode in[] = { ANSWER_64, ANSWER_COMPATIBILITY, ANSWER_USER_64,
					       ANSWER_USER_COMPATIBILITY };
	static const uint32_t leaves[] = { 0x40000000, 0x40000002, 0x40000010, 0x400000ff,
					   0x40000100 };

	report_features();
	for (size_t i = 0; i < COUNT(leaves); i++) {
		for (unsigned int j = 0; j < COUNT(in); j++) {
			struct question question = question_cpuid(in[j], leaves[i]);

			report_answer(&question, "");
		}
	}
}

/* clang-format off */
/* The source of what is expected: see struct test. */
#define COMPARED "paracall-check(1), --compare"

#define TEST(test_name, test_rule, function) \
	{ .name = test_name, .rule = test_rule, .run = function, .kvm = true }
/* clang-format on */

static const struct test tests[] = {
	TEST("CPUID", COMPARED, report_leaves),
	{ .name = "calls in",
	  .rule = COMPARED,
	  .run_row = report_numbers,
	  .kvm = true,
	  .rows = modes,
	  .row_count = COUNT(modes),
	  .row_size = sizeof(modes[0]) },
	/* Those in which interrupts can be taken. */
	{ .name = "arguments in",
	  .rule = COMPARED,
	  .run_row = report_arguments,
	  .cpus = 2,
	  .kvm = true,
	  .rows = modes,
	  .row_count = 4,
	  .row_size = sizeof(modes[0]) },
	{ .name = "registers in",
	  .rule = COMPARED,
	  .run_row = report_values,
	  .kvm = true,
	  .rows = modes,
	  .row_count = 1,
	  .row_size = sizeof(modes[0]) },
	TEST("registers at level 3", COMPARED, report_user_registers),
	TEST("registers and what is in memory", COMPARED, report_found),
	TEST("end of an interrupt", COMPARED, report_end_of_interrupt),
};

TEST_LIST(tests);

int main(void)
{
	cpus_start();
	written_fill(FILL);
	tests_start("answers");
	tests_run(tests, COUNT(tests));
	return tests_finish();
}
