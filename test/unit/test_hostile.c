/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine that does in its functions all that doc/engines.md allows: it sleeps, takes
 * one big lock, and calls back. Four vCPUs' threads, one of which is unplugged now and
 * then, and one that is none of them; in between the machine is reset, loaded, and taken
 * for another one. A lost kick or a deadlock hangs this; ThreadSanitizer sees the rest.
 */
#include "../../inject/parse.h"
#include "fake_engine.h"

#include <endian.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* After each phase all vCPUs stop. */
#define PHASES 4
#define ROUNDS 80
#define SLEEP_ONE_IN 64
#define RING_EVENTS 16

/* In the guest's memory, after the vCPUs' own pages. */
#define SHARED_PAGE 0x5000
#define MMU_OPERATION 0x6000
#define TOKEN_BLOCK 0x6100
#define CANCEL_BLOCK 0x6140

/* The engine's functions, as bits. */
enum met {
	READ_REGISTER = 1 << 0,
	WRITE_REGISTER = 1 << 1,
	WAKE = 1 << 2,
	INTERRUPT = 1 << 3,
	YIELD = 1 << 4,
	READ_MEMORY = 1 << 5,
	WRITE_MEMORY = 1 << 6,
	FREQUENCY = 1 << 7,
	READ_CLOCKS = 1 << 8,
	RUN_DELAY = 1 << 9,
	MAP_RANGE = 1 << 10,
	FLUSH_TLB = 1 << 11,
	DELAY = 1 << 12,
	CLOCK = 1 << 13,
	TRACE_PC = 1 << 14,
	TRACE_CLOCK = 1 << 15,
	TRACE_WAIT = 1 << 16,
	TRACE_WAKE = 1 << 17,
	IDLE = 1 << 18,
	HAS_REGISTER = 1 << 19,
	MAP_PAGE = 1 << 20,
	MSR_LOADED = 1 << 21,
	RANDOM = 1 << 22,
};

#define REGISTERS (READ_REGISTER | WRITE_REGISTER)
#define MEMORY (READ_MEMORY | WRITE_MEMORY)
#define TRACE (TRACE_PC | TRACE_CLOCK | TRACE_WAIT | TRACE_WAKE)

struct guest {
	enum paracall_architecture architecture;
	/* What a vCPU does next. */
	void (*act)(struct fake_cpu *cpu, uint32_t number);
	/* With rules of fault injection, and a trace; NULL: none. */
	const char *const *rules;
	/* The machine is not reset while vCPUs run. */
	bool is_reset_stopped;
	/* What must be called; whether a vCPU is woken is a matter of time. */
	uint32_t meets;
};

static const struct guest *guest;
static uint32_t met;
static struct fake_machine fake;
static struct paracall_trace *trace;
/* As QEMU's: one lock for all devices and memory, taken again by who has it. */
static pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local unsigned int depth;
static _Thread_local uint32_t random_state = 1;
static int phase;
/* The first vCPU is done with the phase; then all are. */
static bool is_over;
/* With all phases. */
static bool has_ended;
static uint64_t called_back;

static uint32_t draw(uint32_t below)
{
	return fake_draw(&random_state, below);
}

static void take_big_lock(void)
{
	if (!depth++)
		pthread_mutex_lock(&big_lock);
}

static void leave_big_lock(void)
{
	if (!--depth)
		pthread_mutex_unlock(&big_lock);
}

static void nap(void)
{
	const struct timespec time = { .tv_nsec = 20000 };

	nanosleep(&time, NULL);
}

static void dawdle(void)
{
	if (!draw(SLEEP_ONE_IN))
		nap();
	else if (!draw(32))
		sched_yield();
}

/* What may be called from inside any function of the engine. */
static void call_any(void)
{
	struct paracall_statistics *statistics;

	/* It is being made. */
	if (!fake.machine)
		return;
	statistics = paracall_machine_statistics(fake.machine);
	if (guest->architecture == PARACALL_X86)
		paracall_machine_is_private(fake.machine, (struct paracall_gpa){ 0x1000 });
	/* Of those that stay plugged in. */
	paracall_cpu_set_apic_id(fake.cpus[draw(FAKE_CPUS - 1)].cpu, PARACALL_MAX_APIC_ID + 1);
	if (!draw(16))
		paracall_machine_was_paused(fake.machine);
	if (!draw(16))
		paracall_statistics_total(statistics, halts);
	__atomic_fetch_add(&called_back, 1, __ATOMIC_RELAXED);
}

