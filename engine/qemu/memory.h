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
 * Find out where the guest has memory. Before its first instruction: later,
 * devices can be anywhere.
 */
void memory_probe(struct vcpu *vcpu);

/* Whether it was, and any answered. */
bool memory_is_known(void);

/* As well as that can be found out of a guest that was loaded while it ran. */
void memory_probe_late(struct vcpu *vcpu);

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
