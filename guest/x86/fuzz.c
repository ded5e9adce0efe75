/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random sequences of calls and of accesses to KVM's registers. Hashed are the answers, the
 * interrupts that came, and which bytes of memory were written.
 */
#include "common/hash.h"
#include "common/sequences.h"
#include "runtime/answer.h"
#include "runtime/test.h"
#include "runtime/written.h"

#define PAGE 4096ul

/* What memory is filled with. */
#define FILL 0xa5

/* Interrupts that are checked: these vectors, and NMIs. */
#define FIRST_VECTOR 0x50
#define VECTORS 16
#define VECTOR_EVENT 0x60

extern const char bss_end[];

/* Or so near that a structure there reaches into it; at 1 MiB, see link.ld. */
static bool is_program(uint64_t address)
{
	return address >= 0x100000 - 2 * 64 && address < (uintptr_t)bss_end + 64;
}

/* 32-bit code sees its lower half alone. */
static uint64_t outside_program(uint64_t address)
{
	return is_program((uint32_t)address) ? address + SPARE : address;
}

/* Of a structure: in memory, at and past its end, nowhere; aligned or nearly. */
static uint64_t random_address(void)
{
	static const uint64_t pages[] = {
		SPARE,	    SPARE + PAGE, SPARE + 16 * PAGE, MEMORY_END - PAGE,
		MEMORY_END, 1ull << 32,	  1ull << 45,	     1ull << 51,
		-PAGE
	};
	static const uint16_t offsets[] = { 0,	   1,	  4,	 8,	0x20,
					    0x30,  0x3c,  0x40,	 0xfbf, 0xfc0,
					    0xfc1, 0xfe0, 0xff8, 0xffc, 0xfff };

	return below(8) ? ONE_OF(pages) + ONE_OF(offsets) : outside_program(random_value());
}

/* No id at which a CPU could be ended by a wrong mode. */
static uint64_t random_icr(void)
{
	static const uint8_t delivery_modes[] = { 0, 0, 0, 1, 3, 4, 7 };
	static const uint32_t more[] = { 0x800,	 0x1000,  0x2000,  0x4000,  0x8000,
					 0xc000, 0x10000, 0x40000, 0x80000, 0xc0000 };
	uint64_t icr = FIRST_VECTOR + below(VECTORS);

	icr |= (uint64_t)ONE_OF(delivery_modes) << PARACALL_ICR_MODE_SHIFT;
	if (!below(4))
		icr |= ONE_OF(more);
	if (!below(8))
		icr |= random() << 32;
	return icr;
}

static uint64_t random_id(void)
{
	static const uint64_t ids[] = {
		0, 0, 1, 1, 2, 0x3e, 0xfe, 0xff, 0x100, 0xffffffff, 1ull << 32, 1ull << 32 | 1,
	};

	return below(8) ? ONE_OF(ids) : random_value();
}

static uint64_t random_number(void)
{
	static const uint8_t known[] = {
		PARACALL_KVM_HC_VAPIC_POLL_IRQ, PARACALL_KVM_HC_KICK_CPU,
		PARACALL_KVM_HC_CLOCK_PAIRING,	PARACALL_KVM_HC_CLOCK_PAIRING,
		PARACALL_KVM_HC_SEND_IPI,	PARACALL_KVM_HC_SEND_IPI,
		PARACALL_KVM_HC_SEND_IPI,	PARACALL_KVM_HC_SCHED_YIELD,
		PARACALL_KVM_HC_MAP_GPA_RANGE,	PARACALL_KVM_HC_MMU_OP,
	};

	switch (below(8)) {
	case 0:
		return below(32);
	case 1:
		return random_value();
	case 2:
		return (random() << 32) | ONE_OF(known);
	default:
		return ONE_OF(known);
	}
}

static void fill_arguments(uint64_t arguments[4], uint64_t number)
{
	for (unsigned int i = 0; i < 4; i++)
		arguments[i] = random_value();
	switch ((uint32_t)number) {
	case PARACALL_KVM_HC_KICK_CPU:
		arguments[1] = random_id();
		break;
	case PARACALL_KVM_HC_SCHED_YIELD:
		arguments[0] = random_id();
		break;
	case PARACALL_KVM_HC_CLOCK_PAIRING:
		arguments[0] = random_address();
		arguments[1] = below(4) ? 0 : random_value();
		break;
	case PARACALL_KVM_HC_SEND_IPI:
		arguments[0] = below(2) ? below(8) : random_value();
		arguments[1] = below(2) ? below(8) : random_value();
		arguments[2] = random_id();
		arguments[3] = random_icr();
		break;
	}
}

static struct question random_call(void)
{
	static const enum answer_mode modes[] = { ANSWER_64, ANSWER_64, ANSWER_COMPATIBILITY,
						  ANSWER_USER_64, ANSWER_USER_COMPATIBILITY };
	enum answer_instruction own = cpu_has_vmmcall() ? ANSWER_VMMCALL : ANSWER_VMCALL;
	enum answer_mode mode = ONE_OF(modes);
	struct question question =
		question_call(below(2) ? ANSWER_VMCALL : ANSWER_VMMCALL, mode, random_number());

	/* The other one is an exception there, and known to be another one. */
	if (mode == ANSWER_USER_COMPATIBILITY)
		question.instruction = own;
	fill_arguments(question.arguments, question.number);
	return question;
}

