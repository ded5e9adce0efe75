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

/* Entries of the TLB: valid, dirty, for level 3, cached, global; and 4096 bytes. */
#define ENTRY_PRESENT 0x5ful
#define ENTRY_ABSENT 0x40ul
#define PAGE_SHIFT 12
#define SIZE_SHIFT 24

#define write_register(number, value) \
	__asm__ volatile("csrwr %0,%1" \
			 : "=r"((uint64_t){ 0 }) \
			 : "i"(number), "0"((uint64_t)(value)) \
			 : "memory")

void map_page(uint64_t address, const volatile void *page)
{
	uint64_t present = physical(page) | ENTRY_PRESENT;
	bool is_odd = address >> PAGE_SHIFT & 1;

	write_register(CSR_DMW2, 0);
	write_register(CSR_STLBPS, PAGE_SHIFT);
	write_register(CSR_TLBIDX, (uint64_t)PAGE_SHIFT << SIZE_SHIFT);
	write_register(CSR_TLBEHI, address);
	write_register(CSR_TLBELO0, is_odd ? ENTRY_ABSENT : present);
	write_register(CSR_TLBELO1, is_odd ? present : ENTRY_ABSENT);
	__asm__ volatile("invtlb 0x0,$zero,$zero\n\ttlbfill" : : : "memory");
}

void unmap_page(void)
{
	__asm__ volatile("invtlb 0x0,$zero,$zero" : : : "memory");
	write_register(CSR_DMW2, WINDOW_USER);
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
