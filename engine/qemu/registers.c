/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one register costs some 20 ns: QEMU goes through its gdb stub. The
 * buffers are the vCPUs', so nothing is allocated on the way.
 */
#include "registers.h"

#include <string.h>

static const char *const names[X86_REGISTERS] = {
	[PARACALL_X86_RAX] = "rax", [PARACALL_X86_RBX] = "rbx",
	[PARACALL_X86_RCX] = "rcx", [PARACALL_X86_RDX] = "rdx",
	[PARACALL_X86_RSI] = "rsi", [X86_RIP] = "rip",
	[X86_EFLAGS] = "eflags",    [X86_CS] = "cs",
	[X86_CR0] = "cr0",	    [X86_EFER] = "efer",
};

/* QEMU's handles are the same for all vCPUs of a machine. */
static struct qemu_plugin_register *handles[X86_REGISTERS];

bool registers_find(void)
{
	GArray *found = qemu_plugin_get_registers();
	bool complete = true;

	for (guint i = 0; i < found->len; i++) {
		const qemu_plugin_reg_descriptor *descriptor =
			&g_array_index(found, qemu_plugin_reg_descriptor, i);

		for (int number = 0; number < X86_REGISTERS; number++)
			if (!strcmp(descriptor->name, names[number]))
				handles[number] = descriptor->handle;
	}
	g_array_free(found, TRUE);
	for (int number = 0; number < X86_REGISTERS; number++)
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
	return GUINT64_FROM_LE(value);
}

void register_write(struct vcpu *vcpu, unsigned int number, uint64_t value)
{
	GByteArray *buffer = vcpu->buffer;

	value = GUINT64_TO_LE(value);
	buffer->len = sizeof(value);
	memcpy(buffer->data, &value, sizeof(value));
	qemu_plugin_write_register(handles[number], buffer);
}
