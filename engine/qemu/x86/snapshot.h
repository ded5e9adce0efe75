/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest could miss, in a record beside the machine's state, so that it goes with it
 * wherever that is saved and loaded: in the page of QEMU's vmclock device.
 */
#ifndef PARACALL_QEMU_X86_SNAPSHOT_H
#define PARACALL_QEMU_X86_SNAPSHOT_H

#include "state.h"

/* When the plugin is loaded: there is such a device, and its page is to be used. */
void snapshot_init(bool is_wanted);

/* For struct target. */
void snapshot_save(struct vcpu *vcpu);
bool snapshot_is_other(struct vcpu *vcpu);
const char *snapshot_restore(struct vcpu *vcpu, bool has_record);

#endif /* PARACALL_QEMU_X86_SNAPSHOT_H */
