/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine without an emulator: vCPUs are a few registers, and what the
 * library asks of the engine is written down.
 */
#ifndef PARACALL_TEST_FAKE_ENGINE_H
#define PARACALL_TEST_FAKE_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <paracall/paracall.h>

#define FAKE_CPUS 4

struct fake_cpu {
	struct paracall_cpu *cpu;
	uint64_t registers[PARACALL_X86_REGISTERS];
	unsigned int reads;
	unsigned int writes;
	/* What was done to this vCPU by others. */
	unsigned int wakes;
	unsigned int yields;
	unsigned int interrupts;
	struct paracall_interrupt interrupt;
};

struct fake_machine {
	struct paracall_machine *machine;
	struct fake_cpu cpus[FAKE_CPUS];
	/* APIC ids are the vCPU's number times this. */
	uint32_t apic_id_step;
};

#define FAKE_CAPABILITIES (PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT | PARACALL_CAN_YIELD)

/* A complete engine; change its capabilities for less of one. */
extern const struct paracall_engine fake_engine;

/* Creates a machine of FAKE_CPUS vCPUs; @options may be NULL. */
void fake_machine_create(struct fake_machine *fake, const struct paracall_engine *engine,
			 const struct paracall_options *options);
void fake_machine_destroy(struct fake_machine *fake);

/* The defaults that fake_machine_create() uses. */
struct paracall_options fake_options(void);

/* Do a call in 64-bit privileged mode; returns rax. */
int64_t fake_call(struct fake_cpu *cpu, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		  uint64_t a3);
/* The same in @mode. */
uint64_t fake_call_in(struct fake_cpu *cpu, uint32_t mode, uint64_t number, uint64_t a0,
		      uint64_t a1, uint64_t a2, uint64_t a3);

#endif /* PARACALL_TEST_FAKE_ENGINE_H */
