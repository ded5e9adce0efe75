/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host answers to 32-bit code: calls of all numbers by both instructions, what KVM's
 * registers refuse, its CPUID leaves. This program judges nothing: 'paracall check
 * --compare' runs it on two engines, and compares what they say. The other program of this
 * name has all that 64-bit mode can ask.
 */
#include "../runtime/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_changes(const struct registers *before, const struct registers *after)
{
	static const char *const names[] = { REGISTER_NAMES };
	const unsigned long *old = (const unsigned long *)before;
	const unsigned long *new = (const unsigned long *)after;

	for (unsigned int i = 0; i < COUNT(names); i++)
		if (old[i] != new[i])
			print(" %s 0x%lx", names[i], new[i]);
	print("\n");
}

static const struct way {
	const char *name;
	void (*call)(struct registers *registers);
} ways[] = { { "vmcall", registers_vmcall }, { "vmmcall", registers_vmmcall } };

/* Of a vCPU that there is not; of none; with the sign. */
static const unsigned long arguments[][4] = {
	{ 0, 0, 0, 0 },
	{ 3, 0xf0, 0xf0, 0xf0 },
	{ 0x80000000, 0xfe, 0x80000000, 0x80000000 },
	{ -1ul, -1ul, -1ul, -1ul },
};

static void report_call(const struct way *way, unsigned long number,
			const unsigned long values[4])
{
	struct registers before = registers_with_patterns(number, 0x2);
	struct registers registers;

	before.rbx = values[0];
	before.rcx = values[1];
	before.rdx = values[2];
	before.rsi = values[3];
	registers = before;
	way->call(&registers);
	print("answer %s 0x%lx(0x%lx, 0x%lx, 0x%lx, 0x%lx) =", way->name, number, values[0],
	      values[1], values[2], values[3]);
	print_changes(&before, &registers);
}

static void report_calls(const void *row)
{
	static const unsigned long large[] = {
		99, 1000, 0x7fffffff, 0x80000000, -1000ul, -1ul
	};

	for (unsigned int i = 0; i < COUNT(arguments); i++) {
		for (unsigned long number = 0; number < 64; number++)
			report_call(row, number, arguments[i]);
		for (unsigned int k = 0; k < COUNT(large); k++)
			report_call(row, large[k], arguments[i]);
	}
}

/* Values that none of them takes, and 0. */
static const uint64_t refused[] = { 0, 1ull << 63 | 0x3e, 0x30, 0xfffffffffffffffe };

/* Firmware may have used it, so it is read when it was set. */
static void report_register(uint32_t number)
{
	uint64_t value = 0;
	int vector;

	for (unsigned int i = 0; i < COUNT(refused); i++) {
		vector = try_wrmsr(number, refused[i]);
		print("answer wrmsr 0x%x, 0x%llx = exception %d\n", number,
		      (unsigned long long)refused[i], vector);
	}
	try_wrmsr(number, 0);
	vector = try_rdmsr(number, &value);
	print("answer rdmsr 0x%x = exception %d value 0x%llx\n", number, vector,
	      (unsigned long long)value);
}

static void report_registers(void)
{
	report_register(PARACALL_KVM_MSR_WALL_CLOCK);
	report_register(PARACALL_KVM_MSR_SYSTEM_TIME);
	for (uint32_t number = PARACALL_KVM_MSR_FIRST; number <= PARACALL_KVM_MSR_LAST;
	     number++)
		report_register(number);
}

static void report_leaves(void)
{
	struct registers leaf = registers_with_patterns(PARACALL_KVM_CPUID_SIGNATURE, 0x2);
	struct registers before = leaf;

	registers_cpuid(&leaf);
	print("answer CPUID 0x40000000 =");
	print_changes(&before, &leaf);
	leaf = registers_with_patterns(PARACALL_KVM_CPUID_FEATURES, 0x2);
	registers_cpuid(&leaf);
	print("answer CPUID 0x40000001, others = ebx 0x%lx ecx 0x%lx edx 0x%lx\n", leaf.rbx,
	      leaf.rcx, leaf.rdx);
	for (unsigned int i = 0; i < 32; i++)
		print("answer CPUID 0x40000001, feature %u = %lu\n", i, leaf.rax >> i & 1);
}

#define COMPARED "paracall-check(1), --compare"

static const struct test tests[] = {
	{ .name = "leaves", .rule = COMPARED, .run = report_leaves, .kvm = true },
	{ .name = "calls by",
	  .rule = COMPARED,
	  .run_row = report_calls,
	  .kvm = true,
	  .rows = ways,
	  .row_count = COUNT(ways),
	  .row_size = sizeof(ways[0]) },
	{ .name = "registers", .rule = COMPARED, .run = report_registers, .kvm = true },
};

TESTS_MAIN("answers", tests)
