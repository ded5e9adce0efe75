/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

static bool is_accessible(const struct paracall_cpu *cpu, struct paracall_gpa address,
			  size_t size)
{
	return cpu->machine->engine.capabilities & PARACALL_CAN_ACCESS_MEMORY &&
	       address.value <= UINT64_MAX - size;
}

bool guest_read(struct paracall_cpu *cpu, struct paracall_gpa address, void *data, size_t size)
{
	return is_accessible(cpu, address, size) &&
	       cpu->machine->engine.read_memory(cpu->engine_cpu, address, data, size);
}

static bool write_in_page(struct paracall_cpu *cpu, struct paracall_gpa address,
			  const void *data, size_t size)
{
	return cpu->machine->engine.write_memory(cpu->engine_cpu, address, data, size);
}

static size_t size_in_page(struct paracall_gpa address, size_t size)
{
	size_t left = GUEST_PAGE_SIZE - address.value % GUEST_PAGE_SIZE;

	return size < left ? size : left;
}

/* As virt/kvm/kvm_main.c, kvm_write_guest: the part before a hole is written. */
bool guest_write(struct paracall_cpu *cpu, struct paracall_gpa address, const void *data,
		 size_t size)
{
	const uint8_t *bytes = data;

	if (!is_accessible(cpu, address, size))
		return false;
	while (size) {
		size_t part = size_in_page(address, size);

		if (!write_in_page(cpu, address, bytes, part))
			return false;
		address = guest_offset(address, part);
		bytes += part;
		size -= part;
	}
	return true;
}
