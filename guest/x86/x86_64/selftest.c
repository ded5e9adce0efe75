/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways out of 64-bit mode and back. */
#include "../runtime/test.h"

/* CPUID is as good as any instruction to see that the registers get through. */
static void test_compatibility_mode(void)
{
	struct registers in_32 = { .rax = 0xdead00000000, .rdi = 0x1234567890, .rflags = 2 };
	struct registers in_64 = { .rflags = 2 };

	registers_cpuid_32(&in_32);
	registers_cpuid(&in_64);
	check_equal((int64_t)in_32.rax, (int64_t)in_64.rax, "eax of CPUID leaf 0");
	check_equal((int64_t)in_32.rbx, (int64_t)in_64.rbx, "ebx");
	check_equal((int64_t)in_32.rdi, 0x1234567890, "rdi, not used");
}

/* The code is the same bytes in 16 and 32 bits; ud2 is in the middle of it. */
static void test_legacy_modes(void)
{
	for (enum legacy_mode mode = 0; mode < LEGACY_MODES; mode++) {
		/* inc %eax; mov %cs, %ebx */
		uint8_t code[] = { 0x40, 0x8c, 0xcb }, bad[] = { 0x40, 0x0f, 0x0b };
		struct legacy registers = { .eax = 6, .edi = 0x12345678, .eflags = 2 };
		bool is_user = mode == LEGACY_USER_32;

		legacy_run(mode, code, sizeof(code), &registers);
		check_equal(registers.vector, -1, "mode %u: exception", mode);
		check_equal(registers.eax, 7, "mode %u: eax", mode);
		check_equal(registers.edi, 0x12345678, "mode %u: edi", mode);
		check_equal(registers.ebx & 3, is_user ? 3 : 0, "mode %u: selector", mode);
		check_equal((registers.ebx & 0xffff) == 0,
			    mode == LEGACY_REAL || mode == LEGACY_VM86, "mode %u: segment 0",
			    mode);
		legacy_run(mode, bad, sizeof(bad), &registers);
		check_equal(registers.vector, VECTOR_UD, "mode %u: ud2", mode);
		check_equal(registers.eax, 8, "mode %u: eax at ud2", mode);
		if (mode != LEGACY_BASED)
			check_equal(registers.eip, 1, "mode %u: eip at ud2", mode);
	}
	check_equal(this_cpu()->online, 1, "CPU's own segment");
}

static const struct test tests[] = {
	{ .name = "compatibility mode and back",
	  .rule = "Intel SDM vol. 3, \"64-bit Mode and Compatibility Mode Operation\"",
	  .run = test_compatibility_mode },
	{ .name = "modes outside long mode and back",
	  .rule = "Intel SDM vol. 3, \"Mode Switching\"",
	  .run = test_legacy_modes },
};

TEST_LIST(tests);
