/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LoongArch's registers and entry points; for machines of PARACALL_LOONGARCH only. A guest
 * looks for KVM only where the IOCSR register of features says that there is a hypervisor:
 * PARACALL_LOONGARCH_IOCSR_VM is the engine's to set there. Features are CPUCFG 0x40000004.
 *
 * The rules come from the kernel's Documentation/virt/kvm/loongarch/hypercalls.rst and
 * from arch/loongarch/kvm/exit.c and vcpu.c.
 */
#ifndef PARACALL_LOONGARCH_H
#define PARACALL_LOONGARCH_H

#include <paracall/abi/loongarch.h>
#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The general registers that calls use, by their number: $a0 to $a3. */
enum paracall_loongarch_register {
	PARACALL_LOONGARCH_A0 = 4,
	PARACALL_LOONGARCH_A1,
	PARACALL_LOONGARCH_A2,
	PARACALL_LOONGARCH_A3,
	PARACALL_LOONGARCH_REGISTERS
};

/*
 * [vCPU] The guest executed hvcl with that code at privilege level 0. Reads the function
 * from a0 and as many arguments as that has, does it, and writes a0, through the engine,
 * which then steps over the instruction.
 */
void paracall_hvcl(struct paracall_cpu *cpu, uint32_t code);

/*
 * [vCPU] The guest executed cpucfg, at any privilege level, for that index. Returns true
 * if the index is one of KVM's, and *@value is what the guest gets, with the upper half
 * of the register 0; false if the CPU answers.
 */
bool paracall_cpucfg(struct paracall_cpu *cpu, uint32_t index, uint32_t *value);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_LOONGARCH_H */
