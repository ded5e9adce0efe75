/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions that matter, and where they are found. */
#ifndef PARACALL_QEMU_X86_INSTRUCTIONS_H
#define PARACALL_QEMU_X86_INSTRUCTIONS_H

#include "../plugin_api.h"

/* Bytes of vmcall and vmmcall, and of what may stand in their place. */
#define HYPERCALL_SIZE 3

enum instruction {
	INSTRUCTION_OTHER,
	INSTRUCTION_HYPERCALL,
	/* vmcall or vmmcall, made into a no-op; see instruction_replacement() */
	INSTRUCTION_FAST_HYPERCALL,
	INSTRUCTION_HLT,
	INSTRUCTION_CPUID,
};

enum instruction instruction_classify(const uint8_t *bytes, size_t size);

/* QEMU's callback for each new block: hooks what matters in it. */
qemu_plugin_tb_trans_cb instructions_hook;

#endif /* PARACALL_QEMU_X86_INSTRUCTIONS_H */
