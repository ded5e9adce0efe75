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

bool guest_write(struct paracall_cpu *cpu, struct paracall_gpa address, const void *data,
		 size_t size)
{
	return is_accessible(cpu, address, size) &&
	       cpu->machine->engine.write_memory(cpu->engine_cpu, address, data, size);
}
