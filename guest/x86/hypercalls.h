/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of the calling convention share that are for one mode alone. */
#ifndef GUEST_HYPERCALLS_H
#define GUEST_HYPERCALLS_H

#include "runtime/test.h"

#define KVM_ENOSYS (-PARACALL_KVM_ENOSYS)

/* The same call, by one instruction and in one mode. */
struct way {
	const char *name;
	void (*call)(struct registers *registers);
	bool vmmcall;
};

/* vmcall, vmmcall. */
#define WAYS 2
/* In the mode's own code. */
extern const struct way ways[WAYS];

struct number {
	const char *name;
	unsigned long number;
};

#define NUMBERS 28
extern const struct number numbers[NUMBERS];

/* Patterns, and arguments with which the call has no effect that lasts. */
struct registers harmless(unsigned long number);

void check_answer(unsigned long number, long result, const char *way);

/* All registers but rax are as they were. */
void check_kept(const struct registers *before, const struct registers *after, const char *way);
/* So it must be with these calls. */
void try_all_kept(const struct way tried[WAYS]);

/* For run_user(): a call with these registers. */
struct user_test {
	struct registers registers;
	void (*call)(struct registers *registers);
};

void call_as_user(void *argument);
void try_as_user(const struct way *way, unsigned long number, unsigned long expected);

void check_same_leaf(const struct registers *registers, uint32_t leaf, const char *where);

/* Code of the mode's own: each returns the address at which it continues. */
typedef unsigned long pc_function(void);
pc_function pc_after_call, pc_after_cpuid;

/* The source of what is expected: see struct test. */
#define CONVENTION "Documentation/virt/kvm/x86/hypercalls.rst, \"X86\""
#define EMULATE "arch/x86/kvm/x86.c, ____kvm_emulate_hypercall"
#define WIDTH "arch/x86/kvm/x86.h, is_64_bit_hypercall; " EMULATE
#define KEPT CONVENTION "; arch/x86/include/asm/kvm_para.h, kvm_hypercall0"
#define PRIVILEGE EMULATE "; arch/x86/kvm/emulate.c, group7_rm0 and group7_rm3"

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define NUMBERS_TEST(test_name, test_rule, function) \
	{ .name = test_name, .rule = test_rule, .run_row = function, .kvm = true, \
	  TEST_ROWS(numbers) }
/* clang-format on */

#endif /* GUEST_HYPERCALLS_H */
