/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fault injection: how they are written, whom they meet, what they do. */
#include "../../inject/parse.h"
#include "fake_engine.h"

#include <endian.h>
#include <string.h>

#define CALLS 1000
#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define KICK PARACALL_KVM_HC_KICK_CPU
#define SEND PARACALL_KVM_HC_SEND_IPI
#define POLL PARACALL_KVM_HC_VAPIC_POLL_IRQ
#define STEAL_PAGE 0x1000
#define CLOCK_PAGE 0x2000

/* Time advances by hand. */
static uint64_t host_time;

static uint64_t host_clock(void *machine)
{
	(void)machine;
	return host_time;
}

/* Rules parted by blanks; all of them must be good. */
static struct paracall_injection parse_for(enum paracall_architecture architecture,
					   const char *list)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	char copy[1024];
	char *position = copy;
	char *text;

	assert_true(strlen(list) < sizeof(copy));
	strcpy(copy, list);
	while ((text = strsep(&position, " "))) {
		const char *wrong = injection_parse(&injection, architecture, text);

		if (wrong)
			fail_msg("%s: %s", text, wrong);
	}
	return injection;
}

static void create_for(struct fake_machine *fake, enum paracall_architecture architecture,
		       const char *list)
{
	struct paracall_injection injection = parse_for(architecture, list);
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = fake_options();

	engine.clock = host_clock;
	options.architecture = architecture;
	if (architecture != PARACALL_X86)
		options.features = 0;
	options.injection = &injection;
	fake_machine_create(fake, &engine, &options);
}

static void create(struct fake_machine *fake, const char *list)
{
	create_for(fake, PARACALL_X86, list);
}

static const struct paracall_injected *injected_of(struct fake_machine *fake, size_t cpu)
{
	return paracall_machine_statistics(fake->machine)->cpu[cpu].injected;
}

static void rules_are_read(void **state)
{
	struct paracall_injection injection = parse_for(
		PARACALL_X86,
		"KICK_CPU:drop:0.25% kvm_hc_send_ipi:error=EINVAL:when=10+5 SCHED_YIELD:delay=2ms "
		"*:enosys:when=3..7+2 MSR_KVM_STEAL_TIME:fault cpuid:withdraw=pv-unhalt+pv-send-ipi "
		"clock:jump=-5ms:every=2s steal:burst=200ms:when=4 KICK_CPU:late=3us:10%:when=2+ "
		"MSR_*:drop poll_control:delay=1ms seed=99 async-pf:delay=3ms");
	const struct paracall_rule *rules = injection.rules;

	(void)state;
	assert_int_equal(injection.rule_count, 11);
	assert_true(injection.has_seed);
	assert_int_equal(injection.seed, 99);
	assert_int_equal(injection.async_pf_every, 100 * MILLISECOND);
	assert_int_equal(injection.async_pf_delay, 3 * MILLISECOND);
	assert_int_equal(rules[0].fault, PARACALL_FAULT_DROP);
	assert_int_equal(rules[0].per_million, 2500);
	assert_string_equal(paracall_call_by_id((uint32_t)rules[0].index)->name, "KICK_CPU");
	assert_string_equal(rules[0].text, "KICK_CPU:drop:0.25%");
	assert_int_equal(rules[1].fault, PARACALL_FAULT_RESULT);
	assert_int_equal(rules[1].value, -PARACALL_KVM_EINVAL);
	assert_int_equal(rules[1].first, 10);
	assert_int_equal(rules[1].step, 5);
	assert_true(rules[1].last == UINT64_MAX);
	assert_int_equal(rules[2].value, 2 * MILLISECOND);
	assert_int_equal(rules[3].index, PARACALL_ALL_CALLS);
	assert_int_equal(rules[3].first, 3);
	assert_int_equal(rules[3].last, 7);
	assert_int_equal(rules[3].step, 2);
	assert_int_equal(rules[4].place, PARACALL_AT_MSR);
	assert_string_equal(paracall_msr_info(rules[4].index)->name, "STEAL_TIME");
	assert_int_equal(rules[5].value, 1 << PARACALL_KVM_FEATURE_PV_UNHALT |
						 1 << PARACALL_KVM_FEATURE_PV_SEND_IPI);
	assert_true(rules[6].value == -(int64_t)(5 * MILLISECOND));
	assert_true(rules[6].every == 2 * SECOND);
	assert_int_equal(rules[7].first, 4);
	assert_int_equal(rules[7].last, 4);
	assert_int_equal(rules[7].every, SECOND);
	assert_int_equal(rules[8].fault, PARACALL_FAULT_LATE);
	assert_int_equal(rules[8].per_million, 100000);
	assert_int_equal(rules[9].index, PARACALL_ALL_CALLS);
	assert_int_equal(rules[10].place, PARACALL_AT_MSR);
	assert_string_equal(paracall_msr_info(rules[10].index)->name, "POLL_CONTROL");
}

