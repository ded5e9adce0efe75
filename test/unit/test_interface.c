/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a caller hands over: structs of other versions, and blocks with a size; what is kept
 * of them; and what separates two machines in one process.
 */
#include "../../inject/parse.h"
#include "../../lib/machine.h"
#include "fake_engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int new_machine(const struct paracall_engine *engine,
		       const struct paracall_options *options)
{
	struct paracall_machine *machine = (void *)1;
	int error = paracall_machine_new(&machine, engine, options);

	assert_true(error ? !machine : !!machine);
	paracall_machine_free(machine);
	return error;
}

static void the_version_is_the_headers(void **state)
{
	(void)state;
	assert_int_equal(paracall_interface_version(), PARACALL_INTERFACE_VERSION);
}

/* Only so much of a struct is the caller's: the rest is anything. */
static void make_older(void *structure, size_t whole, size_t size)
{
	memset((char *)structure + size, 0xff, whole - size);
	memcpy(structure, &size, sizeof(size));
}

#define MAKE_OLDER(structure, first_unknown) \
	make_older(&(structure), sizeof(structure), \
		   offsetof(__typeof__(structure), first_unknown))

static void older_options_are_taken(void **state)
{
	struct paracall_options options = fake_options();

	(void)state;
	options.enforce_features = true;
	MAKE_OLDER(options, statistics);
	assert_int_equal(new_machine(&fake_engine, &options), 0);
	options = fake_options();
	MAKE_OLDER(options, trace);
	assert_int_equal(new_machine(&fake_engine, &options), 0);
	/* Without features a machine has none. */
	options = fake_options();
	MAKE_OLDER(options, features);
	assert_int_equal(new_machine(&fake_engine, &options), 0);
}

static void older_engines_are_taken(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	MAKE_OLDER(engine, program_counter);
	/* It has no functions of x86's. */
	assert_int_equal(new_machine(&engine, &options), PARACALL_ERROR_ARGUMENT);
	engine.capabilities = PARACALL_CAN_WAKE;
	options.features = paracall_features_default(PARACALL_X86, engine.capabilities);
	fake_machine_create(&fake, &engine, &options);
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0, 0), 0);
	assert_int_equal(fake.cpus[1].wakes, 1);
	fake_machine_destroy(&fake);
}

static void older_functions_are_taken(void **state)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_x86_engine x86 = *fake_engine.x86;
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	MAKE_OLDER(x86, map_gpa_range);
	engine.x86 = &x86;
	fake_machine_create(&fake, &engine, NULL);
	/* It agrees with all. */
	assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, 0x1000, 1,
				   0x10, 0),
			 0);
	assert_true(paracall_machine_is_private(fake.machine, (struct paracall_gpa){ 0x1000 }));
	fake_machine_destroy(&fake);
}

/* All that begins with a size, in one place: a test changes one of them. */
struct handed {
	struct paracall_engine engine;
	struct paracall_x86_engine x86;
	struct paracall_options options;
	struct paracall_injection injection;
	/* A newer caller's members come here. */
	char more[64];
};

static void hand_over(struct handed *handed)
{
	*handed = (struct handed){
		.engine = fake_engine,
		.x86 = *fake_engine.x86,
		.options = fake_options(),
		.injection = { .size = sizeof(handed->injection) },
	};
	handed->engine.x86 = &handed->x86;
	handed->options.injection = &handed->injection;
	assert_null(injection_parse(&handed->injection, PARACALL_X86, "KICK_CPU:drop"));
	assert_null(injection_parse(&handed->injection, PARACALL_X86, "SEND_IPI:drop"));
}

/* In the order of size_at(). */
enum {
	ENGINE,
	X86,
	OPTIONS,
	INJECTION,
	FIRST_RULE,
	SECOND_RULE,
	SIZES
};

static size_t *size_at(struct handed *handed, int which)
{
	size_t *const sizes[SIZES] = {
		&handed->engine.size,
		&handed->x86.size,
		&handed->options.size,
		&handed->injection.size,
		&handed->injection.rules[0].size,
		&handed->injection.rules[1].size,
	};

	return sizes[which];
}

static int create_with_size(int which, size_t size)
{
	struct handed handed;

	hand_over(&handed);
	*size_at(&handed, which) = size;
	return new_machine(&handed.engine, &handed.options);
}

