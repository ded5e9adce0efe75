/* SPDX-License-Identifier: BSD-2-Clause */
/* What x86's files share about its calls. */
#ifndef PARACALL_LIB_X86_CALLS_H
#define PARACALL_LIB_X86_CALLS_H

#include "../row.h"
#include "state.h"

/* By number; NULL if x86 has none. */
extern const struct row *const x86_rows[X86_NUMBERS];

static inline const struct row *x86_row(uint64_t number)
{
	return number < X86_NUMBERS ? x86_rows[number] : NULL;
}

/* The shortest way of a call; see quick.h. */
typedef void x86_quick_call(struct paracall_cpu *cpu, uint32_t mode, uint64_t number);

/* Of rows that the library serves, what is between the brackets. */
#define OF_LIBRARY(...) __VA_ARGS__
#define OF_NOBODY(...)

#define CALL(id, kind, name, number, subcode, status, feature, server, handler, ...) \
	OF_##server(paracall_call_handler handler; x86_quick_call handler##_quick;)
#include "calls.def"
#undef CALL

/* Does a call by @untimed, and takes its time, if there is a clock. */
void x86_time_call(struct paracall_cpu *cpu, unsigned int number, x86_quick_call *untimed);

/* The way of all calls, in any mode. */
x86_quick_call x86_call_in_layers;

#endif /* PARACALL_LIB_X86_CALLS_H */
