/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Polling by the host before a halt: msr.rst. Engines here put a halted vCPU to
 * sleep at once, so a guest that forbids polling gets that anyway.
 */
#include "msr.h"
#include "state.h"

bool paracall_write_poll_control(struct paracall_cpu *cpu, uint64_t value)
{
	if (!accepts_flag(value))
		return false;
	x86_cpu(cpu)->msrs.poll_control = value;
	return true;
}

uint64_t paracall_read_poll_control(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.poll_control;
}
