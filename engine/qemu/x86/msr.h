/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's callbacks for rdmsr and wrmsr in privileged code. */
#ifndef PARACALL_QEMU_X86_MSR_H
#define PARACALL_QEMU_X86_MSR_H

#include "../engine.h"

qemu_plugin_vcpu_cb call_rdmsr;
/* The instruction after a rdmsr that must not leave its block. */
qemu_plugin_vcpu_cb call_after_rdmsr;
qemu_plugin_vcpu_cb call_wrmsr;

/* After an exception was delivered: restores what raised it. */
void msr_delivered(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_X86_MSR_H */