/* Each is refused, and nothing of it stays. */
static void wrong_rules_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		":",
		"*",
		"KICK_CPU",
		"KICK_CPU:",
		"KICK:drop",
		"KICK_CPU :drop",
		"KICK_CPU:drop:",
		"KICK_CPU:drop,",
		"KICK_CPU:fault",
		"KICK_CPU:error=22",
		"KICK_CPU:error=EAGAIN",
		"KICK_CPU:error=",
		"KICK_CPU:error=--1",
		"KICK_CPU:retval=1x",
		"KICK_CPU:retval=1234567890123456789",
		"KICK_CPU:delay=0ms",
		"KICK_CPU:delay=5",
		"KICK_CPU:delay=11s",
		"KICK_CPU:delay=999999999999999999s",
		"KICK_CPU:late=1h",
		"SEND_IPI:late=1ms",
		"KICK_CPU:drop:0%",
		"KICK_CPU:drop:100.0001%",
		"KICK_CPU:drop:0.00001%",
		"KICK_CPU:drop:1",
		"KICK_CPU:drop:%",
		"KICK_CPU:drop:when=0",
		"KICK_CPU:drop:when=",
		"KICK_CPU:drop:when=5..4",
		"KICK_CPU:drop:when=5..",
		"KICK_CPU:drop:when=5+0",
		"KICK_CPU:drop:when=5-6",
		"KICK_CPU:drop:when=5+6+7",
		"KICK_CPU:drop:every=1s",
		"DIAG_9C_DIRECTED_YIELD:drop",
		"MSR_NONE:fault",
		"MSR_STEAL_TIME:error=-1",
		"STEAL_TIME:enosys",
		"cpuid:withdraw=",
		"cpuid:withdraw=pv-unhallt",
		"cpuid:withdraw=pv-unhalt+",
		"cpuid:drop",
		"cpuid:withdraw=pv-unhalt:every=1s",
		"clock:jump=5",
		"clock:jump=+-5ms",
		"clock:jump=+5ms:every=0s",
		"clock:drop",
		"steal:burst=-5ms",
		"async-pf:5ms",
		"seed=",
		"seed=-1",
		"seed=1:",
		"KICK_CPU:drop:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%:1%",
	};
	struct paracall_injection injection = { .size = sizeof(injection) };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!injection_parse(&injection, PARACALL_X86, wrong[i]))
			fail_msg("'%s' is taken for a rule", wrong[i]);
	assert_int_equal(injection.rule_count, 0);
	assert_false(injection.has_seed);
	for (size_t i = 0; i < PARACALL_MAX_RULES; i++)
		assert_null(injection_parse(&injection, PARACALL_X86, "*:drop"));
	assert_non_null(injection_parse(&injection, PARACALL_X86, "*:drop"));
	assert_null(injection_parse(&injection, PARACALL_X86, "seed=1"));
}

static void rules_are_of_an_architecture(void **state)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	static const char *const wrong[] = {
		"KICK_CPU:drop",
		"MSR_STEAL_TIME:fault",
		"STEAL_TIME:fault",
		"clock:jump=1ms",
		"steal:burst=1ms",
		"async-pf",
		"cpuid:withdraw=pv-unhalt",
		"DIAG_308_SET:enosys",
		"DIAG_9C_DIRECTED_YIELD:error=-1",
		"DIAG_9C_DIRECTED_YIELD:late=1ms",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!injection_parse(&injection, PARACALL_S390, wrong[i]))
			fail_msg("'%s' is taken for a rule", wrong[i]);
	assert_null(injection_parse(&injection, PARACALL_S390, "*:drop"));
	assert_null(
		injection_parse(&injection, PARACALL_S390, "diag_9c_directed_yield:drop:1%"));
}

