/* SPDX-License-Identifier: BSD-2-Clause */
#include "../descriptors.h"

#define MSR_GS_BASE 0xc0000101

struct gate {
	uint16_t offset_low, selector, flags, offset_middle;
	uint32_t offset_high, reserved;
};

#define GATE_INTERRUPT 0x8e00
#define GATE_USER 0x6000

static struct gate idt[256];

void interrupts_start(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint64_t entry = (uintptr_t)interrupt_entries + i * 16;

		idt[i] = (struct gate){
			.offset_low = (uint16_t)entry,
			.selector = KERNEL_CODE,
			.flags = GATE_INTERRUPT | (i == USER_EXIT_VECTOR ? GATE_USER : 0),
			.offset_middle = (uint16_t)(entry >> 16),
			.offset_high = entry >> 32,
		};
	}
}

void interrupts_start_cpu(struct cpu *cpu)
{
	struct table_pointer gdt_pointer = { sizeof(cpu->gdt) - 1, cpu->gdt };
	struct table_pointer idt_pointer = { sizeof(idt) - 1, idt };

	cpu->self = cpu;
	cpu->recovery = 0;
	descriptors_fill(cpu);
	/* A 64-bit task state segment takes two entries. */
	cpu->gdt[TASK_STATE / 8 + 1] = (uintptr_t)&cpu->task_state >> 32;
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2"
			 :
			 : "m"(gdt_pointer), "m"(idt_pointer), "r"(TASK_STATE)
			 : "memory");
	wrmsr(MSR_GS_BASE, (uintptr_t)cpu);
}

struct registers frame_registers(const struct interrupt_frame *frame)
{
	/* clang-format off */
	return (struct registers){
		.rax = frame->rax,
		.rbx = frame->rbx,
		.rcx = frame->rcx,
		.rdx = frame->rdx,
		.rsi = frame->rsi,
		.rdi = frame->rdi,
		.rbp = frame->rbp,
		.r8 = frame->r8,
		.r9 = frame->r9,
		.r10 = frame->r10,
		.r11 = frame->r11,
		.r12 = frame->r12,
		.r13 = frame->r13,
		.r14 = frame->r14,
		.r15 = frame->r15,
		.rflags = frame->rflags,
	};
	/* clang-format on */
}

struct interrupt_frame *frame_of_recovery(struct cpu *cpu, struct interrupt_frame *frame)
{
	frame->rax = frame->vector;
	frame->rip = (uintptr_t)catch_recovery;
	frame->rsp = cpu->recovery;
	frame->cs = KERNEL_CODE;
	frame->ss = KERNEL_DATA;
	/* The rest comes from the stack. */
	frame->rflags = 2;
	return frame;
}
