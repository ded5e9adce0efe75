/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libparacall(3) promises in "Threads": which of the engine's functions each of
 * the library's may call, and for which vCPU.
 */
#include "../../inject/parse.h"
#include "fake_engine.h"

#include <stdlib.h>

enum called {
	REGISTERS = 1 << 0,
	WAKE = 1 << 1,
	INTERRUPT = 1 << 2,
	YIELD = 1 << 3,
	READ_MEMORY = 1 << 4,
	CLOCKS = 1 << 5,
	RUN_DELAY = 1 << 6,
	FLUSH = 1 << 7,
	DELAY = 1 << 8,
	NUMBERS = 1 << 9,
	TRACE = 1 << 10,
	IDLE = 1 << 11,
	HAS_REGISTER = 1 << 12,
	MAP_PAGE = 1 << 13,
	MSR_LOADED = 1 << 14,
	WRITE_MEMORY = 1 << 15,
	FREQUENCY = 1 << 16,
	RANDOM = 1 << 17,
	IMPLEMENTATION = 1 << 18,
};

#define MEMORY (READ_MEMORY | WRITE_MEMORY)

#define ALL UINT32_MAX
#define RING_EVENTS 1024

static struct fake_machine fake;
static struct paracall_trace *trace;
/* Since it was last set to 0. */
static uint32_t called;
/* The vCPU of all calls; or they may be of any that is in the machine. */
static const void *caller;
static bool is_any_caller;

static bool is_in_machine(const struct fake_cpu *cpu)
{
	return paracall_machine_find_cpu(fake.machine, (uint32_t)(cpu - fake.cpus));
}

static void note(const void *cpu, enum called what)
{
	if (is_any_caller)
		assert_true(is_in_machine(cpu));
	else
		assert_ptr_equal(cpu, caller);
	called |= what;
}

static uint64_t read_register(void *cpu, unsigned int number)
{
	note(cpu, REGISTERS);
	return fake_engine.read_register(cpu, number);
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	note(cpu, REGISTERS);
	fake_engine.write_register(cpu, number, value);
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	note(cpu, WAKE);
	fake_engine.wake(cpu, target, apic_id);
}

static bool send_interrupt(void *cpu, void *target, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	note(cpu, INTERRUPT);
	return fake_engine.send_interrupt(cpu, target, apic_id, interrupt);
}

static void yield_to(void *cpu, void *target)
{
	note(cpu, YIELD);
	fake_engine.yield_to(cpu, target);
}

static bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	note(cpu, READ_MEMORY);
	return fake_engine.read_memory(cpu, address, data, size);
}

static bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	note(cpu, WRITE_MEMORY);
	return fake_engine.write_memory(cpu, address, data, size);
}

static uint64_t tsc_frequency(void *cpu)
{
	note(cpu, FREQUENCY);
	return fake_engine.x86->tsc_frequency(cpu);
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	note(cpu, CLOCKS);
	return fake_engine.read_clocks(cpu, clocks);
}

static uint64_t run_delay(void *cpu)
{
	note(cpu, RUN_DELAY);
	return fake_engine.run_delay(cpu);
}

static void flush_tlb(void *cpu)
{
	note(cpu, FLUSH);
	fake_engine.x86->flush_tlb(cpu);
}

static void delay(void *cpu, uint64_t nanoseconds)
{
	note(cpu, DELAY);
	fake_engine.delay(cpu, nanoseconds);
}

static void idle(void *cpu)
{
	note(cpu, IDLE);
	fake_engine.powerpc->idle(cpu);
}

static bool has_register(void *cpu, unsigned int number)
{
	note(cpu, HAS_REGISTER);
	return fake_engine.powerpc->has_register(cpu, number);
}

static bool map_magic_page(void *cpu, uint64_t address, uint64_t effective_address)
{
	note(cpu, MAP_PAGE);
	return fake_engine.powerpc->map_magic_page(cpu, address, effective_address);
}

static bool msr_was_loaded(void *cpu)
{
	note(cpu, MSR_LOADED);
	return fake_engine.powerpc->msr_was_loaded(cpu);
}

static bool give_random(void *cpu, void *data, size_t size)
{
	note(cpu, RANDOM);
	return fake_engine.arm64->random(cpu, data, size);
}

