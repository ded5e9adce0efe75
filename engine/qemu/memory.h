/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's memory, as far as it is memory. */
#ifndef PARACALL_QEMU_MEMORY_H
#define PARACALL_QEMU_MEMORY_H

#include "engine.h"

/* Above all memory. */
#define MEMORY_LIMIT (UINT64_C(1) << 46)

/* Bytes that one access has at the most. */
#define MEMORY_LARGEST 4096

/*
 * Copy from or to a guest-physical address, whatever is there: devices, too.
 * False if nothing answers. On the vCPU's thread.
 */
bool physical_read(struct vcpu *vcpu, uint64_t address, void *data, size_t size);
bool physical_write(struct vcpu *vcpu, uint64_t address, const void *data, size_t size);

/*
 * The first page from @start on, up to @limit, that does not answer: found by halves, so
 * nothing behind it may answer either, or by steps.
 */
uint64_t memory_find_end(struct vcpu *vcpu, uint64_t start, uint64_t limit);
uint64_t memory_find_end_by_steps(struct vcpu *vcpu, uint64_t start, uint64_t limit);

/* A target says where the guest has memory: at so many places, numbered from 0. */
#define MEMORY_PLACES 3
void memory_set(unsigned int place, uint64_t start, uint64_t end);

/*
 * The same on machines whose memory goes on from address 0 without a gap, up to
 * @limit at the most; only the first time counts. Devices below the limit must
 * not answer yet.
 */
void memory_probe_from_zero(struct vcpu *vcpu, uint64_t limit);

/* The engine's part of struct paracall_engine; @context is a struct vcpu. */
bool memory_read(void *context, struct paracall_gpa address, void *data, size_t size);
bool memory_write(void *context, struct paracall_gpa address, const void *data, size_t size);

#endif /* PARACALL_QEMU_MEMORY_H */
