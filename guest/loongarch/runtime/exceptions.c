/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions, and code that ends with one; calls. */
#include "frame.h"

_Static_assert(offsetof(struct state, pc) == STATE_PC, "known to start.S");
_Static_assert(offsetof(struct state, mode) == STATE_MODE, "known to start.S");
_Static_assert(offsetof(struct state, estat) == STATE_ESTAT, "known to start.S");
_Static_assert(offsetof(struct state, badv) == STATE_BADV, "known to start.S");
_Static_assert(offsetof(struct frame, recovery) == FRAME_RECOVERY, "known to start.S");
_Static_assert(offsetof(struct frame, stack) == FRAME_STACK, "known to start.S");
_Static_assert(offsetof(struct frame, interrupts) == FRAME_INTERRUPTS, "known to start.S");
_Static_assert(offsetof(struct frame, scratch) == FRAME_SCRATCH, "known to start.S");

void enter(const struct state *state);
_Noreturn void unexpected_exception(void);

struct frame *this_frame(void)
{
	struct frame *frame;

	__asm__ volatile("csrrd %0,%1" : "=r"(frame) : "i"(CSR_FRAME));
	return frame;
}

void execute(struct state *state)
{
	enter(state);
	*state = this_frame()->state;
}

void unexpected_exception(void)
{
	const struct state *state = &this_frame()->state;

	crash("exception 0x%lx at 0x%lx on CPU %u, BADV 0x%lx", state->estat, state->pc,
	      this_cpu_number(), state->badv);
}

int64_t call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	register uint64_t r4 __asm__("$a0") = function;
	register uint64_t r5 __asm__("$a1") = a1;
	register uint64_t r6 __asm__("$a2") = a2;
	register uint64_t r7 __asm__("$a3") = a3;

	__asm__ volatile(".word %1"
			 : "+r"(r4)
			 : "i"(HVCL(PARACALL_HCALL_SERVICE)), "r"(r5), "r"(r6), "r"(r7)
			 : "memory");
	return (int64_t)r4;
}

uint64_t cpucfg(uint64_t index)
{
	uint64_t value;

	__asm__ volatile("cpucfg %0,%1" : "=r"(value) : "r"(index) : "memory");
	return value;
}

uint64_t iocsr(uint64_t address)
{
	uint64_t value;

	__asm__ volatile("iocsrrd.w %0,%1" : "=r"(value) : "r"(address) : "memory");
	return value;
}