static uint64_t find_implementation(void *cpu, uint64_t index,
				    struct paracall_arm64_implementation *implementation)
{
	note(cpu, IMPLEMENTATION);
	*implementation = (struct paracall_arm64_implementation){ .midr = index };
	return 1;
}

static uint64_t count_nanoseconds(void *machine)
{
	static uint64_t now;

	(void)machine;
	called |= NUMBERS;
	return now += 100;
}

static uint64_t program_counter(void *cpu)
{
	note(cpu, TRACE);
	return 0;
}

static uint64_t trace_clock(void *machine)
{
	static uint64_t now;

	(void)machine;
	called |= TRACE;
	return now += 10;
}

static bool trace_wait(void *cpu)
{
	note(cpu, TRACE);
	return false;
}

static void trace_wake(void *cpu)
{
	note(cpu, TRACE);
}

static const struct paracall_x86_engine x86_functions = {
	.size = sizeof(x86_functions),
	.tsc_frequency = tsc_frequency,
	.flush_tlb = flush_tlb,
};

static const struct paracall_powerpc_engine powerpc_functions = {
	.size = sizeof(powerpc_functions),
	.idle = idle,
	.has_register = has_register,
	.map_magic_page = map_magic_page,
	.msr_was_loaded = msr_was_loaded,
};

static const struct paracall_arm64_engine arm64_functions = {
	.size = sizeof(arm64_functions),
	.random = give_random,
	.implementation = find_implementation,
};

static void begin_on(enum paracall_architecture architecture)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;

	engine.read_register = read_register;
	engine.write_register = write_register;
	engine.wake = wake;
	engine.send_interrupt = send_interrupt;
	engine.yield_to = yield_to;
	engine.read_memory = read_memory;
	engine.write_memory = write_memory;
	engine.read_clocks = read_clocks;
	engine.run_delay = run_delay;
	engine.delay = delay;
	engine.clock = count_nanoseconds;
	engine.program_counter = program_counter;
	engine.trace_clock = trace_clock;
	engine.trace_wait = trace_wait;
	engine.trace_wake = trace_wake;
	engine.x86 = &x86_functions;
	engine.powerpc = &powerpc_functions;
	engine.arm64 = &arm64_functions;
	engine.capabilities |= PARACALL_CAN_LIST_IMPLEMENTATIONS;
	trace = fake_trace(FAKE_CPUS, RING_EVENTS);
	options.trace = trace;
	options.trace_size = paracall_trace_size(FAKE_CPUS, RING_EVENTS);
	options.architecture = architecture;
	options.features = paracall_features_available(architecture, engine.capabilities);
	if (architecture == PARACALL_X86) {
		options.injection = &injection;
		assert_null(injection_parse(&injection, PARACALL_X86, "KICK_CPU:late=1ms"));
	}
	called = 0;
	caller = NULL;
	is_any_caller = false;
	fake_machine_create(&fake, &engine, &options);
	assert_int_equal(called, NUMBERS);
}

static void begin(void)
{
	begin_on(PARACALL_X86);
}

static void finish(void)
{
	called = 0;
	paracall_machine_free(fake.machine);
	assert_int_equal(called, 0);
	free(trace);
}

/* What was called since the last of these is some of @allowed, and all of @wanted. */
static void expect(uint32_t allowed, uint32_t wanted)
{
	assert_int_equal(called & ~(allowed | NUMBERS | TRACE), 0);
	assert_int_equal(called & wanted, wanted);
	called = 0;
}

/* Of those that call nothing, for traces neither. */
static void expect_nothing(void)
{
	assert_int_equal(called, 0);
}

static void by(struct fake_cpu *cpu)
{
	caller = cpu;
	is_any_caller = false;
}

static void by_any(void)
{
	is_any_caller = true;
}

/* ---- what all architectures have --------------------------------------------- */

static void halt(struct fake_cpu *cpu)
{
	by(cpu);
	assert_true(paracall_halt(cpu->cpu));
}

/* @may_load is what a record may ask the engine for, and does of the machine as it is. */
static void save_and_load(struct fake_cpu *cpu, uint32_t may_load)
{
	uint8_t record[4096];
	size_t size;

	halt(cpu);
	by_any();
	called = 0;
	size = paracall_machine_save(fake.machine, record, sizeof(record));
	assert_true(size <= sizeof(record));
	expect(0, NUMBERS);
	paracall_machine_forget_halts(fake.machine);
	paracall_machine_was_paused(fake.machine);
	expect_nothing();
	assert_int_equal(paracall_machine_load(fake.machine, record, size), 0);
	/* It was halted before the load. */
	expect(may_load, may_load | TRACE);
	by(cpu);
	paracall_resume(cpu->cpu);
	called = 0;
}

