/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions, and code that ends with one; calls. */
#include "frame.h"

_Static_assert(offsetof(struct state, pc) == STATE_PC, "known to start.S");
_Static_assert(offsetof(struct state, pstate) == STATE_PSTATE, "known to start.S");
_Static_assert(offsetof(struct state, esr) == STATE_ESR, "known to start.S");
_Static_assert(offsetof(struct state, far) == STATE_FAR, "known to start.S");
_Static_assert(offsetof(struct frame, recovery) == FRAME_RECOVERY, "known to start.S");
_Static_assert(offsetof(struct frame, stack) == FRAME_STACK, "known to start.S");
_Static_assert(offsetof(struct frame, interrupts) == FRAME_INTERRUPTS, "known to start.S");
_Static_assert(offsetof(struct frame, scratch) == FRAME_SCRATCH, "known to start.S");

uint32_t has_own_hypervisor;

void enter(const struct state *state);
_Noreturn void unexpected_exception(void);

struct frame *this_frame(void)
{
	struct frame *frame;

	__asm__ volatile("mrs %0,tpidr_el1" : "=r"(frame));
	return frame;
}

void execute(struct state *state)
{
	enter(state);
	*state = this_frame()->state;
}

void instructions_written(const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__asm__ volatile("dc cvau,%0\n\tdsb ish\n\tic ivau,%0\n\tdsb ish\n\tisb"
				 :
				 : "r"(words + i)
				 : "memory");
}

void unexpected_exception(void)
{
	const struct state *state = &this_frame()->state;

	crash("exception 0x%lx at 0x%lx on CPU %u, FAR 0x%lx", state->esr, state->pc,
	      this_cpu_number(), state->far);
}

struct results call(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3)
{
	register uint64_t r0 __asm__("x0") = function;
	register uint64_t r1 __asm__("x1") = x1;
	register uint64_t r2 __asm__("x2") = x2;
	register uint64_t r3 __asm__("x3") = x3;

	/* By smc PSCI is called where the guest has an EL2. */
	if (has_own_hypervisor)
		__asm__ volatile("smc #0"
				 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
				 :
				 : "memory");
	else
		__asm__ volatile("hvc #0"
				 : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
				 :
				 : "memory");
	return (struct results){ (int64_t)r0, r1, r2, r3 };
}
