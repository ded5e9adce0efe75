/* SPDX-License-Identifier: BSD-2-Clause */
/* The tests' side of the runtime. */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include "common/test.h"
#include "runtime.h"

#define FEATURE(name) (1u << PARACALL_KVM_FEATURE_##name)

/* What was found; features is 0 without KVM. */
extern struct paracall_guest_kvm kvm;

/* A hypercall with the CPU's own instruction. */
long hypercall(long number, long a0, long a1, long a2, long a3);
/* That instruction is vmmcall: AMD and Hygon CPUs. */
bool cpu_has_vmmcall(void);

/* A value for each register by which it is known again; rax is @number. */
struct registers registers_with_patterns(unsigned long number, unsigned long rflags);

#endif /* GUEST_TEST_H */
