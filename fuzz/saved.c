/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved machine's record, which anybody may have written. The first byte chooses the
 * architecture and what the machine is like. What is taken is saved as the same again,
 * and the machine goes on with it. Or it is the page in which the plugin for QEMU keeps an
 * x86 machine's record, from the head on.
 */
#include "../engine/qemu/x86/snapshot_page.h"
#include "calls/calls.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define CPUS 2
#define PAGES 4
#define PAGE 4096u
#define ROOM (1u << 16)

static uint64_t registers[CPUS][64];
static _Alignas(8) uint8_t memory[PAGES * PAGE];
uint64_t fuzz_now;

static uint64_t read_register(void *cpu, unsigned int number)
{
	return ((uint64_t *)cpu)[number];
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	((uint64_t *)cpu)[number] = value;
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	(void)cpu;
	(void)target;
	FUZZ_CHECK(apic_id < CPUS);
}

static bool send_interrupt(void *cpu, void *target, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	(void)target;
	(void)apic_id;
	return (((uint64_t *)cpu)[0] + interrupt->vector) & 1;
}

static bool is_memory(struct paracall_gpa address, size_t size)
{
	return address.value < sizeof(memory) && size <= sizeof(memory) - address.value;
}

static bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	(void)cpu;
	if (!is_memory(address, size))
		return false;
	memcpy(data, memory + address.value, size);
	return true;
}

static bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	(void)cpu;
	if (!is_memory(address, size))
		return false;
	memcpy(memory + address.value, data, size);
	return true;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	(void)cpu;
	clocks->tsc = clocks->steady_nanoseconds = fuzz_now;
	clocks->is_paired = true;
	fuzz_now += 1000;
	return true;
}

static uint64_t run_delay(void *cpu)
{
	(void)cpu;
	return fuzz_now / 2;
}

static void delay(void *cpu, uint64_t nanoseconds)
{
	(void)cpu;
	fuzz_now += nanoseconds;
}

static uint64_t host_clock(void *machine)
{
	(void)machine;
	return fuzz_now;
}

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "fuzz",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_ACCESS_MEMORY |
			PARACALL_CAN_REPORT_RUN_DELAY | PARACALL_CAN_READ_CLOCKS |
			PARACALL_CAN_INTERRUPT | PARACALL_CAN_MAP_MAGIC_PAGE |
			PARACALL_CAN_GIVE_RANDOM,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.send_interrupt = send_interrupt,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.read_clocks = read_clocks,
	.run_delay = run_delay,
	.delay = delay,
	.clock = host_clock,
};

static const struct paracall_injection injection = {
	.size = sizeof(injection),
	.rules = { {
		.size = sizeof(injection.rules[0]),
		.place = PARACALL_AT_CALL,
		.index = PARACALL_ALL_CALLS,
		.fault = PARACALL_FAULT_LATE,
		.value = 1000,
		.first = 1,
		.last = UINT64_MAX,
		.step = 2,
		.per_million = 1000000,
	} },
	.rule_count = 1,
};

/* Of the first byte; the other bits are switches. */
#define KIND_MASK 0x3f

/* @present: the vCPUs that are added, a bit each. */
static struct paracall_machine *make(const struct calls *calls, uint8_t switches,
				     unsigned int present, struct paracall_cpu **cpus)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = calls->architecture,
		.max_cpus = CPUS,
		.features =
			paracall_features_available(calls->architecture, engine.capabilities),
		.enforce_features = switches & 0x40,
		.injection = switches & 0x80 ? &injection : NULL,
	};
	struct paracall_engine whole = engine;
	struct paracall_machine *machine;

	if (calls->complete)
		calls->complete(&whole);
	if (paracall_machine_new(&machine, &whole, &options))
		return NULL;
	for (uint32_t i = 0; i < CPUS; i++) {
		if (!(present & 1u << i))
			continue;
		cpus[i] = paracall_machine_add_cpu(machine, i, registers[i]);
		paracall_cpu_set_apic_id(cpus[i], i);
	}
	return machine;
}

/* But the features, which are the machine's own. */
static void check_saved(struct paracall_machine *machine, const uint8_t *record, size_t size)
{
	static uint8_t saved[ROOM];

	FUZZ_CHECK(paracall_machine_save(machine, saved, sizeof(saved)) == size);
	FUZZ_CHECK(!memcmp(saved, record, 12));
	FUZZ_CHECK(!memcmp(saved + 16, record + 16, size - 16));
}

/* A machine with no more vCPUs than the record has saves the same again. */
static void check_taken(const struct calls *calls, uint8_t switches, const uint8_t *record,
			size_t size)
{
	struct paracall_cpu *cpus[CPUS];
	struct paracall_machine *machine;
	bool is_taken = false;

	for (unsigned int present = 0; present < 1u << CPUS && !is_taken; present++) {
		machine = make(calls, switches, present, cpus);
		FUZZ_CHECK(machine);
		is_taken = !paracall_machine_load(machine, record, size);
		if (is_taken)
			check_saved(machine, record, size);
		paracall_machine_free(machine);
	}
	FUZZ_CHECK(is_taken);
}

