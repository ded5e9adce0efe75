/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one register costs some 20 ns: QEMU goes through its gdb stub. The
 * buffers are the vCPUs', so nothing is allocated on the way.
 */
#include "registers.h"

#include "target.h"

#include <string.h>

/* QEMU's handles are the same for all vCPUs of a machine. NULL can be one. */
static struct qemu_plugin_register *handles[MAX_REGISTERS];
static bool has_handle[MAX_REGISTERS];

/* Their sizes in bytes, once they were read; all threads find the same. */
static uint8_t sizes[MAX_REGISTERS];

/* To the host's order of bytes, or from it; @size bytes of @value count. */
static uint64_t swap(const struct vcpu *vcpu, uint64_t value, unsigned int size)
{
	if (!vcpu->is_big_endian)
		return GUINT64_FROM_LE(value);
	return GUINT64_FROM_BE(value) >> (64 - 8 * size);
}

/* A name can be a list of alternatives separated by slashes. */
static bool is_named(const char *name, const char *names)
{
	size_t length = strlen(name);

	while (strncmp(name, names, length) || (names[length] && names[length] != '/')) {
		names += strcspn(names, "/");
		if (!*names++)
			return false;
	}
	return true;
}

bool registers_find(const char *const *names, unsigned int count, unsigned int needed)
{
	GArray *found = qemu_plugin_get_registers();
	bool complete = true;

	for (guint i = 0; i < found->len; i++) {
		const qemu_plugin_reg_descriptor *descriptor =
			&g_array_index(found, qemu_plugin_reg_descriptor, i);

		for (unsigned int number = 0; number < count; number++) {
			/* Once: other vCPUs may run already. */
			if (has_handle[number] || !is_named(descriptor->name, names[number]))
				continue;
			handles[number] = descriptor->handle;
			has_handle[number] = true;
		}
	}
	g_array_free(found, TRUE);
	for (unsigned int number = 0; number < needed; number++)
		complete = complete && has_handle[number];
	return complete;
}

bool register_exists(unsigned int number)
{
	return has_handle[number];
}

uint64_t register_read(struct vcpu *vcpu, unsigned int number)
{
	GByteArray *buffer = vcpu->buffer;
	uint64_t value = 0;
	unsigned int size;

	buffer->len = 0;
	if (!has_handle[number] || !qemu_plugin_read_register(handles[number], buffer))
		return 0;
	size = buffer->len < sizeof(value) ? buffer->len : sizeof(value);
	if (__atomic_load_n(&sizes[number], __ATOMIC_RELAXED) != size)
		__atomic_store_n(&sizes[number], size, __ATOMIC_RELAXED);
	/* Most are that long; a copy whose length is not known takes longer. */
	if (size == sizeof(value))
		memcpy(&value, buffer->data, sizeof(value));
	else
		memcpy(&value, buffer->data, size);
	return size ? swap(vcpu, value, size) : 0;
}

void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value)
{
	GByteArray *buffer = vcpu->buffer;
	unsigned int size = __atomic_load_n(&sizes[number], __ATOMIC_RELAXED);

	if (!size) {
		register_read(vcpu, number);
		size = __atomic_load_n(&sizes[number], __ATOMIC_RELAXED);
	}
	if (!size)
		return;
	value = vcpu->is_big_endian ? GUINT64_TO_BE(value << (64 - 8 * size))
				    : GUINT64_TO_LE(value);
	buffer->len = size;
	/* All of it: a copy whose length is not known takes longer than the rest. */
	memcpy(buffer->data, &value, sizeof(value));
	qemu_plugin_write_register(handles[number], buffer);
}

bool registers_are_zero(struct vcpu *vcpu, unsigned int last)
{
	for (unsigned int i = 0; i <= last; i++)
		if (register_read(vcpu, last - i))
			return false;
	return true;
}

uint64_t target_read_register(void *context, unsigned int number)
{
	return register_read(context, number);
}

void target_write_register(void *context, unsigned int number, uint64_t value)
{
	register_write(context, number, value);
}
