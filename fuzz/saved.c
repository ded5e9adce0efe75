/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved machine's record, which anybody may have written. The first byte chooses the
 * architecture and what the machine is like. What is taken is saved as the same again,
 * and the machine goes on with it.
 */
#include "fuzz.h"

#include <paracall/paracall.h>
#include <string.h>

#define CPUS 2
#define PAGES 4
#define PAGE 4096u
#define ROOM (1u << 16)

static uint64_t registers[CPUS][PARACALL_POWERPC_REGISTERS];
static _Alignas(8) uint8_t memory[PAGES * PAGE];
static uint64_t now;

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

static uint64_t tsc_frequency(void *cpu)
{
	(void)cpu;
	return 1000000000;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	(void)cpu;
	clocks->tsc = clocks->steady_nanoseconds = now;
	clocks->is_paired = true;
	now += 1000;
	return true;
}

static uint64_t run_delay(void *cpu)
{
	(void)cpu;
	return now / 2;
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
	now += nanoseconds;
}

static uint64_t host_clock(void *machine)
{
	(void)machine;
	return now;
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
	.x86 = &x86,
	.arm64 = &arm64,
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

static void step_x86(struct paracall_cpu *cpu, unsigned int i)
{
	uint64_t value;

	registers[i % CPUS][PARACALL_X86_RAX] = i % 13;
	registers[i % CPUS][PARACALL_X86_RCX] = i / 2 % CPUS;
	paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	paracall_rdmsr(cpu, paracall_msr_info(i % paracall_msr_count())->number, &value);
	paracall_async_pf_end(cpu);
	paracall_async_pf_begin(cpu);
	paracall_adjust_clock(cpu, now);
}

static void step_powerpc(struct paracall_cpu *cpu, unsigned int i)
{
	unsigned int offset = i * 8 % PAGE;
	uint32_t mode = PARACALL_MODE_64BIT | (i & 1 ? PARACALL_MODE_LITTLE_ENDIAN : 0);

	paracall_magic_page_store(cpu, offset, 8,
				  paracall_magic_page_load(cpu, offset, 8, mode), mode);
	if (paracall_magic_page_is_critical(cpu))
		paracall_magic_page_interrupted(cpu);
}

static void step_s390(struct paracall_cpu *cpu, unsigned int i)
{
	paracall_diag(cpu, i % 4 ? 0x258 : 0x9c, 1, 3);
}

static void step_arm64(struct paracall_cpu *cpu, unsigned int i)
{
	static const uint32_t functions[] = {
		PARACALL_PV_TIME_ST,	      PARACALL_PV_TIME_FEATURES,
		PARACALL_TRNG_RND64,	      PARACALL_VENDOR_HYP_KVM_PTP,
		PARACALL_PSCI_CPU_OFF,	      PARACALL_VENDOR_HYP_CALL_UID,
		PARACALL_SMCCC_ARCH_FEATURES,
	};

	if (i % 9 == 8)
		paracall_arm64_place_stolen_time(cpu, (struct paracall_gpa){
							      i * PARACALL_STOLEN_TIME_SIZE });
	registers[i % CPUS][PARACALL_ARM64_X0] =
		functions[i / 2 % (sizeof(functions) / sizeof(functions[0]))];
	registers[i % CPUS][PARACALL_ARM64_X1] = PARACALL_PV_TIME_ST;
	paracall_smccc(cpu, i % 7 ? PARACALL_SMCCC_HVC : PARACALL_SMCCC_SMC);
}

static void step_riscv(struct paracall_cpu *cpu, unsigned int i)
{
	static const uint64_t functions[][2] = {
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT },
		{ PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM },
		{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP },
		{ PARACALL_SBI_IPI, PARACALL_SBI_IPI_SEND_IPI },
	};
	const uint64_t *function =
		functions[i / 2 % (sizeof(functions) / sizeof(functions[0]))];

	/* First of all what the record has is used. */
	if (i < 8)
		return;
	registers[i % CPUS][PARACALL_RISCV_A7] = function[0];
	registers[i % CPUS][PARACALL_RISCV_A6] = function[1];
	registers[i % CPUS][PARACALL_RISCV_A0] = i * sizeof(struct paracall_sbi_sta);
	registers[i % CPUS][PARACALL_RISCV_A1] = 0;
	registers[i % CPUS][PARACALL_RISCV_A2] = 0;
	paracall_sbi(cpu);
}

static void step_loongarch(struct paracall_cpu *cpu, unsigned int i)
{
	uint64_t *arguments = &registers[i % CPUS][PARACALL_LOONGARCH_A0];
	uint32_t value;

	paracall_cpucfg(cpu, PARACALL_KVM_CPUCFG_SIGNATURE + i % 5, &value);
	if (i < 8)
		return;
	arguments[0] = PARACALL_HCALL_FUNC_NOTIFY;
	arguments[1] = UINT64_C(1) << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME;
	arguments[2] = (i * 64) | (i % 7 ? PARACALL_KVM_STEAL_PHYS_VALID : 0);
	paracall_hvcl(cpu, PARACALL_HCALL_SERVICE);
}

/*
 * What the guests of each architecture do, as the @i'th thing. New ones come last: seeds choose
 * by number.
 */
static const struct kind {
	enum paracall_architecture architecture;
	void (*step)(struct paracall_cpu *cpu, unsigned int i);
} kinds[] = {
	{ PARACALL_X86, step_x86 },	    { PARACALL_S390, step_s390 },
	{ PARACALL_POWERPC, step_powerpc }, { PARACALL_ARM64, step_arm64 },
	{ PARACALL_RISCV, step_riscv },	    { PARACALL_LOONGARCH, step_loongarch },
};

/* Of the first byte; the other bits are switches. */
#define KIND_MASK 0x3f

static struct paracall_machine *make(const struct kind *kind, uint8_t switches,
				     struct paracall_cpu **cpus)
{
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = kind->architecture,
		.max_cpus = CPUS,
		.features =
			paracall_features_available(kind->architecture, engine.capabilities),
		.enforce_features = switches & 0x40,
		.injection = switches & 0x80 ? &injection : NULL,
	};
	struct paracall_machine *machine;

	if (paracall_machine_new(&machine, &engine, &options))
		return NULL;
	for (uint32_t i = 0; i < CPUS; i++) {
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

/* The machine continues. */
static void run(const struct kind *kind, struct paracall_cpu **cpus)
{
	for (unsigned int i = 0; i < 32; i++) {
		struct paracall_cpu *cpu = cpus[i % CPUS];

		kind->step(cpu, i);
		paracall_update(cpu);
		if (i % 5 == 0 && paracall_halt(cpu))
			paracall_resume(cpu);
		now += 100000;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct paracall_cpu *cpus[CPUS];
	struct paracall_machine *machine;
	const struct kind *kind;

	fuzz_count_execution();
	if (!size || size > ROOM)
		return 0;
	now = 1000;
	memset(registers, 0, sizeof(registers));
	memset(memory, 0, sizeof(memory));
	kind = &kinds[(data[0] & KIND_MASK) % (sizeof(kinds) / sizeof(kinds[0]))];
	machine = make(kind, data[0], cpus);
	FUZZ_CHECK(machine);
	if (!paracall_machine_load(machine, data + 1, size - 1)) {
		check_saved(machine, data + 1, size - 1);
		run(kind, cpus);
		paracall_machine_reset(machine, NULL);
	}
	paracall_machine_free(machine);
	return 0;
}
