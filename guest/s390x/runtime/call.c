/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a DIAGNOSE, and checking what it left. */
#include "call.h"
#include "common/test.h"

/* The place of the target of EX and EXRL in the code, in halfwords. */
#define TARGET 8

void call_init(struct call *call, uint32_t function)
{
	*call = (struct call){ .displacement = (uint16_t)function };
	for (unsigned int i = 0; i < 16; i++) {
		call->in.gpr[i] = 0xa5a5000000000000 + i * 0x0101010101010101;
		call->in.access[i] = 0xacce5500 + i;
	}
	call->in.psw_mask = PSW_64 | 2ul << PSW_CC_SHIFT;
}

static uint32_t length_of(const struct call *call)
{
	return call->form == CALL_EXRL ? 6 : 4;
}

static void write_diag(const struct call *call, uint16_t *code)
{
	code[0] = (uint16_t)(0x8300 | call->r1 << 4 | call->r3);
	code[1] = (uint16_t)(call->base << 12 | call->displacement);
}

static uint16_t *code_of(const struct call *call)
{
	return call->at ? call->at : (uint16_t *)call->code;
}

static void write_code(struct call *call)
{
	uint16_t *code = code_of(call);

	switch (call->form) {
	case CALL_PLAIN:
		write_diag(call, code);
		break;
	case CALL_EX:
		code[0] = (uint16_t)(0x4400 | call->ex_register << 4);
		code[1] = CALL_EX_BASE << 12;
		write_diag(call, code + TARGET);
		call->in.gpr[CALL_EX_BASE] = (uintptr_t)(code + TARGET);
		break;
	default:
		code[0] = (uint16_t)(0xc600 | call->ex_register << 4);
		code[1] = 0;
		code[2] = TARGET;
		write_diag(call, code + TARGET);
	}
	code[length_of(call) / 2] = SVC_0;
}

void call_run(struct call *call)
{
	write_code(call);
	call->in.psw_address = (uintptr_t)code_of(call);
	call->out = call->in;
	execute(&call->out);
}

/* Whether it is the SVC after the instruction that ended it. */
static uint64_t expected_address(const struct call *call, uint32_t interruption)
{
	uint64_t behind = (uintptr_t)code_of(call) + length_of(call);

	return interruption == INTERRUPTION_NONE ? behind + 2 : behind;
}

bool call_check(const struct call *call, uint32_t interruption, uint32_t written,
		const char *what)
{
	const struct state *in = &call->in, *out = &call->out;
	bool good;

	if (!check_equal(out->interruption, interruption, "%s: interruption", what))
		return false;
	good = check_equal(out->length, interruption == INTERRUPTION_NONE ? 2 : length_of(call),
			   "%s: instruction length", what);
	good &= check_equal((int64_t)out->psw_address,
			    (int64_t)expected_address(call, interruption), "%s: PSW address",
			    what);
	good &= check_equal((int64_t)out->psw_mask, (int64_t)in->psw_mask, "%s: PSW mask",
			    what);
	for (unsigned int i = 0; i < 16; i++) {
		if (!(written & WROTE(i)))
			good &= check_equal((int64_t)out->gpr[i], (int64_t)in->gpr[i],
					    "%s: general register %u", what, i);
		good &= check_equal(out->access[i], in->access[i], "%s: access register %u",
				    what, i);
	}
	return good;
}

bool call_expect(struct call *call, uint32_t interruption, uint32_t written, const char *what)
{
	call_run(call);
	return call_check(call, interruption, written, what);
}