static void be_hostile(enum met function)
{
	__atomic_fetch_or(&met, function, __ATOMIC_RELAXED);
	dawdle();
	call_any();
	take_big_lock();
	dawdle();
}

/* What may call the library for this vCPU has the lock, unless it may wait for a trace. */
static void take_big_lock_for_library(void)
{
	if (!trace)
		take_big_lock();
}

static void leave_big_lock_for_library(void)
{
	if (!trace)
		leave_big_lock();
}

static void resume_and_update(struct fake_cpu *cpu)
{
	struct paracall_cpuid leaf;

	take_big_lock_for_library();
	paracall_resume(cpu->cpu);
	if (guest->architecture == PARACALL_X86)
		paracall_cpuid(cpu->cpu, PARACALL_KVM_CPUID_FEATURES, &leaf);
	paracall_update(cpu->cpu);
	leave_big_lock_for_library();
}

/* Where the vCPU's own part of the library may be called, too; not from in there again. */
static void be_more_hostile(struct fake_cpu *cpu, enum met function)
{
	static _Thread_local bool is_inside;

	if (!is_inside) {
		is_inside = true;
		resume_and_update(cpu);
		is_inside = false;
	}
	be_hostile(function);
}

/* ---- the engine -------------------------------------------------------------- */

static uint64_t read_register(void *cpu, unsigned int number)
{
	uint64_t value;

	be_hostile(READ_REGISTER);
	value = fake_engine.read_register(cpu, number);
	leave_big_lock();
	return value;
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	be_hostile(WRITE_REGISTER);
	fake_engine.write_register(cpu, number, value);
	leave_big_lock();
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	be_more_hostile(cpu, WAKE);
	fake_engine.wake(cpu, target, apic_id);
	leave_big_lock();
}

static bool send_interrupt(void *cpu, void *target, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	bool is_taken;

	be_more_hostile(cpu, INTERRUPT);
	is_taken = fake_engine.send_interrupt(cpu, target, apic_id, interrupt);
	leave_big_lock();
	return is_taken;
}

static void yield_to(void *cpu, void *target)
{
	be_more_hostile(cpu, YIELD);
	fake_engine.yield_to(cpu, target);
	leave_big_lock();
}

static bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	bool is_good;

	be_hostile(READ_MEMORY);
	is_good = fake_engine.read_memory(cpu, address, data, size);
	leave_big_lock();
	return is_good;
}

static bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	bool is_good;

	be_hostile(WRITE_MEMORY);
	is_good = fake_engine.write_memory(cpu, address, data, size);
	leave_big_lock();
	return is_good;
}

static uint64_t tsc_frequency(void *cpu)
{
	uint64_t frequency;

	be_hostile(FREQUENCY);
	frequency = fake_engine.x86->tsc_frequency(cpu);
	leave_big_lock();
	return frequency;
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	bool is_good;

	be_hostile(READ_CLOCKS);
	is_good = fake_engine.read_clocks(cpu, clocks);
	leave_big_lock();
	return is_good;
}

static uint64_t run_delay(void *cpu)
{
	uint64_t nanoseconds;

	be_hostile(RUN_DELAY);
	((struct fake_cpu *)cpu)->run_delay += 1000;
	nanoseconds = fake_engine.run_delay(cpu);
	leave_big_lock();
	return nanoseconds;
}

static int64_t map_gpa_range(void *cpu, struct paracall_gpa address, uint64_t pages,
			     uint64_t attributes)
{
	(void)cpu;
	(void)address;
	(void)pages;
	(void)attributes;
	be_hostile(MAP_RANGE);
	leave_big_lock();
	return 0;
}

static void flush_tlb(void *cpu)
{
	be_hostile(FLUSH_TLB);
	fake_engine.x86->flush_tlb(cpu);
	leave_big_lock();
}

static void delay(void *cpu, uint64_t nanoseconds)
{
	be_more_hostile(cpu, DELAY);
	fake_engine.delay(cpu, nanoseconds);
	leave_big_lock();
}