/* A reset ends the halts of all; others report that where they next need their state. */
static void reset(struct fake_cpu *cpu)
{
	uint32_t next = (uint32_t)(cpu - fake.cpus + 1) % FAKE_CPUS;

	halt(cpu);
	called = 0;
	paracall_cpu_reset(cpu->cpu);
	expect(0, TRACE);
	halt(&fake.cpus[next]);
	by(cpu);
	called = 0;
	paracall_machine_reset(fake.machine, cpu->cpu);
	expect(0, TRACE);
	by_any();
	paracall_machine_save(fake.machine, NULL, 0);
	expect(0, TRACE | NUMBERS);
	halt(cpu);
	called = 0;
	paracall_machine_loaded(fake.machine, cpu->cpu);
	expect(0, TRACE);
}

static void unplug(struct fake_cpu *cpu)
{
	uint32_t index = (uint32_t)(cpu - fake.cpus);

	paracall_resume(cpu->cpu);
	assert_false(paracall_halt(cpu->cpu));
	halt(cpu);
	called = 0;
	paracall_machine_remove_cpu(cpu->cpu);
	expect(0, TRACE);
	by(NULL);
	assert_ptr_equal(paracall_machine_add_cpu(fake.machine, index, cpu), cpu->cpu);
	assert_int_equal(paracall_cpu_set_apic_id(cpu->cpu, index), 0);
	paracall_machine_withdraw(fake.machine, PARACALL_CAN_REPORT_PREEMPTION);
	expect_nothing();
}

static void live(struct fake_cpu *cpu, uint32_t may_load)
{
	save_and_load(cpu, may_load);
	called = 0;
	paracall_spin_end(cpu->cpu, paracall_spin_begin(cpu->cpu), 1, 1);
	expect(0, TRACE);
	paracall_trace_report(cpu->cpu, PARACALL_EVENT_KERNEL_ENTRY, 0, 0, NULL, 0);
	expect(0, TRACE);
	reset(cpu);
	unplug(cpu);
}

/* Of architectures whose guests have no page for one. */
static void have_no_mark(struct fake_cpu *cpu)
{
	called = 0;
	assert_false(paracall_set_mark(cpu->cpu));
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_NONE);
	expect_nothing();
}

static void have_mark(struct fake_cpu *cpu)
{
	called = 0;
	assert_true(paracall_set_mark(cpu->cpu));
	expect(MEMORY, MEMORY);
	assert_int_equal(paracall_check_mark(cpu->cpu), PARACALL_MARK_KEPT);
	expect(READ_MEMORY, READ_MEMORY);
}

/* The guest has asked for what only this keeps up to date. */
static void steal(struct fake_cpu *cpu)
{
	cpu->run_delay += 1000000;
	called = 0;
	paracall_update(cpu->cpu);
	expect(MEMORY | RUN_DELAY, MEMORY | RUN_DELAY | TRACE);
}

/* ---- x86 --------------------------------------------------------------------- */

static void calls(void **state)
{
	struct fake_cpu *cpu = &fake.cpus[1];

	(void)state;
	begin();
	by(cpu);
	called = 0;
	fake_call(cpu, PARACALL_KVM_HC_SEND_IPI, 0xd, 0, 0, 0x40);
	expect(ALL, REGISTERS | INTERRUPT | TRACE | NUMBERS);
	fake_call(cpu, PARACALL_KVM_HC_SCHED_YIELD, 2, 0, 0, 0);
	expect(ALL, REGISTERS | YIELD);
	fake_call(cpu, PARACALL_KVM_HC_CLOCK_PAIRING, 0x1000, 0, 0, 0);
	expect(ALL, REGISTERS | WRITE_MEMORY | CLOCKS);
	paracall_hypercall_number(cpu->cpu, PARACALL_MODE_64BIT, PARACALL_KVM_HC_SCHED_YIELD);
	expect(ALL, REGISTERS | TRACE);
	finish();
}

