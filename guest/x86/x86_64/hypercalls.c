/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of 64 bits, and compatibility mode. */
#include "../hypercalls.h"

static const struct way ways_32[] = {
	{ "vmcall", registers_vmcall_32, false },
	{ "vmmcall", registers_vmmcall_32, true },
};

static const struct way ways_user_32[] = {
	{ "vmcall", registers_vmcall_user_32, false },
	{ "vmmcall", registers_vmmcall_user_32, true },
};

/* In 64-bit code all 64 bits are the number. */
static void test_whole_number(const void *row)
{
	const struct number *known = row;

	for (unsigned int i = 0; i < WAYS; i++) {
		uint64_t number = 1ul << 32 | known->number;
		struct registers registers = harmless(number);

		ways[i].call(&registers);
		check_equal((long)registers.rax, KVM_ENOSYS, "%s, number 0x%lx", ways[i].name,
			    number);
	}
}

/*
 * Compatibility mode is 32-bit, long mode being active or not (arch/x86/kvm/
 * x86.h, is_64_bit_hypercall): the number and the result have 32 bits, the
 * result's upper half is zero.
 */
static void test_32(const void *row)
{
	uint64_t number = (uint32_t)((const struct number *)row)->number;

	for (unsigned int i = 0; i < WAYS; i++) {
		struct registers registers = harmless(number | 0xdeadbeefull << 32);

		ways_32[i].call(&registers);
		check_equal((int64_t)(registers.rax >> 32), 0,
			    "32-bit %s, number %ld, upper half of rax", ways_32[i].name,
			    (long)number);
		check_answer(number, (int32_t)registers.rax, ways_32[i].name);
	}
}

static void test_32_kept(void)
{
	try_all_kept(ways_32);
}

static void test_user_32(const void *row)
{
	const struct number *number = row;

	for (unsigned int i = 0; i < WAYS; i++)
		try_as_user(&ways_user_32[i], number->number, (uint32_t)-PARACALL_KVM_EPERM);
}

/* In each leaf, with garbage all around: upper halves are zero, the rest is kept. */
static void test_cpuid_halves(void)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct registers before = harmless(kvm.base + (i & 1)), after;

		before.rax |= 0xaaaaaaaaull << 32;
		before.rbx = before.rcx = before.rdx = (uint64_t)-1;
		before.rcx = 0x5555555500000000;
		before.rsi = 0x5151515151515151;
		before.rflags = i & 2 ? 0xed7 : 2;
		after = before;
		registers_cpuid(&after);
		check_equal((int64_t)(after.rax >> 32 | after.rbx >> 32 | after.rcx >> 32 |
				      after.rdx >> 32),
			    0, "leaf 0x%x: upper halves", kvm.base + (i & 1));
		before.rbx = after.rbx;
		before.rcx = after.rcx;
		before.rdx = after.rdx;
		check_kept(&before, &after, "cpuid");
	}
}

/* CPUID reports the same there. */
static void test_cpuid_32(void)
{
	for (uint32_t leaf = kvm.base; leaf <= (kvm.base | 1); leaf++) {
		struct registers in_32 = harmless(leaf);

		registers_cpuid_32(&in_32);
		check_same_leaf(&in_32, leaf, "compatibility mode");
	}
}

__asm__("	.text\n"
	"	.globl pc_after_call\n"
	"pc_after_call:\n"
	"	mov $99, %eax\n"
	"	vmcall\n"
	"	lea 0(%rip), %rax\n"
	"	ret\n"
	"	.globl pc_after_cpuid\n"
	"pc_after_cpuid:\n"
	"	push %rbx\n"
	"	mov $0x40000000, %eax\n"
	"	cpuid\n"
	"	lea 0(%rip), %rax\n"
	"	pop %rbx\n"
	"	ret\n");

/* clang-format off */
/* The source of what is expected: see struct test. */
#define CPUID_INSTRUCTION "Intel SDM vol. 2, \"CPUID\"; arch/x86/kvm/cpuid.c, kvm_emulate_cpuid"

#define TEST(test_name, test_rule, function) \
	{ .name = test_name, .rule = test_rule, .run = function, .kvm = true }
/* clang-format on */

static const struct test tests[] = {
	{ .name = "all 64 bits are the number",
	  .rule = WIDTH,
	  .run_row = test_whole_number,
	  .kvm = true,
	  .rows = &numbers[1],
	  .row_count = 12,
	  .row_size = sizeof(numbers[0]) },
	NUMBERS_TEST("compatibility mode", WIDTH, test_32),
	TEST("compatibility mode: other registers and flags are kept", KEPT "; " WIDTH,
	     test_32_kept),
	NUMBERS_TEST("user mode, 32-bit code, gets -1", PRIVILEGE, test_user_32),
	TEST("CPUID clears four upper halves", CPUID_INSTRUCTION, test_cpuid_halves),
	TEST("CPUID is the same in compatibility mode", CPUID_INSTRUCTION, test_cpuid_32),
};

TEST_LIST(tests);