static uint64_t count_nanoseconds(void *machine)
{
	uint64_t nanoseconds;

	be_hostile(CLOCK);
	nanoseconds = fake_engine.clock(machine);
	leave_big_lock();
	return nanoseconds;
}

static void idle(void *cpu)
{
	be_more_hostile(cpu, IDLE);
	fake_engine.powerpc->idle(cpu);
	leave_big_lock();
}

static bool has_register(void *cpu, unsigned int number)
{
	bool is_there;

	be_hostile(HAS_REGISTER);
	is_there = fake_engine.powerpc->has_register(cpu, number);
	leave_big_lock();
	return is_there;
}

static bool map_magic_page(void *cpu, uint64_t address, uint64_t effective_address)
{
	bool is_good;

	be_hostile(MAP_PAGE);
	is_good = fake_engine.powerpc->map_magic_page(cpu, address, effective_address);
	leave_big_lock();
	return is_good;
}

static bool msr_was_loaded(void *cpu)
{
	(void)cpu;
	be_hostile(MSR_LOADED);
	leave_big_lock();
	return draw(2);
}

static bool give_random(void *cpu, void *data, size_t size)
{
	bool is_good;

	be_hostile(RANDOM);
	is_good = fake_engine.arm64->random(cpu, data, size);
	leave_big_lock();
	return is_good && draw(4);
}

/* ---- the trace --------------------------------------------------------------- */

static uint64_t program_counter(void *cpu)
{
	(void)cpu;
	be_hostile(TRACE_PC);
	leave_big_lock();
	return 0;
}

static uint64_t trace_clock(void *machine)
{
	uint64_t time;

	be_hostile(TRACE_CLOCK);
	time = 1 + fake_engine.clock(machine);
	leave_big_lock();
	return time;
}

/* For the reader of the trace: the ring is full. */
static bool is_waiting[FAKE_CPUS];

static bool trace_wait(void *context)
{
	const struct fake_cpu *cpu = context;

	be_hostile(TRACE_WAIT);
	__atomic_store_n(&is_waiting[cpu - fake.cpus], true, __ATOMIC_RELEASE);
	leave_big_lock();
	nap();
	return true;
}

static void trace_wake(void *cpu)
{
	(void)cpu;
	be_hostile(TRACE_WAKE);
	leave_big_lock();
}

/* As late as can be. */
static void take_events(const struct paracall_trace_view *view)
{
	struct paracall_event events[RING_EVENTS];

	for (uint32_t i = 0; i < FAKE_CPUS; i++)
		if (__atomic_exchange_n(&is_waiting[i], false, __ATOMIC_ACQUIRE))
			paracall_trace_take(view, paracall_trace_ring(view, i), events,
					    RING_EVENTS);
}

/* ---- what guests do ---------------------------------------------------------- */

/* What a vCPU in user space does when it takes an interrupt: with the big lock held. */
static void take_interrupt(struct fake_cpu *cpu)
{
	take_big_lock_for_library();
	paracall_resume(cpu->cpu);
	paracall_update(cpu->cpu);
	if (guest->architecture == PARACALL_X86)
		paracall_adjust_clock(cpu->cpu, 0);
	leave_big_lock_for_library();
}

/* Where it has what it shares with the host. */
static uint64_t own_page(uint32_t number)
{
	return 0x1000 * (number + 1);
}

/* What the guest has taken it sets to 0. */
static void acknowledge(uint64_t data)
{
	__atomic_store_n((uint64_t *)(void *)(fake.memory + data), 0, __ATOMIC_RELAXED);
}

static void take_page_faults(struct fake_cpu *cpu, uint64_t data)
{
	acknowledge(data);
	paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_INT, 0xf3);
	paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_ASYNC_PF_EN, data | 9);
	acknowledge(data);
	paracall_async_pf_begin(cpu->cpu);
	paracall_async_pf_end(cpu->cpu);
}

