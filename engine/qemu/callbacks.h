/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callbacks for what happens to vCPUs and to the machine. This is where the versions
 * of QEMU's plugin interface differ: each has a file callbacks_VERSION.c, and the plugin
 * is linked once with each. Callbacks are as version 7 has them; their userdata is NULL.
 */
#ifndef PARACALL_QEMU_CALLBACKS_H
#define PARACALL_QEMU_CALLBACKS_H

#include "plugin_api.h"

typedef void qemu_plugin_simple_cb(void *userdata);
typedef void qemu_plugin_tb_trans_cb(struct qemu_plugin_tb *tb, void *userdata);
typedef void qemu_plugin_discon_cb(unsigned int vcpu_index, int type, uint64_t from,
				   uint64_t to, void *userdata);

void callbacks_on_vcpu_init(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback);
void callbacks_on_vcpu_exit(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback);
/*
 * A vCPU is about to sleep, or continues; not with one thread for all, nor with -icount.
 * NULL takes the callback away.
 */
void callbacks_on_vcpu_idle(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback);
void callbacks_on_vcpu_resume(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback);
void callbacks_on_translation(qemu_plugin_id_t id, qemu_plugin_tb_trans_cb *callback);
/* @types: bits of enum qemu_plugin_discon_type. One callback for each at most. */
void callbacks_on_discon(qemu_plugin_id_t id, int types, qemu_plugin_discon_cb *callback);
void callbacks_on_flush(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback);
void callbacks_on_exit(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback);

#endif /* PARACALL_QEMU_CALLBACKS_H */
