/* SPDX-License-Identifier: BSD-2-Clause */
/* What runtime.h has for 64-bit mode: registers and frames, and other modes from there. */
#ifndef GUEST_MODE_H
#define GUEST_MODE_H

#include <stddef.h>
#include <stdint.h>

/* All but rsp. The order is known to entry.S. */
struct registers {
	unsigned long rax, rbx, rcx, rdx, rsi, rdi, rbp;
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long rflags;
};

#define REGISTER_NAMES \
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", \
		"r13", "r14", "r15", "rflags"

/* The order is that of entry.S and of the CPU. */
struct interrupt_frame {
	unsigned long r15, r14, r13, r12, r11, r10, r9, r8;
	unsigned long rbp, rdi, rsi, rdx, rcx, rbx, rax;
	unsigned long vector, error_code;
	unsigned long rip, cs, rflags, rsp, ss;
};

struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} __attribute__((packed));

/* Exceptions of user mode get this stack. */
static inline void task_state_set_stack(struct task_state *state, unsigned long stack)
{
	state->rsp[0] = stack;
}

/*
 * ---- 32-bit code -----------------------------------------------------------
 */

/*
 * As those of runtime.h, in a 32-bit code segment (compatibility mode); _user is
 * to be called at privilege level 3, the others at level 0.
 */
void registers_vmcall_32(struct registers *registers);
void registers_vmmcall_32(struct registers *registers);
void registers_cpuid_32(struct registers *registers);
void registers_rdmsr_32(struct registers *registers);
void registers_wrmsr_32(struct registers *registers);
void registers_vmcall_user_32(struct registers *registers);
void registers_vmmcall_user_32(struct registers *registers);

/*
 * The same for code at @address, or at a far pointer (selector << 32 | address
 * below 4 GiB). At its end it jumps to registers_back, in 64-bit mode.
 */
void registers_at(struct registers *registers, uint64_t address);
void registers_at_far(struct registers *registers, uint64_t far_pointer);
extern const char registers_back[];

/*
 * ---- Outside long mode -----------------------------------------------------
 */

/* The order is known to legacy.S. */
struct legacy {
	uint32_t eax, ebx, ecx, edx, esi, edi, ebp, eflags;
	/* Of an exception; -1 if there was none. */
	int32_t vector;
	uint32_t error_code, eip;
	/* cr3, for paging with PAE; with bit 0 set for paging without; or 0. */
	uint32_t map;
};

enum legacy_mode {
	LEGACY_REAL,
	/* Protected mode, 16-bit and 32-bit code at privilege level 0. */
	LEGACY_16,
	LEGACY_32,
	/* The same in a code segment that begins elsewhere than at 0. */
	LEGACY_BASED,
	/* Privilege level 3. */
	LEGACY_USER_32,
	LEGACY_VM86,
	LEGACY_MODES
};

/* Where that mode's code will stand. */
uint32_t legacy_slot(enum legacy_mode mode);

/*
 * Run up to LEGACY_SLOT bytes of code in that mode, with these registers. The
 * code is read back into @code. After an exception only eax is reported, and eip
 * is what it is from there.
 */
void legacy_run(enum legacy_mode mode, uint8_t *code, size_t size, struct legacy *registers);

#endif /* GUEST_MODE_H */
