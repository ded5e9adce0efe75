/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions, and code that ends with one; calls. */
#include "frame.h"

_Static_assert(offsetof(struct state, pc) == STATE_PC, "known to start.S");
_Static_assert(offsetof(struct state, status) == STATE_STATUS, "known to start.S");
_Static_assert(offsetof(struct state, cause) == STATE_CAUSE, "known to start.S");
_Static_assert(offsetof(struct state, value) == STATE_VALUE, "known to start.S");
_Static_assert(offsetof(struct frame, recovery) == FRAME_RECOVERY, "known to start.S");
_Static_assert(offsetof(struct frame, stack) == FRAME_STACK, "known to start.S");
_Static_assert(offsetof(struct frame, interrupts) == FRAME_INTERRUPTS, "known to start.S");
_Static_assert(offsetof(struct frame, scratch) == FRAME_SCRATCH, "known to start.S");

/* hstatus: sret goes to a guest of the guest's own. */
#define HSTATUS_SPV 0x80ul

void enter(const struct state *state);
_Noreturn void unexpected_exception(void);

struct frame *this_frame(void)
{
	struct frame *frame;

	__asm__ volatile("csrr %0,sscratch" : "=r"(frame));
	return frame;
}

void execute(struct state *state)
{
	enter(state);
	*state = this_frame()->state;
}

/* csrr a0, hstatus; ebreak. */
bool has_hypervisor(void)
{
	static const uint32_t code[] = { 0x60002573, EBREAK };
	struct state state = { .pc = (uintptr_t)code, .status = SSTATUS_SPP };

	execute(&state);
	return state.cause == CAUSE_BREAKPOINT;
}

/* hstatus is CSR 0x600, whose name not every assembler has. */
void execute_virtual(struct state *state)
{
	__asm__ volatile("csrs 0x600,%0" : : "r"(HSTATUS_SPV) : "memory");
	enter(state);
	__asm__ volatile("csrc 0x600,%0" : : "r"(HSTATUS_SPV) : "memory");
	*state = this_frame()->state;
}

void unexpected_exception(void)
{
	const struct state *state = &this_frame()->state;

	crash("exception %lu at 0x%lx on CPU %u, stval 0x%lx", state->cause, state->pc,
	      this_cpu_number(), state->value);
}

struct results call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
		    uint64_t a2)
{
	register uint64_t r0 __asm__("a0") = a0;
	register uint64_t r1 __asm__("a1") = a1;
	register uint64_t r2 __asm__("a2") = a2;
	register uint64_t r6 __asm__("a6") = function;
	register uint64_t r7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
	return (struct results){ (int64_t)r0, r1 };
}
