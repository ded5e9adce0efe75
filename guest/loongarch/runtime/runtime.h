/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the bare-metal programs for LoongArch stand on, on QEMU's machine virt without
 * firmware: console, time, CPUs, exceptions. At privilege level 0, in a window of the
 * address space where Linux has its kernel, too. common/test.h has the tests' side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/abi/loongarch.h>

#include "common/cpus.h"
#include "common/print.h"
#include "layout.h"

/* The program, on the boot CPU. Its result goes to finish(). */
int main(void);

/*
 * How the program ends, see common/print.h. The last line of output says the exit status:
 * "# exit: passed", failed, crashed or skipped. Then the machine is powered off.
 */

/* The program begins again, with what is in memory beside it. */
_Noreturn void machine_reset(void);

/* LoongArch has no hint for that. */
static inline void relax(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline volatile void *device(uint64_t address)
{
	return (volatile void *)(DEVICES | address);
}

/* The guest-physical address of something of the program's. */
static inline uint64_t physical(const volatile void *pointer)
{
	return (uintptr_t)pointer & ~MEMORY;
}

/*
 * ---- Time, see common/cpus.h, too ------------------------------------------
 */

static inline uint64_t clock_now(void)
{
	uint64_t value;

	__asm__ volatile("rdtime.d %0,$zero" : "=r"(value) : : "memory");
	return value;
}

/* Units of the counter in a second. */
uint64_t clock_frequency(void);

static inline uint64_t clock_nanoseconds(uint64_t units)
{
	uint64_t frequency = clock_frequency();

	return units / frequency * 1000000000 + units % frequency * 1000000000 / frequency;
}

/*
 * ---- Running one thing with all registers given ----------------------------
 */

/* Privilege levels. */
#define MODE_KERNEL 0ul
#define MODE_USER 3ul

/* The order is known to start.S. */
struct state {
	uint64_t r[32];
	uint64_t pc, mode;
	/* Of the exception that ended it: ESTAT, BADV. */
	uint64_t estat, badv;
};

enum exception_code {
	CODE_PAGE_INVALID_FETCH = 0x3,
	CODE_BREAK = 0xc,
	CODE_NOT_EXISTENT = 0xd,
	CODE_PRIVILEGE = 0xe,
};

static inline enum exception_code exception_code(const struct state *state)
{
	return (enum exception_code)(state->estat >> 16 & 0x3f);
}

/* Load @state and go to its pc. Ends with an exception, and has everything as it was then. */
void execute(struct state *state);

/* Where user mode has what is at @pointer; it can't use other addresses. */
static inline uint64_t user_address(const volatile void *pointer)
{
	return physical(pointer);
}

/*
 * Map a page at @address, for both levels; the other one of its pair, at @address ^ 4096, is
 * absent. In the lower half this replaces the window of user mode, until unmap_page().
 */
void map_page(uint64_t address, const volatile void *page);
void unmap_page(void);

/* Make what was written instructions. */
static inline void instructions_written(void)
{
	__asm__ volatile("dbar 0\n\tibar 0" : : : "memory");
}

/* Instructions, with the numbers of registers. */
#define HVCL(code) (0x002b8000u | (uint32_t)(code))
#define CPUCFG(rd, rj) (0x00006c00u | (uint32_t)(rj) << 5 | (uint32_t)(rd))
#define IOCSRRD_B(rd, rj) (0x06480000u | (uint32_t)(rj) << 5 | (uint32_t)(rd))
#define IOCSRRD_H(rd, rj) (0x06480400u | (uint32_t)(rj) << 5 | (uint32_t)(rd))
#define IOCSRRD_W(rd, rj) (0x06480800u | (uint32_t)(rj) << 5 | (uint32_t)(rd))
#define IOCSRRD_D(rd, rj) (0x06480c00u | (uint32_t)(rj) << 5 | (uint32_t)(rd))
#define OR(rd, rj, rk) \
	(0x00150000u | (uint32_t)(rk) << 10 | (uint32_t)(rj) << 5 | (uint32_t)(rd))
/* For execute() to end with: CODE_BREAK. */
#define BREAK 0x002a0000u

/*
 * ---- Calls -----------------------------------------------------------------
 */

/* KVM's service of that number; returns a0. */
int64_t call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

uint64_t cpucfg(uint64_t index);
/* 32 bits, with their sign. */
uint64_t iocsr(uint64_t address);

/*
 * ---- CPUs, see common/cpus.h -----------------------------------------------
 */

struct cpu {
	uint32_t number;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *);
	void *argument;
};

#endif /* GUEST_RUNTIME_H */
