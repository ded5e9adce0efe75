/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens on an interrupt. */
#include "descriptors.h"

#define FIRST_INTERRUPT 32

struct interrupt_frame *interrupt(struct interrupt_frame *frame);
void enter_user(void (*function)(void *), void *argument, void *stack);

_Static_assert(offsetof(struct cpu, recovery) == CPU_RECOVERY, "known to entry.S");

/* cr2; good after a page fault only. */
static uint64_t fault_address(void)
{
	unsigned long address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

static void keep_exception(struct cpu *cpu, const struct interrupt_frame *frame)
{
	cpu->exception = (struct exception){
		.vector = frame->vector,
		.error_code = frame->error_code,
		.rip = frame->rip,
		.rax = frame->rax,
		.address = fault_address(),
	};
}

static struct registers caught[MAX_CPUS + 1];

const struct registers *caught_registers(void)
{
	return &caught[this_cpu()->apic_id];
}

static bool is_exception(unsigned long vector)
{
	return (vector < FIRST_INTERRUPT && vector != VECTOR_NMI) || vector == USER_EXIT_VECTOR;
}

static void end_of_interrupt(void)
{
	*(volatile uint32_t *)(APIC_BASE + 0xb0ul) = 0;
}

/* Returns the frame to go on with. */
struct interrupt_frame *interrupt(struct interrupt_frame *frame)
{
	struct cpu *cpu = this_cpu();

	if (is_exception(frame->vector)) {
		if (!cpu->recovery)
			crash("exception %lu, error code %lx, at %lx, on CPU %u", frame->vector,
			      frame->error_code, frame->rip, cpu->apic_id);
		keep_exception(cpu, frame);
		caught[cpu->apic_id] = frame_registers(frame);
		return frame_of_recovery(cpu, frame);
	}
	cpu->interrupts[frame->vector]++;
	cpu->interrupted_rip = frame->rip;
	if (frame->vector != VECTOR_NMI && frame->vector != VECTOR_SPURIOUS)
		end_of_interrupt();
	return frame;
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
	task_state_set_stack(&cpu->task_state, cpu->recovery & ~15ul);
	enter_user(call->function, call->argument, user_stack + sizeof(user_stack));
}

int run_user(void (*function)(void *), void *argument)
{
	struct user_call call = { function, argument };
	int vector = catch_exception(call_user, &call);

	return vector == USER_EXIT_VECTOR ? -1 : vector;
}
