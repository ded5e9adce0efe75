/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host chooses where a guest's records of stolen time are, so they have to be in memory
 * that it does not use: 64 KiB at its end, since a kernel can have such pages.
 *
 * QEMU saves that with the rest of the guest's memory. So the second half has what the
 * library says of the machine, and a mark, a number that is another one whenever all vCPUs
 * sleep, or one halts where one thread runs all: a state that is loaded has another mark,
 * and brings what belongs to it. A guest may write there, too. Then it is taken for a state
 * like its own, at most once for each of its halts; the library checks what it takes, and
 * nothing but this memory is ever written to.
 */
#include "records.h"

#include "../memory.h"
#include "state.h"

#include <string.h>
#include <sys/random.h>

#define PAGE_SIZE 4096u
#define STATE_OFFSET (ARM64_RECORDS_SIZE / 2)
#define MAX_RECORDS (STATE_OFFSET / PARACALL_STOLEN_TIME_SIZE)

/* As much memory as virt can have before devices are above it. */
#define MOST_MEMORY (UINT64_C(255) << 30)

/* "PARACALL" */
#define MAGIC UINT64_C(0x4c4c414341524150)

/* Little-endian. Behind it are .size bytes of the library's. */
struct header {
	uint64_t magic;
	uint64_t mark;
	uint64_t size;
};

/* What is after the records: as it was written last, and as it is to be. */
static uint8_t written[STATE_OFFSET];
static uint8_t next[STATE_OFFSET];

static bool is_empty(struct vcpu *vcpu, uint64_t address, uint64_t size)
{
	static const uint8_t zeros[PAGE_SIZE];
	uint8_t page[PAGE_SIZE];

	for (uint64_t at = 0; at < size; at += PAGE_SIZE)
		if (!physical_read(vcpu, address + at, page, PAGE_SIZE) ||
		    memcmp(page, zeros, PAGE_SIZE))
			return false;
	return true;
}

bool arm64_records_may_be(struct vcpu *vcpu, uint64_t address, uint64_t size, bool is_first)
{
	return is_first ? address >= ARM64_MEMORY_START && address % ARM64_RECORDS_SIZE == 0 &&
				  is_empty(vcpu, address, size)
			: address == atomic_load(&arm64_machine()->records);
}

static void clear(struct vcpu *vcpu, uint64_t address)
{
	static const uint8_t zeros[PAGE_SIZE];

	for (uint64_t at = 0; at < ARM64_RECORDS_SIZE; at += PAGE_SIZE)
		physical_write(vcpu, address + at, zeros, PAGE_SIZE);
	memset(written, 0, sizeof(written));
}

void arm64_place_record(struct vcpu *vcpu)
{
	struct arm64_machine *machine = arm64_machine();
	struct paracall_gpa place = { atomic_load(&machine->records) +
				      (uint64_t)vcpu->index * PARACALL_STOLEN_TIME_SIZE };

	if (atomic_load(&machine->has_records) && vcpu->index < MAX_RECORDS)
		paracall_arm64_place_stolen_time(vcpu->cpu, place);
}

/* The state is there from the beginning on, for who loads one of before the first sleep. */
void arm64_records_begin(struct vcpu *vcpu, uint64_t address)
{
	struct engine *engine = &paracall_qemu_engine;

	clear(vcpu, address);
	atomic_store(&arm64_machine()->records, address);
	atomic_store(&arm64_machine()->has_records, true);
	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i))
			arm64_place_record(vcpu_by_index(i));
	if (engine->reports_idle)
		arm64_save_state(vcpu);
}

static bool is_record(uint64_t address, size_t size)
{
	struct arm64_machine *machine = arm64_machine();
	uint64_t records = atomic_load_explicit(&machine->records, memory_order_relaxed);

	return atomic_load_explicit(&machine->has_records, memory_order_relaxed) &&
	       address >= records && size <= STATE_OFFSET &&
	       address - records <= STATE_OFFSET - size;
}

bool arm64_read_record(void *context, struct paracall_gpa address, void *data, size_t size)
{
	return is_record(address.value, size) &&
	       physical_read(context, address.value, data, size);
}

