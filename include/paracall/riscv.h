/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V's registers and entry point; for machines of PARACALL_RISCV only, whose harts have
 * 64 bits. Calls are those of the Supervisor Binary Interface (SBI) that a guest makes by
 * ecall in supervisor mode. KVM answers all of them. Here a firmware does below the guest
 * (OpenSBI), which can do what an engine can't: start harts, send interrupts, fence. It
 * keeps these, and the library has what only KVM has: who answers, and steal time.
 *
 * Features are PARACALL_KVM_FEATURE_... of abi/riscv.h.
 *
 * What a guest of the guest's own calls, in virtual supervisor mode, is the guest's to
 * answer, and must not get here.
 *
 * The rules come from arch/riscv/kvm/vcpu_sbi.c, vcpu_sbi_base.c and vcpu_sbi_sta.c.
 */
#ifndef PARACALL_RISCV_H
#define PARACALL_RISCV_H

#include <paracall/abi/riscv.h>
#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The registers that calls use: a0 to a7. */
enum paracall_riscv_register {
	PARACALL_RISCV_A0,
	PARACALL_RISCV_A1,
	PARACALL_RISCV_A2,
	PARACALL_RISCV_A3,
	PARACALL_RISCV_A4,
	PARACALL_RISCV_A5,
	PARACALL_RISCV_A6,
	PARACALL_RISCV_A7,
	PARACALL_RISCV_REGISTERS
};

/* The outcome of a call. */
enum paracall_sbi_outcome {
	/* Done; the engine steps over the instruction. */
	PARACALL_SBI_DONE,
	/* The firmware's, which the engine lets have it now. It is counted. */
	PARACALL_SBI_NOT_OURS,
};

/*
 * [vCPU] The guest executed ecall in supervisor mode, and not in virtual supervisor mode.
 * Reads extension and function from a7 and a6 and as many arguments as the function
 * has, does it, and writes a0 and a1 as KVM does, through the engine.
 *
 * HSM_HART_STOP forgets the hart's record of steal time, as KVM does before it starts a hart
 * again; the rest of it is the firmware's.
 */
enum paracall_sbi_outcome paracall_sbi(struct paracall_cpu *cpu);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_RISCV_H */
