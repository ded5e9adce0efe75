/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers by their names, as QEMU has them: what it gives for one may be NULL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../engine/qemu/registers.h"

#include <cmocka.h>

enum {
	FIRST,
	SECOND,
	MISSING,
	REGISTERS
};

static const char *const names[REGISTERS] = { "first", "other/second", "missing" };

struct engine paracall_qemu_engine;

/* ---- in place of QEMU ------------------------------------------------------- */

static uint64_t values[2];

/* A register's number is its handle. */
GArray *qemu_plugin_get_registers(void)
{
	static const char *const there[] = { "first", "second" };
	GArray *found = g_array_new(FALSE, FALSE, sizeof(qemu_plugin_reg_descriptor));

	for (size_t i = 0; i < 2; i++) {
		qemu_plugin_reg_descriptor descriptor = {
			/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
			.handle = (struct qemu_plugin_register *)i,
			.name = there[i],
		};

		g_array_append_val(found, descriptor);
	}
	return found;
}

bool qemu_plugin_read_register(struct qemu_plugin_register *handle, GByteArray *buffer)
{
	g_byte_array_append(buffer, (const guint8 *)&values[(uintptr_t)handle],
			    sizeof(values[0]));
	return true;
}

bool qemu_plugin_write_register(struct qemu_plugin_register *handle, GByteArray *buffer)
{
	memcpy(&values[(uintptr_t)handle], buffer->data, sizeof(values[0]));
	return true;
}

/* ---- tests ------------------------------------------------------------------ */

static void handles_can_be_null(void **state)
{
	struct vcpu vcpu = { .buffer = g_byte_array_sized_new(64) };

	(void)state;
	values[0] = GUINT64_TO_LE(0x1234);
	values[1] = GUINT64_TO_LE(0x5678);
	assert_true(registers_find(names, REGISTERS, MISSING));
	assert_true(register_exists(FIRST));
	assert_true(register_exists(SECOND));
	assert_int_equal(register_read(&vcpu, FIRST), 0x1234);
	assert_int_equal(register_read(&vcpu, SECOND), 0x5678);
	register_write(&vcpu, FIRST, 0x9abc);
	assert_int_equal(values[0], GUINT64_TO_LE(0x9abc));
	g_byte_array_free(vcpu.buffer, TRUE);
}

static void what_is_missing_is_noticed(void **state)
{
	struct vcpu vcpu = { .buffer = g_byte_array_sized_new(64) };

	(void)state;
	assert_false(registers_find(names, REGISTERS, REGISTERS));
	assert_false(register_exists(MISSING));
	assert_int_equal(register_read(&vcpu, MISSING), 0);
	register_write(&vcpu, MISSING, 0x1111);
	assert_int_not_equal(values[0], GUINT64_TO_LE(0x1111));
	g_byte_array_free(vcpu.buffer, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handles_can_be_null),
		cmocka_unit_test(what_is_missing_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
