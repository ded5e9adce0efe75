/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target guest: a machine without an emulator, whose vCPUs do whatever an input says.
 * Beside the machine stands a model of what must be so, which is compared with it.
 */
#ifndef PARACALL_FUZZ_GUEST_H
#define PARACALL_FUZZ_GUEST_H

#include "../../lib/machine.h"
#include "../fuzz.h"

#define PAGE 4096u
#define CPUS 8

/*
 * Guest memory: pages from address 0, from 4 GiB, and the last ones of the address space.
 * Any of them can be a hole.
 */
#define LOW_PAGES 16
#define HIGH_PAGES 4
#define LAST_PAGES 2
#define PAGES (LOW_PAGES + HIGH_PAGES + LAST_PAGES)
#define HIGH_PAGE UINT64_C(0x100000)
#define LAST_PAGE (UINT64_C(1) << 52)

/* Numbers of pages about which is known whether MAP_GPA_RANGE made them private. */
#define KNOWN_PAGES 1024

#define RING_EVENTS 64

/* Sets of registers have a bit for each. */
#define MOST_REGISTERS 64

struct range {
	uint64_t address;
	uint64_t size;
};

/* By paracall_msr_info()'s index. */
enum msr {
	MSR_WALL_CLOCK,
	MSR_SYSTEM_TIME,
	MSR_WALL_CLOCK_NEW,
	MSR_SYSTEM_TIME_NEW,
	MSR_ASYNC_PF_EN,
	MSR_STEAL_TIME,
	MSR_PV_EOI_EN,
	MSR_POLL_CONTROL,
	MSR_ASYNC_PF_INT,
	MSR_ASYNC_PF_ACK,
	MSR_MIGRATION_CONTROL,
};

enum kicked {
	NOT_KICKED,
	KICKED,
	/* Something else happened in the midst of it. */
	PERHAPS_KICKED,
};

struct guest;

struct vcpu {
	struct guest *guest;
	/* NULL: it is not there. */
	struct paracall_cpu *cpu;
	unsigned int index;
	uint32_t apic_id;
	uint64_t registers[MOST_REGISTERS];
	/* It is in the library. */
	bool is_busy;
	/* What it may change now: registers, a bit each; memory; memory anywhere; a version. */
	uint64_t may_write;
	struct range may_touch;
	bool may_touch_all;
	bool may_mark;
	/* DIAGNOSE 0x10: only zeros, of whole pages. */
	bool may_clear;
	/* The library may wake it: its last halt was one, and it was not resumed since. */
	bool is_halted;
	enum kicked kicked;
	unsigned int wakes;
	/* Others are in the midst of waking it. */
	unsigned int wakers;
	/* Where its pages are, as far as they were registered; size 0: nowhere. */
	struct range clock, steal, async_pf;
	/* What its registers must read as, and whether that is known. */
	uint64_t msrs[PARACALL_STATISTICS_MSRS];
	uint32_t known_msrs;
	uint64_t calls, errors;
	uint64_t run_delay;
	uint32_t tokens[4];
	uint64_t missing;
	bool refuses_interrupts;
	bool has_loaded_msr;
	uint64_t taken;
};

struct guest {
	struct fuzz_input input;
	struct paracall_machine *machine;
	struct paracall_engine engine;
	const struct kind *kind;
	unsigned int cpus;
	struct vcpu vcpus[CPUS];
	bool has_rules;
	/* How many of the engine's functions are called until another vCPU comes between. */
	unsigned int nest_in;
	unsigned int depth;
	bool has_nested;
	/* Clock pages of vCPUs that went while another one was at them. */
	struct range left[CPUS];
	unsigned int left_count;
	bool refuses_ranges;
	bool refuses_pages;
	/* The host's time, in nanoseconds, and by how much the counter is off. */
	uint64_t now;
	uint64_t drift;
	bool has_clocks;
	/* The guest's clock at some moment before. */
	uint64_t last_tsc, last_nanoseconds;
	bool is_private[KNOWN_PAGES];
	/* All that was private was below. */
	bool knows_private;
	struct paracall_trace *trace;
	bool has_reader;
	uint64_t wall_clock, migration_control;
	uint32_t is_there;
	_Alignas(8) uint8_t memory[PAGES][PAGE];
};