static void registers_and_updates(void **state)
{
	uint32_t allowed = MEMORY | CLOCKS | RUN_DELAY | INTERRUPT | DELAY | WAKE;
	struct fake_cpu *cpu = &fake.cpus[2];
	uint64_t value;
	uint32_t token;

	(void)state;
	begin();
	by(cpu);
	called = 0;
	fake_wrmsr(cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	expect(allowed | FREQUENCY, MEMORY | FREQUENCY | TRACE);
	fake_wrmsr(cpu, PARACALL_KVM_MSR_STEAL_TIME, 0x2001);
	expect(allowed, MEMORY);
	fake_wrmsr(cpu, PARACALL_KVM_MSR_WALL_CLOCK_NEW, 0x3000);
	expect(allowed, MEMORY | CLOCKS);
	paracall_rdmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, &value);
	expect(allowed, TRACE);
	by(NULL);
	paracall_machine_was_paused(fake.machine);
	expect(0, 0);
	by(cpu);
	cpu->run_delay += 1000000;
	paracall_update(cpu->cpu);
	expect(allowed, MEMORY | RUN_DELAY | NUMBERS);
	token = paracall_async_pf_begin(cpu->cpu);
	paracall_async_pf_cancel(cpu->cpu, token);
	paracall_async_pf_end(cpu->cpu);
	expect(MEMORY | INTERRUPT, 0);
	finish();
}

static void clocks(void **state)
{
	struct fake_cpu *cpu = &fake.cpus[2];

	(void)state;
	begin();
	by(cpu);
	called = 0;
	/* Before there is one. */
	paracall_adjust_clock(cpu->cpu, 0);
	paracall_clock_continue(cpu->cpu, 0, 1000);
	expect_nothing();
	have_no_mark(cpu);
	fake_wrmsr(cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	called = 0;
	paracall_adjust_clock(cpu->cpu, 0);
	expect(CLOCKS, CLOCKS);
	/* Behind by 10 microseconds. */
	fake.clocks.tsc += 2400000;
	fake.clocks.steady_nanoseconds += 1010000;
	paracall_adjust_clock(cpu->cpu, fake.clocks.tsc);
	expect(CLOCKS | MEMORY, CLOCKS | MEMORY | TRACE);
	paracall_clock_continue(cpu->cpu, fake.clocks.tsc, fake.clocks.tsc + 1000);
	expect(MEMORY, MEMORY);
	have_mark(cpu);
	finish();
}

/* A kick that fault injection delayed is done by whatever comes next. */
static void halts(void **state)
{
	struct fake_cpu *cpu = &fake.cpus[0];

	(void)state;
	begin();
	by(&fake.cpus[3]);
	assert_true(paracall_halt(fake.cpus[3].cpu));
	by(cpu);
	called = 0;
	fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, 0, 3, 0, 0);
	assert_int_equal(fake.cpus[3].wakes, 0);
	called = 0;
	assert_true(paracall_halt(cpu->cpu));
	assert_int_equal(fake.cpus[3].wakes, 1);
	expect(WAKE, WAKE | TRACE);
	paracall_resume(cpu->cpu);
	expect(0, TRACE);
	/* One that waits for its time in a record. */
	fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, 0, 3, 0, 0);
	fake_wrmsr(cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	live(&fake.cpus[2], FREQUENCY | NUMBERS);
	finish();
}

static void others(void **state)
{
	struct fake_cpu *cpu = &fake.cpus[3];
	struct paracall_cpuid result;

	(void)state;
	begin();
	by(cpu);
	called = 0;
	paracall_cpuid(cpu->cpu, PARACALL_KVM_CPUID_FEATURES, &result);
	expect(0, TRACE);
	by(NULL);
	paracall_cpu_set_apic_id(cpu->cpu, 5);
	paracall_machine_is_private(fake.machine, (struct paracall_gpa){ 0x1000 });
	paracall_machine_withdraw(fake.machine, PARACALL_CAN_REPORT_RUN_DELAY);
	expect_nothing();
	finish();
}

/* ---- s390 -------------------------------------------------------------------- */

static void diagnose(struct fake_cpu *cpu, uint32_t code, uint64_t r2, uint64_t r4)
{
	cpu->registers[2] = r2;
	cpu->registers[4] = r4;
	called = 0;
	paracall_diag(cpu->cpu, code, 2, 4);
}

