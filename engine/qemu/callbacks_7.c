/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Since version 7 each callback gets what it was registered with, and nothing else. */
#include "callbacks.h"

int qemu_plugin_version = 7;

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
				       void *userdata);
void qemu_plugin_register_vcpu_exit_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
				       void *userdata);
void qemu_plugin_register_vcpu_idle_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
				       void *userdata);
void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
					 void *userdata);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   qemu_plugin_tb_trans_cb *callback, void *userdata);
void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t id, int type,
					 qemu_plugin_discon_cb *callback, void *userdata);
void qemu_plugin_register_flush_cb(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback,
				   void *userdata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback,
				    void *userdata);

void callbacks_on_vcpu_init(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	qemu_plugin_register_vcpu_init_cb(id, callback, NULL);
}

void callbacks_on_vcpu_exit(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	qemu_plugin_register_vcpu_exit_cb(id, callback, NULL);
}

void callbacks_on_vcpu_idle(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	qemu_plugin_register_vcpu_idle_cb(id, callback, NULL);
}

void callbacks_on_vcpu_resume(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	qemu_plugin_register_vcpu_resume_cb(id, callback, NULL);
}

void callbacks_on_translation(qemu_plugin_id_t id, qemu_plugin_tb_trans_cb *callback)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, callback, NULL);
}

void callbacks_on_discon(qemu_plugin_id_t id, int types, qemu_plugin_discon_cb *callback)
{
	qemu_plugin_register_vcpu_discon_cb(id, types, callback, NULL);
}

void callbacks_on_flush(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback)
{
	qemu_plugin_register_flush_cb(id, callback, NULL);
}

void callbacks_on_exit(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback)
{
	qemu_plugin_register_atexit_cb(id, callback, NULL);
}