static void ask_x86(struct fake_cpu *cpu, uint32_t number)
{
	uint64_t page = own_page(number);
	uint64_t value;

	switch (draw(13)) {
	case 0:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, page | 1);
		break;
	case 1:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, (page + 0x100) | 1);
		break;
	case 2:
		take_page_faults(cpu, page + 0x200);
		break;
	case 3:
		paracall_rdmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, &value);
		break;
	case 4:
		fake_call(cpu, PARACALL_KVM_HC_SEND_IPI, 0xf, 0, 0, 0x40);
		break;
	case 5:
		/* An INIT, to itself: its clock's page is not written any more. */
		fake_call(cpu, PARACALL_KVM_HC_SEND_IPI, 1ull << number, 0, 0, 0x500);
		break;
	case 6:
		fake_call(cpu, PARACALL_KVM_HC_SCHED_YIELD, (number + 1) % FAKE_CPUS, 0, 0, 0);
		break;
	case 7:
		fake_call(cpu, PARACALL_KVM_HC_CLOCK_PAIRING, page + 0x300, 0, 0, 0);
		break;
	case 8:
		fake_call(cpu, PARACALL_KVM_HC_MAP_GPA_RANGE, page, 1, draw(2) ? 0x10 : 0, 0);
		break;
	case 9:
		paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_WALL_CLOCK_NEW, page + 0x400);
		break;
	case 10:
		fake_call(cpu, PARACALL_KVM_HC_MMU_OP,
			  sizeof(struct paracall_kvm_mmu_op_flush_tlb), MMU_OPERATION, 0, 0);
		break;
	default:
		take_interrupt(cpu);
	}
}

static void kick_next(struct fake_cpu *cpu, uint32_t number)
{
	fake_call(cpu, PARACALL_KVM_HC_KICK_CPU, 0, (number + 1) % FAKE_CPUS, 0, 0);
}

/*
 * Each kicks the next one before it halts. So one of them is always awake, or a kick is
 * waiting for it, until a kick is lost: by a reset, too, but then the one that made it is
 * awake.
 */
static void act_x86(struct fake_cpu *cpu, uint32_t number)
{
	unsigned int wakes;

	ask_x86(cpu, number);
	kick_next(cpu, number);
	wakes = __atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST);
	if (!paracall_halt(cpu->cpu))
		return;
	while (__atomic_load_n(&cpu->wakes, __ATOMIC_SEQ_CST) == wakes &&
	       !__atomic_load_n(&is_over, __ATOMIC_ACQUIRE))
		nap();
	paracall_resume(cpu->cpu);
}

static void halt_until_interrupt(struct fake_cpu *cpu)
{
	if (paracall_halt(cpu->cpu))
		dawdle();
	take_interrupt(cpu);
}

static void diagnose(struct fake_cpu *cpu, uint32_t code, uint64_t r2, uint64_t r4)
{
	cpu->registers[1] = draw(5);
	cpu->registers[2] = r2;
	cpu->registers[4] = r4;
	paracall_diag(cpu->cpu, code, 2, 4);
}

static void act_s390(struct fake_cpu *cpu, uint32_t number)
{
	switch (draw(7)) {
	case 0:
		diagnose(cpu, 0x44, 0, 0);
		break;
	case 1:
		diagnose(cpu, 0x9c, (number + 1) % FAKE_CPUS, 0);
		break;
	case 2:
		diagnose(cpu, 0x10, own_page(FAKE_CPUS - 1), SHARED_PAGE);
		break;
	case 3:
		diagnose(cpu, 0x258, TOKEN_BLOCK, 0);
		break;
	case 4:
		diagnose(cpu, 0x258, CANCEL_BLOCK, 0);
		break;
	case 5:
		diagnose(cpu, 0x500, 0, 0);
		break;
	default:
		halt_until_interrupt(cpu);
	}
}

static void call_epapr(struct fake_cpu *cpu, uint32_t token, uint64_t r3, uint64_t r4)
{
	cpu->registers[PARACALL_POWERPC_R11] = token;
	cpu->registers[PARACALL_POWERPC_R3] = r3;
	cpu->registers[PARACALL_POWERPC_R4] = r4;
	paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT);
}

#define KVM_TOKEN(number) PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, number)

