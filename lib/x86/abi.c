/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86's calling convention (Documentation/virt/kvm/x86/hypercalls.rst): vmcall
 * or vmmcall, number and result in rax, up to four arguments in rbx, rcx, rdx
 * and rsi; no other register changes.
 */
#include "../table.h"

const struct convention paracall_x86_convention = {
	.number = PARACALL_X86_RAX,
	.result = PARACALL_X86_RAX,
	.arguments = { PARACALL_X86_RBX, PARACALL_X86_RCX, PARACALL_X86_RDX, PARACALL_X86_RSI },
};