/* ---- host.c: the engine ----------------------------------------------------- */

/* False if memory is short, or the machine is none that there can be. */
bool guest_create(struct guest *guest);
void guest_destroy(struct guest *guest);
void guest_plug(struct guest *guest, unsigned int index);
void guest_unplug(struct vcpu *vcpu);

/* One of the guest's own accesses; false if there is no memory. */
bool guest_poke(struct guest *guest, uint64_t address, const void *data, size_t size);
uint64_t guest_tsc(const struct guest *guest);
/* The library's clocks stop, or go on. */
void guest_stop_time(bool stop);
/* For the engine's functions: the vCPU that calls one; and now another one may come between. */
struct vcpu *guest_caller(void *context);
void guest_nest(struct guest *guest);
/* Takes what is in the rings, and looks at it. */
void guest_take_events(struct guest *guest);

/* ---- values that are worth trying ------------------------------------------- */

uint8_t take_byte(struct guest *guest);
uint64_t take_address(struct guest *guest);
uint64_t take_value(struct guest *guest);
/* Another vCPU's, or any. */
uint32_t take_apic_id(struct guest *guest);

/* ---- what vCPUs do ----------------------------------------------------------- */

typedef void step(struct vcpu *vcpu);

/* An architecture's guests. */
struct kind {
	enum paracall_architecture architecture;
	/* Adds the engine's functions for it alone; NULL: there are none. */
	void (*complete)(struct paracall_engine *engine);
	unsigned int register_count;
	/* The first that its CPUs may lack; 0: none. */
	unsigned int first_optional_register;
	/* A step of any kind, or one that must never wait for another vCPU. */
	step *step;
	step *nested_step;
	/* Whether the library may write that there; NULL: anything. */
	bool (*may_write)(const struct vcpu *vcpu, unsigned int number, uint64_t value);
	/* What must be so of a vCPU, of the machine, and after each step; each may be NULL. */
	void (*check_vcpu)(const struct vcpu *vcpu);
	void (*check_machine)(const struct guest *guest);
	void (*check_step)(struct guest *guest);
};

/* One after the other from 0; NULL after the last. */
const struct kind *guest_kind(size_t index);

/* What all architectures have. */
void step_plug(struct vcpu *vcpu);
void step_unplug(struct vcpu *vcpu);
void step_update(struct vcpu *vcpu);
void step_reset(struct vcpu *vcpu);
void step_reset_machine(struct vcpu *vcpu);
void step_set_apic_id(struct vcpu *vcpu);
void step_poke(struct vcpu *vcpu);
void step_change_memory(struct vcpu *vcpu);
void step_nest(struct vcpu *vcpu);
void step_pass_time(struct vcpu *vcpu);
void step_trace(struct vcpu *vcpu);
/* Of those whose mark is in a record of steal time. */
void step_mark(struct vcpu *vcpu);

/* Around each entry of the library. */
void enter(struct vcpu *vcpu, uint64_t may_write);
void leave(struct vcpu *vcpu);
/* A guest's call is over. */
void count_call(struct vcpu *vcpu, bool is_error);
/* What a reset makes of a vCPU's pages and registers, in the model. */
void forget_pages(struct vcpu *vcpu);

/* ---- check.c: what must always be so ------------------------------------------ */

/* Of one vCPU, and of the whole machine. */
void check_vcpu(const struct vcpu *vcpu);
void check_machine(struct guest *guest);
/* At the end: what the guest has made of its machine can be saved and loaded. */
void check_saved(struct guest *guest);

static inline bool is_in(struct range range, uint64_t address, uint64_t size)
{
	return address >= range.address && size <= range.size &&
	       address - range.address <= range.size - size;
}

#endif /* PARACALL_FUZZ_GUEST_H */
