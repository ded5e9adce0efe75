/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest path of a call: made in 64-bit mode at privilege level 0, and with nothing
 * to disturb or observe it. That is nearly all of them. DEFINE_CALL
 * makes it of a handler, with all that is known of the call from its row, and without a
 * place for it in memory. All others go by ../call.h.
 */
#ifndef PARACALL_LIB_X86_QUICK_H
#define PARACALL_LIB_X86_QUICK_H

#include "../count.h"
#include "calls.h"
#include "state.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* By handler, from the rows: the number, and the registers of arguments, 0 for none. */
#define CALL(id, kind, name, number, subcode, status, feature, server, handler, ...) \
	OF_##server(NUMBER_OF_##handler = number, )
enum {
#include "calls.def"
};
#undef CALL

enum quick_register {
	QUICK_NONE,
	QUICK_A0 = PARACALL_X86_RBX + 1,
	QUICK_A1 = PARACALL_X86_RCX + 1,
	QUICK_A2 = PARACALL_X86_RDX + 1,
	QUICK_A3 = PARACALL_X86_RSI + 1,
};

struct quick_registers {
	uint8_t numbers[PARACALL_MAX_FIELDS];
};

/* clang-format off */
#define FIELDS(...) { { __VA_ARGS__ } }
#define IN(place, name, format) QUICK_##place
#define UNUSED(place, name, format) QUICK_NONE
#define OUT(place, name, format) QUICK_NONE
#define CALL(id, kind, name, number, subcode, status, feature, server, handler, group, \
	     properties, needs, fields, ...) \
	OF_##server(ALWAYS_INLINE struct quick_registers registers_of_##handler(void) \
	{ \
		return (struct quick_registers)fields; \
	})
#include "calls.def"
#undef CALL
#undef FIELDS
#undef IN
#undef UNUSED
#undef OUT
/* clang-format on */

ALWAYS_INLINE void quick_read(struct paracall_cpu *cpu, struct call *call, unsigned int index,
			      uint8_t number)
{
	if (number)
		call->arguments[index] = cpu_read_register(cpu, number - 1u);
}

/* What DEFINE_CALL begins; @is_quick: here, else in the layers. */
typedef int64_t quick_handler(struct paracall_cpu *cpu, struct call *call, bool is_quick);

/* All but its time. */
ALWAYS_INLINE void quick_do(struct paracall_cpu *cpu, unsigned int number,
			    struct quick_registers registers, quick_handler *handler)
{
	struct paracall_call_statistics *statistics;
	struct call call;
	int64_t result;

	call.mode = PARACALL_MODE_64BIT;
	quick_read(cpu, &call, 0, registers.numbers[0]);
	quick_read(cpu, &call, 1, registers.numbers[1]);
	quick_read(cpu, &call, 2, registers.numbers[2]);
	quick_read(cpu, &call, 3, registers.numbers[3]);
	result = handler(cpu, &call, true);
	statistics = &cpu->statistics->calls[number];
	paracall_statistics_add(&statistics->calls, 1);
	if (result < 0)
		paracall_statistics_add(&statistics->errors, 1);
	cpu_write_register(cpu, PARACALL_X86_RAX, (uint64_t)result);
}

/* Whether to time the call that begins; .untimed counts down to it. */
ALWAYS_INLINE bool quick_samples(struct paracall_cpu *cpu, unsigned int number)
{
	return __builtin_expect(--x86_cpu(cpu)->untimed[number] < 0, false);
}

/* Begins a handler that is in a row of calls.def; of cpu, call and is_quick. */
#define DEFINE_CALL(name) \
	ALWAYS_INLINE int64_t name##_do(struct paracall_cpu *cpu, struct call *call, \
					bool is_quick); \
	int64_t name(struct paracall_cpu *cpu, struct call *call) \
	{ \
		return name##_do(cpu, call, false); \
	} \
	static void name##_untimed(struct paracall_cpu *cpu, uint32_t mode, uint64_t number) \
	{ \
		(void)mode; \
		(void)number; \
		quick_do(cpu, NUMBER_OF_##name, registers_of_##name(), name##_do); \
	} \
	void name##_quick(struct paracall_cpu *cpu, uint32_t mode, uint64_t number) \
	{ \
		(void)mode; \
		(void)number; \
		if (quick_samples(cpu, NUMBER_OF_##name)) \
			x86_time_call(cpu, NUMBER_OF_##name, name##_untimed); \
		else \
			quick_do(cpu, NUMBER_OF_##name, registers_of_##name(), name##_do); \
	} \
	ALWAYS_INLINE int64_t name##_do(struct paracall_cpu *cpu, struct call *call, \
					__attribute__((unused)) bool is_quick)

#endif /* PARACALL_LIB_X86_QUICK_H */