/* An engine that can't do what a rule needs gets no machine. */
static void rules_need_the_engine(void **state)
{
	struct paracall_injection injection = parse_for(PARACALL_X86, "KICK_CPU:delay=1ms");
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;
	struct paracall_machine *machine;

	(void)state;
	options.injection = &injection;
	engine.delay = NULL;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	injection = parse_for(PARACALL_X86, "KICK_CPU:late=1ms");
	engine.clock = NULL;
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	injection = parse_for(PARACALL_X86, "clock:jump=1ms");
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	injection = parse_for(PARACALL_X86, "*:enosys");
	injection.rules[0].step = 0;
	assert_int_equal(paracall_machine_new(&machine, &fake_engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	injection.rule_count = PARACALL_MAX_RULES + 1;
	assert_int_equal(paracall_machine_new(&machine, &fake_engine, &options),
			 PARACALL_ERROR_ARGUMENT);
}

static bool is_selected(const char *rule, int call)
{
	if (!strcmp(rule, "SEND_IPI:error=-22:when=10+5"))
		return call >= 10 && call % 5 == 0;
	if (!strcmp(rule, "SEND_IPI:error=-22:when=7"))
		return call == 7;
	if (!strcmp(rule, "SEND_IPI:error=-22:when=7+"))
		return call >= 7;
	if (!strcmp(rule, "SEND_IPI:error=-22:when=3..8"))
		return call >= 3 && call <= 8;
	return call == 3 || call == 5 || call == 7;
}

/* Each vCPU counts for itself, and each kind of call. */
static void calls_are_counted(void **state)
{
	static const char *const rules[] = {
		"SEND_IPI:error=-22:when=10+5", "SEND_IPI:error=-22:when=7",
		"SEND_IPI:error=-22:when=7+",	"SEND_IPI:error=-22:when=3..8",
		"*:error=-22:when=3..8+2",
	};
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		create(&fake, rules[i]);
		for (int call = 1; call <= 30; call++) {
			int64_t expected = is_selected(rules[i], call) ? -22 : 0;

			for (int cpu = 0; cpu < 2; cpu++)
				assert_int_equal(fake_call(&fake.cpus[cpu], SEND, 0, 0, 0, 64),
						 expected);
			/* Others are in between, and refused ones of user mode. */
			fake_call_in(&fake.cpus[0], PARACALL_MODE_64BIT | PARACALL_MODE_USER,
				     POLL, 0, 0, 0, 0);
		}
		fake_machine_destroy(&fake);
	}
}

/* Bit i is set if call i was met. */
static void draw(const char *rules, size_t cpu, bool drawn[CALLS])
{
	struct fake_machine fake = { .machine = NULL };

	create(&fake, rules);
	for (int call = 0; call < CALLS; call++) {
		drawn[call] = fake_call(&fake.cpus[cpu], POLL, 0, 0, 0, 0) == 5;
		/* What the others do makes no difference. */
		if (call % 3 == 0)
			fake_call(&fake.cpus[3 - cpu], POLL, 0, 0, 0, 0);
	}
	fake_machine_destroy(&fake);
}

static int count(const bool drawn[CALLS])
{
	int sum = 0;

	for (int i = 0; i < CALLS; i++)
		sum += drawn[i];
	return sum;
}

static void seeds_are_repeatable(void **state)
{
	bool first[CALLS], again[CALLS], other_seed[CALLS], other_cpu[CALLS], few[CALLS];

	(void)state;
	draw("VAPIC_POLL_IRQ:retval=5:50% seed=1", 0, first);
	draw("VAPIC_POLL_IRQ:retval=5:50% seed=1", 0, again);
	draw("VAPIC_POLL_IRQ:retval=5:50% seed=2", 0, other_seed);
	draw("VAPIC_POLL_IRQ:retval=5:50% seed=1", 1, other_cpu);
	draw("VAPIC_POLL_IRQ:retval=5:1% seed=1", 0, few);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other_seed, sizeof(first));
	assert_memory_not_equal(first, other_cpu, sizeof(first));
	assert_in_range(count(first), CALLS * 45 / 100, CALLS * 55 / 100);
	assert_in_range(count(other_cpu), CALLS * 45 / 100, CALLS * 55 / 100);
	assert_in_range(count(few), 2, 25);
	draw("VAPIC_POLL_IRQ:retval=5:100%", 0, few);
	assert_int_equal(count(few), CALLS);
}