static void use_magic_page(struct fake_cpu *cpu)
{
	unsigned int offset = 4 * draw(PARACALL_MAGIC_PAGE_SIZE / 4);
	uint32_t mode = PARACALL_MODE_64BIT | PARACALL_MODE_REAL;

	paracall_magic_page_is_at(cpu->cpu, -0x1000ull, PARACALL_MODE_64BIT);
	paracall_magic_page_store(cpu->cpu, offset, 4, draw(3), mode);
	paracall_magic_page_load(cpu->cpu, offset, 8, mode);
	if (paracall_magic_page_is_critical(cpu->cpu))
		paracall_magic_page_interrupted(cpu->cpu);
}

static void act_powerpc(struct fake_cpu *cpu, uint32_t number)
{
	switch (draw(7)) {
	case 0:
		call_epapr(cpu,
			   PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, PARACALL_EV_IDLE),
			   0, 0);
		break;
	case 1:
		call_epapr(cpu, KVM_TOKEN(PARACALL_KVM_HC_FEATURES), 0, 0);
		break;
	case 2:
		call_epapr(cpu, KVM_TOKEN(PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE),
			   draw(2) ? own_page(number) : 0, -0x1000ull);
		break;
	case 3:
		paracall_papr_hypercall(cpu->cpu);
		break;
	case 4:
		halt_until_interrupt(cpu);
		break;
	default:
		use_magic_page(cpu);
	}
}

static void call_smccc(struct fake_cpu *cpu, uint32_t function, uint64_t x1)
{
	cpu->registers[PARACALL_ARM64_X0] = function;
	cpu->registers[PARACALL_ARM64_X1] = x1;
	paracall_smccc(cpu->cpu, draw(4) ? PARACALL_SMCCC_HVC : PARACALL_SMCCC_SMC);
}

static void act_arm64(struct fake_cpu *cpu, uint32_t number)
{
	switch (draw(8)) {
	case 0:
		call_smccc(cpu, PARACALL_SMCCC_ARCH_FEATURES, PARACALL_PV_TIME_FEATURES);
		break;
	case 1:
		call_smccc(cpu, PARACALL_PSCI_CPU_OFF, 0);
		break;
	case 2:
		call_smccc(cpu, PARACALL_TRNG_RND64, draw(200));
		break;
	case 3:
		call_smccc(cpu, PARACALL_VENDOR_HYP_KVM_PTP, draw(3));
		break;
	case 4:
		paracall_arm64_place_stolen_time(cpu->cpu,
						 (struct paracall_gpa){ own_page(number) +
									0x40 * draw(2) });
		break;
	case 5:
		call_smccc(cpu, PARACALL_PV_TIME_ST, 0);
		break;
	default:
		halt_until_interrupt(cpu);
	}
}

static void act_riscv(struct fake_cpu *cpu, uint32_t number)
{
	switch (draw(8)) {
	case 0:
		fake_sbi(cpu, PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID, 0, 0);
		break;
	case 1:
		fake_sbi(cpu, PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT, PARACALL_SBI_STA,
			 0);
		break;
	case 2:
		fake_sbi(cpu, PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP, 0, 0);
		break;
	case 3:
		fake_sbi(cpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
			 PARACALL_SBI_SHMEM_DISABLE, PARACALL_SBI_SHMEM_DISABLE);
		break;
	case 4:
	case 5:
		fake_sbi(cpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
			 own_page(number), 0);
		break;
	default:
		halt_until_interrupt(cpu);
	}
}

static void act_loongarch(struct fake_cpu *cpu, uint32_t number)
{
	uint32_t value;

	switch (draw(8)) {
	case 0:
		paracall_cpucfg(cpu->cpu, PARACALL_KVM_CPUCFG_FEATURES, &value);
		break;
	case 1:
		paracall_hvcl(cpu->cpu, PARACALL_HCALL_SWDBG);
		break;
	case 2:
		fake_notify(cpu, 0);
		break;
	case 3:
	case 4:
		fake_notify(cpu, own_page(number) | PARACALL_KVM_STEAL_PHYS_VALID);
		break;
	default:
		halt_until_interrupt(cpu);
	}
}

/* ---- what happens to a machine ----------------------------------------------- */

/* As an engine does it: none stays halted. */
static void reset_machine(struct fake_cpu *cpu)
{
	paracall_machine_reset(fake.machine, cpu->cpu);
	for (int i = 0; i < FAKE_CPUS; i++)
		__atomic_fetch_add(&fake.cpus[i].wakes, 1, __ATOMIC_SEQ_CST);
}

