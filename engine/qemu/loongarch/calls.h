/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interrupts. */
#ifndef PARACALL_QEMU_LOONGARCH_CALLS_H
#define PARACALL_QEMU_LOONGARCH_CALLS_H

#include "../engine.h"

/* @userdata is the site, as site.h packs it. */
qemu_plugin_vcpu_cb loongarch_call_hvcl;

/*
 * QEMU executes these two by itself, and then what they gave is changed: by the next
 * instruction's callback, whose @userdata is that one's place in its page. So no block is
 * left in its middle.
 */
qemu_plugin_vcpu_cb loongarch_call_cpucfg;
qemu_plugin_vcpu_cb loongarch_call_iocsrrd;
qemu_plugin_vcpu_cb loongarch_call_next;

/* After an interrupt was delivered. */
qemu_plugin_discon_cb loongarch_call_interrupted;

/* Nothing is to be changed any more. */
void loongarch_call_forget(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine. */
uint64_t loongarch_program_counter(void *context);

#endif /* PARACALL_QEMU_LOONGARCH_CALLS_H */
