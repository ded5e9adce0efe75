/* SPDX-License-Identifier: BSD-2-Clause */
#include "save.h"

#include "../run_delay.h"
#include "async_pf.h"
#include "clock.h"
#include "map_gpa_range.h"
#include "msr.h"
#include "state.h"

static bool has_wall_clock(const struct paracall_cpu *cpu)
{
	return paracall_msr_is_there(cpu, PARACALL_KVM_MSR_WALL_CLOCK) ||
	       paracall_msr_is_there(cpu, PARACALL_KVM_MSR_WALL_CLOCK_NEW);
}

static bool has_system_time(const struct paracall_cpu *cpu)
{
	return paracall_msr_is_there(cpu, PARACALL_KVM_MSR_SYSTEM_TIME) ||
	       paracall_msr_is_there(cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW);
}

static bool has_migration_control(const struct paracall_cpu *cpu)
{
	return paracall_msr_is_there(cpu, PARACALL_KVM_MSR_MIGRATION_CONTROL);
}

/* ---- the machine ------------------------------------------------------------ */

void x86_save(struct paracall_machine *machine, struct record_writer *writer)
{
	struct x86_machine *x86 = x86_machine(machine);

	record_put_long(writer, atomic_load(&x86->wall_clock));
	record_put_byte(writer, (uint8_t)atomic_load(&x86->migration_control));
	record_put_byte(writer, atomic_load(&x86->has_old_clock));
	paracall_clock_save(&x86->clock, writer);
	paracall_private_memory_save(machine, writer);
}

int x86_load(struct paracall_machine *machine, struct record_reader *reader, bool is_real)
{
	struct x86_machine *x86 = x86_machine(machine);
	uint64_t wall_clock = record_get_long(reader);
	bool migration_control = record_get_bool(reader);
	bool has_old_clock = record_get_bool(reader);
	int error = paracall_clock_load(machine, reader, is_real);

	if (!error && ((wall_clock && !has_wall_clock(cpu_at(machine, 0))) ||
		       (!migration_control && !has_migration_control(cpu_at(machine, 0)))))
		error = PARACALL_ERROR_FEATURE;
	if (!error)
		error = paracall_private_memory_load(machine, reader, is_real);
	if (error || !is_real)
		return error;
	atomic_store(&x86->wall_clock, wall_clock);
	atomic_store(&x86->migration_control, migration_control);
	atomic_store(&x86->has_old_clock, has_old_clock);
	return PARACALL_OK;
}

/* ---- vCPUs ------------------------------------------------------------------ */

static bool accepts_poll_control(const struct paracall_cpu *cpu, uint64_t value)
{
	(void)cpu;
	return accepts_flag(value);
}

/* The registers of struct msr_state. */
static const struct saved_register {
	uint32_t number;
	size_t offset;
	uint64_t at_first;
	/* The capability without which no other value is possible. */
	uint32_t capabilities;
	bool (*accepts)(const struct paracall_cpu *cpu, uint64_t value);
} registers[] = {
	{
		.number = PARACALL_KVM_MSR_ASYNC_PF_EN,
		.offset = offsetof(struct msr_state, async_pf_en),
		.capabilities = PARACALL_CAN_INTERRUPT,
		.accepts = paracall_accepts_async_pf_en,
	},
	{
		.number = PARACALL_KVM_MSR_ASYNC_PF_INT,
		.offset = offsetof(struct msr_state, async_pf_int),
		.capabilities = PARACALL_CAN_INTERRUPT,
		.accepts = paracall_accepts_async_pf_int,
	},
	{
		.number = PARACALL_KVM_MSR_STEAL_TIME,
		.offset = offsetof(struct msr_state, steal_time),
		.capabilities = PARACALL_CAN_REPORT_RUN_DELAY,
		.accepts = paracall_accepts_steal_time,
	},
	{
		.number = PARACALL_KVM_MSR_PV_EOI_EN,
		.offset = offsetof(struct msr_state, pv_eoi),
		.accepts = paracall_accepts_pv_eoi,
	},
	{
		.number = PARACALL_KVM_MSR_POLL_CONTROL,
		.offset = offsetof(struct msr_state, poll_control),
		.at_first = PARACALL_KVM_MSR_ENABLED,
		.accepts = accepts_poll_control,
	},
};

