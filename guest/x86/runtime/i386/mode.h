/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runtime.h has for 32-bit protected mode: registers and frames. Registers
 * have the names of 64-bit mode, so that programs serve both.
 */
#ifndef GUEST_MODE_H
#define GUEST_MODE_H

#include <stdint.h>

/* All but esp. The order is known to entry.S. */
struct registers {
	unsigned long rax, rbx, rcx, rdx, rsi, rdi, rbp;
	unsigned long rflags;
};

#define REGISTER_NAMES "eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "eflags"

/* The order is that of entry.S and of the CPU. */
struct interrupt_frame {
	unsigned long rbp, rdi, rsi, rdx, rcx, rbx, rax;
	unsigned long vector, error_code;
	unsigned long rip, cs, rflags;
	/* Only if it comes from user mode: esp, ss. */
};

/* Intel SDM volume 3, "Task-State Segment (TSS)": 104 bytes. */
struct task_state {
	uint32_t link, esp0, ss0;
	uint32_t unused[22];
	uint16_t trap, io_map;
};

/* Exceptions of user mode get this stack. */
static inline void task_state_set_stack(struct task_state *state, unsigned long stack)
{
	state->esp0 = stack;
}

#endif /* GUEST_MODE_H */
