/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: 1,000 machines of 4 vCPUs in one process, which know nothing of each other; and
 * nothing is allocated, or freed, between paracall_machine_new() and _free(). The linker
 * leads the library's calls of malloc() and its kin here (--wrap).
 */
#include "fake_engine.h"

#include "../../inject/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MACHINES 1000
#define RING_EVENTS 65536

/* Of the library's: how often, and how much at once. */
static uint64_t allocations, frees, allocated;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
void __wrap_free(void *memory);

static void note(size_t size)
{
	allocations++;
	allocated += size;
}

void *__wrap_malloc(size_t size)
{
	note(size);
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	note(count * size);
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	note(size);
	return __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	note(size);
	return __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
	note(size);
	return __real_posix_memalign(memory, alignment, size);
}

void __wrap_free(void *memory)
{
	frees++;
	__real_free(memory);
}

/* The process's memory that is there, in bytes. */
static uint64_t resident(void)
{
	unsigned long pages = 0, all;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu %lu", &all, &pages), 2);
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static struct fake_machine *machines[MACHINES];

/* Each machine's own: who is kicked, how often, and which page is private. */
static void use_machine(unsigned int number)
{
	struct fake_machine *fake = machines[number];
	struct paracall_gpa page = { 0x1000 * (uint64_t)(number + 1) };
	unsigned int kicks = number % 7;

	assert_true(paracall_halt(fake->cpus[1].cpu));
	for (unsigned int i = 0; i < kicks; i++)
		assert_int_equal(fake_call(&fake->cpus[0], PARACALL_KVM_HC_KICK_CPU, 0, 1, 0,
					   0),
				 0);
	fake_call(&fake->cpus[2], PARACALL_KVM_HC_MAP_GPA_RANGE, page.value, 1, 0x10, 0);
	fake_wrmsr(&fake->cpus[3], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
}

static void expect_machine(unsigned int number)
{
	struct fake_machine *fake = machines[number];
	const struct paracall_statistics *statistics =
		paracall_machine_statistics(fake->machine);
	struct paracall_gpa page = { 0x1000 * (uint64_t)(number + 1) };
	uint32_t slot = fake_slot("KICK_CPU");

	assert_int_equal(fake->cpus[1].wakes, number % 7 ? 1 : 0);
	assert_int_equal(statistics->cpu[0].calls[slot].calls, number % 7);
	assert_true(paracall_machine_is_private(fake->machine, page));
	page.value += 0x1000;
	assert_false(paracall_machine_is_private(fake->machine, page));
	assert_int_equal(fake_rdmsr(&fake->cpus[3], PARACALL_KVM_MSR_SYSTEM_TIME_NEW), 0x1001);
	assert_int_equal(fake_rdmsr(&fake->cpus[2], PARACALL_KVM_MSR_SYSTEM_TIME_NEW), 0);
}

static void a_thousand_machines(void **state)
{
	uint64_t before, after;

	(void)state;
	for (unsigned int i = 0; i < MACHINES; i++)
		machines[i] = calloc(1, sizeof(*machines[i]));
	before = resident();
	allocated = 0;
	for (unsigned int i = 0; i < MACHINES; i++) {
		assert_non_null(machines[i]);
		fake_machine_create(machines[i], &fake_engine, NULL);
	}
	for (unsigned int i = 0; i < MACHINES; i++)
		use_machine(i);
	for (unsigned int i = 0; i < MACHINES; i++)
		expect_machine(i);
	after = resident();
	print_message("# of the library for each machine of %d vCPUs: %llu KiB allocated\n",
		      FAKE_CPUS, (unsigned long long)(allocated / MACHINES / 1024));
	print_message("# the process has grown by %llu MiB, with the fake engine's part\n",
		      (unsigned long long)((after - before) >> 20));
	for (unsigned int i = 0; i < MACHINES; i++) {
		fake_machine_destroy(machines[i]);
		free(machines[i]);
	}
}

/* Every call of x86, once each way, with arguments that some of them take. */
static void make_all_calls(struct fake_machine *fake)
{
	static const uint64_t arguments[][4] = {
		{ 0, 1, 0, 0 },
		{ 0x1000, 0, 0, 0 },
		{ 0xf, 0, 0, 0x40 },
		{ 0x2000, 1, 0x10, 0 },
		{ -1ull, -1ull, -1ull, -1ull },
	};

	for (uint64_t number = 0; number < 20; number++)
		for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
			const uint64_t *a = arguments[i];

			fake_call(&fake->cpus[0], number, a[0], a[1], a[2], a[3]);
			paracall_hypercall_number(fake->cpus[1].cpu, PARACALL_MODE_64BIT,
						  number);
		}
}

static void use_registers(struct fake_machine *fake)
{
	const struct paracall_msr_info *info;
	uint64_t value;

	for (size_t i = 0; (info = paracall_msr_info(i)); i++) {
		paracall_wrmsr(fake->cpus[2].cpu, info->number, 0x3001 + 0x100 * i);
		paracall_rdmsr(fake->cpus[2].cpu, info->number, &value);
	}
}

/* More than any of these machines writes. */
static uint8_t record[1 << 20];

static void save_and_load(struct fake_machine *fake)
{
	size_t size = paracall_machine_save(fake->machine, record, sizeof(record));

	assert_true(size && size <= sizeof(record));
	assert_int_equal(paracall_machine_load(fake->machine, record, size), 0);
	/* One that is refused, too. */
	record[0]++;
	assert_int_equal(paracall_machine_load(fake->machine, record, size),
			 PARACALL_ERROR_RECORD);
}

static void live(struct fake_machine *fake)
{
	struct paracall_cpu *cpu = fake->cpus[2].cpu;
	struct paracall_cpuid leaf;
	uint32_t token;

	make_all_calls(fake);
	use_registers(fake);
	paracall_wrmsr(cpu, PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
	paracall_wrmsr(cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, 0x4009);
	token = paracall_async_pf_begin(cpu);
	paracall_async_pf_cancel(cpu, token);
	paracall_async_pf_end(cpu);
	paracall_cpuid(cpu, PARACALL_KVM_CPUID_FEATURES, &leaf);
	paracall_halt(cpu);
	paracall_resume(cpu);
	paracall_spin_end(cpu, paracall_spin_begin(cpu), 1, 1);
	paracall_machine_was_paused(fake->machine);
	paracall_update(cpu);
	paracall_adjust_clock(cpu, 0);
	save_and_load(fake);
	paracall_machine_loaded(fake->machine, cpu);
	if (paracall_set_mark(cpu))
		paracall_check_mark(cpu);
	paracall_cpu_reset(cpu);
	paracall_machine_reset(fake->machine, NULL);
	paracall_machine_remove_cpu(fake->cpus[3].cpu);
	assert_non_null(paracall_machine_add_cpu(fake->machine, 3, &fake->cpus[3]));
	paracall_cpu_set_apic_id(fake->cpus[3].cpu, 77);
	paracall_machine_withdraw(fake->machine, PARACALL_CAN_REPORT_RUN_DELAY);
}

/* A rule for each kind of fault, and a trace, so that all layers are on the way. */
static struct paracall_options all_layers(struct paracall_injection *injection)
{
	static const char *const rules[] = { "KICK_CPU:late=1ms", "SCHED_YIELD:enosys:50%",
					     "SEND_IPI:error=-22:when=1..2",
					     "clock:jump=+1s:every=1ms" };
	struct paracall_options options = fake_options();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		assert_null(injection_parse(injection, PARACALL_X86, rules[i]));
	options.injection = injection;
	options.trace = fake_trace(FAKE_CPUS, RING_EVENTS);
	options.trace_size = paracall_trace_size(FAKE_CPUS, RING_EVENTS);
	return options;
}

static uint64_t trace_clock(void *machine)
{
	static uint64_t now;

	(void)machine;
	return now += 10;
}

static bool trace_wait(void *cpu)
{
	(void)cpu;
	return false;
}

static void trace_wake(void *cpu)
{
	(void)cpu;
}

static void expect_no_allocation(const struct paracall_options *options)
{
	static struct fake_machine fake;
	struct paracall_engine engine = fake_engine;

	engine.trace_clock = trace_clock;
	engine.trace_wait = trace_wait;
	engine.trace_wake = trace_wake;
	allocations = frees = 0;
	fake_machine_create(&fake, &engine, options);
	/* Or the calls are not led here. */
	assert_true(allocations > 0);
	allocations = frees = 0;
	live(&fake);
	assert_int_equal(allocations, 0);
	assert_int_equal(frees, 0);
	fake_machine_destroy(&fake);
	assert_true(frees > 0);
}

static void nothing_is_allocated_later(void **state)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_options layers = all_layers(&injection);

	(void)state;
	expect_no_allocation(NULL);
	expect_no_allocation(&layers);
	free(layers.trace);
}

static void diagnose(struct fake_cpu *cpu)
{
	static const uint32_t codes[] = { 0x10,	 0x44,	0x9c,  0x258, 0x288,
					  0x308, 0x500, 0x501, 0x8 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		for (unsigned int value = 0; value < 0x3000; value += 0x800) {
			cpu->registers[1] = cpu->registers[2] = value;
			paracall_diag(cpu->cpu, codes[i], 2, 4);
		}
}

static void call_epapr(struct fake_cpu *cpu)
{
	for (uint32_t vendor = 0; vendor < 64; vendor++)
		for (uint32_t number = 0; number < 20; number++) {
			cpu->registers[PARACALL_POWERPC_R11] =
				PARACALL_EPAPR_TOKEN(vendor, number);
			cpu->registers[PARACALL_POWERPC_R3] = 0x2000;
			paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT);
			paracall_papr_hypercall(cpu->cpu);
		}
}

static void call_hvcl(struct fake_cpu *cpu)
{
	uint32_t value;

	for (uint32_t code = 0xff; code < 0x104; code++)
		for (unsigned int function = 0; function < 4; function++) {
			cpu->registers[PARACALL_LOONGARCH_A0] = function;
			cpu->registers[PARACALL_LOONGARCH_A1] = 4;
			cpu->registers[PARACALL_LOONGARCH_A2] = 0x2001;
			paracall_hvcl(cpu->cpu, code);
			paracall_cpucfg(cpu->cpu, 0x40000000 + function, &value);
			paracall_update(cpu->cpu);
		}
}

/* Each function of the table, by both instructions, and some that there are not. */
static void call_smccc(struct fake_cpu *cpu)
{
	const struct paracall_call_info *info;

	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu,
							  (struct paracall_gpa){ 0x1000 }),
			 0);
	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		for (uint64_t argument = 0; argument < 200; argument += 64) {
			cpu->registers[PARACALL_ARM64_X0] = info->number;
			cpu->registers[PARACALL_ARM64_X1] = argument;
			paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC);
			cpu->registers[PARACALL_ARM64_X0] = info->number;
			paracall_smccc(cpu->cpu, PARACALL_SMCCC_SMC);
		}
	cpu->run_delay += 1000;
}

