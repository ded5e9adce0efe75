/* SPDX-License-Identifier: BSD-2-Clause */
#include "../descriptors.h"

struct gate {
	uint16_t offset_low, selector, flags, offset_high;
};

#define GATE_INTERRUPT 0x8e00
#define GATE_USER 0x6000

static struct gate idt[256];

void interrupts_start(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint32_t entry = (uintptr_t)interrupt_entries + i * 16;

		idt[i] = (struct gate){
			.offset_low = (uint16_t)entry,
			.selector = KERNEL_CODE,
			.flags = GATE_INTERRUPT | (i == USER_EXIT_VECTOR ? GATE_USER : 0),
			.offset_high = entry >> 16,
		};
	}
}

/* Data, writable, at privilege level 3, with a limit in bytes. */
static uint64_t data_segment(uint32_t base, uint32_t size)
{
	return (size - 1) | (uint64_t)(base & 0xffffff) << 16 | 0x40f3ull << 40 |
	       (uint64_t)(base >> 24) << 56;
}

void interrupts_start_cpu(struct cpu *cpu)
{
	struct table_pointer gdt_pointer = { sizeof(cpu->gdt) - 1, cpu->gdt };
	struct table_pointer idt_pointer = { sizeof(idt) - 1, idt };

	cpu->self = cpu;
	cpu->recovery = 0;
	descriptors_fill(cpu);
	cpu->task_state.ss0 = KERNEL_DATA;
	cpu->gdt[CPU_DATA / 8] = data_segment((uintptr_t)cpu, sizeof(*cpu));
	/* Those of data stay through user mode, which clears others. */
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2\n\t"
			 "mov %3, %%ds; mov %3, %%es; mov %4, %%gs"
			 :
			 : "m"(gdt_pointer), "m"(idt_pointer), "r"(TASK_STATE), "r"(USER_DATA),
			   "r"(CPU_DATA)
			 : "memory");
}

struct registers frame_registers(const struct interrupt_frame *frame)
{
	return (struct registers){
		.rax = frame->rax,
		.rbx = frame->rbx,
		.rcx = frame->rcx,
		.rdx = frame->rdx,
		.rsi = frame->rsi,
		.rdi = frame->rdi,
		.rbp = frame->rbp,
		.rflags = frame->rflags,
	};
}

/*
 * A return within privilege level 0 does not load esp: so the frame has to be on
 * the stack where it goes on, which is further up than any of this.
 */
struct interrupt_frame *frame_of_recovery(struct cpu *cpu, struct interrupt_frame *frame)
{
	unsigned long vector = frame->vector;
	struct interrupt_frame *above = (struct interrupt_frame *)cpu->recovery - 1;

	*above = (struct interrupt_frame){
		.rax = vector,
		.rip = (uintptr_t)catch_recovery,
		.cs = KERNEL_CODE,
		/* The rest comes from the stack. */
		.rflags = 2,
	};
	return above;
}
