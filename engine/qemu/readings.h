/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the guest's readings of its counter are used: the first ones of each vCPU,
 * one when it is needed, and few besides.
 */
#ifndef PARACALL_QEMU_READINGS_H
#define PARACALL_QEMU_READINGS_H

#include "engine.h"

/*
 * When the plugin is loaded, and when a vCPU exists. Before a reading that is used
 * comes @begin, which calls readings_begin(); after it @finish, which calls
 * readings_end().
 */
void readings_init(qemu_plugin_vcpu_cb *begin, qemu_plugin_vcpu_cb *finish);
void readings_init_vcpu(struct vcpu *vcpu);

/*
 * While a block is translated: an instruction that reads the counter, @userdata is for
 * @begin; a block that may come after it.
 */
void readings_hook(struct qemu_plugin_insn *insn, void *userdata);
void readings_hook_next(struct qemu_plugin_tb *block);

/* [vCPU] Use the next reading. */
void readings_want(struct vcpu *vcpu);

/* [vCPU] One begins; what comes next does not follow one, as after an interrupt. */
void readings_begin(struct vcpu *vcpu);
void readings_end(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_READINGS_H */
