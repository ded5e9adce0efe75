/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interrupts. */
#ifndef PARACALL_QEMU_LOONGARCH_CALLS_H
#define PARACALL_QEMU_LOONGARCH_CALLS_H

#include "../callbacks.h"
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

/* As a block's last instruction: QEMU does not execute it if it is KVM's. */
qemu_plugin_vcpu_cb loongarch_call_last_cpucfg;

/* After an interrupt was delivered; before an exception is. */
qemu_plugin_discon_cb loongarch_call_interrupted;
qemu_plugin_discon_cb loongarch_call_broken_off;

/* Nothing is to be changed any more, and it has no number that is known. */
void loongarch_call_forget(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine. */
uint64_t loongarch_program_counter(void *context);

#endif /* PARACALL_QEMU_LOONGARCH_CALLS_H */