static void sizes_are_checked(void **state)
{
	struct handed handed;

	(void)state;
	hand_over(&handed);
	assert_int_equal(new_machine(&handed.engine, &handed.options), 0);
	for (int i = 0; i < SIZES; i++) {
		size_t size = *size_at(&handed, i);

		assert_int_equal(create_with_size(i, size), 0);
		/* A newer one's. */
		assert_int_equal(create_with_size(i, size + sizeof(void *)),
				 PARACALL_ERROR_VERSION);
		/* None's: forgotten, in the middle of a member, a pointer in its place. */
		assert_int_equal(create_with_size(i, 0), PARACALL_ERROR_ARGUMENT);
		assert_int_equal(create_with_size(i, 1), PARACALL_ERROR_ARGUMENT);
		if (i != INJECTION)
			assert_int_equal(create_with_size(i, size - 1),
					 PARACALL_ERROR_ARGUMENT);
	}
	/* As structs were that had none. */
	assert_int_equal(create_with_size(ENGINE, (size_t)(uintptr_t) "name" & ~(size_t)7),
			 PARACALL_ERROR_VERSION);
}

static void rules_stay_inside(void **state)
{
	struct handed handed;
	struct paracall_injection *injection = &handed.injection;
	size_t head = offsetof(struct paracall_injection, rules);

	(void)state;
	hand_over(&handed);
	/* There is room for the first one alone. */
	injection->size = head + sizeof(injection->rules[0]);
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
	injection->rule_count = 1;
	assert_int_equal(new_machine(&handed.engine, &handed.options), 0);
	injection->size = head + sizeof(injection->rules[0]) - 1;
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
	injection->rule_count = 0;
	injection->size = head;
	assert_int_equal(new_machine(&handed.engine, &handed.options), 0);
	injection->size = sizeof(*injection);
	injection->rule_count = PARACALL_MAX_RULES + 1;
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
	injection->rule_count = UINT32_MAX;
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
}

/* A rule alone, too. */
static void rules_have_sizes(void **state)
{
	struct handed handed;
	struct paracall_rule *rule = &handed.injection.rules[0];

	(void)state;
	hand_over(&handed);
	assert_true(paracall_rule_fits(rule, PARACALL_X86));
	rule->size += sizeof(void *);
	assert_false(paracall_rule_fits(rule, PARACALL_X86));
	rule->size = 0;
	assert_false(paracall_rule_fits(rule, PARACALL_X86));
}

/* Also for whoever makes them without a grammar. */
static void rules_are_of_the_machine(void **state)
{
	struct handed handed;
	struct paracall_rule *rule = &handed.injection.rules[0];

	(void)state;
	hand_over(&handed);
	for (enum paracall_architecture bit = PARACALL_X86; bit <= PARACALL_LOONGARCH;
	     bit <<= 1)
		assert_int_equal(paracall_rule_fits(rule, bit), bit == PARACALL_X86);
	handed.options.architecture = PARACALL_S390;
	handed.options.features = 0;
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
}

/* Or the guest would wait for centuries. */
static void times_do_not_go_back(void **state)
{
	static const enum paracall_fault faults[] = { PARACALL_FAULT_DELAY,
						      PARACALL_FAULT_LATE };
	struct handed handed;
	struct paracall_rule *rule = &handed.injection.rules[0];

	(void)state;
	hand_over(&handed);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		rule->fault = faults[i];
		rule->value = 0;
		assert_true(paracall_rule_fits(rule, PARACALL_X86));
		rule->value = -1;
		assert_false(paracall_rule_fits(rule, PARACALL_X86));
	}
	rule->fault = PARACALL_FAULT_RESULT;
	assert_true(paracall_rule_fits(rule, PARACALL_X86));
}

/* Whoever reads the trace would see none. */
static void results_are_not_missing(void **state)
{
	struct handed handed;
	struct paracall_rule *rule = &handed.injection.rules[0];

	(void)state;
	hand_over(&handed);
	rule->fault = PARACALL_FAULT_RESULT;
	rule->value = PARACALL_EVENT_NO_RESULT + 1;
	assert_true(paracall_rule_fits(rule, PARACALL_X86));
	rule->value = PARACALL_EVENT_NO_RESULT;
	assert_false(paracall_rule_fits(rule, PARACALL_X86));
	assert_int_equal(new_machine(&handed.engine, &handed.options), PARACALL_ERROR_ARGUMENT);
}

