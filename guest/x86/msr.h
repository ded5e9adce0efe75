/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of registers share that are for one mode alone. */
#ifndef GUEST_MSR_H
#define GUEST_MSR_H

#include "runtime/test.h"

/* rdmsr or wrmsr in some code: all registers given, and all seen after the exception. */
struct attempt {
	const char *name;
	void (*run)(struct registers *registers);
	/* The instruction's second byte. */
	uint8_t opcode;
	/* Corrects what may differ in an exception's state; or NULL. */
	void (*forgive)(struct registers *seen, const struct registers *expected);
};

/* In the mode's own code. */
extern const struct attempt reading, writing;
/* In the code with the shortest registers that the mode has. */
extern const struct attempt narrow_attempts[];
extern const unsigned int narrow_attempt_count;

struct run {
	const struct attempt *attempt;
	struct registers registers;
};

void prepare(struct run *run, const struct attempt *attempt, uint32_t number, uint64_t value);
/* For catch_exception() and run_user(). */
void run_attempt(void *argument);

void expect_registers(const struct registers *got, const struct registers *expected,
		      const char *what, uint32_t number);

/* It must raise #GP(0), there, and change nothing. */
void expect_gp(const struct attempt *attempt, uint32_t number, uint64_t value);

/* The instructions know ecx, edx and eax; a read clears the upper halves. */
void expect_halves(const struct attempt *write, const struct attempt *read);

/* The source of what is expected: see struct test. */
#define SET_AND_GET "arch/x86/kvm/x86.c, kvm_set_msr_common and kvm_get_msr_common"
#define WRMSR "Intel SDM vol. 2, \"WRMSR\" and \"RDMSR\""

/* A value that a register must not take. */
struct refused {
	const char *name;
	uint32_t number;
	uint64_t value;
};

#define REFUSED_VALUES 16
extern const struct refused refused[REFUSED_VALUES];

void expect_refusal(const struct attempt *attempt, const struct refused *row);

/*
 * Code of the mode's own, in one page with a clock: writes @value, below 4 GiB, to
 * the register @number so often; returns how often it did.
 */
unsigned long write_own_page(unsigned long number, unsigned long value, unsigned long rounds);
extern struct paracall_pvclock_vcpu_time_info own_clock;

#endif /* GUEST_MSR_H */
