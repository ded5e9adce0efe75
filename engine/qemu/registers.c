/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one register costs some 20 ns: QEMU goes through its gdb stub. The
 * buffers are the vCPUs', so nothing is allocated on the way.
 */
#include "registers.h"

#include <string.h>

/* QEMU's handles are the same for all vCPUs of a machine. */
static struct qemu_plugin_register *handles[MAX_REGISTERS];
static bool is_big_endian;

/* To the host's order of bytes, or from it. */
static uint64_t swap(uint64_t value)
{
	return is_big_endian ? GUINT64_FROM_BE(value) : GUINT64_FROM_LE(value);
}

bool registers_find(const char *const *names, unsigned int count, bool big_endian)
{
	GArray *found = qemu_plugin_get_registers();
	bool complete = true;

	is_big_endian = big_endian;
	for (guint i = 0; i < found->len; i++) {
		const qemu_plugin_reg_descriptor *descriptor =
			&g_array_index(found, qemu_plugin_reg_descriptor, i);

		for (unsigned int number = 0; number < count; number++)
			if (!strcmp(descriptor->name, names[number]))
				handles[number] = descriptor->handle;
	}
	g_array_free(found, TRUE);
	for (unsigned int number = 0; number < count; number++)
		complete = complete && handles[number];
	return complete;
}

uint64_t register_read(struct vcpu *vcpu, unsigned int number)
{
	GByteArray *buffer = vcpu->buffer;
	uint64_t value = 0;

	buffer->len = 0;
	if (!qemu_plugin_read_register(handles[number], buffer))
		return 0;
	memcpy(&value, buffer->data, buffer->len < 8 ? buffer->len : 8);
	return swap(value);
}

void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value)
{
	GByteArray *buffer = vcpu->buffer;

	value = swap(value);
	buffer->len = sizeof(value);
	memcpy(buffer->data, &value, sizeof(value));
	qemu_plugin_write_register(handles[number], buffer);
}
