/* SPDX-License-Identifier: BSD-2-Clause */
#include "misuse.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

void report_to_engine(const struct paracall_machine *machine, const struct paracall_cpu *cpu,
		      int error, const char *message)
{
	if (machine->engine.report)
		machine->engine.report(machine->engine_machine, cpu ? engine_cpu_of(cpu) : NULL,
				       error, message);
}

#ifndef PARACALL_CHECKS

void report_misuse(const struct paracall_machine *machine, const struct paracall_cpu *cpu,
		   const char *message)
{
	report_to_engine(machine, cpu, PARACALL_ERROR_USE, message);
}

#else

void report_misuse(const struct paracall_machine *machine, const struct paracall_cpu *cpu,
		   const char *message)
{
	report_to_engine(machine, cpu, PARACALL_ERROR_USE, message);
	fprintf(stderr, "libparacall: %s\n", message);
	abort();
}

static void check(bool is_good, const struct paracall_cpu *cpu, const char *function,
		  const char *what)
{
	char message[160];

	if (is_good)
		return;
	snprintf(message, sizeof(message), "%s: %s", function, what);
	report_misuse(cpu->machine, cpu, message);
}

void misuse_check_added(const struct paracall_cpu *cpu, const char *function)
{
	check(is_added(cpu), cpu, function, "the vCPU was taken out of its machine");
}

/* A thread by a number other than 0. */
static uintptr_t this_thread(void)
{
	return (uintptr_t)pthread_self();
}

struct paracall_cpu *misuse_enter(struct paracall_cpu *cpu, const char *function,
				  bool may_be_inside)
{
	uintptr_t inside = 0;

	if (!cpu)
		return NULL;
	misuse_check_added(cpu, function);
	if (atomic_compare_exchange_strong(&cpu->inside, &inside, this_thread()))
		return cpu;
	check(inside == this_thread(), cpu, function,
	      "another thread is in the library for the same vCPU");
	check(may_be_inside, cpu, function,
	      "the vCPU is inside of another function of the library");
	return NULL;
}

void misuse_leave(struct paracall_cpu **cpu)
{
	if (*cpu)
		atomic_store(&(*cpu)->inside, 0);
}

void misuse_check_stopped(const struct paracall_machine *machine, const char *function)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		const struct paracall_cpu *cpu = cpu_at(machine, i);

		check(!atomic_load(&cpu->inside), cpu, function, "a vCPU is in the library");
	}
}

#endif
