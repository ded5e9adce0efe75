/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's memory, as far as it is memory. */
#ifndef PARACALL_QEMU_MEMORY_H
#define PARACALL_QEMU_MEMORY_H

#include "engine.h"

/* Above all memory. */
#define MEMORY_LIMIT (UINT64_C(1) << 46)

/* The most bytes of one access. */
#define MEMORY_LARGEST 4096

/*
 * Copy from or to any guest-physical address, devices included.
 * False if nothing responds. On the vCPU's thread.
 */
bool physical_read(struct vcpu *vcpu, uint64_t address, void *data, size_t size);
bool physical_write(struct vcpu *vcpu, uint64_t address, const void *data, size_t size);

/*
 * The same with whole pages, so many that they have @size bytes. Only those are written that
 * differ from @before, which is the same as @data then.
 */
bool physical_read_pages(struct vcpu *vcpu, uint64_t address, uint8_t *data, size_t size);
bool physical_write_pages(struct vcpu *vcpu, uint64_t address, const uint8_t *data,
			  uint8_t *before, size_t size);

/*
 * The first page from @start on, up to @limit, that does not respond: by bisection, so
 * nothing after it may respond either, or by steps.
 */
uint64_t memory_find_end(struct vcpu *vcpu, uint64_t start, uint64_t limit);
uint64_t memory_find_end_by_steps(struct vcpu *vcpu, uint64_t start, uint64_t limit);

/* A target reports where the guest has memory: this many places, numbered from 0. */
#define MEMORY_PLACES 3
void memory_set(unsigned int place, uint64_t start, uint64_t end);

/*
 * The same on machines whose memory starts at address 0 and has no gap, up to
 * @limit; only the first call counts. Devices below the limit must
 * not respond yet.
 */
void memory_probe_from_zero(struct vcpu *vcpu, uint64_t limit);

/* The same once firmware and guest may have placed devices: a saved state was loaded. */
void memory_probe_from_zero_late(struct vcpu *vcpu, uint64_t limit);

/* The engine's part of struct paracall_engine; @context is a struct vcpu. */
bool memory_read(void *context, struct paracall_gpa address, void *data, size_t size);
bool memory_write(void *context, struct paracall_gpa address, const void *data, size_t size);

#endif /* PARACALL_QEMU_MEMORY_H */