static void results_take_the_call_s_place(void **state)
{
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	create(&fake, "KICK_CPU:drop:when=1 KICK_CPU:enosys:when=2 KICK_CPU:retval=77:when=3 "
		      "KICK_CPU:delay=2ms:when=4 MMU_OP:retval=0");
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), 0);
	assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), -PARACALL_KVM_ENOSYS);
	assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), 77);
	assert_int_equal(fake.cpus[1].wakes, 0);
	assert_int_equal(fake.cpus[0].delays, 0);
	assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), 0);
	assert_int_equal(fake.cpus[1].wakes, 1);
	assert_int_equal(fake.cpus[0].delays, 1);
	assert_int_equal(fake.cpus[0].delayed_nanoseconds, 2 * MILLISECOND);
	/* Of 32-bit code's result 32 bits are kept, of user mode's nothing is met. */
	assert_int_equal(fake_call_in(&fake.cpus[1], 0, KICK, 0, 1, 0, 0), 0);
	assert_int_equal(fake_call_in(&fake.cpus[1], 0, KICK, 0, 1, 0, 0), 0xfffffc18u);
	assert_int_equal(fake_call_in(&fake.cpus[2], PARACALL_MODE_64BIT | PARACALL_MODE_USER,
				      KICK, 0, 1, 0, 0),
			 -PARACALL_KVM_EPERM);
	fake_machine_destroy(&fake);
}

static void the_first_rule_wins(void **state)
{
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	create(&fake, "SEND_IPI:retval=1:when=2 *:retval=2:when=2+ *:retval=3");
	assert_int_equal(fake_call(&fake.cpus[0], SEND, 0, 0, 0, 64), 3);
	assert_int_equal(fake_call(&fake.cpus[0], SEND, 0, 0, 0, 64), 1);
	assert_int_equal(fake_call(&fake.cpus[0], SEND, 0, 0, 0, 64), 2);
	/* A number that KVM lacks is not a call, nor is PowerPC's. */
	assert_int_equal(fake_call(&fake.cpus[0], PARACALL_KVM_HC_FEATURES, 0, 0, 0, 0),
			 -PARACALL_KVM_ENOSYS);
	assert_int_equal(fake_call(&fake.cpus[0], 4711, 0, 0, 0, 0), -PARACALL_KVM_ENOSYS);
	fake_machine_destroy(&fake);
}

static void late_kicks_come(void **state)
{
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	create(&fake, "KICK_CPU:late=5ms");
	assert_true(paracall_halt(fake.cpus[1].cpu));
	assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), 0);
	paracall_update(fake.cpus[0].cpu);
	host_time += 5 * MILLISECOND - 1;
	paracall_update(fake.cpus[0].cpu);
	fake_call(&fake.cpus[0], POLL, 0, 0, 0, 0);
	assert_int_equal(fake.cpus[1].wakes, 0);
	host_time++;
	paracall_update(fake.cpus[0].cpu);
	assert_int_equal(fake.cpus[1].wakes, 1);
	/* By a call of the kicker's. */
	assert_true(paracall_halt(fake.cpus[1].cpu));
	fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0);
	host_time += 5 * MILLISECOND;
	assert_int_equal(fake.cpus[1].wakes, 1);
	fake_call(&fake.cpus[0], POLL, 0, 0, 0, 0);
	assert_int_equal(fake.cpus[1].wakes, 2);
	/* Before it halts itself. */
	assert_true(paracall_halt(fake.cpus[1].cpu));
	fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0);
	fake_call(&fake.cpus[0], KICK, 0, 2, 0, 0);
	assert_true(paracall_halt(fake.cpus[0].cpu));
	assert_int_equal(fake.cpus[1].wakes, 3);
	assert_false(paracall_halt(fake.cpus[2].cpu));
	fake_machine_destroy(&fake);
}

/* There is room for a few only; a reset of the kicker takes them away. */
static void late_kicks_are_bounded(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_cpu_statistics *statistics;

	(void)state;
	create(&fake, "KICK_CPU:late=5ms");
	statistics = &paracall_machine_statistics(fake.machine)->cpu[0];
	for (int i = 0; i < 20; i++)
		assert_int_equal(fake_call(&fake.cpus[0], KICK, 0, 1, 0, 0), 0);
	assert_int_equal(statistics->kicks_left, 12);
	paracall_cpu_reset(fake.cpus[0].cpu);
	host_time += SECOND;
	paracall_update(fake.cpus[0].cpu);
	assert_int_equal(statistics->kicks_left, 12);
	fake_machine_destroy(&fake);
}

