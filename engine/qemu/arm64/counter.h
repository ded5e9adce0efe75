/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's counter, CNTVCT_EL0 or CNTPCT_EL0, and how it goes with the host's clocks. */
#ifndef PARACALL_QEMU_ARM64_COUNTER_H
#define PARACALL_QEMU_ARM64_COUNTER_H

#include "../engine.h"

/* When the plugin is loaded. */
void counter_init(void);

/* The machine begins: its frequency is what QEMU has, and not what a guest wrote there. */
void counter_begin(struct vcpu *vcpu);

/* Whether this instruction reads the counter into a register. */
bool counter_is_reading(uint32_t word);

/* For such an instruction of the kernel's. */
void counter_hook_reading(struct qemu_plugin_insn *insn, uint32_t word);

/* Whether a block of the kernel's there may follow one: it is for readings_hook_next(). */
bool counter_may_follow(uint64_t address);

/* Another state was loaded, whose counter is another one. No vCPU runs. */
void counter_forget(void);

/* All vCPUs sleep: the machine can be stopped, and continue later. This one goes on. */
void counter_doubt(void);
void counter_resume(struct vcpu *vcpu);

/* For each tick: where it is not known whether the machine was stopped. */
void counter_refresh(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine. */
bool counter_read(void *context, struct paracall_clocks *clocks);

#endif /* PARACALL_QEMU_ARM64_COUNTER_H */