/* The machine continues. */
static void run(const struct calls *calls, struct paracall_cpu **cpus)
{
	for (unsigned int i = 0; i < 32; i++) {
		struct paracall_cpu *cpu = cpus[i % CPUS];

		calls->resume(cpu, registers[i % CPUS], i);
		paracall_update(cpu);
		if (i % 5 == 0 && paracall_halt(cpu))
			paracall_resume(cpu);
		fuzz_now += 100000;
	}
}

static void load(const struct calls *calls, uint8_t switches, const uint8_t *record,
		 size_t size)
{
	struct paracall_cpu *cpus[CPUS];
	struct paracall_machine *machine = make(calls, switches, (1u << CPUS) - 1, cpus);

	FUZZ_CHECK(machine);
	if (!paracall_machine_load(machine, record, size)) {
		check_taken(calls, switches, record, size);
		run(calls, cpus);
		paracall_machine_reset(machine, NULL);
	}
	paracall_machine_free(machine);
}

/* ---- a page ------------------------------------------------------------------------- */

#define BODY (SNAPSHOT_BODY_OFFSET - SNAPSHOT_HEAD_OFFSET)

/* Of the second byte: the checksums are as they are. Else they are made right. */
#define IS_RAW 0x01

static void mend(uint8_t *page)
{
	struct snapshot_head head;

	snapshot_get_head(page, &head);
	if (head.size > SNAPSHOT_BODY_ROOM)
		return;
	head.checksum = snapshot_checksum(page + BODY, head.size);
	snapshot_put_head(page, &head);
}

/* Everything in it is within it, and none of it is left out. */
static void check_body(const struct snapshot_body *body, const uint8_t *bytes, size_t size)
{
	uint8_t again[SNAPSHOT_BODY_ROOM];
	uint8_t *ids = snapshot_begin_body(again, body->cpus, body->own, body->is_exact);
	struct snapshot_raised raised;

	FUZZ_CHECK(ids);
	FUZZ_CHECK(ids - again == body->apic_ids - bytes);
	memcpy(ids, body->apic_ids, body->cpus);
	for (unsigned int i = 0; i < body->raised; i++) {
		snapshot_get_raised(body, i, &raised);
		snapshot_add_raised(again, &raised);
	}
	FUZZ_CHECK(snapshot_record_of(again) - again == body->record - bytes);
	FUZZ_CHECK(!memcmp(again, bytes, (size_t)(body->record - bytes)));
	FUZZ_CHECK(body->record + body->record_size == bytes + size);
}

static void take_body(uint8_t switches, const uint8_t *bytes, size_t size)
{
	struct snapshot_body body;

	if (!snapshot_get_body(bytes, size, &body))
		return;
	check_body(&body, bytes, size);
	load(calls_of_byte(0), switches, body.record, body.record_size);
}

/* As take_body() of engine/qemu/x86/snapshot.c. */
static void take_page(uint8_t switches, const uint8_t *page)
{
	uint8_t again[SNAPSHOT_HEAD_SIZE];
	struct snapshot_head head;
	uint8_t *body;

	if (snapshot_get_head(page, &head))
		return;
	snapshot_put_head(again, &head);
	FUZZ_CHECK(!memcmp(again, page, sizeof(again)));
	if (!head.size || head.size > SNAPSHOT_BODY_ROOM ||
	    snapshot_checksum(page + BODY, head.size) != head.checksum)
		return;
	/* Of just that size. */
	body = malloc(head.size);
	FUZZ_CHECK(body);
	memcpy(body, page + BODY, head.size);
	take_body(switches, body, head.size);
	free(body);
}

static void run_page(uint8_t switches, const uint8_t *data, size_t size)
{
	uint8_t page[BODY + SNAPSHOT_BODY_ROOM] = { 0 };

	if (!size || size - 1 > sizeof(page))
		return;
	memcpy(page, data + 1, size - 1);
	if (!(data[0] & IS_RAW))
		mend(page);
	take_page(switches, page);
}

/* In place of an architecture. */
#define IS_PAGE KIND_MASK

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_count_execution();
	if (!size || size > ROOM)
		return 0;
	fuzz_now = 1000;
	memset(registers, 0, sizeof(registers));
	memset(memory, 0, sizeof(memory));
	if ((data[0] & KIND_MASK) == IS_PAGE)
		run_page(data[0], data + 1, size - 1);
	else
		load(calls_of_byte(data[0] & KIND_MASK), data[0], data + 1, size - 1);
	return 0;
}