static const uint32_t registers[] = {
	PARACALL_KVM_MSR_WALL_CLOCK,	    PARACALL_KVM_MSR_SYSTEM_TIME,
	PARACALL_KVM_MSR_WALL_CLOCK_NEW,    PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
	PARACALL_KVM_MSR_ASYNC_PF_EN,	    PARACALL_KVM_MSR_STEAL_TIME,
	PARACALL_KVM_MSR_PV_EOI_EN,	    PARACALL_KVM_MSR_POLL_CONTROL,
	PARACALL_KVM_MSR_ASYNC_PF_INT,	    PARACALL_KVM_MSR_ASYNC_PF_ACK,
	PARACALL_KVM_MSR_MIGRATION_CONTROL,
};

static uint32_t random_register(void)
{
	if (below(16))
		return ONE_OF(registers);
	return (uint32_t)(PARACALL_KVM_MSR_WALL_CLOCK_NEW + below(0x100));
}

/*
 * In one page. With a clock on two pages, KVM continues with the page before it,
 * even of another sequence (answers.c, and x86_64.conf).
 */
static uint64_t random_clock(void)
{
	uint64_t value = (random_address() & ~0xfull) | (below(4) ? below(16) : 0);

	if ((value & ~1ull) % PAGE > PAGE - sizeof(struct paracall_pvclock_vcpu_time_info))
		value -= 32;
	return value;
}

static uint64_t random_setting(uint32_t number)
{
	switch (number) {
	case PARACALL_KVM_MSR_SYSTEM_TIME:
	case PARACALL_KVM_MSR_SYSTEM_TIME_NEW:
		return random_clock();
	case PARACALL_KVM_MSR_ASYNC_PF_INT:
		/* Events that come are to find a handler. */
		return below(4) ? VECTOR_EVENT + below(16) : 0x100 | random_value();
	case PARACALL_KVM_MSR_POLL_CONTROL:
	case PARACALL_KVM_MSR_ASYNC_PF_ACK:
		return below(2) ? below(4) : random_value();
	default:
		return (random_address() & ~0xfull) | (below(4) ? below(16) : 0);
	}
}

static struct question random_access(void)
{
	static const enum answer_mode modes[] = { ANSWER_64, ANSWER_64, ANSWER_COMPATIBILITY };
	enum answer_mode mode = ONE_OF(modes);
	uint32_t number = random_register();

	if (!below(3))
		return question_rdmsr(mode, number);
	return question_wrmsr(mode, number, random_setting(number));
}

/*
 * ---- Sequences -------------------------------------------------------------
 */

/* Off, and so that events that come have a handler. */
static void reset_registers(void)
{
	static const uint32_t pages[] = {
		PARACALL_KVM_MSR_ASYNC_PF_EN, PARACALL_KVM_MSR_STEAL_TIME,
		PARACALL_KVM_MSR_PV_EOI_EN,   PARACALL_KVM_MSR_SYSTEM_TIME,
		PARACALL_KVM_MSR_WALL_CLOCK,
	};

	for (size_t i = 0; i < COUNT(pages); i++)
		try_wrmsr(pages[i], 0);
	try_wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1);
	try_wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, VECTOR_EVENT);
}

static void do_nothing(void *argument)
{
	(void)argument;
}

/* Each CPU that has done something since has taken what was sent to it before. */
static void settle(void)
{
	interrupts_on();
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), do_nothing, NULL);
		if (!cpu_wait(cpu_at(i), 10000))
			crash("CPU %u is gone", cpu_ids[i]);
	}
}

/* Which came at all: how often depends on when. */
static uint32_t take_vectors(struct cpu *cpu)
{
	uint32_t came = (uint32_t)(cpu->interrupts[VECTOR_NMI] != 0) << VECTORS;

	cpu->interrupts[VECTOR_NMI] = 0;
	for (unsigned int i = 0; i < VECTORS; i++) {
		came |= (uint32_t)(cpu->interrupts[FIRST_VECTOR + i] != 0) << i;
		cpu->interrupts[FIRST_VECTOR + i] = 0;
	}
	return came;
}

static uint64_t report_vectors(uint64_t sequence, uint64_t hash)
{
	for (uint32_t i = 0; i < cpu_count; i++) {
		uint32_t came = take_vectors(cpu_at(i));

		hash = hash_word(hash, came);
		if (options.reports_answers)
			print("answer sequence %lu, interrupts of CPU %u = 0x%x\n", sequence, i,
			      came);
	}
	return hash;
}

static uint64_t report_written(uint64_t sequence, uint64_t hash, struct fields *fields)
{
	written_settle(fields);
	if (options.reports_answers) {
		print("answer sequence %lu, memory written = ", sequence);
		print_written_ranges();
		print("\n");
	}
	return hash_written(hash);
}

static uint64_t run_sequence(uint64_t sequence, uint64_t hash)
{
	static struct fields fields;
	uint64_t steps;

	fields.count = 0;
	begin_sequence(sequence);
	steps = 1 + below(MOST_STEPS);
	for (uint64_t step = 0; step < steps; step++) {
		struct question question = below(3) ? random_call() : random_access();
		struct answer answer = answer_of(&question);

		interrupts_on();
		if (answer.vector < 0)
			fields_add(&fields, &question);
		hash = hash_answer(hash, &answer);
		if (!options.reports_answers)
			continue;
		print("answer sequence %lu, step %lu: ", sequence, step);
		print_question(&question);
		print(" = ");
		print_answer(&question, &answer);
		print("\n");
	}
	settle();
	hash = report_vectors(sequence, hash);
	/* The host writes nothing on its own any more. */
	reset_registers();
	return report_written(sequence, hash, &fields);
}

static void run_sequences(void)
{
	settle();
	for (uint32_t i = 0; i < cpu_count; i++)
		take_vectors(cpu_at(i));
	reset_registers();
	written_fill(FILL);
	run_all(run_sequence);
	reset_registers();
}

SEQUENCES_MAIN(run_sequences)
