/* SPDX-License-Identifier: BSD-2-Clause */
/* Steal time: arch/loongarch/kvm/exit.c, kvm_save_notify; vcpu.c, kvm_update_stolen_time. */
#include "steal_time.h"

#include "../memory.h"
#include "../run_delay.h"
#include "calls.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>

static_assert(sizeof(struct paracall_kvm_loongarch_steal_time) == 64, "the ABI's size");

#define ALL_BITS (PARACALL_KVM_STEAL_PHYS_MASK | PARACALL_KVM_STEAL_PHYS_VALID)
#define OFFSET_OF(member) offsetof(struct paracall_kvm_loongarch_steal_time, member)

/* Up to where the host writes. */
#define HEAD_SIZE OFFSET_OF(flags)

static_assert(HEAD_SIZE <= STEAL_HEAD, "room for a mark");

static struct paracall_gpa place_of(const struct loongarch_cpu *cpu)
{
	return guest_address(cpu->steal_time & PARACALL_KVM_STEAL_PHYS_MASK);
}

void loongarch_steal_time_stop(struct paracall_cpu *cpu)
{
	loongarch_cpu(cpu)->steal_time = 0;
}

bool loongarch_steal_time_is_running(struct paracall_cpu *cpu)
{
	return loongarch_cpu(cpu)->steal_time & PARACALL_KVM_STEAL_PHYS_VALID &&
	       is_offered(cpu->machine, PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME);
}

static bool read_head(struct paracall_cpu *reader, struct paracall_gpa place, uint64_t *steal,
		      uint32_t *version)
{
	struct paracall_kvm_loongarch_steal_time record;

	if (!guest_read(reader, place, &record, HEAD_SIZE))
		return false;
	*steal = le64toh(record.steal);
	*version = le32toh(record.version);
	return true;
}

static bool write_version(struct paracall_cpu *cpu, struct paracall_gpa place, uint32_t version)
{
	uint32_t value = htole32(version);
	bool is_written = guest_write(cpu, guest_offset(place, OFFSET_OF(version)), &value,
				      sizeof(value));

	/* Others may read at any time, and go by the version. */
	atomic_thread_fence(memory_order_seq_cst);
	return is_written;
}

/* Add to what stands in the guest's memory: it is the guest's to set. */
void loongarch_steal_time_more(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	struct paracall_gpa place = place_of(loongarch_cpu(cpu));
	uint32_t version;
	uint64_t steal;

	if (!read_head(cpu, place, &steal, &version))
		return;
	version += version % 2 + 1;
	if (!write_version(cpu, place, version))
		return;
	steal = htole64(steal + (uint64_t)nanoseconds);
	guest_write(cpu, guest_offset(place, OFFSET_OF(steal)), &steal, sizeof(steal));
	atomic_thread_fence(memory_order_seq_cst);
	write_version(cpu, place, version + 1);
	loongarch_cpu(cpu)->steal_version = version + 1;
	steal_mark_void(&loongarch_machine_of(cpu)->mark);
	report_steal(cpu, (uint64_t)nanoseconds, place);
}

void loongarch_steal_time_update(struct paracall_cpu *cpu)
{
	uint64_t news;

	if (!loongarch_steal_time_is_running(cpu))
		return;
	news = take_run_delay(cpu, &loongarch_cpu(cpu)->reported_run_delay);
	if (news)
		loongarch_steal_time_more(cpu, (int64_t)news);
}

/* All of a1 counts. A record that is no memory is not seen until it is written to. */
int64_t paracall_hcall_notify(struct paracall_cpu *cpu, struct call *call)
{
	uint64_t feature = call->arguments[0];
	uint64_t value = call->arguments[1];

	if (feature != UINT64_C(1) << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME)
		return PARACALL_HCALL_INVALID_CODE;
	if (value & ~ALL_BITS)
		return PARACALL_HCALL_INVALID_PARAMETER;
	loongarch_cpu(cpu)->steal_time = value;
	loongarch_cpu(cpu)->steal_version = UNKNOWN_VERSION;
	if (!(value & PARACALL_KVM_STEAL_PHYS_VALID))
		return PARACALL_HCALL_SUCCESS;
	loongarch_cpu(cpu)->reported_run_delay =
		cpu->machine->engine.run_delay(cpu->engine_cpu);
	loongarch_steal_time_more(cpu, 0);
	return PARACALL_HCALL_SUCCESS;
}

/* ---- marks ------------------------------------------------------------------ */

static bool find_record(struct paracall_cpu *cpu, struct steal_record *record)
{
	record->place = place_of(loongarch_cpu(cpu));
	record->version = &loongarch_cpu(cpu)->steal_version;
	return loongarch_steal_time_is_running(cpu);
}

static const struct steal_layout layout = {
	.head_size = HEAD_SIZE,
	.version_offset = OFFSET_OF(version),
	.find = find_record,
};

bool loongarch_steal_time_set_mark(struct paracall_cpu *cpu)
{
	return steal_mark_set(&loongarch_machine_of(cpu)->mark, &layout, cpu);
}

enum paracall_mark loongarch_steal_time_check_mark(struct paracall_cpu *cpu)
{
	return steal_mark_check(&loongarch_machine_of(cpu)->mark, &layout, cpu);
}

/* ---- records of the machine ---------------------------------------------------- */

void loongarch_steal_time_save(struct paracall_cpu *cpu, struct record_writer *writer)
{
	record_put_long(writer, loongarch_cpu(cpu)->steal_time);
}

int loongarch_steal_time_load(struct paracall_cpu *cpu, struct record_reader *reader,
			      bool is_real)
{
	uint64_t value = record_get_long(reader);

	if (value & ~ALL_BITS)
		return PARACALL_ERROR_RECORD;
	if (value && !is_offered(cpu->machine, PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME))
		return PARACALL_ERROR_FEATURE;
	if (!is_real)
		return PARACALL_OK;
	loongarch_cpu(cpu)->steal_time = value;
	loongarch_cpu(cpu)->steal_version = UNKNOWN_VERSION;
	loongarch_cpu(cpu)->reported_run_delay = UNKNOWN_RUN_DELAY;
	return PARACALL_OK;
}