static void *run(void *argument)
{
	uint32_t number = (uint32_t)(uintptr_t)argument;
	struct fake_cpu *cpu = &fake.cpus[number];

	random_state = (uint32_t)phase * FAKE_CPUS + number + 1;
	/* Wherever it was: the machine may be another one now. */
	paracall_resume(cpu->cpu);
	for (int i = 0; i < ROUNDS && !__atomic_load_n(&is_over, __ATOMIC_ACQUIRE); i++) {
		guest->act(cpu, number);
		if (!draw(16) && !guest->is_reset_stopped)
			reset_machine(cpu);
		if (!draw(8))
			paracall_cpu_reset(cpu->cpu);
		if (!draw(8) && number == FAKE_CPUS - 1)
			fake_replug(cpu);
	}
	__atomic_store_n(&is_over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *observe(void *argument)
{
	const struct paracall_trace_view *view = argument;

	while (!__atomic_load_n(&has_ended, __ATOMIC_ACQUIRE)) {
		call_any();
		if (view->trace)
			take_events(view);
		nap();
	}
	return NULL;
}

static void save_and_load(void)
{
	/* The observer may report meanwhile that the machine was paused. */
	size_t room = paracall_machine_save(fake.machine, NULL, 0) + 64;
	void *record = malloc(room);
	size_t size;

	assert_non_null(record);
	size = paracall_machine_save(fake.machine, record, room);
	assert_true(size <= room);
	assert_int_equal(paracall_machine_load(fake.machine, record, size), 0);
	free(record);
	if (guest->architecture == PARACALL_X86)
		paracall_clock_continue(fake.cpus[0].cpu, fake.clocks.tsc,
					fake.clocks.tsc + 1000);
}

static void take_for_another(void)
{
	struct paracall_cpu *cpu = fake.cpus[1].cpu;

	if (paracall_set_mark(cpu))
		assert_int_equal(paracall_check_mark(cpu), PARACALL_MARK_KEPT);
	paracall_machine_loaded(fake.machine, cpu);
}

static void run_phase(void)
{
	pthread_t threads[FAKE_CPUS];

	is_over = false;
	for (uintptr_t i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)i), 0);
	for (int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	if (phase == 0)
		save_and_load();
	else if (phase == 1)
		paracall_machine_reset(fake.machine, NULL);
	else if (phase == 2)
		take_for_another();
}

/* ---- the tests --------------------------------------------------------------- */

static struct paracall_engine make_engine(struct paracall_x86_engine *x86,
					  struct paracall_powerpc_engine *powerpc,
					  struct paracall_arm64_engine *arm64)
{
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
	x86->tsc_frequency = tsc_frequency;
	x86->flush_tlb = flush_tlb;
	x86->map_gpa_range = map_gpa_range;
	engine.x86 = x86;
	powerpc->idle = idle;
	powerpc->has_register = has_register;
	powerpc->map_magic_page = map_magic_page;
	powerpc->msr_was_loaded = msr_was_loaded;
	engine.powerpc = powerpc;
	arm64->random = give_random;
	engine.arm64 = arm64;
	return engine;
}

static void write_memory_of_guest(void)
{
	const struct paracall_kvm_mmu_op_flush_tlb flush = {
		.header.op = htole32(PARACALL_KVM_MMU_OP_FLUSH_TLB),
	};
	static const uint8_t token[40] = { 2, 0x58, 0, 0, 0, 5, 0, 2, [32] = 0x80 };
	static const uint8_t cancel[40] = { 2, 0x58, 0, 1, 0, 5, 0, 2 };

	memset(fake.memory + SHARED_PAGE, 0xee, 0x1000);
	memcpy(fake.memory + MMU_OPERATION, &flush, sizeof(flush));
	memcpy(fake.memory + TOKEN_BLOCK, token, sizeof(token));
	memcpy(fake.memory + CANCEL_BLOCK, cancel, sizeof(cancel));
}

static void create(const struct paracall_engine *engine)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_options options = fake_options();

	options.architecture = guest->architecture;
	options.features = paracall_features_available(guest->architecture, FAKE_CAPABILITIES);
	for (size_t i = 0; guest->rules && guest->rules[i]; i++) {
		assert_null(injection_parse(&injection, guest->architecture, guest->rules[i]));
		options.injection = &injection;
	}
	if (guest->rules) {
		trace = fake_trace(FAKE_CPUS, RING_EVENTS);
		options.trace = trace;
		options.trace_size = paracall_trace_size(FAKE_CPUS, RING_EVENTS);
	}
	fake_machine_create(&fake, engine, &options);
	fake.clocks_go_on = true;
	write_memory_of_guest();
}

