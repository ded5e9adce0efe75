/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What cpus.c does for the runtime of an architecture whose CPUs look for work again and
 * again, and what that runtime has besides.
 */
#ifndef GUEST_COMMON_CPUS_H
#define GUEST_COMMON_CPUS_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;

/*
 * ---- cpus.c's --------------------------------------------------------------
 */

/* Give a CPU something to do, once it is idle; cpu_wait() for its end, false if late. */
void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument);
bool cpu_wait(struct cpu *cpu, uint64_t milliseconds);
/* Do what is posted, on the CPU itself. */
_Noreturn void cpu_serve(struct cpu *cpu);
/* See that all are idle again. */
void cpus_recover(void);

void delay_ms(uint64_t milliseconds);
/* Until *@word is @value; false if that took longer. */
bool wait_for(const volatile uint32_t *word, uint32_t value, uint64_t milliseconds);
/* Of take_interrupts(): until *@interrupts is not @before any more, or for ten seconds. */
void wait_for_interrupt(const volatile uint64_t *interrupts, uint64_t before);

/*
 * ---- The runtime's ---------------------------------------------------------
 */

/* The boot CPU comes first. */
extern uint32_t cpu_count;

/* Start all of them. Those that have nothing to do wait. */
void cpus_start(void);

uint32_t this_cpu_number(void);
struct cpu *cpu_at(uint32_t index);

/*
 * Take interrupts of the timer, a thousand a second, for so long and until there was one; how
 * many there were.
 */
uint64_t take_interrupts(uint64_t milliseconds);

#endif /* GUEST_COMMON_CPUS_H */
