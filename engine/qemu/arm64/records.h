/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that is taken from the guest: records of stolen time, and the machine's state. */
#ifndef PARACALL_QEMU_ARM64_RECORDS_H
#define PARACALL_QEMU_ARM64_RECORDS_H

#include "../engine.h"

/* Where virt's memory begins. */
#define ARM64_MEMORY_START UINT64_C(0x40000000)

/* How much memory that is, and a multiple of what its address is: of a kernel's largest pages. */
#define ARM64_RECORDS_SIZE 0x10000u

/*
 * Whether it may be there, @size bytes before memory ends. Only the first time nobody can have
 * made the device tree but QEMU, and nobody can have used the memory; later it stays where it is.
 */
bool arm64_records_may_be(struct vcpu *vcpu, uint64_t address, uint64_t size, bool is_first);

/* The machine begins, and it is there. */
void arm64_records_begin(struct vcpu *vcpu, uint64_t address);

/* A vCPU is there; its record has a place, if that is known. */
void arm64_place_record(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine: this memory, and no other. */
bool arm64_read_record(void *context, struct paracall_gpa address, void *data, size_t size);
bool arm64_write_record(void *context, struct paracall_gpa address, const void *data,
			size_t size);

/* The machine's state goes with its memory: see ../target.h. */
void arm64_save_state(struct vcpu *vcpu);
bool arm64_has_other_state(struct vcpu *vcpu);
bool arm64_state_is_certain(void);
const char *arm64_restore_state(struct vcpu *vcpu, bool has_record);

#endif /* PARACALL_QEMU_ARM64_RECORDS_H */
