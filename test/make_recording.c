/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of a guest that never existed, the same each time: vCPUs that call, wait
 * for a lock, halt and kick each other. Usage: make_recording FOLDER EVENTS CPUS [SEED]
 *
 * With the seed "hostile" names and numbers are such as Paracall never writes; with "spins"
 * spinning vCPUs yield.
 */
#include "../report/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE "</script><script>document.title=\"taken\"</script>\xff\xc0\xaf\x01\"'&<b>"

/* A shorter one does not show where the kernel is. */
#define EVENTS_BEFORE_ENTRY 1000

struct machine {
	struct recorder *recorder;
	uint64_t random;
	uint32_t cpus;
	uint64_t *time;
	uint64_t events;
	bool is_hostile;
	bool spins;
};

/* xorshift64 of Marsaglia. */
static uint64_t any(struct machine *machine)
{
	machine->random ^= machine->random << 13;
	machine->random ^= machine->random >> 7;
	machine->random ^= machine->random << 17;
	return machine->random;
}

static uint64_t between(struct machine *machine, uint64_t least, uint64_t most)
{
	return least + any(machine) % (most - least + 1);
}

static uint32_t row_of(const char *name)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (!strcmp(info->name, name))
			return info->id;
	return PARACALL_EVENT_UNKNOWN_ROW;
}

static void add(struct machine *machine, uint32_t cpu, struct paracall_event event)
{
	event.time = machine->time[cpu];
	if (machine->is_hostile && any(machine) % 16 == 0)
		for (size_t i = 0; i < PARACALL_EVENT_ARGUMENTS; i++)
			event.arguments[i] = any(machine) >> any(machine) % 64;
	if (!recorder_add(machine->recorder, cpu, &event)) {
		perror("make_recording");
		exit(1);
	}
	machine->events++;
}

static void call(struct machine *machine, uint32_t cpu, const char *name, int64_t result,
		 uint64_t first, uint64_t second)
{
	/* Most are fast, few are slow. */
	uint32_t duration = between(machine, 300, 900) << (any(machine) % 64 ? 0 : 8);

	machine->time[cpu] += duration;
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_CALL, row_of(name)),
		    .duration = duration,
		    .pc = 0xffffffff81000000 + any(machine) % 32 * 0x110,
		    .result = result,
		    .arguments = { first, second },
	    });
}

static void kick(struct machine *machine, uint32_t cpu, uint32_t target, uint64_t time)
{
	machine->time[cpu] = time;
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_KICK, 0),
		    .arguments = { target, 1 },
	    });
	call(machine, cpu, "KICK_CPU", 0, 0, target);
}

/* Another one ends it, if that has not done something later yet. */
static void halt(struct machine *machine, uint32_t cpu, uint32_t waker)
{
	uint64_t halted = between(machine, 5000, 200000);
	uint64_t wake = machine->time[cpu] + halted;
	enum paracall_wake_cause cause =
		halted % 8 ? PARACALL_WAKE_INTERRUPT : PARACALL_WAKE_UNKNOWN;
	bool is_kicked = waker != cpu && any(machine) % 2 && machine->time[waker] < wake - 100;

	add(machine, cpu,
	    (struct paracall_event){ .id = paracall_event_id(PARACALL_EVENT_HALT, 0) });
	if (is_kicked)
		kick(machine, waker, cpu, wake - 100);
	machine->time[cpu] = wake;
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_WAKE, 0),
		    .arguments = { is_kicked ? PARACALL_WAKE_KICK : cause,
				   is_kicked ? waker : PARACALL_EVENT_NOBODY, halted },
	    });
}

static void send(struct machine *machine, uint32_t cpu, uint32_t target)
{
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_INTERRUPT, 0),
		    .arguments = { target, 0xfd, 0, 1 },
	    });
	call(machine, cpu, "SEND_IPI", 1, 1u << target % 64, 0xfd);
}

