/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's beginning, its resets, and its device tree. */
#ifndef PARACALL_QEMU_ARM64_START_H
#define PARACALL_QEMU_ARM64_START_H

#include "../engine.h"

/* The first instruction is executed, perhaps not for the first time; @userdata is its address. */
qemu_plugin_vcpu_cb arm64_start_reached;

/* A vCPU is there; its record of stolen time has a place, if that is known. */
void arm64_place_record(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine: records of stolen time, and no more. */
bool arm64_read_record(void *context, struct paracall_gpa address, void *data, size_t size);
bool arm64_write_record(void *context, struct paracall_gpa address, const void *data,
			size_t size);

#endif /* PARACALL_QEMU_ARM64_START_H */