static void counters_have_a_size(void **state)
{
	struct paracall_options options = fake_options();
	size_t size = paracall_statistics_size(FAKE_CPUS);

	(void)state;
	options.statistics = calloc(1, size);
	assert_non_null(options.statistics);
	assert_int_equal(new_machine(&fake_engine, &options), PARACALL_ERROR_ARGUMENT);
	options.statistics_size = size - 1;
	assert_int_equal(new_machine(&fake_engine, &options), PARACALL_ERROR_ARGUMENT);
	assert_int_equal(options.statistics->magic, 0);
	options.statistics_size = size;
	assert_int_equal(new_machine(&fake_engine, &options), 0);
	assert_int_equal(options.statistics->magic, PARACALL_STATISTICS_MAGIC);
	free(options.statistics);
}

/* ---- two machines -------------------------------------------------------------- */

#define RING_EVENTS 16

struct host {
	uint64_t now;
	unsigned int readings;
	unsigned int trace_readings;
	unsigned int reports;
	int error;
	const char *message;
	const void *cpu;
};

static uint64_t read_clock(void *machine)
{
	struct host *host = machine;

	host->readings++;
	return host->now += 1000;
}

static uint64_t read_trace_clock(void *machine)
{
	struct host *host = machine;

	host->trace_readings++;
	return host->now += 1000;
}

static void note_report(void *machine, void *cpu, int error, const char *message)
{
	struct host *host = machine;

	host->reports++;
	host->error = error;
	host->message = message;
	host->cpu = cpu;
}

static bool wait_for_nobody(void *cpu)
{
	(void)cpu;
	return false;
}

static void wake_nobody(void *cpu)
{
	(void)cpu;
}

static struct paracall_engine host_engine(void)
{
	struct paracall_engine engine = fake_engine;

	engine.clock = read_clock;
	engine.trace_clock = read_trace_clock;
	engine.trace_wait = wait_for_nobody;
	engine.trace_wake = wake_nobody;
	engine.report = note_report;
	return engine;
}

static void begin_on_host(struct fake_machine *fake, struct host *host, bool has_trace)
{
	struct paracall_engine engine = host_engine();
	struct paracall_options options = fake_options();

	options.engine_machine = host;
	if (has_trace) {
		options.trace_size = paracall_trace_size(FAKE_CPUS, RING_EVENTS);
		options.trace = fake_trace(FAKE_CPUS, RING_EVENTS);
	}
	fake_machine_create(fake, &engine, &options);
	fake->trace = options.trace;
}

static void machines_have_clocks_of_their_own(void **state)
{
	static struct fake_machine fakes[2];
	struct host hosts[2] = { { .now = 5000 }, { .now = 900000 } };

	(void)state;
	for (int i = 0; i < 2; i++)
		begin_on_host(&fakes[i], &hosts[i], true);
	hosts[0].readings = hosts[1].readings = 0;
	hosts[0].trace_readings = hosts[1].trace_readings = 0;
	fake_call(&fakes[1].cpus[2], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
	assert_int_equal(hosts[0].readings + hosts[0].trace_readings, 0);
	assert_int_equal(hosts[1].readings, 2);
	assert_true(hosts[1].trace_readings > 0);
	assert_true(paracall_statistics_total(paracall_machine_statistics(fakes[1].machine),
					      calls[1].timed_nanoseconds) >= 1000);
	hosts[1].readings = 0;
	fake_call(&fakes[0].cpus[2], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
	assert_int_equal(hosts[0].readings, 2);
	assert_int_equal(hosts[1].readings, 0);
	for (int i = 0; i < 2; i++) {
		fake_machine_destroy(&fakes[i]);
		free(fakes[i].trace);
	}
}

static void traces_have_a_version_and_a_size(void **state)
{
	size_t size = paracall_trace_size(FAKE_CPUS, RING_EVENTS);
	struct paracall_engine engine = host_engine();
	struct paracall_options options = fake_options();
	struct paracall_trace *trace = fake_trace(FAKE_CPUS, RING_EVENTS);
	struct host host = { .now = 1 };

	(void)state;
	options.engine_machine = &host;
	options.trace = trace;
	assert_int_equal(new_machine(&engine, &options), PARACALL_ERROR_ARGUMENT);
	options.trace_size = size - 1;
	assert_int_equal(new_machine(&engine, &options), PARACALL_ERROR_ARGUMENT);
	options.trace_size = size;
	assert_int_equal(new_machine(&engine, &options), 0);
	trace->version++;
	assert_int_equal(new_machine(&engine, &options), PARACALL_ERROR_VERSION);
	free(trace);
}

/* Each struct may go once the machine is there. */
static void nothing_of_the_callers_is_kept(void **state)
{
	struct handed *handed = malloc(sizeof(*handed));
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	assert_non_null(handed);
	hand_over(handed);
	fake_machine_create(&fake, &handed->engine, &handed->options);
	memset(handed, 0xff, sizeof(*handed));
	free(handed);
	assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0, 0), 0);
	assert_int_equal(paracall_machine_statistics(fake.machine)->cpu[0].injected[0].times,
			 1);
	assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_MAP_GPA_RANGE, 0x1000, 1,
				   0x10, 0),
			 0);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	fake_machine_destroy(&fake);
}