static void s390(void **state)
{
	uint32_t allowed = REGISTERS | MEMORY | YIELD;
	struct fake_cpu *cpu = &fake.cpus[1];

	(void)state;
	begin_on(PARACALL_S390);
	by(cpu);
	diagnose(cpu, 0x44, 0, 0);
	expect(allowed, YIELD | TRACE);
	diagnose(cpu, 0x9c, 2, 0);
	expect(allowed, REGISTERS | YIELD);
	fake.memory[0x2000] = 1;
	diagnose(cpu, 0x10, 0x2000, 0x2000);
	expect(allowed, REGISTERS | MEMORY);
	diagnose(cpu, 0x258, 0x1000, 0);
	expect(allowed, REGISTERS | READ_MEMORY);
	diagnose(cpu, 0x500, 0, 0);
	expect(allowed, REGISTERS);
	paracall_update(cpu->cpu);
	expect(0, 0);
	have_no_mark(cpu);
	live(cpu, 0);
	finish();
}

/* ---- PowerPC ----------------------------------------------------------------- */

static void call_epapr(struct fake_cpu *cpu, uint32_t token, uint64_t r3, uint64_t r4)
{
	cpu->registers[PARACALL_POWERPC_R11] = token;
	cpu->registers[PARACALL_POWERPC_R3] = r3;
	cpu->registers[PARACALL_POWERPC_R4] = r4;
	called = 0;
	assert_true(paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT));
}

static void powerpc(void **state)
{
	uint32_t allowed = REGISTERS | IDLE | HAS_REGISTER | MAP_PAGE | MSR_LOADED;
	uint32_t page = PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM,
					     PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE);
	uint32_t token = PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, PARACALL_EV_IDLE);
	struct fake_cpu *cpu = &fake.cpus[2];
	uint32_t mode = PARACALL_MODE_64BIT | PARACALL_MODE_REAL;

	(void)state;
	begin_on(PARACALL_POWERPC);
	by(cpu);
	call_epapr(cpu, token, 0, 0);
	expect(allowed, REGISTERS | IDLE | TRACE);
	call_epapr(cpu, page, 0x1000, -0x1000ull);
	expect(allowed, REGISTERS | MAP_PAGE);
	paracall_papr_hypercall(cpu->cpu);
	expect(REGISTERS, REGISTERS | TRACE);
	assert_true(paracall_magic_page_is_at(cpu->cpu, 0x1000, mode));
	paracall_magic_page_is_critical(cpu->cpu);
	expect_nothing();
	for (unsigned int offset = 0; offset < PARACALL_MAGIC_PAGE_SIZE; offset += 8) {
		paracall_magic_page_load(cpu->cpu, offset, 8, mode);
		paracall_magic_page_store(cpu->cpu, offset, 8, 0, mode);
	}
	paracall_magic_page_interrupted(cpu->cpu);
	expect(REGISTERS | HAS_REGISTER | MSR_LOADED, REGISTERS);
	have_no_mark(cpu);
	live(cpu, HAS_REGISTER | MAP_PAGE);
	finish();
}

/* At real address 0 it depends on the CPU whether there is a page. */
static void page_at_zero(void **state)
{
	uint32_t page = PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM,
					     PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE);
	struct fake_cpu *cpu = &fake.cpus[2];

	(void)state;
	begin_on(PARACALL_POWERPC);
	by(cpu);
	call_epapr(cpu, page, 0, -0x1000ull);
	called = 0;
	assert_true(paracall_magic_page_is_at(cpu->cpu, -0x1000ull, PARACALL_MODE_64BIT));
	expect(HAS_REGISTER, HAS_REGISTER);
	finish();
}

/* ---- arm64 ------------------------------------------------------------------- */

static void call_smccc(struct fake_cpu *cpu, uint32_t function, uint64_t x1)
{
	cpu->registers[PARACALL_ARM64_X0] = function;
	cpu->registers[PARACALL_ARM64_X1] = x1;
	called = 0;
	paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC);
}

