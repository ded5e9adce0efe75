/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault injection. */
#ifndef PARACALL_INJECT_H
#define PARACALL_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/statistics.h>
#include <paracall/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ---- Fault injection -------------------------------------------------------
 *
 * To test guests, a machine can answer its guest wrongly. Rules
 * say what, and how often. Which of a vCPU's calls are affected depends only on
 * the rules, the seed and the vCPU's number.
 */

/* Where a fault happens. */
enum paracall_place {
	/* A row of the table: a hypercall, or a function of DIAGNOSE. */
	PARACALL_AT_CALL,
	/* A write to one of KVM's registers. */
	PARACALL_AT_MSR,
	/* Reading CPUID leaf 0x40000001. */
	PARACALL_AT_CPUID,
	/* The guest's clock, independent of its calls. */
	PARACALL_AT_CLOCK,
	/* A vCPU's steal time. */
	PARACALL_AT_STEAL,
};

enum paracall_fault {
	/* The call is not done, and @value is its result. */
	PARACALL_FAULT_RESULT,
	/* The call is not done, and answered as one that KVM does not have. */
	PARACALL_FAULT_UNKNOWN,
	/* The call, or write, is not done, and answered as if it were: by 0. */
	PARACALL_FAULT_DROP,
	/* It is done @value nanoseconds later, and the caller waits for that. */
	PARACALL_FAULT_DELAY,
	/*
	 * KICK_CPU: answered at once, and done when @value nanoseconds are over:
	 * at the caller's next update or call then, or before, if it halts.
	 */
	PARACALL_FAULT_LATE,
	/* The write is refused: a general protection exception. */
	PARACALL_FAULT_EXCEPTION,
	/* The features in @value are removed. */
	PARACALL_FAULT_WITHDRAW,
	/* The clock jumps forward, or back, by @value nanoseconds. */
	PARACALL_FAULT_JUMP,
	/* @value nanoseconds more were stolen. */
	PARACALL_FAULT_BURST,
};

#define PARACALL_ALL_CALLS (-1)

struct paracall_rule {
	/* sizeof(struct paracall_rule): see PARACALL_INTERFACE_VERSION. */
	size_t size;
	enum paracall_place place;
	/*
	 * Which call, by its id, or register, by paracall_msr_info()'s index; or
	 * PARACALL_ALL_CALLS: each where the fault makes sense.
	 */
	int32_t index;
	enum paracall_fault fault;
	/* See there; for DELAY, LATE and BURST 0 or more, for RESULT not INT64_MIN. */
	int64_t value;
	/*
	 * Of what each vCPU does there, counted from 1: @first, @first + @step and
	 * so on up to @last; and of these this many per million.
	 */
	uint64_t first;
	uint64_t last;
	uint64_t step;
	uint32_t per_million;
	/* Clock and steal time: nanoseconds between two of them. */
	uint64_t every;
	/* As it was written; for statistics. */
	char text[PARACALL_RULE_TEXT];
};

struct paracall_injection {
	/* sizeof(struct paracall_injection): see PARACALL_INTERFACE_VERSION. */
	size_t size;
	uint32_t rule_count;
	bool has_seed;
	uint64_t seed;
	/*
	 * Nanoseconds between asynchronous page faults of a vCPU, and how long each
	 * takes; 0: none. For the engine: see paracall_async_pf_begin().
	 */
	uint64_t async_pf_every;
	uint64_t async_pf_delay;
	/*
	 * In this order; the first one that meets a call is the only one. What stands before
	 * is the same in every version: rules can only grow.
	 */
	struct paracall_rule rules[PARACALL_MAX_RULES];
};

/*
 * [any] Whether a machine of @architecture has the place of @rule (a call must be that
 * architecture's), and the fault makes sense there, with that value. paracall_machine_new()
 * refuses rules that do not fit.
 */
bool paracall_rule_fits(const struct paracall_rule *rule,
			enum paracall_architecture architecture);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_INJECT_H */
