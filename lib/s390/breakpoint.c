/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x501: what a debugger of the host's puts into the guest's code. One
 * that no debugger knows of is an invalid instruction.
 */
#include "diag.h"

enum paracall_diag_outcome paracall_diag_breakpoint(struct paracall_cpu *cpu,
						    const struct diag_call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_DIAG_OPERATION;
}