static void writes_to_registers_are_selected(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_cpu *cpu;

	(void)state;
	create(&fake, "MSR_POLL_CONTROL:fault:when=2 MSR_POLL_CONTROL:drop:when=3 "
		      "MSR_*:delay=1ms:when=4");
	cpu = fake.cpus[0].cpu;
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	assert_int_equal(paracall_wrmsr(cpu, PARACALL_KVM_MSR_POLL_CONTROL, 1),
			 PARACALL_MSR_FAULT);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 1);
	assert_int_equal(fake_rdmsr(&fake.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL), 0);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 1);
	assert_int_equal(fake.cpus[0].delayed_nanoseconds, MILLISECOND);
	assert_int_equal(fake_rdmsr(&fake.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL), 1);
	/* The other one's writes are its own. */
	fake_wrmsr(&fake.cpus[1], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	fake_machine_destroy(&fake);
}

static void features_are_withdrawn(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_cpuid cpuid;

	(void)state;
	create(&fake, "cpuid:withdraw=pv-unhalt:when=2+");
	for (int i = 1; i <= 3; i++) {
		assert_true(
			paracall_cpuid(fake.cpus[0].cpu, PARACALL_KVM_CPUID_FEATURES, &cpuid));
		assert_int_equal(cpuid.eax,
				 fake_options().features &
					 ~(i > 1 ? 1u << PARACALL_KVM_FEATURE_PV_UNHALT : 0));
	}
	fake_machine_destroy(&fake);
}

static struct paracall_pvclock_vcpu_time_info *clock_of(struct fake_machine *fake,
							uint64_t page)
{
	return (void *)(fake->memory + page);
}

/* All vCPUs' clocks jump together, and stay there. */
static void the_clock_jumps(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_pvclock_vcpu_time_info *first, *second;

	(void)state;
	create(&fake, "clock:jump=+700ms:every=1s:when=1 clock:jump=-200ms:every=1s:when=2");
	first = clock_of(&fake, CLOCK_PAGE);
	second = clock_of(&fake, CLOCK_PAGE + 64);
	host_time += 10 * SECOND;
	paracall_update(fake.cpus[0].cpu);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, CLOCK_PAGE | 1);
	fake_wrmsr(&fake.cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, (CLOCK_PAGE + 64) | 1);
	paracall_update(fake.cpus[1].cpu);
	paracall_adjust_clock(fake.cpus[0].cpu, 0);
	assert_int_equal(le64toh(first->system_time), 0);
	host_time += SECOND;
	paracall_update(fake.cpus[1].cpu);
	paracall_update(fake.cpus[0].cpu);
	assert_true(le64toh(first->system_time) == 700 * MILLISECOND);
	assert_true(le64toh(second->system_time) == 700 * MILLISECOND);
	assert_int_equal(le32toh(first->version) % 2, 0);
	/* Nobody takes it for an error of the clock. */
	paracall_adjust_clock(fake.cpus[0].cpu, 0);
	fake.clocks.tsc += fake.tsc_frequency;
	fake.clocks.steady_nanoseconds += SECOND;
	paracall_adjust_clock(fake.cpus[0].cpu, fake.clocks.tsc);
	assert_true(le64toh(first->system_time) == 700 * MILLISECOND);
	host_time += SECOND;
	paracall_update(fake.cpus[0].cpu);
	assert_true(le64toh(first->system_time) == 500 * MILLISECOND);
	paracall_adjust_clock(fake.cpus[0].cpu, fake.clocks.tsc);
	assert_true(le64toh(first->system_time) == 500 * MILLISECOND);
	host_time += SECOND;
	paracall_update(fake.cpus[0].cpu);
	assert_true(le64toh(first->system_time) == 500 * MILLISECOND);
	assert_int_equal(injected_of(&fake, 1)[0].times, 1);
	assert_int_equal(injected_of(&fake, 0)[0].times, 1);
	assert_int_equal(injected_of(&fake, 0)[0].rule, 1);
	fake_machine_destroy(&fake);
}

static void update_the_second(struct fake_machine *fake)
{
	paracall_update(fake->cpus[1].cpu);
}

