/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's beginning, its resets, and its memory. */
#ifndef PARACALL_QEMU_RISCV_START_H
#define PARACALL_QEMU_RISCV_START_H

#include "../engine.h"

/* The first instruction is executed, perhaps not for the first time; @userdata is its address. */
qemu_plugin_vcpu_cb riscv_start_reached;

/* Find out where memory is, unless that is known: in a process that begins with a load. */
void riscv_look_around(struct vcpu *vcpu);

/* Whether QEMU's machines begin there, in that mode; and whether this vCPU does now. */
bool riscv_may_begin(uint64_t address, uint64_t mode);
bool riscv_is_at_start(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine: what the guest's kernel may write to. */
bool riscv_write_memory(void *context, struct paracall_gpa address, const void *data,
			size_t size);

#endif /* PARACALL_QEMU_RISCV_START_H */
