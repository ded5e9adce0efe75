/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Announces KVM to the guest's kernel, in the device tree that it begins with. */
#ifndef PARACALL_QEMU_POWERPC_DEVICE_TREE_H
#define PARACALL_QEMU_POWERPC_DEVICE_TREE_H

#include "../engine.h"
#include "site.h"

/* Whether a block whose first instruction has these bytes may be a kernel's first. */
bool device_tree_may_begin(uint32_t bytes);

/* Whether it looks like that in memory; at translation. */
bool device_tree_begins(struct vcpu *translator, const struct powerpc_site *site);

/* It is executed. */
qemu_plugin_vcpu_cb device_tree_reached;

#endif /* PARACALL_QEMU_POWERPC_DEVICE_TREE_H */
