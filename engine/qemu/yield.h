/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Yielding to other vCPUs. */
#ifndef PARACALL_QEMU_YIELD_H
#define PARACALL_QEMU_YIELD_H

#include "engine.h"

/* When the plugin is loaded. */
void yield_init(qemu_plugin_id_t id);
/* When a vCPU exists, on its thread. */
void yield_vcpu_init(struct vcpu *vcpu);

/* The engine's part of struct paracall_engine. */
void yield_to(void *context, void *target);

/* With one thread for all vCPUs: it is the next one's turn after this block. */
void yield_turn(void);

#endif /* PARACALL_QEMU_YIELD_H */
