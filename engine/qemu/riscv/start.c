/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All harts begin at the same instruction, in machine mode, and begin there again at each
 * reset; nothing else leads there. No hart need be the first, or wait for another one.
 * So a reset is known by a hart that begins for the second time; the others then
 * follow.
 *
 * QEMU's machines have memory from one address on. On virt nothing is right after it, but
 * that the window for PCI devices can begin there, at a multiple of its size: all
 * that is read there is ones.
 */
#include "start.h"

#include "../load.h"
#include "../memory.h"
#include "../trace.h"
#include "calls.h"
#include "pmp.h"
#include "registers.h"
#include "state.h"

/* In this page is what all of QEMU's machines for RISC-V execute first. */
#define FIRST_PAGE UINT64_C(0x1000)
#define PAGE_SIZE UINT64_C(0x1000)

#define MEMORY_START UINT64_C(0x80000000)
#define WINDOW_SIZE (UINT64_C(16) << 30)
/* The record of steal time, and what it is aligned to. */
#define RECORD_SIZE UINT64_C(64)

bool riscv_may_begin(uint64_t address, uint64_t mode)
{
	return mode == RISCV_MACHINE && (address & -PAGE_SIZE) == FIRST_PAGE;
}

bool riscv_is_at_start(struct vcpu *vcpu)
{
	return riscv_may_begin(register_read(vcpu, RISCV_PC),
			       register_read(vcpu, RISCV_PRIVILEGE));
}

static bool is_window(struct vcpu *vcpu, uint64_t address)
{
	uint8_t bytes[MEMORY_LARGEST];

	if (!physical_read(vcpu, address, bytes, sizeof(bytes)))
		return true;
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (bytes[i] != 0xff)
			return false;
	return true;
}

/* Part by part, each up to where a window could begin. */
static uint64_t find_end(struct vcpu *vcpu)
{
	uint64_t end = MEMORY_START;
	uint64_t limit = WINDOW_SIZE;

	while (limit <= MEMORY_LIMIT) {
		end = memory_find_end_by_steps(vcpu, end, limit);
		if (end != limit || is_window(vcpu, limit))
			break;
		limit += WINDOW_SIZE;
	}
	return end;
}

/* Once; under the lock. */
static void look_around(struct vcpu *vcpu)
{
	if (!riscv_machine()->knows_memory)
		memory_set(0, MEMORY_START, find_end(vcpu));
	riscv_machine()->knows_memory = true;
}

void riscv_look_around(struct vcpu *vcpu)
{
	pthread_mutex_lock(&riscv_machine()->lock);
	look_around(vcpu);
	pthread_mutex_unlock(&riscv_machine()->lock);
}

/* Whether this hart begins again; under the lock. */
static bool begin(struct vcpu *vcpu)
{
	struct engine *engine = &paracall_qemu_engine;
	bool is_again = riscv_vcpu(vcpu)->has_begun;

	look_around(vcpu);
	for (unsigned int i = 0; is_again && i < engine->max_vcpus; i++)
		if (vcpu_by_index(i))
			riscv_vcpu(vcpu_by_index(i))->has_begun = false;
	riscv_vcpu(vcpu)->has_begun = true;
	riscv_vcpu(vcpu)->writable = 0;
	return is_again;
}

void riscv_start_reached(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = riscv_vcpu_current(index);
	bool is_again;

	if (!vcpu)
		return;
	load_note_start();
	pthread_mutex_lock(&riscv_machine()->lock);
	is_again = begin(vcpu);
	pthread_mutex_unlock(&riscv_machine()->lock);
	atomic_store(&engine->has_started, true);
	trace_note_site(vcpu, NULL, (uintptr_t)userdata);
	if (is_again)
		paracall_machine_reset(engine->machine, vcpu->cpu);
}

/*
 * The protection is looked at once, when a record is given. A hart that sleeps leaves a mark in
 * one, perhaps another hart's, for which that was done; its own protection may be a different
 * one, such as before the firmware has started it.
 */
bool riscv_write_memory(void *context, struct paracall_gpa address, const void *data,
			size_t size)
{
	struct riscv_vcpu *riscv = riscv_vcpu(context);
	uint64_t start = address.value & -RECORD_SIZE;

	if (start != riscv->writable && !riscv->vcpu.is_asleep) {
		if (!pmp_allows_write(context, start, RECORD_SIZE))
			return false;
		riscv->writable = start;
	}
	return memory_write(context, address, data, size);
}
