/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EV_IDLE: waiting for the next interrupt. */
#ifndef PARACALL_QEMU_POWERPC_IDLE_H
#define PARACALL_QEMU_POWERPC_IDLE_H

#include "../engine.h"
#include "site.h"

/* The number of PAPR's call that waits for an interrupt. */
#define POWERPC_H_CEDE 0xe0

/* The engine's part of struct paracall_engine: the call is made in a moment. */
void idle_note(void *context);

/*
 * After the call, whose marker is at @site; NULL if it was another instruction.
 * Might not return.
 */
void idle_wait(struct vcpu *vcpu, const struct powerpc_site *site);

/* Whether this sc 1 is not the guest's own, but where EV_IDLE waits. */
bool idle_is_here(struct vcpu *vcpu, const struct powerpc_site *site);

/* An interrupt was delivered. */
void idle_interrupted(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_POWERPC_IDLE_H */
