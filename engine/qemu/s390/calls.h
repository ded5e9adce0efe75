/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interruptions. */
#ifndef PARACALL_QEMU_S390_CALLS_H
#define PARACALL_QEMU_S390_CALLS_H

#include "../callbacks.h"
#include "../engine.h"

/* DIAGNOSE or SIGNAL PROCESSOR, packed into the pointer that a callback gets. */
struct s390_site {
	/* The target of EXECUTE: it must not change where QEMU continues. */
	bool is_executed;
	/* The instruction's fields; words, which compilers do not read as one. */
	uint32_t r1, r3, base, displacement;
};

void *s390_site_pack(const struct s390_site *site);
/* With the address after the instruction; false if there is no room for both. */
bool s390_site_pack_next(const struct s390_site *site, uint64_t next, void **userdata);

/* QEMU says which vCPU; @userdata is a site, for this one with the address. */
qemu_plugin_vcpu_cb s390_call_diag;
qemu_plugin_vcpu_cb s390_call_sigp;

/* One that QEMU serves, and that only counts; @userdata is the slot of its counters. */
qemu_plugin_vcpu_cb s390_call_counted;

/* In two parts: the address after the instruction, and then a site. */
qemu_plugin_vcpu_cb s390_call_next;
qemu_plugin_vcpu_cb s390_call_diag_after_next;

/* After an interruption was delivered. */
qemu_plugin_discon_cb s390_call_interrupted;

/* The next event is reported as if from there. */
void s390_note_pc(uint64_t pc);

/* The engine's part of struct paracall_engine. */
uint64_t s390_program_counter(void *context);

#endif /* PARACALL_QEMU_S390_CALLS_H */
