/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of --inject, one a line: whatever is written there, and what then happens to a
 * guest's calls. The first byte, a digit, chooses the architecture.
 */
#include "../inject/parse.h"
#include "fuzz.h"

#include <paracall/paracall.h>
#include <stdlib.h>
#include <string.h>

static uint64_t registers[64];
static uint64_t now;

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
	return now / 2;
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

static uint64_t tsc_frequency(void *cpu)
{
	(void)cpu;
	return 1000000000;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	(void)cpu;
	clocks->tsc = clocks->steady_nanoseconds = now;
	return true;
}

static bool give_random(void *cpu, void *data, size_t size)
{
	(void)cpu;
	memset(data, (int)now, size);
	return now % 3;
}

static void delay(void *cpu, uint64_t nanoseconds)
{
	(void)cpu;
	/* The longest that a rule can say. */
	FUZZ_CHECK(nanoseconds <= UINT64_C(3600000000000));
	now += nanoseconds;
}

static uint64_t host_clock(void *machine)
{
	(void)machine;
	return now += 1000000;
}

static const struct paracall_x86_engine x86 = { .size = sizeof(x86),
						.tsc_frequency = tsc_frequency };

static const struct paracall_arm64_engine arm64 = { .size = sizeof(arm64),
						    .random = give_random };

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "fuzz",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_ACCESS_MEMORY |
			PARACALL_CAN_TELL_RUN_DELAY | PARACALL_CAN_TELL_TIME |
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
	.x86 = &x86,
	.arm64 = &arm64,
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

static void do_x86(struct paracall_cpu *cpu, unsigned int i)
{
	struct paracall_cpuid result;
	uint64_t value;

	registers[PARACALL_X86_RAX] = i % 14;
	registers[PARACALL_X86_RCX] = 0;
	paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	paracall_wrmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, 0x1001);
	paracall_rdmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, &value);
	paracall_cpuid(cpu, PARACALL_KVM_CPUID_FEATURES, &result);
	paracall_update(cpu);
	if (i % 16 == 0)
		paracall_halt(cpu);
}

static void do_s390(struct paracall_cpu *cpu, unsigned int i)
{
	paracall_diag(cpu, i % 2 ? 0x44 : 0x9c, 1, 2);
}

static void do_powerpc(struct paracall_cpu *cpu, unsigned int i)
{
	(void)i;
	registers[PARACALL_POWERPC_R11] =
		PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_FEATURES);
	paracall_epapr_hypercall(cpu, PARACALL_MODE_64BIT);
}

static void do_arm64(struct paracall_cpu *cpu, unsigned int i)
{
	static const uint32_t functions[] = {
		PARACALL_PV_TIME_ST,	      PARACALL_TRNG_RND64,
		PARACALL_VENDOR_HYP_KVM_PTP,  PARACALL_PSCI_VERSION,
		PARACALL_VENDOR_HYP_CALL_UID,
	};

	if (!i)
		paracall_arm64_place_stolen_time(cpu, (struct paracall_gpa){ 0 });
	registers[PARACALL_ARM64_X0] =
		functions[i % (sizeof(functions) / sizeof(functions[0]))];
	registers[PARACALL_ARM64_X1] = 64;
	paracall_smccc(cpu, i % 2 ? PARACALL_SMCCC_HVC : PARACALL_SMCCC_SMC);
	paracall_update(cpu);
}

static void do_riscv(struct paracall_cpu *cpu, unsigned int i)
{
	static const uint64_t functions[][2] = {
		{ PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM },
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT },
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID },
		{ PARACALL_SBI_TIME, PARACALL_SBI_TIME_SET_TIMER },
		{ PARACALL_SBI_LEGACY_CONSOLE_PUTCHAR, 0 },
	};
	const uint64_t *function = functions[i % (sizeof(functions) / sizeof(functions[0]))];

	registers[PARACALL_RISCV_A7] = function[0];
	registers[PARACALL_RISCV_A6] = function[1];
	registers[PARACALL_RISCV_A0] = registers[PARACALL_RISCV_A1] = 0;
	registers[PARACALL_RISCV_A2] = 0;
	paracall_sbi(cpu);
	paracall_update(cpu);
}

static void do_loongarch(struct paracall_cpu *cpu, unsigned int i)
{
	uint32_t value;

	registers[PARACALL_LOONGARCH_A0] = PARACALL_HCALL_FUNC_NOTIFY;
	registers[PARACALL_LOONGARCH_A1] = UINT64_C(1)
					   << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME;
	registers[PARACALL_LOONGARCH_A2] = PARACALL_KVM_STEAL_PHYS_VALID;
	paracall_hvcl(cpu, PARACALL_HCALL_SERVICE + i % 3);
	paracall_cpucfg(cpu, PARACALL_KVM_CPUCFG_SIGNATURE + i % 5, &value);
	paracall_update(cpu);
}

/*
 * What the guests of each architecture do, as the @i'th thing. New ones come last: seeds choose
 * by number.
 */
static const struct caller {
	enum paracall_architecture architecture;
	void (*call)(struct paracall_cpu *cpu, unsigned int i);
} callers[] = {
	{ PARACALL_X86, do_x86 },	  { PARACALL_S390, do_s390 },
	{ PARACALL_POWERPC, do_powerpc }, { PARACALL_ARM64, do_arm64 },
	{ PARACALL_RISCV, do_riscv },	  { PARACALL_LOONGARCH, do_loongarch },
};

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

static void run(const struct paracall_injection *injection, const struct caller *caller)
{
	enum paracall_architecture architecture = caller->architecture;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = architecture,
		.max_cpus = 1,
		.features = paracall_features_available(architecture, engine.capabilities),
		.injection = injection,
	};
	struct paracall_machine *machine;
	struct paracall_cpu *cpu;

	/* What a user may write, a machine takes. */
	FUZZ_CHECK(!paracall_machine_new(&machine, &engine, &options));
	cpu = paracall_machine_add_cpu(machine, 0, machine);
	paracall_cpu_set_apic_id(cpu, 0);
	for (unsigned int i = 0; i < 64; i++)
		caller->call(cpu, i);
	check_counters(paracall_machine_statistics(machine));
	paracall_machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	const struct caller *caller;
	char *text;

	fuzz_count_execution();
	if (!size)
		return 0;
	caller = &callers[(uint8_t)(data[0] - '0') % (sizeof(callers) / sizeof(callers[0]))];
	text = fuzz_text((struct fuzz_bytes){ data + 1, size - 1 });
	parse(&injection, caller->architecture, text);
	free(text);
	now = 0;
	run(&injection, caller);
	return 0;
}
