/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * s390's registers and entry points; for machines of PARACALL_S390 only.
 *
 * There are no features or hints. Addresses are absolute ones, and a vCPU's id is the CPU's
 * address. Without PARACALL_CAN_YIELD the functions of DIAGNOSE that ask to yield do
 * nothing.
 */
#ifndef PARACALL_S390_H
#define PARACALL_S390_H

#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The registers that DIAGNOSE uses: the general ones by their number, and these. */
enum paracall_s390_register {
	PARACALL_S390_R0,
	PARACALL_S390_R15 = 15,
	PARACALL_S390_PREFIX,
	PARACALL_S390_REGISTERS
};

/* The outcome of DIAGNOSE. */
enum paracall_diag_outcome {
	/* Done; the engine steps over the instruction. */
	PARACALL_DIAG_DONE,
	/* The engine's own, which does it now. It is counted. */
	PARACALL_DIAG_NOT_OURS,
	/* The guest gets a program interruption, after the instruction. */
	PARACALL_DIAG_OPERATION,
	PARACALL_DIAG_ADDRESSING,
	PARACALL_DIAG_SPECIFICATION,
};

/*
 * [vCPU] The guest executed s390's DIAGNOSE in supervisor state (in
 * problem state it is a privileged-operation exception): @code is the sum of
 * base and displacement, of which only 16 bits count; @r1 and @r3 are the
 * numbers in the instruction's fields.
 */
enum paracall_diag_outcome paracall_diag(struct paracall_cpu *cpu, uint32_t code,
					 unsigned int r1, unsigned int r3);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_S390_H */
