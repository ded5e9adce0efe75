/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime of the bare-metal programs for s390x: console, time, CPUs,
 * interruptions. No address translation: all addresses are real ones.
 * common/test.h has the tests' side of it.
 */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/guest.h>

#include "common/print.h"
#include "layout.h"

#define PAGE 4096ul

/* The program, on the boot CPU. Its result goes to finish(). */
int main(void);

/*
 * How the program ends, see common/print.h. QEMU has no device for an exit status
 * here, so the last line of output says it: "# exit: passed", failed, crashed or
 * skipped. Then the machine stops in a disabled wait: one that QEMU takes for a
 * shutdown, status 0, or else for a panic, status 1 with
 * -action panic=exit-failure.
 */

static inline void relax(void)
{
	__asm__ volatile("" : : : "memory");
}

/*
 * ---- Time ------------------------------------------------------------------
 */

/* Units of the time-of-day clock. */
#define CLOCK_PER_US 4096ul

static inline uint64_t clock_now(void)
{
	uint64_t value;

	__asm__ volatile("stckf %0" : "=Q"(value) : : "cc", "memory");
	return value;
}

static inline uint64_t clock_nanoseconds(uint64_t units)
{
	return units * 1000 / CLOCK_PER_US;
}

void delay_ms(uint64_t milliseconds);
/* Until *@word is @value; false if that took longer. */
bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds);

/*
 * ---- Running one thing with all registers given ----------------------------
 */

#define PSW_EXTERNAL (1ul << 56)
#define PSW_WAIT (1ul << 49)
#define PSW_PROBLEM (1ul << 48)
#define PSW_CC_SHIFT 44
/* The addressing modes. */
#define PSW_64 (3ul << 31)
#define PSW_31 (1ul << 31)
#define PSW_24 0ul

/* The order is known to start.S. */
struct state {
	uint64_t gpr[16];
	uint32_t access[16];
	uint64_t psw_mask, psw_address;
	/* The interruption that ended it, and that instruction's length. */
	uint32_t interruption, length;
};

#define INTERRUPTION_NONE 0u
#define INTERRUPTION_OPERATION 0x0001u
#define INTERRUPTION_PRIVILEGED 0x0002u
#define INTERRUPTION_EXECUTE 0x0003u
#define INTERRUPTION_ADDRESSING 0x0005u
#define INTERRUPTION_SPECIFICATION 0x0006u

/*
 * Load @state and go to its PSW's address. Ends with a program interruption, or
 * with an SVC (INTERRUPTION_NONE; then length is the SVC's), and has everything
 * as it was then.
 */
void execute(struct state *state);

/* Instructions for execute() to end with. */
#define SVC_0 0x0a00

/* Behind the last byte of memory. */
uint64_t memory_end(void);
/* The interruption that reading 8 bytes at a real address makes. */
uint32_t try_read(uint64_t address, uint64_t *value);

/*
 * ---- CPUs ------------------------------------------------------------------
 */

struct cpu {
	uint16_t address;
	volatile uint32_t online;
	volatile uint32_t busy;
	void (*work)(void *);
	void *argument;
};

/* The boot CPU comes first; then in order of their addresses. */
extern uint32_t cpu_count;
extern uint16_t cpu_addresses[MAX_CPUS];

/* Start all of them. Those that have nothing to do wait. */
void cpus_start(void);

uint16_t this_cpu_address(void);
struct cpu *cpu_at(uint32_t index);
/* Absolute address of its lowcore, which is its prefix. */
uint8_t *lowcore_of(uint16_t address);
/* External interruptions that this CPU took, to see who woke it. */
uint64_t externals_of(uint16_t address);

/* Give a CPU something to do, once it is idle; cpu_wait() for its end, false if late. */
void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument);
bool cpu_wait(struct cpu *cpu, uint64_t milliseconds);

enum sigp_order {
	SIGP_SENSE = 1,
	SIGP_EMERGENCY = 3,
	SIGP_STOP = 5,
	SIGP_RESTART = 6,
	SIGP_INITIAL_RESET = 11,
	SIGP_RESET = 12,
	SIGP_SET_PREFIX = 13,
};

/* Condition codes of SIGP, and a status. */
#define SIGP_ACCEPTED 0
#define SIGP_STATUS_STORED 1
#define SIGP_BUSY 2
#define SIGP_NOT_THERE 3
#define SIGP_STATUS_STOPPED 0x40

/* The condition code; tries again while it is SIGP_BUSY. */
int sigp(uint16_t address, enum sigp_order order, uint32_t parameter, uint32_t *status);
/* SIGP stop, and wait until it has. */
void cpu_stop(struct cpu *cpu);
bool cpu_is_stopped(uint16_t address);
/*
 * After cpu_stop(), and perhaps a reset: run again, idle; false if it doesn't.
 * QEMU's TCG doesn't wake one that was waiting when it was stopped, unless it
 * has an initial CPU reset.
 */
bool cpu_restart(struct cpu *cpu);
/* Restart those that are still at work. */
void cpus_recover(void);

#endif /* GUEST_RUNTIME_H */
