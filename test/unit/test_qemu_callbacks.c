/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Version 6 of QEMU's plugin interface, which few QEMUs have: what it calls, the plugin's
 * callbacks get as version 7 would call them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "../../engine/qemu/callbacks.h"

#include <cmocka.h>

#define ID 77

/* As QEMU 11.0 has them. */
static void (*vcpu_init)(qemu_plugin_id_t id, unsigned int vcpu_index);
static void (*vcpu_exit)(qemu_plugin_id_t id, unsigned int vcpu_index);
static void (*vcpu_idle)(qemu_plugin_id_t id, unsigned int vcpu_index);
static void (*vcpu_resume)(qemu_plugin_id_t id, unsigned int vcpu_index);
static void (*translation)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
static void (*discons[5])(qemu_plugin_id_t id, unsigned int vcpu_index, int type, uint64_t from,
			  uint64_t to);
static void (*flush)(qemu_plugin_id_t id);
static void (*at_exit)(qemu_plugin_id_t id, void *userdata);

#define REGISTER(name, place, ...) \
	void qemu_plugin_register_##name##_cb(qemu_plugin_id_t id, \
					      void (*callback)(__VA_ARGS__)); \
	void qemu_plugin_register_##name##_cb(qemu_plugin_id_t id, \
					      void (*callback)(__VA_ARGS__)) \
	{ \
		assert_int_equal(id, ID); \
		place = callback; \
	}

REGISTER(vcpu_init, vcpu_init, qemu_plugin_id_t, unsigned int)
REGISTER(vcpu_exit, vcpu_exit, qemu_plugin_id_t, unsigned int)
REGISTER(vcpu_idle, vcpu_idle, qemu_plugin_id_t, unsigned int)
REGISTER(vcpu_resume, vcpu_resume, qemu_plugin_id_t, unsigned int)
REGISTER(vcpu_tb_trans, translation, qemu_plugin_id_t, struct qemu_plugin_tb *)
REGISTER(flush, flush, qemu_plugin_id_t)

void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t id, int type,
					 void (*callback)(qemu_plugin_id_t, unsigned int, int,
							  uint64_t, uint64_t));
void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t id, int type,
					 void (*callback)(qemu_plugin_id_t, unsigned int, int,
							  uint64_t, uint64_t))
{
	assert_int_equal(id, ID);
	for (int bit = 1; bit <= 4; bit <<= 1)
		if (type & bit)
			discons[bit] = callback;
}

void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*callback)(qemu_plugin_id_t, void *), void *userdata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
				    void (*callback)(qemu_plugin_id_t, void *), void *userdata)
{
	assert_int_equal(id, ID);
	assert_null(userdata);
	at_exit = callback;
}

/* What the last call was, of one of the functions below. */
static const char *called;
static unsigned int seen_vcpu;
static int seen_type;
static uint64_t seen_from, seen_to;
static const void *seen_block;

#define ON_VCPU(name) \
	static void name(unsigned int vcpu_index, void *userdata) \
	{ \
		assert_null(userdata); \
		called = #name; \
		seen_vcpu = vcpu_index; \
	}

ON_VCPU(on_init)
ON_VCPU(on_exit_of_vcpu)
ON_VCPU(on_idle)
ON_VCPU(on_resume)

static void on_translation(struct qemu_plugin_tb *tb, void *userdata)
{
	assert_null(userdata);
	called = "on_translation";
	seen_block = tb;
}

#define ON_DISCON(name) \
	static void name(unsigned int vcpu_index, int type, uint64_t from, uint64_t to, \
			 void *userdata) \
	{ \
		assert_null(userdata); \
		called = #name; \
		seen_vcpu = vcpu_index; \
		seen_type = type; \
		seen_from = from; \
		seen_to = to; \
	}

ON_DISCON(on_either)
ON_DISCON(on_hostcall)

#define ON_MACHINE(name) \
	static void name(void *userdata) \
	{ \
		assert_null(userdata); \
		called = #name; \
	}

