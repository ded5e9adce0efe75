/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Version 6: a callback gets the plugin's id first, and only the last one, at QEMU's
 * end, gets anything behind that. So a function of its own stands before each; the plugin
 * has one callback of a kind, which is all that is kept.
 */
#include "callbacks.h"

int qemu_plugin_version = 6;

typedef void vcpu_callback(qemu_plugin_id_t id, unsigned int vcpu_index);
typedef void block_callback(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void discon_callback(qemu_plugin_id_t id, unsigned int vcpu_index, int type,
			     uint64_t from, uint64_t to);
typedef void flush_callback(qemu_plugin_id_t id);
typedef void exit_callback(qemu_plugin_id_t id, void *userdata);

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, vcpu_callback *callback);
void qemu_plugin_register_vcpu_exit_cb(qemu_plugin_id_t id, vcpu_callback *callback);
void qemu_plugin_register_vcpu_idle_cb(qemu_plugin_id_t id, vcpu_callback *callback);
void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t id, vcpu_callback *callback);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, block_callback *callback);
void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t id, int type,
					 discon_callback *callback);
void qemu_plugin_register_flush_cb(qemu_plugin_id_t id, flush_callback *callback);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_callback *callback,
				    void *userdata);

static struct {
	qemu_plugin_vcpu_cb *vcpu_init;
	qemu_plugin_vcpu_cb *vcpu_exit;
	qemu_plugin_vcpu_cb *vcpu_idle;
	qemu_plugin_vcpu_cb *vcpu_resume;
	qemu_plugin_tb_trans_cb *translation;
	qemu_plugin_discon_cb *interrupt;
	qemu_plugin_discon_cb *exception;
	qemu_plugin_discon_cb *hostcall;
	qemu_plugin_simple_cb *flush;
	qemu_plugin_simple_cb *exit;
} callbacks;

static void vcpu_init(qemu_plugin_id_t id, unsigned int vcpu_index)
{
	(void)id;
	callbacks.vcpu_init(vcpu_index, NULL);
}

void callbacks_on_vcpu_init(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	callbacks.vcpu_init = callback;
	qemu_plugin_register_vcpu_init_cb(id, vcpu_init);
}

static void vcpu_exit(qemu_plugin_id_t id, unsigned int vcpu_index)
{
	(void)id;
	callbacks.vcpu_exit(vcpu_index, NULL);
}

void callbacks_on_vcpu_exit(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	callbacks.vcpu_exit = callback;
	qemu_plugin_register_vcpu_exit_cb(id, vcpu_exit);
}

static void vcpu_idle(qemu_plugin_id_t id, unsigned int vcpu_index)
{
	(void)id;
	callbacks.vcpu_idle(vcpu_index, NULL);
}

void callbacks_on_vcpu_idle(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	/* One that is taken away may still be running. */
	if (callback)
		callbacks.vcpu_idle = callback;
	qemu_plugin_register_vcpu_idle_cb(id, callback ? vcpu_idle : NULL);
}

static void vcpu_resume(qemu_plugin_id_t id, unsigned int vcpu_index)
{
	(void)id;
	callbacks.vcpu_resume(vcpu_index, NULL);
}

void callbacks_on_vcpu_resume(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	if (callback)
		callbacks.vcpu_resume = callback;
	qemu_plugin_register_vcpu_resume_cb(id, callback ? vcpu_resume : NULL);
}

static void translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	callbacks.translation(tb, NULL);
}

void callbacks_on_translation(qemu_plugin_id_t id, qemu_plugin_tb_trans_cb *callback)
{
	callbacks.translation = callback;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translation);
}

/* A function for each, so that none is looked up. */
static void interrupt(qemu_plugin_id_t id, unsigned int vcpu_index, int type, uint64_t from,
		      uint64_t to)
{
	(void)id;
	callbacks.interrupt(vcpu_index, type, from, to, NULL);
}

static void exception(qemu_plugin_id_t id, unsigned int vcpu_index, int type, uint64_t from,
		      uint64_t to)
{
	(void)id;
	callbacks.exception(vcpu_index, type, from, to, NULL);
}

static void hostcall(qemu_plugin_id_t id, unsigned int vcpu_index, int type, uint64_t from,
		     uint64_t to)
{
	(void)id;
	callbacks.hostcall(vcpu_index, type, from, to, NULL);
}

void callbacks_on_discon(qemu_plugin_id_t id, int types, qemu_plugin_discon_cb *callback)
{
	static const struct {
		enum qemu_plugin_discon_type type;
		discon_callback *before;
		qemu_plugin_discon_cb **callback;
	} rows[] = {
		{ QEMU_PLUGIN_DISCON_INTERRUPT, interrupt, &callbacks.interrupt },
		{ QEMU_PLUGIN_DISCON_EXCEPTION, exception, &callbacks.exception },
		{ QEMU_PLUGIN_DISCON_HOSTCALL, hostcall, &callbacks.hostcall },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!(types & rows[i].type))
			continue;
		*rows[i].callback = callback;
		qemu_plugin_register_vcpu_discon_cb(id, rows[i].type, rows[i].before);
	}
}

static void flush(qemu_plugin_id_t id)
{
	(void)id;
	callbacks.flush(NULL);
}

void callbacks_on_flush(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback)
{
	callbacks.flush = callback;
	qemu_plugin_register_flush_cb(id, flush);
}

static void at_exit(qemu_plugin_id_t id, void *userdata)
{
	(void)id;
	callbacks.exit(userdata);
}

void callbacks_on_exit(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback)
{
	callbacks.exit = callback;
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
}
