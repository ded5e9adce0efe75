/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "common/selftest.h"
#include "common/test.h"
#include "runtime/runtime.h"

static void run_code(const uint32_t *code, struct state *state, uint64_t mode)
{
	state->pc = mode == MODE_USER ? user_address(code) : (uintptr_t)code;
	state->mode = mode;
	execute(state);
}

static void test_exceptions(void)
{
	/* csrrd $a3, EENTRY, which user mode cannot execute. */
	static const uint32_t undefined[] = { 0x00000000 };
	static const uint32_t privileged[] = { 0x04003007, BREAK };
	struct state state = { .r[12] = 0x123456789abcdef0, .r[31] = 0x30 };

	run_code(undefined, &state, MODE_KERNEL);
	check_equal(exception_code(&state), CODE_NOT_EXISTENT, "undefined instruction");
	check_equal((int64_t)state.pc, (int64_t)(uintptr_t)undefined, "its address");
	check_equal((int64_t)state.r[12], 0x123456789abcdef0, "a register");
	check_equal((int64_t)state.r[31], 0x30, "the last register");
	run_code(privileged, &state, MODE_KERNEL);
	check_equal(exception_code(&state), CODE_BREAK, "level 0: EENTRY can be read");
	check(state.r[7] != 0, "EENTRY is 0");
	run_code(privileged, &state, MODE_USER);
	check_equal(exception_code(&state), CODE_PRIVILEGE, "level 3: EENTRY");
	check_equal((int64_t)(state.mode & 3), MODE_USER, "level 3: the level");
}

/* Nothing says that there is a hypervisor, and it can't be called. */
static void test_no_kvm(void)
{
	static const uint32_t code[] = { HVCL(PARACALL_HCALL_SERVICE), BREAK };
	struct state state = { .r[4] = PARACALL_HCALL_FUNC_NOTIFY };

	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	check_equal((int64_t)(iocsr(PARACALL_LOONGARCH_IOCSR_FEATURES) &
			      PARACALL_LOONGARCH_IOCSR_VM),
		    0, "IOCSR 8, bit 11");
	check_equal((int64_t)cpucfg(PARACALL_KVM_CPUCFG_SIGNATURE), 0, "the signature");
	run_code(code, &state, MODE_KERNEL);
	check_equal(exception_code(&state), CODE_NOT_EXISTENT, "hvcl");
	check_equal((int64_t)state.r[4], PARACALL_HCALL_FUNC_NOTIFY, "a0");
}

/* Where it is written what is expected: see struct test. */
#define MANUAL "LoongArch Reference Manual, volume 1, "

static const struct test tests[] = {
	{ .name = "exceptions are caught",
	  .rule = MANUAL "\"Exceptions\"",
	  .run = test_exceptions },
	{ .name = "time goes by", .rule = MANUAL "\"Stable Counter\"", .run = test_time },
	{ .name = "other CPUs run work",
	  .rule = "QEMU: hw/loongarch/boot.c, slave_boot_code",
	  .run = test_cpus,
	  .cpus = 2 },
	{ .name = "without KVM there is no sign of it",
	  .rule = "QEMU: target/loongarch/tcg/translate.c, loongarch_tr_translate_insn",
	  .run = test_no_kvm },
};

TESTS_MAIN("selftest", tests)