static void sleeps_locks_and_calls_back(void **state)
{
	struct paracall_x86_engine x86 = *fake_engine.x86;
	struct paracall_powerpc_engine powerpc = *fake_engine.powerpc;
	struct paracall_arm64_engine arm64 = *fake_engine.arm64;
	struct paracall_engine engine = make_engine(&x86, &powerpc, &arm64);
	struct paracall_trace_view view = { .trace = NULL };
	pthread_t observer;

	guest = *state;
	met = 0;
	called_back = 0;
	has_ended = false;
	create(&engine);
	if (trace)
		assert_true(paracall_trace_look(&view, trace,
						paracall_trace_size(FAKE_CPUS, RING_EVENTS)));
	assert_int_equal(pthread_create(&observer, NULL, observe, &view), 0);
	for (phase = 0; phase < PHASES; phase++)
		run_phase();
	__atomic_store_n(&has_ended, true, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(observer, NULL), 0);
	print_message("# %llu calls from inside the engine's functions\n",
		      (unsigned long long)called_back);
	assert_true(called_back > ROUNDS);
	assert_int_equal(guest->meets & ~met, 0);
	fake_machine_destroy(&fake);
	free(trace);
	trace = NULL;
}

static const char *const x86_rules[] = {
	"KICK_CPU:late=1us:50%",      "SEND_IPI:delay=1us",	    "STEAL_TIME:delay=1us",
	"clock:jump=+5ms:every=10us", "steal:burst=1ms:every=10us", NULL,
};
static const char *const s390_rules[] = { "*:delay=1us:50%", NULL };
static const char *const powerpc_rules[] = { "*:delay=1us:50%", NULL };
static const char *const steal_rules[] = { "*:delay=1us:50%", "steal:burst=1ms:every=10us",
					   NULL };

#define X86_MEETS \
	(REGISTERS | INTERRUPT | YIELD | MEMORY | FREQUENCY | READ_CLOCKS | RUN_DELAY | \
	 MAP_RANGE | FLUSH_TLB | CLOCK)
#define WITH_LAYERS (TRACE | DELAY | CLOCK)

static struct guest x86_guest = { PARACALL_X86, act_x86, NULL, false, X86_MEETS };
static struct guest x86_observed = { PARACALL_X86, act_x86, x86_rules, false,
				     X86_MEETS | WITH_LAYERS };
static struct guest s390_guest = { PARACALL_S390, act_s390, s390_rules, false,
				   REGISTERS | MEMORY | YIELD | WITH_LAYERS };
static struct guest powerpc_guest = { PARACALL_POWERPC, act_powerpc, powerpc_rules, true,
				      REGISTERS | IDLE | HAS_REGISTER | MAP_PAGE | MSR_LOADED |
					      WITH_LAYERS };
static struct guest arm64_guest = { PARACALL_ARM64, act_arm64, steal_rules, false,
				    REGISTERS | MEMORY | READ_CLOCKS | RUN_DELAY | RANDOM |
					    WITH_LAYERS };
static struct guest riscv_guest = { PARACALL_RISCV, act_riscv, steal_rules, false,
				    REGISTERS | MEMORY | RUN_DELAY | WITH_LAYERS };
static struct guest loongarch_guest = { PARACALL_LOONGARCH, act_loongarch, steal_rules, false,
					REGISTERS | MEMORY | RUN_DELAY | WITH_LAYERS };

#define TEST(guest) \
	{ \
		.name = #guest, .test_func = sleeps_locks_and_calls_back, \
		.initial_state = &(guest) \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(x86_guest),       TEST(x86_observed), TEST(s390_guest),
		TEST(powerpc_guest),   TEST(arm64_guest),  TEST(riscv_guest),
		TEST(loongarch_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
