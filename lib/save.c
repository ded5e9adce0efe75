/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a guest could miss, as a record: a header, the machine's state, and each
 * existing vCPU. A record is read twice, first to check it and then to
 * load it, so that one that is refused has changed nothing. vCPUs that it lacks are as
 * they would be if they were added now: they were plugged in later.
 */
#include "architecture.h"
#include "halt.h"
#include "inject.h"
#include "misuse.h"
#include "record.h"

/* "PCSV" */
#define MAGIC 0x56534350u
#define VERSION 1u

static uint32_t count_cpus(const struct paracall_machine *machine)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		count += is_added(cpu_at(machine, i));
	return count;
}

/* ---- save ------------------------------------------------------------------- */

static void save_cpu(struct paracall_cpu *cpu, struct record_writer *writer)
{
	const struct architecture *architecture = cpu->machine->architecture;

	take_reset(cpu);
	record_put_word(writer, cpu->index);
	record_put_byte(writer, (uint8_t)halt_state_in(atomic_load(&cpu->halt_word)));
	injection_save(cpu, writer);
	if (architecture->save_cpu)
		architecture->save_cpu(cpu, writer);
}

static void save_cpus(struct paracall_machine *machine, struct record_writer *writer)
{
	bool is_first = true;

	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		if (!is_added(cpu_at(machine, i)))
			continue;
		record_put_part(writer, is_first);
		save_cpu(cpu_at(machine, i), writer);
		is_first = false;
	}
}

size_t paracall_machine_save(struct paracall_machine *machine, void *record, size_t size)
{
	const struct architecture *architecture = machine->architecture;
	struct record_writer writer = { .data = record, .room = size };

	CHECK_STOPPED(machine);
	record_put_plain(&writer, MAGIC);
	record_put_plain(&writer, VERSION);
	record_put_plain(&writer, architecture->bit);
	record_put_plain(&writer, machine->features);
	record_put_part(&writer, true);
	if (architecture->save)
		architecture->save(machine, &writer);
	record_put_word(&writer, count_cpus(machine));
	save_cpus(machine, &writer);
	return writer.size;
}

/* ---- load ------------------------------------------------------------------- */

/*
 * Architectures that this library does not know, and features that the machine has not
 * offered, are not the record's fault.
 */
static int load_header(const struct paracall_machine *machine, struct record_reader *reader)
{
	uint32_t magic = record_get_plain(reader);
	uint32_t version = record_get_plain(reader);
	uint32_t architecture = record_get_plain(reader);
	uint32_t features = record_get_plain(reader);

	record_get_part(reader, true);
	if (reader->is_bad || magic != MAGIC || !version)
		return PARACALL_ERROR_RECORD;
	if (version > VERSION)
		return PARACALL_ERROR_VERSION;
	if (architecture != machine->architecture->bit || features & ~machine->features)
		return PARACALL_ERROR_FEATURE;
	return PARACALL_OK;
}

/* Ascending; each is there already, and others that were added since. */
static int load_cpu(struct paracall_machine *machine, struct record_reader *reader,
		    uint32_t first, uint32_t *index, bool is_real)
{
	const struct architecture *architecture = machine->architecture;
	struct paracall_cpu *cpu;
	uint32_t halt_state;
	int error;

	*index = record_get_word(reader);
	halt_state = record_get_byte(reader);
	if (reader->is_bad || *index < first || halt_state > HALT_UNKNOWN)
		return PARACALL_ERROR_RECORD;
	if (*index >= machine->max_cpus || !is_added(cpu_at(machine, *index)))
		return PARACALL_ERROR_CPU;
	cpu = cpu_at(machine, *index);
	error = injection_load(cpu, reader, is_real);
	if (!error && architecture->load_cpu)
		error = architecture->load_cpu(cpu, reader, is_real);
	if (!error && reader->is_bad)
		error = PARACALL_ERROR_RECORD;
	if (!error && is_real)
		halt_set_state(cpu, halt_state);
	return error;
}

/* Those from @first to before @end, which the record lacks. */
static void add_cpus(struct paracall_machine *machine, uint32_t first, uint32_t end)
{
	if (!machine->architecture->add_cpu)
		return;
	for (uint32_t i = first; i < end; i++)
		if (is_added(cpu_at(machine, i)))
			machine->architecture->add_cpu(cpu_at(machine, i));
}

static int load_cpus(struct paracall_machine *machine, struct record_reader *reader,
		     bool is_real)
{
	uint32_t count = record_get_word(reader);
	uint32_t next = 0;

	if (reader->is_bad)
		return PARACALL_ERROR_RECORD;
	if (count > count_cpus(machine))
		return PARACALL_ERROR_CPU;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index;
		int error;

		record_get_part(reader, !i);
		error = load_cpu(machine, reader, next, &index, is_real);
		if (error)
			return error;
		if (is_real)
			add_cpus(machine, next, index);
		next = index + 1;
	}
	if (!record_is_done(reader))
		return PARACALL_ERROR_RECORD;
	if (is_real)
		add_cpus(machine, next, machine->max_cpus);
	return PARACALL_OK;
}

static int load(struct paracall_machine *machine, const void *record, size_t size, bool is_real)
{
	const struct architecture *architecture = machine->architecture;
	struct record_reader reader = { .data = record, .left = size };
	int error = load_header(machine, &reader);

	if (!error && architecture->load)
		error = architecture->load(machine, &reader, is_real);
	if (!error && reader.is_bad)
		error = PARACALL_ERROR_RECORD;
	return error ? error : load_cpus(machine, &reader, is_real);
}

int paracall_machine_load(struct paracall_machine *machine, const void *record, size_t size)
{
	int error;

	CHECK_STOPPED(machine);
	error = load(machine, record, size, false);
	if (error)
		return error;
	machine_clear(machine);
	error = load(machine, record, size, true);
	/* The engine was asked, and refused. */
	if (error)
		machine_clear(machine);
	return error;
}
