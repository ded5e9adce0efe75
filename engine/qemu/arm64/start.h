/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's beginning, its resets, and its device tree. */
#ifndef PARACALL_QEMU_ARM64_START_H
#define PARACALL_QEMU_ARM64_START_H

#include "../engine.h"

/* The first instruction is executed, perhaps not for the first time; @userdata is its address. */
qemu_plugin_vcpu_cb arm64_start_reached;

/* As each reset leaves the registers of a vCPU. */
bool arm64_is_at_start(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_ARM64_START_H */