static void a_counter_that_stands_is_reported(void **state)
{
	static struct fake_machine fakes[2];
	struct host hosts[2] = { { .now = 1 }, { .now = 1 } };
	uint8_t record[256];
	size_t size;

	(void)state;
	for (int i = 0; i < 2; i++)
		begin_on_host(&fakes[i], &hosts[i], false);
	fakes[1].tsc_frequency = 0;
	for (int i = 0; i < 2; i++)
		fake_wrmsr(&fakes[i].cpus[3], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	assert_int_equal(hosts[0].reports, 0);
	assert_int_equal(hosts[1].reports, 1);
	assert_int_equal(hosts[1].error, PARACALL_ERROR_ARGUMENT);
	assert_non_null(strstr(hosts[1].message, "tsc_frequency"));
	assert_ptr_equal(hosts[1].cpu, &fakes[1].cpus[3]);
	/* Nor does a clock of another machine's go on with it. */
	size = paracall_machine_save(fakes[0].machine, record, sizeof(record));
	assert_true(size <= sizeof(record));
	assert_int_equal(paracall_machine_load(fakes[1].machine, record, size),
			 PARACALL_ERROR_FEATURE);
	assert_int_equal(hosts[1].reports, 2);
	assert_int_equal(paracall_machine_load(fakes[0].machine, record, size), 0);
	assert_int_equal(hosts[0].reports, 0);
	for (int i = 0; i < 2; i++)
		fake_machine_destroy(&fakes[i]);
}

/* ---- vCPUs appear as a whole ----------------------------------------------------- */

struct search {
	struct paracall_machine *machine;
	uint32_t next;
	bool has_failed;
};

/* Each vCPU as soon as it is there. */
static void *search_for_cpus(void *context)
{
	struct search *search = context;
	unsigned int looks = 0;

	for (uint32_t i = 0; i < PARACALL_MAX_CPUS; i++) {
		struct paracall_cpu *cpu;

		__atomic_store_n(&search->next, i, __ATOMIC_RELEASE);
		while (!(cpu = paracall_machine_find_cpu(search->machine, i)))
			fake_give_way(&looks);
		if (!engine_cpu_of(cpu))
			search->has_failed = true;
	}
	return NULL;
}

static void a_cpu_is_found_when_it_is_complete(void **state)
{
	struct paracall_options options = fake_options();
	struct search search = { .next = UINT32_MAX };
	unsigned int looks = 0;
	pthread_t thread;

	(void)state;
	options.max_cpus = PARACALL_MAX_CPUS;
	assert_int_equal(paracall_machine_new(&search.machine, &fake_engine, &options), 0);
	assert_int_equal(pthread_create(&thread, NULL, search_for_cpus, &search), 0);
	for (uint32_t i = 0; i < PARACALL_MAX_CPUS; i++) {
		while (__atomic_load_n(&search.next, __ATOMIC_ACQUIRE) != i)
			fake_give_way(&looks);
		assert_non_null(paracall_machine_add_cpu(search.machine, i, &search));
		assert_null(paracall_machine_add_cpu(search.machine, i, &search));
	}
	pthread_join(thread, NULL);
	assert_false(search.has_failed);
	paracall_machine_free(search.machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_is_the_headers),
		cmocka_unit_test(older_options_are_taken),
		cmocka_unit_test(older_engines_are_taken),
		cmocka_unit_test(older_functions_are_taken),
		cmocka_unit_test(sizes_are_checked),
		cmocka_unit_test(rules_stay_inside),
		cmocka_unit_test(rules_have_sizes),
		cmocka_unit_test(rules_are_of_the_machine),
		cmocka_unit_test(times_do_not_go_back),
		cmocka_unit_test(results_are_not_missing),
		cmocka_unit_test(counters_have_a_size),
		cmocka_unit_test(traces_have_a_version_and_a_size),
		cmocka_unit_test(machines_have_clocks_of_their_own),
		cmocka_unit_test(nothing_of_the_callers_is_kept),
		cmocka_unit_test(a_counter_that_stands_is_reported),
		cmocka_unit_test(a_cpu_is_found_when_it_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
