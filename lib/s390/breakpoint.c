/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x501: what a host's debugger puts into the guest's code. One
 * that no debugger has put there is an invalid instruction.
 */
#include "diag.h"

int64_t paracall_diag_breakpoint(struct paracall_cpu *cpu, struct call *call)
{
	(void)cpu;
	(void)call;
	return PARACALL_DIAG_OPERATION;
}