static void arm64(void **state)
{
	uint32_t allowed = REGISTERS | MEMORY | CLOCKS | RUN_DELAY | RANDOM | IMPLEMENTATION;
	struct fake_cpu *cpu = &fake.cpus[1];

	(void)state;
	begin_on(PARACALL_ARM64);
	by(cpu);
	call_smccc(cpu, PARACALL_SMCCC_VERSION, 0);
	expect(REGISTERS, REGISTERS | TRACE);
	call_smccc(cpu, PARACALL_PSCI_CPU_OFF, 0);
	expect(REGISTERS, REGISTERS | TRACE);
	call_smccc(cpu, PARACALL_TRNG_RND64, 192);
	expect(allowed, REGISTERS | RANDOM);
	call_smccc(cpu, PARACALL_VENDOR_HYP_KVM_PTP, PARACALL_KVM_PTP_VIRTUAL_COUNTER);
	expect(allowed, REGISTERS | CLOCKS);
	call_smccc(cpu, PARACALL_VENDOR_HYP_KVM_FEATURES, 0);
	expect(REGISTERS, REGISTERS | TRACE);
	call_smccc(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER, 0);
	expect(allowed, REGISTERS | IMPLEMENTATION);
	/* That must be 0, and has the last call's result. */
	cpu->registers[PARACALL_ARM64_X2] = 0;
	call_smccc(cpu, PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS, 0);
	expect(allowed, REGISTERS | IMPLEMENTATION);
	called = 0;
	paracall_arm64_place_stolen_time(cpu->cpu, (struct paracall_gpa){ 0x1000 });
	expect_nothing();
	call_smccc(cpu, PARACALL_PV_TIME_ST, 0);
	expect(allowed, REGISTERS | WRITE_MEMORY | RUN_DELAY);
	steal(cpu);
	have_no_mark(cpu);
	live(cpu, 0);
	finish();
}

/* ---- RISC-V ------------------------------------------------------------------ */

static void call_sbi(struct fake_cpu *cpu, uint32_t extension, uint32_t function, uint64_t a0)
{
	called = 0;
	fake_sbi(cpu, extension, function, a0, 0);
}

static void riscv(void **state)
{
	uint32_t allowed = REGISTERS | MEMORY | RUN_DELAY;
	struct fake_cpu *cpu = &fake.cpus[1];

	(void)state;
	begin_on(PARACALL_RISCV);
	by(cpu);
	call_sbi(cpu, PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID, 0);
	expect(REGISTERS, REGISTERS | TRACE);
	call_sbi(cpu, PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STATUS, 0);
	expect(REGISTERS, REGISTERS | TRACE);
	call_sbi(cpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM, 0x1000);
	expect(allowed, REGISTERS | WRITE_MEMORY | RUN_DELAY);
	steal(cpu);
	have_mark(cpu);
	live(cpu, 0);
	finish();
}

/* ---- LoongArch --------------------------------------------------------------- */

static void loongarch(void **state)
{
	uint32_t allowed = REGISTERS | MEMORY | RUN_DELAY;
	struct fake_cpu *cpu = &fake.cpus[1];
	uint32_t value;

	(void)state;
	begin_on(PARACALL_LOONGARCH);
	by(cpu);
	called = 0;
	assert_true(paracall_cpucfg(cpu->cpu, PARACALL_KVM_CPUCFG_SIGNATURE, &value));
	expect(0, TRACE);
	assert_false(paracall_cpucfg(cpu->cpu, 0, &value));
	expect_nothing();
	paracall_hvcl(cpu->cpu, PARACALL_HCALL_SWDBG);
	expect(REGISTERS, REGISTERS | TRACE);
	fake_notify(cpu, 0x1000 | PARACALL_KVM_STEAL_PHYS_VALID);
	expect(allowed, REGISTERS | MEMORY | RUN_DELAY);
	steal(cpu);
	have_mark(cpu);
	live(cpu, 0);
	finish();
}

/* ---- the machine ------------------------------------------------------------- */

/* No vCPU runs: any will do to report that, but one that is there. */
static void reset_from_outside(void **state)
{
	(void)state;
	begin();
	by(&fake.cpus[0]);
	paracall_machine_remove_cpu(fake.cpus[0].cpu);
	by_any();
	called = 0;
	paracall_machine_reset(fake.machine, NULL);
	expect(0, TRACE);
	for (int i = 1; i < FAKE_CPUS; i++)
		paracall_machine_remove_cpu(fake.cpus[i].cpu);
	called = 0;
	paracall_machine_reset(fake.machine, NULL);
	expect_nothing();
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),     cmocka_unit_test(registers_and_updates),
		cmocka_unit_test(clocks),    cmocka_unit_test(halts),
		cmocka_unit_test(others),    cmocka_unit_test(s390),
		cmocka_unit_test(powerpc),   cmocka_unit_test(page_at_zero),
		cmocka_unit_test(arm64),     cmocka_unit_test(riscv),
		cmocka_unit_test(loongarch), cmocka_unit_test(reset_from_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
