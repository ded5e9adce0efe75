/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a vCPU's machine state register was loaded: for the magic page's critical sections. */
#ifndef PARACALL_QEMU_POWERPC_MSR_H
#define PARACALL_QEMU_POWERPC_MSR_H

#include "../engine.h"

/* Once, before there are vCPUs. */
void msr_install(void);

/* Whether the instruction, of the supervisor state, loads it. */
bool msr_is_hooked(uint32_t word);

/* Notes that, when it runs. */
void msr_hook(struct qemu_plugin_insn *insn, bool is_big_endian);

/* An interrupt has loaded it. */
void msr_note_loaded(const struct vcpu *vcpu);

/* For struct paracall_engine: since this was last asked. */
bool msr_was_loaded(void *context);

#endif /* PARACALL_QEMU_POWERPC_MSR_H */
