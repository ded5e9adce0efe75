/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a caller alone can do wrong, and no guest. What costs nothing to notice is
 * reported to the engine in every build. A build with checks, meson's option, also watches
 * a machine's life as doc/architecture.md has it, and ends the program at what is wrong.
 */
#ifndef PARACALL_LIB_MISUSE_H
#define PARACALL_LIB_MISUSE_H

#include "machine.h"

/* Reports @error to the engine; @cpu may be NULL. */
void report_to_engine(const struct paracall_machine *machine, const struct paracall_cpu *cpu,
		      int error, const char *message);

/* Of PARACALL_ERROR_USE; ends the program in a build with checks. */
void report_misuse(const struct paracall_machine *machine, const struct paracall_cpu *cpu,
		   const char *message);

#define OTHER_ARCHITECTURE "the machine is of another architecture"

/* Whether that public function, named by a literal, may be called for this vCPU. */
#define IS_FOR(cpu, bit, function) is_for(cpu, bit, function ": " OTHER_ARCHITECTURE)

static inline bool is_for(const struct paracall_cpu *cpu, enum paracall_architecture bit,
			  const char *message)
{
	if (__builtin_expect(cpu->architecture == bit, true))
		return true;
	report_misuse(cpu->machine, cpu, message);
	return false;
}

#ifdef PARACALL_CHECKS

/*
 * The calling thread is in a function for this vCPU, which may be NULL, until the block
 * ends. ENTER_AGAIN is for those that the engine may call from inside its own functions.
 */
#define ENTER(cpu) ENTERED(cpu, __func__, false)
#define ENTER_AGAIN(cpu) ENTERED(cpu, __func__, true)
/* In a part of that public function. */
#define ENTER_AS(cpu, function) ENTERED(cpu, function, false)
#define ENTERED(cpu, function, may_be_inside) \
	struct paracall_cpu *entered __attribute__((cleanup(misuse_leave), unused)) = \
		misuse_enter(cpu, function, may_be_inside)

/* The vCPU is in its machine; no vCPU is in the library. */
#define CHECK_ADDED(cpu) misuse_check_added(cpu, __func__)
#define CHECK_STOPPED(machine) misuse_check_stopped(machine, __func__)
/* As IS_FOR(), where every call would pay for that. */
#define CHECK_FOR(cpu, bit, function) ((void)IS_FOR(cpu, bit, function))

struct paracall_cpu *misuse_enter(struct paracall_cpu *cpu, const char *function,
				  bool may_be_inside);
void misuse_leave(struct paracall_cpu **cpu);
void misuse_check_added(const struct paracall_cpu *cpu, const char *function);
void misuse_check_stopped(const struct paracall_machine *machine, const char *function);

#else

#define ENTER(cpu) ((void)0)
#define ENTER_AGAIN(cpu) ((void)0)
#define ENTER_AS(cpu, function) ((void)(function))
#define CHECK_ADDED(cpu) ((void)0)
#define CHECK_STOPPED(machine) ((void)0)
#define CHECK_FOR(cpu, bit, function) ((void)0)

#endif

#endif /* PARACALL_LIB_MISUSE_H */
