/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x501: what a debugger of the host's puts into the guest's code. One
 * that no debugger knows of is an invalid instruction.
 */
#include "diag.h"

enum paracall_diag_outcome paracall_diag_breakpoint(struct paracall_cpu *cpu, unsigned int r1,
						    unsigned int r3)
{
	(void)cpu;
	(void)r1;
	(void)r3;
	return PARACALL_DIAG_OPERATION;
}
