/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guests do in the targets inject and saved, whose engine is a simple one. */
#ifndef PARACALL_FUZZ_CALLS_H
#define PARACALL_FUZZ_CALLS_H

#include <paracall/paracall.h>

/* The engine's time, in nanoseconds; each target has its own. */
extern uint64_t fuzz_now;

/* Of one architecture. */
struct calls {
	enum paracall_architecture architecture;
	/* Adds what the engine needs for it alone; NULL: nothing. */
	void (*complete)(struct paracall_engine *engine);
	/*
	 * The @i'th thing of a vCPU with these registers: while faults are injected, and after
	 * a record was loaded.
	 */
	void (*inject)(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i);
	void (*resume)(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i);
};

/* Any byte chooses one. */
const struct calls *calls_of_byte(uint8_t byte);

#endif /* PARACALL_FUZZ_CALLS_H */
