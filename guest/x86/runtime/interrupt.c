/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables, and what happens on an interrupt. */
#include "runtime.h"

#define MSR_GS_BASE 0xc0000101
#define FIRST_INTERRUPT 32

/* The order is that of entry.S and of the CPU. */
struct interrupt_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;
};

struct gate {
	uint16_t offset_low, selector, flags, offset_middle;
	uint32_t offset_high, reserved;
};

struct table_pointer {
	uint16_t limit;
	const void *base;
} __attribute__((packed));

#define GATE_INTERRUPT 0x8e00
#define GATE_USER 0x6000

extern const char interrupt_entries[], catch_recovery[];
void enter_user(void (*function)(void *), void *argument, void *stack);
void interrupt(struct interrupt_frame *frame);

static struct gate idt[256];

_Static_assert(offsetof(struct cpu, recovery) == CPU_RECOVERY, "known to entry.S");

void interrupts_start(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		/* 16 bytes each: entry.S */
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

static void fill_gdt(struct cpu *cpu)
{
	uint64_t base = (uintptr_t)&cpu->task_state;
	static const uint64_t segments[] = {
		[KERNEL_CODE / 8] = 0x00af9b000000ffff,
		[KERNEL_DATA / 8] = 0x00cf93000000ffff,
		[KERNEL_CODE32 / 8] = 0x00cf9b000000ffff,
		[USER_DATA / 8] = 0x00cff3000000ffff,
		[USER_CODE / 8] = 0x00affb000000ffff,
		[USER_CODE32 / 8] = 0x00cffb000000ffff,
	};

	memcpy(cpu->gdt, segments, sizeof(segments));
	/* A 64-bit task state segment, which takes two entries. */
	cpu->gdt[TASK_STATE / 8] = (sizeof(cpu->task_state) - 1) | (base & 0xffffff) << 16 |
				   0x89ull << 40 | (base >> 24 & 0xff) << 56;
	cpu->gdt[TASK_STATE / 8 + 1] = base >> 32;
	cpu->task_state.io_map = sizeof(cpu->task_state);
}

void interrupts_start_cpu(struct cpu *cpu)
{
	struct table_pointer gdt_pointer = { sizeof(cpu->gdt) - 1, cpu->gdt };
	struct table_pointer idt_pointer = { sizeof(idt) - 1, idt };

	cpu->self = cpu;
	cpu->recovery = 0;
	fill_gdt(cpu);
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2"
			 :
			 : "m"(gdt_pointer), "m"(idt_pointer), "r"(TASK_STATE)
			 : "memory");
	wrmsr(MSR_GS_BASE, (uintptr_t)cpu);
}

/* cr2; good after a page fault only. */
static uint64_t fault_address(void)
{
	uint64_t address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

/* Continue in catch_exception(), which returns the vector. */
static void recover(struct cpu *cpu, struct interrupt_frame *frame)
{
	cpu->exception = (struct exception){
		.vector = frame->vector,
		.error_code = frame->error_code,
		.rip = frame->rip,
		.rax = frame->rax,
		.address = fault_address(),
	};
	frame->rax = frame->vector;
	frame->rip = (uintptr_t)catch_recovery;
	frame->rsp = cpu->recovery;
	frame->cs = KERNEL_CODE;
	frame->ss = KERNEL_DATA;
	/* The rest comes from the stack. */
	frame->rflags = 2;
}

static struct registers caught[MAX_CPUS + 1];

static void keep_registers(const struct cpu *cpu, const struct interrupt_frame *frame)
{
	/* clang-format off */
	caught[cpu->apic_id] = (struct registers){
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

const struct registers *caught_registers(void)
{
	return &caught[this_cpu()->apic_id];
}

static bool is_exception(uint64_t vector)
{
	return (vector < FIRST_INTERRUPT && vector != VECTOR_NMI) || vector == USER_EXIT_VECTOR;
}

static void end_of_interrupt(void)
{
	*(volatile uint32_t *)(APIC_BASE + 0xb0ul) = 0;
}

void interrupt(struct interrupt_frame *frame)
{
	struct cpu *cpu = this_cpu();

	if (is_exception(frame->vector)) {
		if (!cpu->recovery)
			crash("exception %lu, error code %lx, at %lx, on CPU %u", frame->vector,
			      frame->error_code, frame->rip, cpu->apic_id);
		keep_registers(cpu, frame);
		recover(cpu, frame);
		return;
	}
	cpu->interrupts[frame->vector]++;
	cpu->interrupted_rip = frame->rip;
	if (frame->vector != VECTOR_NMI && frame->vector != VECTOR_SPURIOUS)
		end_of_interrupt();
}

uint32_t interrupts_total(const struct cpu *cpu)
{
	uint32_t total = 0;

	for (unsigned int i = 0; i < 256; i++)
		total += cpu->interrupts[i];
	return total;
}

struct user_call {
	void (*function)(void *);
	void *argument;
};

static void call_user(void *argument)
{
	static uint8_t user_stack[4096] __attribute__((aligned(16)));
	const struct user_call *call = argument;
	struct cpu *cpu = this_cpu();

	interrupts_off();
	/* Its exceptions get the stack below catch_exception()'s frame. */
	cpu->task_state.rsp[0] = cpu->recovery & ~15ull;
	enter_user(call->function, call->argument, user_stack + sizeof(user_stack));
}

int run_user(void (*function)(void *), void *argument)
{
	struct user_call call = { function, argument };
	int vector = catch_exception(call_user, &call);

	return vector == USER_EXIT_VECTOR ? -1 : vector;
}