#define REGISTERS (sizeof(registers) / sizeof(registers[0]))

_Static_assert(REGISTERS * sizeof(uint64_t) == sizeof(struct msr_state), "all are saved");

static uint64_t *value_of(struct msr_state *msrs, const struct saved_register *saved)
{
	return (uint64_t *)((char *)msrs + saved->offset);
}

static int check_register(const struct paracall_cpu *cpu, const struct saved_register *saved,
			  uint64_t value)
{
	if (value == saved->at_first)
		return PARACALL_OK;
	if (saved->capabilities & ~cpu->machine->engine.capabilities ||
	    !paracall_msr_is_there(cpu, saved->number))
		return PARACALL_ERROR_FEATURE;
	return saved->accepts(cpu, value) ? PARACALL_OK : PARACALL_ERROR_RECORD;
}

static int load_registers(const struct paracall_cpu *cpu, struct record_reader *reader,
			  struct msr_state *msrs)
{
	int error = PARACALL_OK;

	for (size_t i = 0; i < REGISTERS; i++) {
		uint64_t value = record_get_long(reader);

		*value_of(msrs, &registers[i]) = value;
		if (!error && !reader->is_bad)
			error = check_register(cpu, &registers[i], value);
	}
	return error;
}

void x86_save_cpu(struct paracall_cpu *cpu, struct record_writer *writer)
{
	struct x86_cpu *x86 = x86_cpu(cpu);

	for (size_t i = 0; i < REGISTERS; i++)
		record_put_long(writer, *value_of(&x86->msrs, &registers[i]));
	record_put_long(writer, atomic_load(&x86->system_time));
	record_put_byte(writer, (uint8_t)atomic_load(&x86->requests));
	record_put_long(writer, (uint64_t)x86->clock_jump);
	paracall_async_pf_save(x86, writer);
}

#define ALL_REQUESTS (REQUEST_CLOCK | REQUEST_CLOCK_PAUSED | REQUEST_CLOCK_JUMP)
/* Jumps can be added up without overflow. */
#define LONGEST_JUMP (INT64_C(1) << 61)

int x86_load_cpu(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	struct x86_cpu *x86 = x86_cpu(cpu);
	struct msr_state msrs;
	struct async_pf async_pf;
	uint64_t system_time;
	uint8_t requests;
	int64_t clock_jump;
	int error = load_registers(cpu, reader, &msrs);

	system_time = record_get_long(reader);
	requests = record_get_byte(reader);
	clock_jump = (int64_t)record_get_long(reader);
	if (!error && system_time && !has_system_time(cpu))
		error = PARACALL_ERROR_FEATURE;
	if (error)
		return error;
	if (requests & ~(unsigned int)ALL_REQUESTS || clock_jump > LONGEST_JUMP ||
	    clock_jump < -LONGEST_JUMP ||
	    !paracall_async_pf_load(cpu, msrs.async_pf_en, reader, &async_pf))
		return PARACALL_ERROR_RECORD;
	if (!is_real)
		return PARACALL_OK;
	x86->msrs = msrs;
	x86->async_pf = async_pf;
	/* They end, or are canceled, in this machine. */
	paracall_statistics_add(&cpu->statistics->async_pf_begun, async_pf.count);
	x86->reported_run_delay = UNKNOWN_RUN_DELAY;
	x86->clock_jump = clock_jump;
	atomic_store(&x86->requests, requests);
	atomic_store(&x86->system_time, system_time);
	return PARACALL_OK;
}
