/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions that matter, and where they are found. */
#ifndef PARACALL_QEMU_X86_INSTRUCTIONS_H
#define PARACALL_QEMU_X86_INSTRUCTIONS_H

#include "../callbacks.h"

enum instruction {
	INSTRUCTION_OTHER,
	INSTRUCTION_VMCALL,
	INSTRUCTION_VMMCALL,
	/* vmcall or vmmcall, made into a no-op; see replace_instruction() */
	INSTRUCTION_FAST_HYPERCALL,
	INSTRUCTION_HLT,
	INSTRUCTION_CPUID,
	INSTRUCTION_RDMSR,
	INSTRUCTION_WRMSR,
	/* rdtsc and rdtscp */
	INSTRUCTION_READ_TSC,
	INSTRUCTION_PAUSE,
	/* Returns from a system management interrupt. */
	INSTRUCTION_RSM,
};

/* @has_refining_prefix: 66, f2 or f3 was among its prefixes. */
enum instruction instruction_classify(const uint8_t *bytes, size_t size,
				      bool *has_refining_prefix);

/* QEMU's callback for each new block: hooks what matters in it. */
qemu_plugin_tb_trans_cb instructions_hook;

#endif /* PARACALL_QEMU_X86_INSTRUCTIONS_H */
