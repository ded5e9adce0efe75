/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of --inject, one a line: whatever is written there, and what then happens to a
 * guest's calls. The first byte, a digit, chooses the architecture.
 */
#include "../inject/parse.h"
#include "calls/calls.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static uint64_t registers[64];
uint64_t fuzz_now;

static uint64_t read_register(void *cpu, unsigned int number)
{
	(void)cpu;
	return registers[number];
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	(void)cpu;
	registers[number] = value;
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	(void)cpu;
	(void)target;
	(void)apic_id;
}

static uint64_t run_delay(void *cpu)
{
	(void)cpu;
	return fuzz_now / 2;
}

static bool access_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	(void)cpu;
	(void)address;
	memset(data, 0, size);
	return true;
}

static bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	(void)cpu;
	(void)address;
	(void)data;
	return size;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	(void)cpu;
	clocks->tsc = clocks->steady_nanoseconds = fuzz_now;
	return true;
}

static void delay(void *cpu, uint64_t nanoseconds)
{
	(void)cpu;
	/* The longest that a rule can say. */
	FUZZ_CHECK(nanoseconds <= UINT64_C(3600000000000));
	fuzz_now += nanoseconds;
}

static uint64_t host_clock(void *machine)
{
	(void)machine;
	return fuzz_now += 1000000;
}

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "fuzz",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_ACCESS_MEMORY |
			PARACALL_CAN_REPORT_RUN_DELAY | PARACALL_CAN_READ_CLOCKS |
			PARACALL_CAN_GIVE_RANDOM,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.read_memory = access_memory,
	.write_memory = write_memory,
	.read_clocks = read_clocks,
	.run_delay = run_delay,
	.delay = delay,
	.clock = host_clock,
};

/* What was taken is whole, and reads the same again. */
static void check_rule(const struct paracall_rule *rule,
		       enum paracall_architecture architecture)
{
	struct paracall_injection again = { .size = sizeof(again) };

	FUZZ_CHECK(memchr(rule->text, 0, sizeof(rule->text)));
	FUZZ_CHECK(rule->first && rule->step && rule->first <= rule->last);
	FUZZ_CHECK(rule->per_million <= 1000000);
	FUZZ_CHECK(!injection_parse(&again, architecture, rule->text));
	FUZZ_CHECK(again.rule_count == 1);
	FUZZ_CHECK(!memcmp(&again.rules[0], rule, sizeof(*rule)));
}

static void parse(struct paracall_injection *injection, enum paracall_architecture architecture,
		  char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		uint32_t count = injection->rule_count;
		const char *wrong = injection_parse(injection, architecture, line);

		if (wrong)
			FUZZ_CHECK(*wrong && injection->rule_count == count);
		else if (injection->rule_count > count)
			check_rule(&injection->rules[count], architecture);
	}
}

/* Each fault is counted for one of the rules that there are. */
static void check_counters(const struct paracall_statistics *statistics)
{
	for (int i = 0; i < PARACALL_STATISTICS_INJECTED; i++) {
		const struct paracall_injected *entry = &statistics->cpu[0].injected[i];

		if (!entry->times)
			return;
		FUZZ_CHECK(entry->rule < statistics->rule_count ||
			   entry->rule == PARACALL_STATISTICS_OTHER_RULES);
		FUZZ_CHECK(entry->first_number <= entry->last_number ||
			   entry->rule == PARACALL_STATISTICS_OTHER_RULES);
	}
}

static void run(const struct paracall_injection *injection, const struct calls *calls)
{
	enum paracall_architecture architecture = calls->architecture;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = architecture,
		.max_cpus = 1,
		.features = paracall_features_available(architecture, engine.capabilities),
		.injection = injection,
	};
	struct paracall_engine whole = engine;
	struct paracall_machine *machine;
	struct paracall_cpu *cpu;

	if (calls->complete)
		calls->complete(&whole);
	/* What a user may write, a machine takes. */
	FUZZ_CHECK(!paracall_machine_new(&machine, &whole, &options));
	cpu = paracall_machine_add_cpu(machine, 0, machine);
	paracall_cpu_set_apic_id(cpu, 0);
	for (unsigned int i = 0; i < 64; i++)
		calls->inject(cpu, registers, i);
	check_counters(paracall_machine_statistics(machine));
	paracall_machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	const struct calls *calls;
	char *text;

	fuzz_count_execution();
	if (!size)
		return 0;
	calls = calls_of_byte((uint8_t)(data[0] - '0'));
	text = fuzz_text((struct fuzz_bytes){ data + 1, size - 1 });
	parse(&injection, calls->architecture, text);
	free(text);
	fuzz_now = 0;
	run(&injection, calls);
	return 0;
}
