/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of KVM_HC_SEND_IPI share that are for one mode alone. */
#ifndef GUEST_IPI_H
#define GUEST_IPI_H

#include "runtime/test.h"

#define VECTOR 0x41

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_SEND_IPI"
#define SEND "arch/x86/kvm/lapic.c, kvm_pv_send_ipi"

/* Ids in a word of the bitmap, which has two: 64, in 32-bit code 32. */
#define WORD (8 * (uint32_t)sizeof(long))

/* A set of CPUs, by index. */
struct targets {
	bool has[MAX_CPUS];
};

struct targets nobody(void);
struct targets only(uint32_t index);
/* Those whose ids are from @first to @last. */
struct targets ids_between(uint32_t first, uint32_t last);
uint32_t count(const struct targets *targets);

/* Make the call, and return its result. */
long send(unsigned long low, unsigned long high, unsigned long lowest, unsigned long icr);

/* Keep every CPU's counters as they are, for the next. */
void remember(void);
/* Exactly one of @vector at each CPU of @targets, nothing else anywhere. */
void check_delivered(struct targets targets, unsigned int vector, const char *what);

/* Take the CPU to where it can come back from system management mode; false if that fails. */
bool make_ready_for_smi(struct cpu *cpu);

#endif /* GUEST_IPI_H */
