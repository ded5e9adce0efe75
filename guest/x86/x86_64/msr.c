/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's registers from 32-bit code, and in modes outside long mode. */
#include "../msr.h"

/*
 * The upper halves are no part of a program in 32-bit code (Intel SDM vol. 1,
 * "General-Purpose Registers in 64-Bit Mode"); of the one that hosts may have
 * use for they are not looked at.
 */
static void forgive_upper_half(struct registers *seen, const struct registers *expected)
{
	seen->rcx &= 0xffffffff;
	seen->rcx |= expected->rcx >> 32 << 32;
}

enum {
	READING,
	WRITING,
	ATTEMPTS
};

const struct attempt narrow_attempts[ATTEMPTS] = {
	[READING] = { "rdmsr in 32-bit code", registers_rdmsr_32, 0x32, forgive_upper_half },
	[WRITING] = { "wrmsr in 32-bit code", registers_wrmsr_32, 0x30, forgive_upper_half },
};

const unsigned int narrow_attempt_count = ATTEMPTS;

static void test_refused_32(const void *row)
{
	expect_refusal(&narrow_attempts[WRITING], row);
}

static void test_halves_32(void)
{
	expect_halves(&narrow_attempts[WRITING], &narrow_attempts[READING]);
}

/* Real mode and others outside long mode; the last two are user mode. */
static bool is_user_mode(enum legacy_mode mode)
{
	return mode == LEGACY_USER_32 || mode == LEGACY_VM86;
}

static struct legacy run_legacy(enum legacy_mode mode, uint8_t opcode, uint32_t eax)
{
	struct legacy state = { .ecx = PARACALL_KVM_MSR_POLL_CONTROL,
				.eax = eax,
				.ebx = 0x11112222,
				.esi = 0x33334444,
				.eflags = 2 };
	uint8_t code[] = { 0x0f, opcode };

	legacy_run(mode, code, sizeof(code), &state);
	return state;
}

static void try_legacy(enum legacy_mode mode)
{
	bool is_user = is_user_mode(mode);
	struct legacy state = run_legacy(mode, 0x30, 0);

	check_equal(state.vector, is_user ? VECTOR_GP : -1, "mode %u, wrmsr: vector", mode);
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), is_user,
		    "mode %u: POLL_CONTROL", mode);
	wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1);
	state = run_legacy(mode, 0x32, 0x55556666);
	check_equal(state.vector, is_user ? VECTOR_GP : -1, "mode %u, rdmsr: vector", mode);
	check_equal(state.eax, is_user ? 0x55556666 : 1, "mode %u, rdmsr: eax", mode);
	if (!is_user) {
		check_equal(state.edx, 0, "mode %u, rdmsr: edx", mode);
		check_equal(state.ecx, PARACALL_KVM_MSR_POLL_CONTROL, "mode %u, rdmsr: ecx",
			    mode);
		check_equal(state.ebx, 0x11112222, "mode %u, rdmsr: ebx", mode);
	}
	state = run_legacy(mode, 0x30, 2);
	check_equal(state.vector, VECTOR_GP, "mode %u, reserved bit: vector", mode);
	/* From its code segment's beginning, which is a page's. */
	check_equal(state.eip % 0x1000, 0, "mode %u, reserved bit: eip", mode);
	check_equal(state.eax, 2, "mode %u, reserved bit: eax", mode);
	/* Real mode has no error codes. */
	if (mode != LEGACY_REAL)
		check_equal(state.error_code, 0, "mode %u, reserved bit: error code", mode);
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 1, "mode %u: POLL_CONTROL",
		    mode);
}

static void test_legacy(void)
{
	for (enum legacy_mode mode = 0; mode < LEGACY_MODES; mode++)
		try_legacy(mode);
}

__asm__(".pushsection .text\n"
	".balign 4096\n"
	".globl write_own_page, own_clock\n"
	"write_own_page:\n"
	"	mov %edi, %ecx\n"
	"	mov %rdx, %r8\n"
	"	xor %edx, %edx\n"
	"	mov $0, %r9d\n"
	"1:	mov %esi, %eax\n"
	"	wrmsr\n"
	"	add $1, %r9\n"
	"	dec %r8\n"
	"	jnz 1b\n"
	"	mov %r9, %rax\n"
	"	ret\n"
	".balign 64\n"
	"own_clock:\n"
	"	.skip 32, 0\n"
	".balign 4096\n"
	".popsection\n");

static const struct test tests[] = {
	{ .name = "#GP in 32-bit code for",
	  .rule = SET_AND_GET "; " WRMSR,
	  .run_row = test_refused_32,
	  .kvm = true,
	  TEST_ROWS(refused) },
	{ .name = "both halves of a value, 32-bit code",
	  .rule = WRMSR "; Intel SDM vol. 1, \"General-Purpose Registers in 64-Bit Mode\"",
	  .run = test_halves_32,
	  .kvm = true,
	  .features = FEATURE(CLOCKSOURCE2) },
	{ .name = "modes outside long mode",
	  .rule = SET_AND_GET "; " WRMSR,
	  .run = test_legacy,
	  .kvm = true,
	  .features = FEATURE(POLL_CONTROL) },
};

TEST_LIST(tests);
