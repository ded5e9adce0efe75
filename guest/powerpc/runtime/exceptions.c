/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts: their vectors, and code that ends with one. */
#include "exceptions.h"

#include "runtime.h"

_Static_assert(offsetof(struct state, msr) == STATE_MSR, "known to start.S");
_Static_assert(offsetof(struct state, pc) == STATE_PC, "known to start.S");
_Static_assert(offsetof(struct state, cr) == STATE_CR, "known to start.S");
_Static_assert(offsetof(struct state, vector) == STATE_VECTOR, "known to start.S");

extern const uint32_t vector_begin[], vector_number[], vector_end[];

void enter(const struct state *state);
_Noreturn void unexpected_interrupt(void);

static struct state *frame_of(uint32_t number)
{
	return (struct state *)(((uintptr_t)FRAMES_HIGH << 16) +
				((uintptr_t)number << FRAME_SHIFT));
}

void set_stack(uint32_t number, uintptr_t stack)
{
	memset(frame_of(number), 0, 1 << FRAME_SHIFT);
	*(uint64_t *)((uintptr_t)frame_of(number) + FRAME_STACK) = stack;
}

static void set_vector(uint32_t number)
{
	uintptr_t address = number;
	uint32_t *words;
	size_t count = vector_end - vector_begin;

	/* The compiler is not to know what is there. */
	__asm__ volatile("" : "+r"(address));
	words = (uint32_t *)address;
	for (size_t i = 0; i < count; i++)
		words[i] = vector_begin[i];
	words[vector_number - vector_begin] |= number;
	instructions_written(words, count);
}

void exceptions_start(void)
{
	/* In between there are others, for half of them. */
	for (uint32_t vector = 0x100; vector < 0x2000; vector += 0x80)
		set_vector(vector);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* Interrupts are taken in that order on all CPUs. */
	if (hcall(H_SET_MODE, 1, 4, 0, 0) != H_SUCCESS)
		crash("no little-endian interrupts here");
#endif
}

void execute(struct state *state)
{
	enter(state);
	*state = *frame_of(this_cpu_number());
}

void instructions_written(const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__asm__ volatile("dcbst 0,%0\n"
				 "sync\n"
				 "icbi 0,%0\n"
				 "isync"
				 :
				 : "r"(words + i)
				 : "memory");
}

void unexpected_interrupt(void)
{
	const struct state *frame = frame_of(this_cpu_number());

	crash("interrupt 0x%lx at 0x%lx on CPU %u, MSR 0x%lx, DAR 0x%lx", frame->vector,
	      frame->pc, this_cpu_number(), frame->msr, frame->dar);
}