static void call_sbi(struct fake_cpu *cpu)
{
	static const uint32_t extensions[] = { PARACALL_SBI_BASE,
					       PARACALL_SBI_STA,
					       PARACALL_SBI_HSM,
					       PARACALL_SBI_TIME,
					       1,
					       0x99 };

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		for (uint32_t function = 0; function < 8; function++) {
			fake_sbi(cpu, extensions[i], function, 0x2000, 0);
			cpu->run_delay += 3;
			paracall_update(cpu->cpu);
		}
}

/* Its life, whatever the architecture. */
static void use_life(struct fake_machine *fake, struct fake_cpu *cpu)
{
	paracall_update(cpu->cpu);
	paracall_halt(cpu->cpu);
	paracall_resume(cpu->cpu);
	save_and_load(fake);
	paracall_cpu_reset(cpu->cpu);
	paracall_machine_reset(fake->machine, NULL);
	paracall_machine_remove_cpu(fake->cpus[3].cpu);
	assert_non_null(paracall_machine_add_cpu(fake->machine, 3, &fake->cpus[3]));
}

static void nor_on_other_architectures(void **state)
{
	static const struct {
		enum paracall_architecture architecture;
		void (*use)(struct fake_cpu *cpu);
	} cases[] = { { PARACALL_S390, diagnose },
		      { PARACALL_POWERPC, call_epapr },
		      { PARACALL_ARM64, call_smccc },
		      { PARACALL_RISCV, call_sbi },
		      { PARACALL_LOONGARCH, call_hvcl } };
	static struct fake_machine fake;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct paracall_options options = {
			.size = sizeof(options),
			.architecture = cases[i].architecture,
			.max_cpus = FAKE_CPUS,
			.features = paracall_features_available(cases[i].architecture,
								FAKE_CAPABILITIES),
		};

		fake_machine_create(&fake, &fake_engine, &options);
		allocations = frees = 0;
		cases[i].use(&fake.cpus[1]);
		use_life(&fake, &fake.cpus[1]);
		assert_int_equal(allocations, 0);
		assert_int_equal(frees, 0);
		fake_machine_destroy(&fake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_machines),
		cmocka_unit_test(nothing_is_allocated_later),
		cmocka_unit_test(nor_on_other_architectures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
