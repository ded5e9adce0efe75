/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interruptions. */
#ifndef PARACALL_QEMU_S390_CALLS_H
#define PARACALL_QEMU_S390_CALLS_H

#include "../engine.h"

/* DIAGNOSE or SIGNAL PROCESSOR, packed into the pointer that a callback gets. */
struct s390_site {
	/* The target of EXECUTE: QEMU must not be sent on from within it. */
	bool is_executed;
	/* The instruction's fields. */
	uint8_t r1, r3, base;
	uint16_t displacement;
};

void *s390_site_pack(const struct s390_site *site);

/* QEMU says on which vCPU; @userdata is the address behind the instruction. */
qemu_plugin_vcpu_cb s390_call_next;
/* After it: @userdata is a site. */
qemu_plugin_vcpu_cb s390_call_diag;
qemu_plugin_vcpu_cb s390_call_sigp;

/* After an interruption was delivered. */
qemu_plugin_discon_cb s390_call_interrupted;

#endif /* PARACALL_QEMU_S390_CALLS_H */