/* Now and then a rule applies. */
static void write_register(struct machine *machine, uint32_t cpu, uint32_t number)
{
	struct paracall_event event = {
		.id = paracall_event_id(PARACALL_EVENT_WRMSR, 0),
		.duration = between(machine, 200, 500),
		.pc = 0xffffffff81200000,
		.arguments = { number, any(machine) },
	};

	if (event.duration % 8 == 0)
		add(machine, cpu,
		    (struct paracall_event){
			    .id = paracall_event_id(PARACALL_EVENT_INJECTED, 0),
			    .arguments = { PARACALL_FAULT_DROP, number, 0, 1 },
		    });
	add(machine, cpu, event);
}

/* It waits for another one: by calls, or by hints on which its thread yields. */
static void yield(struct machine *machine, uint32_t cpu, uint32_t other)
{
	machine->time[cpu] += 1500;
	call(machine, cpu, "SCHED_YIELD", 0, other, 0);
}

static void spin(struct machine *machine, uint32_t cpu)
{
	const uint32_t duration = 9000;

	machine->time[cpu] += 1500 + duration;
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_SPIN, 0),
		    .duration = duration,
		    .pc = 0xffffffff81000000,
		    .arguments = { 64, duration },
	    });
}

static void step(struct machine *machine, uint32_t cpu)
{
	uint32_t other = any(machine) % machine->cpus;

	machine->time[cpu] += between(machine, 2000, 40000);
	switch (any(machine) % 12) {
	case 0:
	case 1:
	case 2:
		halt(machine, cpu, other);
		break;
	case 3:
		for (int i = between(machine, 2, 12); i; i--)
			yield(machine, cpu, other);
		if (machine->spins)
			spin(machine, cpu);
		break;
	case 4:
		call(machine, cpu, "CLOCK_PAIRING", any(machine) % 4 ? 0 : -95, 0x1000, 0);
		break;
	case 5:
		write_register(machine, cpu, 0x4b564d03);
		break;
	default:
		send(machine, cpu, other);
	}
}

/* Where its code for system calls is: in LSTAR. */
static void enter_kernel(struct machine *machine, uint32_t cpu)
{
	add(machine, cpu,
	    (struct paracall_event){
		    .id = paracall_event_id(PARACALL_EVENT_KERNEL_ENTRY, 0),
		    .arguments = { 0xc0000082, UINT64_C(0xffffffff81100000) },
	    });
}

static uint32_t earliest(const struct machine *machine)
{
	uint32_t least = 0;

	for (uint32_t cpu = 1; cpu < machine->cpus; cpu++)
		if (machine->time[cpu] < machine->time[least])
			least = cpu;
	return least;
}

int main(int argc, char **argv)
{
	struct machine machine = { .random = 88172645463325252, .cpus = 1 };
	struct recorder_options options = {
		.architecture = PARACALL_X86,
		.began = UINT64_C(1764021138000000000),
		.command = "qemu-system-x86_64 -smp 4 -append \"console=ttyS0 quiet\"",
	};
	bool has_entered = false;
	const char *wrong;
	uint64_t events;
	int folder;

	if (argc < 4)
		return 2;
	events = strtoull(argv[2], NULL, 10);
	machine.cpus = strtoul(argv[3], NULL, 10);
	machine.is_hostile = argc > 4 && !strcmp(argv[4], "hostile");
	machine.spins = argc > 4 && !strcmp(argv[4], "spins");
	if (argc > 4)
		machine.random += strtoull(argv[4], NULL, 10);
	if (machine.is_hostile)
		options.command = HOSTILE;
	machine.time = calloc(machine.cpus, sizeof(*machine.time));
	folder = recorder_prepare(argv[1], &wrong);
	if (!machine.time || !machine.cpus || folder < 0)
		return 1;
	machine.recorder = recorder_new(folder, &options);
	while (machine.recorder && machine.events < events) {
		if (!has_entered && machine.events >= EVENTS_BEFORE_ENTRY) {
			enter_kernel(&machine, earliest(&machine));
			has_entered = true;
		}
		step(&machine, earliest(&machine));
	}
	if (!machine.recorder || !recorder_finish(machine.recorder)) {
		perror("make_recording");
		return 1;
	}
	free(machine.time);
	return 0;
}
