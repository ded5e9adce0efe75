/* SPDX-License-Identifier: BSD-2-Clause */
/* Stolen time: Documentation/virt/kvm/arm/pvtime.rst, and arch/arm64/kvm/pvtime.c. */
#include "stolen_time.h"

#include "../memory.h"
#include "../misuse.h"
#include "../run_delay.h"
#include "calls.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>

static_assert(sizeof(struct paracall_kvm_stolen_time) == PARACALL_STOLEN_TIME_SIZE,
	      "the ABI's size");

#define HAS_PLACE 1

static bool find(struct paracall_cpu *cpu, struct paracall_gpa *record)
{
	uint64_t place = atomic_load(&arm64_cpu(cpu)->stolen_time_place);

	*record = guest_address(place - HAS_PLACE);
	return place;
}

int paracall_arm64_place_stolen_time(struct paracall_cpu *cpu, struct paracall_gpa address)
{
	CHECK_ADDED(cpu);
	if (!IS_FOR(cpu, PARACALL_ARM64, "paracall_arm64_place_stolen_time"))
		return PARACALL_ERROR_USE;
	if (address.value % PARACALL_STOLEN_TIME_SIZE)
		return PARACALL_ERROR_ARGUMENT;
	atomic_store(&arm64_cpu(cpu)->stolen_time_place, address.value + HAS_PLACE);
	return PARACALL_OK;
}

void stolen_time_forget(struct paracall_cpu *cpu)
{
	atomic_store(&arm64_cpu(cpu)->stolen_time_place, 0);
}

void stolen_time_stop(struct paracall_cpu *cpu)
{
	arm64_cpu(cpu)->counts_stolen_time = false;
}

bool stolen_time_is_running(struct paracall_cpu *cpu)
{
	struct paracall_gpa record;

	return arm64_cpu(cpu)->counts_stolen_time && find(cpu, &record);
}

/* Added to the present value. There is no version: eight bytes are written at once. */
void stolen_time_more(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	struct paracall_gpa record;
	uint64_t stolen;

	if (!find(cpu, &record))
		return;
	record = guest_offset(record, offsetof(struct paracall_kvm_stolen_time, stolen_time));
	if (!guest_read(cpu, record, &stolen, sizeof(stolen)))
		return;
	stolen = htole64(le64toh(stolen) + (uint64_t)nanoseconds);
	if (!guest_write(cpu, record, &stolen, sizeof(stolen)))
		return;
	report_steal(cpu, (uint64_t)nanoseconds, record);
}

void stolen_time_update(struct paracall_cpu *cpu)
{
	uint64_t news;

	if (!stolen_time_is_running(cpu) ||
	    !is_offered(cpu->machine, PARACALL_KVM_FEATURE_PV_TIME))
		return;
	news = take_run_delay(cpu, &arm64_cpu(cpu)->reported_run_delay);
	if (news)
		stolen_time_more(cpu, (int64_t)news);
}

void stolen_time_save(struct paracall_cpu *cpu, struct record_writer *writer)
{
	record_put_byte(writer, arm64_cpu(cpu)->counts_stolen_time);
	record_put_long(writer, atomic_load(&arm64_cpu(cpu)->stolen_time_place));
}

int stolen_time_load(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	bool counts = record_get_bool(reader);
	uint64_t place = record_get_long(reader);

	if (place && (place - HAS_PLACE) % PARACALL_STOLEN_TIME_SIZE)
		return PARACALL_ERROR_RECORD;
	if (!is_real)
		return PARACALL_OK;
	arm64_cpu(cpu)->counts_stolen_time = counts;
	arm64_cpu(cpu)->reported_run_delay = UNKNOWN_RUN_DELAY;
	atomic_store(&arm64_cpu(cpu)->stolen_time_place, place);
	return PARACALL_OK;
}

int64_t paracall_pv_time_features(struct paracall_cpu *cpu, struct call *call)
{
	uint32_t function = (uint32_t)call->arguments[0];
	struct paracall_gpa record;

	if ((function == PARACALL_PV_TIME_FEATURES || function == PARACALL_PV_TIME_ST) &&
	    find(cpu, &record))
		return PARACALL_SMCCC_SUCCESS;
	return PARACALL_SMCCC_NOT_SUPPORTED;
}

/* KVM returns the address even if the record cannot be written; so does this. */
int64_t paracall_pv_time_st(struct paracall_cpu *cpu, struct call *call)
{
	static const struct paracall_kvm_stolen_time empty;
	struct paracall_gpa record;

	(void)call;
	if (!find(cpu, &record))
		return PARACALL_SMCCC_NOT_SUPPORTED;
	arm64_cpu(cpu)->reported_run_delay = cpu->machine->engine.run_delay(cpu->engine_cpu);
	guest_write(cpu, record, &empty, sizeof(empty));
	arm64_cpu(cpu)->counts_stolen_time = true;
	return (int64_t)record.value;
}
