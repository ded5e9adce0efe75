/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steal time: the extension STA, as arch/riscv/kvm/vcpu_sbi_sta.c has it.
 *
 * The byte that says "preempted" is never written: by KVM neither.
 */
#include "sta.h"

#include "../memory.h"
#include "../run_delay.h"
#include "calls.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>

#define RECORD_SIZE 64u

static_assert(sizeof(struct paracall_sbi_sta) == RECORD_SIZE, "the ABI's size");

/* Up to where the host writes. */
#define HEAD_SIZE offsetof(struct paracall_sbi_sta, preempted)

static_assert(HEAD_SIZE <= STEAL_HEAD, "room for a mark");

void sta_stop(struct paracall_cpu *cpu)
{
	riscv_cpu(cpu)->sta_record = NO_RECORD;
}

bool sta_is_running(struct paracall_cpu *cpu)
{
	return riscv_cpu(cpu)->sta_record != NO_RECORD &&
	       is_offered(cpu->machine, PARACALL_KVM_FEATURE_STA);
}

static bool write_part(struct paracall_cpu *cpu, struct paracall_gpa address, size_t offset,
		       const void *data, size_t size)
{
	bool is_written = guest_write(cpu, guest_offset(address, offset), data, size);

	/* Other harts may read at any time, and go by the sequence. */
	atomic_thread_fence(memory_order_seq_cst);
	return is_written;
}

static bool write_sequence(struct paracall_cpu *cpu, struct paracall_gpa address,
			   uint32_t sequence)
{
	sequence = htole32(sequence);
	return write_part(cpu, address, offsetof(struct paracall_sbi_sta, sequence), &sequence,
			  sizeof(sequence));
}

/* Added to what stands in the guest's memory, as is the sequence: it is the guest's to set. */
static bool add(struct paracall_cpu *cpu, struct paracall_gpa address, uint64_t nanoseconds)
{
	struct paracall_sbi_sta record;
	uint32_t sequence;
	uint64_t steal;

	if (!guest_read(cpu, address, &record, HEAD_SIZE))
		return false;
	sequence = le32toh(record.sequence);
	steal = htole64(le64toh(record.steal) + nanoseconds);
	riscv_cpu(cpu)->sta_sequence = sequence + 2;
	return write_sequence(cpu, address, sequence + 1) &&
	       write_part(cpu, address, offsetof(struct paracall_sbi_sta, steal), &steal,
			  sizeof(steal)) &&
	       write_sequence(cpu, address, sequence + 2);
}

void sta_more(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	struct paracall_gpa address = guest_address(riscv_cpu(cpu)->sta_record);

	steal_mark_void(&riscv_machine_of(cpu)->mark);
	if (!add(cpu, address, (uint64_t)nanoseconds)) {
		sta_stop(cpu);
		return;
	}
	report_steal(cpu, (uint64_t)nanoseconds, address);
}

void sta_update(struct paracall_cpu *cpu)
{
	uint64_t news;

	if (!sta_is_running(cpu))
		return;
	news = take_run_delay(cpu, &riscv_cpu(cpu)->reported_run_delay);
	if (news)
		sta_more(cpu, (int64_t)news);
}

static bool find_record(struct paracall_cpu *cpu, struct steal_record *record)
{
	record->place = guest_address(riscv_cpu(cpu)->sta_record);
	record->version = &riscv_cpu(cpu)->sta_sequence;
	return sta_is_running(cpu);
}

static const struct steal_layout layout = {
	.head_size = HEAD_SIZE,
	.version_offset = offsetof(struct paracall_sbi_sta, sequence),
	.find = find_record,
};

bool sta_set_mark(struct paracall_cpu *cpu)
{
	return steal_mark_set(&riscv_machine_of(cpu)->mark, &layout, cpu);
}

enum paracall_mark sta_check_mark(struct paracall_cpu *cpu)
{
	return steal_mark_check(&riscv_machine_of(cpu)->mark, &layout, cpu);
}

void sta_save(struct paracall_cpu *cpu, struct record_writer *writer)
{
	record_put_long(writer, riscv_cpu(cpu)->sta_record);
}

int sta_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	uint64_t record = record_get_long(reader);

	if (record != NO_RECORD && record % RECORD_SIZE)
		return PARACALL_ERROR_RECORD;
	if (record != NO_RECORD && !is_offered(cpu->machine, PARACALL_KVM_FEATURE_STA))
		return PARACALL_ERROR_FEATURE;
	if (!is_real)
		return PARACALL_OK;
	riscv_cpu(cpu)->sta_record = record;
	riscv_cpu(cpu)->sta_sequence = UNKNOWN_VERSION;
	riscv_cpu(cpu)->reported_run_delay = UNKNOWN_RUN_DELAY;
	return PARACALL_OK;
}

static bool is_disabled(uint64_t low, uint64_t high)
{
	return low == PARACALL_SBI_SHMEM_DISABLE && high == PARACALL_SBI_SHMEM_DISABLE;
}

/* Of the flags KVM looks at 32 bits. On an error the record that there was stays. */
int64_t paracall_sbi_steal_time_set_shmem(struct paracall_cpu *cpu, struct call *call)
{
	static const struct paracall_sbi_sta empty;
	uint64_t low = call->arguments[0];
	uint64_t high = call->arguments[1];
	uint32_t flags = (uint32_t)call->arguments[2];

	if (flags)
		return PARACALL_SBI_ERR_INVALID_PARAM;
	if (is_disabled(low, high)) {
		sta_stop(cpu);
		return PARACALL_SBI_SUCCESS;
	}
	if (low % RECORD_SIZE)
		return PARACALL_SBI_ERR_INVALID_PARAM;
	steal_mark_void(&riscv_machine_of(cpu)->mark);
	if (high || !guest_write(cpu, guest_address(low), &empty, sizeof(empty)))
		return PARACALL_SBI_ERR_INVALID_ADDRESS;
	riscv_cpu(cpu)->sta_record = low;
	riscv_cpu(cpu)->sta_sequence = 0;
	riscv_cpu(cpu)->reported_run_delay = cpu->machine->engine.run_delay(cpu->engine_cpu);
	return PARACALL_SBI_SUCCESS;
}
