/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of the machine, and its resets. */
#ifndef PARACALL_QEMU_S390_START_H
#define PARACALL_QEMU_S390_START_H

#include "../engine.h"

/*
 * Its registers are as they are there: on its thread, or while it translates; @vcpu may
 * then be one for reading registers alone.
 */
bool s390_is_at_start(struct vcpu *vcpu);

/* The first instruction is executed, perhaps not for the first time; @userdata is its address. */
qemu_plugin_vcpu_cb s390_start_reached;

#endif /* PARACALL_QEMU_S390_START_H */