ON_MACHINE(on_flush)
ON_MACHINE(on_end)

static void vcpus_have_their_numbers(void **state)
{
	(void)state;
	callbacks_on_vcpu_init(ID, on_init);
	callbacks_on_vcpu_exit(ID, on_exit_of_vcpu);
	callbacks_on_vcpu_idle(ID, on_idle);
	callbacks_on_vcpu_resume(ID, on_resume);
	vcpu_init(ID, 3);
	assert_string_equal(called, "on_init");
	assert_int_equal(seen_vcpu, 3);
	vcpu_exit(ID, 4);
	assert_string_equal(called, "on_exit_of_vcpu");
	assert_int_equal(seen_vcpu, 4);
	vcpu_idle(ID, 5);
	assert_string_equal(called, "on_idle");
	assert_int_equal(seen_vcpu, 5);
	vcpu_resume(ID, 6);
	assert_string_equal(called, "on_resume");
	assert_int_equal(seen_vcpu, 6);
}

/* QEMU may be calling it meanwhile. */
static void callbacks_are_taken_away(void **state)
{
	void (*before)(qemu_plugin_id_t, unsigned int);

	(void)state;
	callbacks_on_vcpu_idle(ID, on_idle);
	before = vcpu_idle;
	callbacks_on_vcpu_idle(ID, NULL);
	assert_null(vcpu_idle);
	before(ID, 1);
	assert_string_equal(called, "on_idle");
}

static void blocks_are_handed_on(void **state)
{
	int block;

	(void)state;
	callbacks_on_translation(ID, on_translation);
	translation(ID, (struct qemu_plugin_tb *)&block);
	assert_string_equal(called, "on_translation");
	assert_ptr_equal(seen_block, &block);
}

/* One callback for two of them, and another one for the third. */
static void discontinuities_have_all_values(void **state)
{
	(void)state;
	callbacks_on_discon(ID, QEMU_PLUGIN_DISCON_INTERRUPT | QEMU_PLUGIN_DISCON_EXCEPTION,
			    on_either);
	assert_null(discons[QEMU_PLUGIN_DISCON_HOSTCALL]);
	callbacks_on_discon(ID, QEMU_PLUGIN_DISCON_HOSTCALL, on_hostcall);
	discons[QEMU_PLUGIN_DISCON_INTERRUPT](ID, 2, QEMU_PLUGIN_DISCON_INTERRUPT, 0x1000,
					      0x2000);
	assert_string_equal(called, "on_either");
	assert_int_equal(seen_vcpu, 2);
	assert_int_equal(seen_type, QEMU_PLUGIN_DISCON_INTERRUPT);
	assert_int_equal(seen_from, 0x1000);
	assert_int_equal(seen_to, 0x2000);
	discons[QEMU_PLUGIN_DISCON_HOSTCALL](ID, 0, QEMU_PLUGIN_DISCON_HOSTCALL, 1, 2);
	assert_string_equal(called, "on_hostcall");
	discons[QEMU_PLUGIN_DISCON_EXCEPTION](ID, 0, QEMU_PLUGIN_DISCON_EXCEPTION, 1, 2);
	assert_string_equal(called, "on_either");
	assert_int_equal(seen_type, QEMU_PLUGIN_DISCON_EXCEPTION);
}

static void the_machine_is_heard(void **state)
{
	(void)state;
	callbacks_on_flush(ID, on_flush);
	callbacks_on_exit(ID, on_end);
	flush(ID);
	assert_string_equal(called, "on_flush");
	at_exit(ID, NULL);
	assert_string_equal(called, "on_end");
	assert_int_equal(qemu_plugin_version, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vcpus_have_their_numbers),
		cmocka_unit_test(callbacks_are_taken_away),
		cmocka_unit_test(blocks_are_handed_on),
		cmocka_unit_test(discontinuities_have_all_values),
		cmocka_unit_test(the_machine_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
