/* SPDX-License-Identifier: BSD-2-Clause */
/* Each mode's part of interrupts, besides interrupts_start(). */
#ifndef GUEST_DESCRIPTORS_H
#define GUEST_DESCRIPTORS_H

#include "runtime.h"

struct table_pointer {
	uint16_t limit;
	const void *base;
} __attribute__((packed));

/* Of entry.S: where each vector's interrupt enters, 16 bytes each. */
extern const char interrupt_entries[], catch_recovery[];

/* Code and data, and the task state's segment but for what is above 4 GiB. */
void descriptors_fill(struct cpu *cpu);

struct registers frame_registers(const struct interrupt_frame *frame);

/* To continue in catch_exception(), which returns the vector. */
struct interrupt_frame *frame_of_recovery(struct cpu *cpu, struct interrupt_frame *frame);

#endif /* GUEST_DESCRIPTORS_H */
