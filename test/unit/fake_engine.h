/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine without an emulator: vCPUs are a few registers, and what the
 * library asks of the engine is written down.
 */
#ifndef PARACALL_TEST_FAKE_ENGINE_H
#define PARACALL_TEST_FAKE_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <paracall/paracall.h>

#define FAKE_CPUS 4

/* The guest's memory, from address 0. */
#define FAKE_MEMORY_SIZE 0x8000

struct fake_machine;

struct fake_cpu {
	struct paracall_cpu *cpu;
	uint64_t registers[PARACALL_POWERPC_REGISTERS];
	unsigned int reads;
	unsigned int writes;
	/* What was done to this vCPU by others. */
	unsigned int wakes;
	unsigned int yields;
	/* It yielded to no vCPU in particular. */
	unsigned int time_slice_ends;
	unsigned int idles;
	unsigned int interrupts;
	struct paracall_interrupt interrupt;
	/* Its local APIC refuses interrupts. */
	bool refuses_interrupts;
	uint64_t run_delay;
	unsigned int tlb_flushes;
	/* It waited by fault injection: how often, and how long in total. */
	unsigned int delays;
	uint64_t delayed_nanoseconds;
	/* Registers that it lacks, a bit each. */
	uint64_t missing;
	/* It can't see accesses to the magic page that was last asked for. */
	bool refuses_magic_page;
	uint64_t magic_page_address;
	uint64_t magic_page_effective_address;
	/* What it gets for random numbers, byte by byte; and that there are none. */
	uint8_t random_byte;
	bool has_no_random;
	/* Its MSR was loaded; until it is asked. */
	bool has_loaded_msr;
	/* The machine that it is of. */
	struct fake_machine *machine;
};

struct fake_machine {
	struct paracall_machine *machine;
	struct fake_cpu cpus[FAKE_CPUS];
	_Alignas(8) uint8_t memory[FAKE_MEMORY_SIZE];
	/* Called after each write into memory, if not NULL. */
	void (*after_write)(struct fake_machine *machine);
	struct paracall_clocks clocks;
	/* Each reading of the clocks takes a microsecond by them. */
	bool clocks_go_on;
	/* NULL, or called while the counter's frequency is found out. */
	void (*while_measuring)(struct fake_machine *fake);
	/* The engine has nothing to report about them. */
	bool has_no_clocks;
	uint64_t tsc_frequency;
	/* For tests that have one. */
	struct paracall_trace *trace;
	/* APIC ids are the vCPU's number times this. */
	uint32_t apic_id_step;
};

#define FAKE_CAPABILITIES \
	(PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT | PARACALL_CAN_YIELD | \
	 PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_READ_CLOCKS | \
	 PARACALL_CAN_REPORT_RUN_DELAY | PARACALL_CAN_FLUSH_TLB | \
	 PARACALL_CAN_MAP_MAGIC_PAGE | PARACALL_CAN_GIVE_RANDOM)

/* A complete engine; change its capabilities for less of one. */
extern const struct paracall_engine fake_engine;

/* Creates a machine of FAKE_CPUS vCPUs; @options may be NULL. */
void fake_machine_create(struct fake_machine *fake, const struct paracall_engine *engine,
			 const struct paracall_options *options);
void fake_machine_destroy(struct fake_machine *fake);

/* For cmocka: a machine with the defaults, as the test's state. */
int fake_setup(void **state);
int fake_teardown(void **state);

/* The defaults that fake_machine_create() uses. */
struct paracall_options fake_options(void);

/* An empty trace of all kinds of events, for free(); its size is paracall_trace_size(). */
struct paracall_trace *fake_trace(uint32_t cpus, uint32_t ring_events);

/* Where calls of that name are counted; of a name that there is not, unknown ones. */
uint32_t fake_slot(const char *name);

/* Do a call in 64-bit privileged mode; returns rax. */
int64_t fake_call(struct fake_cpu *cpu, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		  uint64_t a3);
/* The same in @mode. */
uint64_t fake_call_in(struct fake_cpu *cpu, uint32_t mode, uint64_t number, uint64_t a0,
		      uint64_t a1, uint64_t a2, uint64_t a3);

/* Read and write a register where that must work. */
uint64_t fake_rdmsr(struct fake_cpu *cpu, uint32_t number);
void fake_wrmsr(struct fake_cpu *cpu, uint32_t number, uint64_t value);

/* RISC-V: do that call, with 0 in a2. */
enum paracall_sbi_outcome fake_sbi(struct fake_cpu *cpu, uint32_t extension, uint32_t function,
				   uint64_t a0, uint64_t a1);

/* LoongArch: have steal time reported as @value says, the address of a record and flags. */
void fake_notify(struct fake_cpu *cpu, uint64_t value);

/* Unplug a vCPU, and plug it in again. */
void fake_replug(struct fake_cpu *cpu);

/* A number below @below, the next one of the sequence that @state begins. */
uint32_t fake_draw(uint32_t *state, uint32_t below);

/*
 * In each turn of a loop that waits for another thread: the two meet in quick succession, but
 * now and then the other may run, where one processor has both.
 */
void fake_give_way(unsigned int *turns);

#endif /* PARACALL_TEST_FAKE_ENGINE_H */
