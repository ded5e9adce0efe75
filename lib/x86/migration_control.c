/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the guest may be migrated: msr.rst. One word for the machine, and
 * "ready" from the beginning, as for guests whose memory is not encrypted. In
 * KVM this register is user space's.
 */
#include "msr.h"
#include "state.h"

bool paracall_write_migration_control(struct paracall_cpu *cpu, uint64_t value)
{
	if (!accepts_flag(value))
		return false;
	atomic_store(&x86_machine_of(cpu)->migration_control, value);
	return true;
}

uint64_t paracall_read_migration_control(struct paracall_cpu *cpu)
{
	return atomic_load(&x86_machine_of(cpu)->migration_control);
}