/* Another vCPU writes to its page meanwhile: the jump comes with the next update. */
static void the_clock_jumps_a_little_later(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_pvclock_vcpu_time_info *second;

	(void)state;
	create(&fake, "clock:jump=+700ms:every=1s:when=1");
	second = clock_of(&fake, CLOCK_PAGE + 64);
	fake_wrmsr(&fake.cpus[1], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, (CLOCK_PAGE + 64) | 1);
	paracall_update(fake.cpus[1].cpu);
	host_time += SECOND;
	fake.after_write = update_the_second;
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, CLOCK_PAGE | 1);
	fake.after_write = NULL;
	assert_int_equal(injected_of(&fake, 1)[0].times, 1);
	assert_int_equal(le64toh(second->system_time), 0);
	paracall_update(fake.cpus[1].cpu);
	assert_true(le64toh(second->system_time) == 700 * MILLISECOND);
	assert_true(le64toh(clock_of(&fake, CLOCK_PAGE)->system_time) == 700 * MILLISECOND);
	fake_machine_destroy(&fake);
}

/* Each vCPU has its own bursts. */
static void time_is_stolen(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_kvm_steal_time *steal;

	(void)state;
	create(&fake, "steal:burst=200ms:every=1s");
	steal = (void *)(fake.memory + STEAL_PAGE);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_STEAL_TIME, STEAL_PAGE | 1);
	for (int i = 0; i <= 10; i++) {
		paracall_update(fake.cpus[0].cpu);
		paracall_update(fake.cpus[1].cpu);
		host_time += SECOND / 2;
	}
	assert_true(le64toh(steal->steal) == 5 * 200 * MILLISECOND);
	assert_int_equal(injected_of(&fake, 0)[0].times, 5);
	assert_int_equal(injected_of(&fake, 1)[0].times, 0);
	fake_machine_destroy(&fake);
}

static void diagnose_is_selected(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct fake_cpu *cpu = &fake.cpus[0];

	(void)state;
	create_for(&fake, PARACALL_S390,
		   "DIAG_9C_DIRECTED_YIELD:drop:when=1 DIAG_9C_DIRECTED_YIELD:enosys:when=2 "
		   "*:delay=3ms:when=3 DIAG_500_CCW_NOTIFY:drop:when=2");
	cpu->registers[2] = 1;
	assert_int_equal(paracall_diag(cpu->cpu, 0x9c, 2, 0), PARACALL_DIAG_DONE);
	assert_int_equal(fake.cpus[1].yields, 0);
	assert_int_equal(paracall_diag(cpu->cpu, 0x9c, 2, 0), PARACALL_DIAG_SPECIFICATION);
	assert_int_equal(fake.cpus[1].yields, 0);
	assert_int_equal(cpu->delays, 0);
	assert_int_equal(paracall_diag(cpu->cpu, 0x9c, 2, 0), PARACALL_DIAG_DONE);
	assert_int_equal(cpu->delayed_nanoseconds, 3 * MILLISECOND);
	assert_int_equal(fake.cpus[1].yields, 1);
	cpu->registers[1] = 3;
	assert_int_equal(paracall_diag(cpu->cpu, 0x500, 0, 0), PARACALL_DIAG_NOT_OURS);
	assert_int_equal(paracall_diag(cpu->cpu, 0x500, 0, 0), PARACALL_DIAG_DONE);
	assert_int_equal(paracall_diag(cpu->cpu, 0x999, 0, 0), PARACALL_DIAG_SPECIFICATION);
	fake_machine_destroy(&fake);
	/* What the engine has can't be taken away. */
	create_for(&fake, PARACALL_S390, "*:enosys");
	cpu->registers[1] = 3;
	assert_int_equal(paracall_diag(cpu->cpu, 0x500, 0, 0), PARACALL_DIAG_NOT_OURS);
	assert_int_equal(paracall_diag(cpu->cpu, 0x44, 0, 0), PARACALL_DIAG_SPECIFICATION);
	fake_machine_destroy(&fake);
}

static uint64_t call_powerpc(struct fake_cpu *cpu, uint32_t token)
{
	cpu->registers[PARACALL_POWERPC_R11] = token;
	assert_true(paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT));
	return cpu->registers[PARACALL_POWERPC_R3];
}

