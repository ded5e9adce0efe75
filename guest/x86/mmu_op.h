/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of KVM_HC_MMU_OP share that are for one mode alone. */
#ifndef GUEST_MMU_OP_H
#define GUEST_MMU_OP_H

#include "runtime/test.h"

#define PAGE 4096
#define PAGE_FLAGS 7ul

/* The page table of a window, and what it shows. */
extern uint64_t table[512];
extern volatile uint64_t *window;
/* Two pages of which one is in the window, each with its own number. */
extern volatile uint64_t pages[2][512];
#define FIRST 0x1111111111111111ull
#define SECOND 0x2222222222222222ull

/* For operations; they can start in a page's last bytes. */
extern struct buffer {
	uint8_t before[PAGE];
	uint8_t after[PAGE];
} buffer;

uint64_t address_of(const volatile void *pointer);

/* The window shows the first page; it was read, so it is in the TLB. */
void open_window(uint64_t flags);

/* Lay an operation there; returns its size. */
size_t put_write(void *at, uint64_t address, uint64_t value);

/* Make the call with an address of 64 bits, as the mode passes it. */
long mmu_op(unsigned long length, uint64_t address);

#endif /* GUEST_MMU_OP_H */
