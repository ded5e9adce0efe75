/* SPDX-License-Identifier: BSD-2-Clause */
/* From time-stamp counter to nanoseconds, as pvclock-abi.h says. */
#ifndef PARACALL_LIB_X86_CLOCK_H
#define PARACALL_LIB_X86_CLOCK_H

#include "../record.h"
#include "state.h"

struct clock_scale {
	uint32_t multiplier;
	int8_t shift;
};

struct clock_scale paracall_clock_scale(uint64_t frequency);

/* (tsc << shift) * multiplier / 2^32, by a wide product. */
uint64_t paracall_clock_nanoseconds(struct clock_scale scale, uint64_t tsc);

/* With the machine. 0, or an enum paracall_error. */
int paracall_clock_init(struct clock *clock);
void paracall_clock_destroy(struct clock *clock);

/* The vCPU's clock page is not written to any more, once this returns. */
void paracall_clock_stop(struct paracall_cpu *cpu);

/* The same for callers that must not wait: what another vCPU writes there it ends. */
void paracall_clock_leave(struct paracall_cpu *cpu);

/* Whether the guest has a page for this vCPU's clock, and it is written. */
bool paracall_clock_is_running(struct paracall_cpu *cpu);

/*
 * Fault injection: the clock of all vCPUs jumps forward, or back, by this much, in
 * paracall_update_clock().
 */
void paracall_clock_jump(struct paracall_cpu *cpu, int64_t nanoseconds);

/* The machine stood still, and its clocks with it. */
void paracall_clock_was_paused(struct paracall_machine *machine);

/* The clock's line in a record; as in ../architecture.h. */
void paracall_clock_save(struct clock *clock, struct record_writer *writer);
int paracall_clock_load(struct paracall_machine *machine, struct record_reader *reader,
			bool is_real);

/* What others requested, in paracall_update(). */
void paracall_update_clock(struct paracall_cpu *cpu);

#endif /* PARACALL_LIB_X86_CLOCK_H */
