/* SPDX-License-Identifier: BSD-2-Clause */
/* One DIAGNOSE with every register given and checked. */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

#include "runtime.h"

enum call_form {
	CALL_PLAIN,
	/* As the target of EXECUTE (RX, 4 bytes) or EXECUTE RELATIVE LONG (6). */
	CALL_EX,
	CALL_EXRL,
	CALL_FORMS
};

/* EX takes its target's address from this register. */
#define CALL_EX_BASE 14

#define CALL_CODE 16

struct call {
	/* As the instruction has them; function = base register + displacement. */
	uint8_t r1, r3, base;
	uint16_t displacement;
	enum call_form form;
	/* With EX and EXRL: the register whose low byte is ORed to R1 and R3. */
	uint8_t ex_register;
	struct state in, out;
	/* Where the instructions go: CALL_CODE halfwords; NULL for code[]. */
	uint16_t *at;
	uint16_t code[CALL_CODE] __attribute__((aligned(8)));
};

/*
 * A DIAGNOSE with that function code as displacement, in the supervisor state,
 * 64-bit, condition code 2, with something else in each register.
 */
void call_init(struct call *call, uint32_t function);
/* Run it: call->in is not changed, and call->out is as it was afterwards. */
void call_run(struct call *call);

/* No general register. */
#define NOTHING 0u
#define WROTE(number) (1u << (number))

/*
 * Checks that it ended with that interruption, or INTERRUPTION_NONE: its code,
 * the instruction's length, the PSW after the instruction, and that all
 * registers other than @written and the condition code are as before.
 */
bool call_check(const struct call *call, uint32_t interruption, uint32_t written,
		const char *what);
/* All of that at once, @what with the given function code. */
bool call_expect(struct call *call, uint32_t interruption, uint32_t written, const char *what);

#endif /* GUEST_CALL_H */