bool arm64_write_record(void *context, struct paracall_gpa address, const void *data,
			size_t size)
{
	return is_record(address.value, size) &&
	       physical_write(context, address.value, data, size);
}

/*
 * ---- The machine's state ---------------------------------------------------
 */

/* Never 0. No other process is to come to the same numbers. */
static uint64_t next_mark(void)
{
	uint64_t mark = arm64_machine()->last_mark;

	if (!mark && getrandom(&mark, sizeof(mark), GRND_NONBLOCK) != sizeof(mark))
		mark = 0;
	return mark + 1 ? mark + 1 : 1;
}

void arm64_save_state(struct vcpu *vcpu)
{
	struct arm64_machine *machine = arm64_machine();
	struct header header = { .magic = GUINT64_TO_LE(MAGIC) };
	size_t size;

	if (!atomic_load(&machine->has_records))
		return;
	size = paracall_machine_save(paracall_qemu_engine.machine, next + sizeof(header),
				     sizeof(next) - sizeof(header));
	/* Then a load is noticed all the same. */
	if (size > sizeof(next) - sizeof(header))
		size = 0;
	machine->last_mark = next_mark();
	machine->mark = machine->last_mark;
	header.mark = GUINT64_TO_LE(machine->mark);
	header.size = GUINT64_TO_LE(size);
	memcpy(next, &header, sizeof(header));
	physical_write_pages(vcpu, atomic_load(&machine->records) + STATE_OFFSET, next, written,
			     sizeof(header) + size);
}

/* Where they would be: the machine may have begun in another process. */
static uint64_t find_records(struct vcpu *vcpu)
{
	uint64_t limit = ARM64_MEMORY_START + MOST_MEMORY;
	uint64_t end = memory_find_end_by_steps(vcpu, ARM64_MEMORY_START, limit);

	return end >= ARM64_MEMORY_START + ARM64_RECORDS_SIZE && end < limit
		       ? (end - ARM64_RECORDS_SIZE) & -(uint64_t)ARM64_RECORDS_SIZE
		       : 0;
}

static bool read_header(struct vcpu *vcpu, uint64_t records, struct header *header)
{
	if (!records || !physical_read(vcpu, records + STATE_OFFSET, header, sizeof(*header)))
		return false;
	header->magic = GUINT64_FROM_LE(header->magic);
	header->mark = GUINT64_FROM_LE(header->mark);
	header->size = GUINT64_FROM_LE(header->size);
	return header->magic == MAGIC && header->mark &&
	       header->size <= STATE_OFFSET - sizeof(*header);
}

/* Before the first instruction only one that was loaded is there. */
bool arm64_has_other_state(struct vcpu *vcpu)
{
	uint64_t records = atomic_load(&arm64_machine()->records);
	struct header header;

	if (!records && !atomic_load(&paracall_qemu_engine.has_started))
		records = find_records(vcpu);
	if (!read_header(vcpu, records, &header))
		header.mark = 0;
	return header.mark != arm64_machine()->mark;
}

/* It is in the guest's memory, which is a part of each state. */
bool arm64_state_is_certain(void)
{
	return atomic_load_explicit(&arm64_machine()->has_records, memory_order_relaxed);
}

/*
 * All vCPUs are still, and the library has forgotten what it knew. If there is nothing that
 * belongs to this state, nothing is written to its memory, so that its mark stays there.
 */
const char *arm64_restore_state(struct vcpu *vcpu, bool has_record)
{
	struct arm64_machine *machine = arm64_machine();
	uint64_t records = atomic_load(&machine->records);
	struct header header;

	(void)has_record;
	if (!records)
		records = find_records(vcpu);
	atomic_store(&machine->records, records);
	atomic_store(&machine->has_records, false);
	memset(written, 0, sizeof(written));
	machine->mark = read_header(vcpu, records, &header) ? header.mark : 0;
	if (!machine->mark ||
	    !physical_read_pages(vcpu, records + STATE_OFFSET, next,
				 sizeof(header) + header.size) ||
	    paracall_machine_load(paracall_qemu_engine.machine, next + sizeof(header),
				  header.size))
		return "it was not saved with what this version of Paracall needs";
	atomic_store(&machine->has_records, true);
	atomic_store(&machine->is_served, true);
	return NULL;
}