static void powerpc_s_calls_are_selected(void **state)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct fake_machine fake = { .machine = NULL };
	struct fake_cpu *cpu = &fake.cpus[0];
	const uint32_t features =
		PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_FEATURES);

	(void)state;
	create_for(
		&fake, PARACALL_POWERPC,
		"FEATURES:drop:when=1 FEATURES:enosys:when=2 *:retval=9:when=3 *:delay=1ms:when=4");
	assert_int_equal(call_powerpc(cpu, features), PARACALL_EV_SUCCESS);
	assert_int_equal(call_powerpc(cpu, features), PARACALL_EV_UNIMPLEMENTED);
	assert_int_equal(call_powerpc(cpu, features), 9);
	assert_int_equal(cpu->delays, 0);
	assert_int_equal(call_powerpc(cpu, features), PARACALL_EV_SUCCESS);
	assert_int_equal(cpu->delays, 1);
	assert_int_equal(call_powerpc(cpu, 4711), PARACALL_EV_UNIMPLEMENTED);
	fake_machine_destroy(&fake);
	assert_non_null(injection_parse(&injection, PARACALL_POWERPC, "H_CEDE:drop"));
	assert_non_null(injection_parse(&injection, PARACALL_POWERPC, "KICK_CPU:drop"));
}

static void faults_are_reported(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	const struct paracall_statistics *statistics;
	const struct paracall_injected *injected;

	(void)state;
	create(&fake, "VAPIC_POLL_IRQ:drop:when=3..9+3 seed=12");
	statistics = paracall_machine_statistics(fake.machine);
	assert_int_equal(statistics->seed, 12);
	assert_int_equal(statistics->rule_count, 1);
	assert_string_equal(statistics->rules[0], "VAPIC_POLL_IRQ:drop:when=3..9+3");
	for (int i = 0; i < 20; i++) {
		host_time += MILLISECOND;
		fake_call(&fake.cpus[2], POLL, 0, 0, 0, 0);
	}
	injected = injected_of(&fake, 2);
	assert_int_equal(injected[0].times, 3);
	assert_int_equal(injected[0].place, PARACALL_AT_CALL);
	assert_string_equal(paracall_call_by_id((uint32_t)injected[0].index)->name,
			    "VAPIC_POLL_IRQ");
	assert_int_equal(injected[0].first_number, 3);
	assert_int_equal(injected[0].last_number, 9);
	assert_int_equal(injected[0].first_nanoseconds, 3 * MILLISECOND);
	assert_int_equal(injected[0].last_nanoseconds, 9 * MILLISECOND);
	assert_int_equal(injected[1].times, 0);
	assert_int_equal(injected_of(&fake, 0)[0].times, 0);
	fake_machine_destroy(&fake);
}

/* More kinds than there is room for: the last entry has the rest. */
static void the_table_is_bounded(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	static const uint64_t numbers[] = { 1, 2, 5, 9, 10, 11, 12 };
	const struct paracall_injected *injected;
	uint64_t sum = 0;
	uint64_t made = 0;

	(void)state;
	create(&fake, "*:retval=1:when=1 *:retval=2:when=2 *:retval=3:when=3 *:retval=4:when=4 "
		      "*:retval=5:when=5");
	for (int call = 1; call <= 5; call++)
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++, made++)
			assert_int_equal(fake_call(&fake.cpus[0], numbers[i], 0, 0, 0, 0),
					 call);
	injected = injected_of(&fake, 0);
	for (size_t i = 0; i < PARACALL_STATISTICS_INJECTED; i++)
		sum += injected[i].times;
	assert_int_equal(sum, made);
	assert_int_equal(injected[PARACALL_STATISTICS_INJECTED - 2].times, 1);
	assert_int_equal(injected[PARACALL_STATISTICS_INJECTED - 1].rule,
			 PARACALL_STATISTICS_OTHER_RULES);
	fake_machine_destroy(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read),
		cmocka_unit_test(wrong_rules_are_refused),
		cmocka_unit_test(rules_are_of_an_architecture),
		cmocka_unit_test(rules_need_the_engine),
		cmocka_unit_test(calls_are_counted),
		cmocka_unit_test(seeds_are_repeatable),
		cmocka_unit_test(results_take_the_call_s_place),
		cmocka_unit_test(the_first_rule_wins),
		cmocka_unit_test(late_kicks_come),
		cmocka_unit_test(late_kicks_are_bounded),
		cmocka_unit_test(writes_to_registers_are_selected),
		cmocka_unit_test(features_are_withdrawn),
		cmocka_unit_test(the_clock_jumps),
		cmocka_unit_test(the_clock_jumps_a_little_later),
		cmocka_unit_test(time_is_stolen),
		cmocka_unit_test(diagnose_is_selected),
		cmocka_unit_test(powerpc_s_calls_are_selected),
		cmocka_unit_test(faults_are_reported),
		cmocka_unit_test(the_table_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
