/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at what the guest reads from its time-stamp counter. */
#ifndef PARACALL_QEMU_X86_TSC_H
#define PARACALL_QEMU_X86_TSC_H

#include "../engine.h"

/* When the plugin is loaded, and when a vCPU is there. */
void tsc_init(void);
void tsc_init_vcpu(struct vcpu *vcpu);

/* While a block is translated: an instruction that reads it; any block. */
void tsc_hook_reading(struct qemu_plugin_insn *insn);
void tsc_hook_block(struct qemu_plugin_tb *block);

/* The vCPU's next reading is to be looked at. */
void tsc_want(struct vcpu *vcpu);

/* An interrupt or exception was delivered. */
void tsc_interrupted(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_TSC_H */
