/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM's model-specific registers: Documentation/virt/kvm/x86/msr.rst;
 * arch/x86/kvm/x86.c, kvm_set_msr_common and kvm_get_msr_common (Linux 6.19).
 * The contents of clocks and steal time are tested in clock.c and steal.c.
 */
#include "msr.h"

#define LIMIT_MS 10000
/* For this long nothing may happen. */
#define QUIET_MS 50

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(name) PARACALL_KVM_FEATURE_##name

#define VECTOR_EVENT 0x41
#define ENABLE_EVENTS (PARACALL_KVM_MSR_ENABLED | PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT)

/* Room for what hosts write, and for what they must leave alone. */
static uint8_t area[4096] __attribute__((aligned(4096)));
static uint8_t other_area[4096] __attribute__((aligned(4096)));

#define PATTERN 0xa5

static uint64_t address_of(const void *memory)
{
	return (uintptr_t)memory;
}

struct model_register {
	const char *name;
	uint32_t number;
	/* The feature's bit. */
	uint32_t bit;
	uint64_t at_reset;
	/* To be written to @area, and what is read then, both of them plus its address. */
	bool has_address;
	uint64_t written, read;
};

static const struct model_register registers[] = {
	{ "WALL_CLOCK", 0x11, BIT(CLOCKSOURCE), 0, true, 0, 0 },
	{ "SYSTEM_TIME", 0x12, BIT(CLOCKSOURCE), 0, true, 0x41, 0x41 },
	{ "WALL_CLOCK_NEW", 0x4b564d00, BIT(CLOCKSOURCE2), 0, true, 0x10, 0x10 },
	{ "SYSTEM_TIME_NEW", 0x4b564d01, BIT(CLOCKSOURCE2), 0, true, 0x81, 0x81 },
	{ "ASYNC_PF_EN", 0x4b564d02, BIT(ASYNC_PF), 0, true, 0xc3, 0xc3 },
	{ "STEAL_TIME", 0x4b564d03, BIT(STEAL_TIME), 0, true, 0x101, 0x101 },
	{ "ASYNC_PF_INT", 0x4b564d06, BIT(ASYNC_PF_INT), 0, false, 0xf3, 0xf3 },
	{ "ASYNC_PF_ACK", 0x4b564d07, BIT(ASYNC_PF_INT), 0, false, 1, 0 },
	/* For these the value is all that a guest can rely on. */
	{ "PV_EOI_EN", 0x4b564d04, BIT(PV_EOI), 0, true, 0x145, 0x145 },
	{ "POLL_CONTROL", 0x4b564d05, BIT(POLL_CONTROL), 1, false, 0, 0 },
	/* User space's in KVM: there only if it is offered. */
	{ "MIGRATION_CONTROL", 0x4b564d08, BIT(MIGRATION_CONTROL), 1, false, 0, 0 },
};

#define MERE_VALUES 3
#define FIRST_MERE_VALUE (TEST_COUNT(registers) - MERE_VALUES)

static bool is_offered(const struct model_register *item)
{
	return kvm.features >> item->bit & 1;
}

/*
 * KVM has the other registers whether they are offered or not, if features are
 * not enforced. Reports it if there is none.
 */
static bool has_register(const struct model_register *item)
{
	uint64_t value;

	if (is_offered(item) || try_rdmsr(item->number, &value) < 0)
		return true;
	skip("the register is not offered");
	return false;
}

/* As they were at the beginning. */
static void restore(void)
{
	for (size_t i = 0; i < COUNT(registers); i++)
		try_wrmsr(registers[i].number, registers[i].at_reset);
}

static bool is_clock_register(const struct model_register *item)
{
	return item->number == PARACALL_KVM_MSR_SYSTEM_TIME ||
	       item->number == PARACALL_KVM_MSR_SYSTEM_TIME_NEW;
}

static void expect_at_reset(void *argument)
{
	const struct model_register *item = argument;
	uint64_t value = 99;

	check_equal(try_rdmsr(item->number, &value), -1, "CPU %u: rdmsr: vector",
		    this_cpu()->apic_id);
	check_equal((int64_t)value, (int64_t)item->at_reset, "CPU %u", this_cpu()->apic_id);
}

static void test_at_reset(const void *row)
{
	const struct model_register *item = row;

	if (!has_register(item))
		return;
	/* Firmware may have left a clock of its own on the boot CPU. */
	if (!is_clock_register(item))
		expect_at_reset((void *)item);
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), expect_at_reset, (void *)item);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", cpu_ids[i]);
	}
	restore();
}

static void test_read_back(const void *row)
{
	const struct model_register *item = row;
	uint64_t base = item->has_address ? address_of(area) : 0;
	uint64_t value = 99;
	int vector;

	if (!has_register(item))
		return;
	vector = try_wrmsr(item->number, base + item->written);
	/* Steal time: not if the host's kernel doesn't count it (sched_info_on()). */
	if (vector >= 0 && !is_offered(item)) {
		skip("the host can't do it");
		return;
	}
	check_equal(vector, -1, "wrmsr: vector");
	check_equal(try_rdmsr(item->number, &value), -1, "rdmsr: vector");
	check_equal((int64_t)value, (int64_t)(base + item->read), "value");
	restore();
}

/*
 * ---- General protection exceptions -----------------------------------------
 */

const struct attempt reading = { "rdmsr", registers_rdmsr, 0x32, NULL };
const struct attempt writing = { "wrmsr", registers_wrmsr, 0x30, NULL };
static const char *const register_names[] = { REGISTER_NAMES };

/* Garbage wherever there is room, and flags other than those of the compiler. */
void prepare(struct run *run, const struct attempt *attempt, uint32_t number, uint64_t value)
{
	run->attempt = attempt;
	for (size_t i = 0; i < COUNT(register_names); i++)
		(&run->registers.rax)[i] = (unsigned long)(0x1111111122222222 * (i + 1));
	run->registers.rcx = (unsigned long)(0xbeef0000ull << 32 | number);
	run->registers.rax = (unsigned long)(0x12345678ull << 32 | (uint32_t)value);
	run->registers.rdx = (unsigned long)(0x9abcdef0ull << 32 | value >> 32);
	/* OF SF ZF AF PF CF, and interrupts off: nothing else is to happen here. */
	run->registers.rflags = 0x8d7;
}

void run_attempt(void *argument)
{
	struct run *run = argument;

	run->attempt->run(&run->registers);
}

/* The resume flag is the processor's. */
#define RFLAGS_RESUME 0x10000

void expect_registers(const struct registers *got, const struct registers *expected,
		      const char *what, uint32_t number)
{
	struct registers seen = *got;

	seen.rflags &= ~(unsigned long)RFLAGS_RESUME;
	for (size_t i = 0; i < COUNT(register_names); i++)
		check_equal((long)(&seen.rax)[i], (long)(&expected->rax)[i], "%s of 0x%x: %s",
			    what, number, register_names[i]);
}

#define LONGEST_ATTEMPT 256

/* What it must leave alone. */
static void expect_unchanged(const struct run *run, uint32_t number)
{
	struct registers seen = *caught_registers();

	if (run->attempt->forgive)
		run->attempt->forgive(&seen, &run->registers);
	expect_registers(&seen, &run->registers, run->attempt->name, number);
}

#define RFLAGS_INTERRUPTS 0x200

/* It must raise #GP(0), there, and change nothing. */
static void expect_gp_with(const struct attempt *attempt, uint32_t number, uint64_t value,
			   unsigned long more_rflags)
{
	const struct exception *exception = &this_cpu()->exception;
	const uint8_t *at;
	struct run run;
	uint64_t offset;

	prepare(&run, attempt, number, value);
	run.registers.rflags |= more_rflags;
	if (!check_equal(catch_exception(run_attempt, &run), VECTOR_GP,
			 "%s of 0x%x, value 0x%" PRIx64 ": vector", attempt->name, number,
			 value))
		return;
	check_equal((int64_t)exception->error_code, 0,
		    "%s of 0x%x, value 0x%" PRIx64 ": error code", attempt->name, number,
		    value);
	offset = exception->rip - (uintptr_t)attempt->run;
	at = (const uint8_t *)(uintptr_t)exception->rip;
	check(offset < LONGEST_ATTEMPT && at[0] == 0x0f && at[1] == attempt->opcode,
	      "%s of 0x%x: rip 0x%" PRIx64 " is not at the instruction", attempt->name, number,
	      exception->rip);
	expect_unchanged(&run, number);
}

void expect_gp(const struct attempt *attempt, uint32_t number, uint64_t value)
{
	expect_gp_with(attempt, number, value, 0);
}

/* clang-format off */
#define REFUSED(register, value) \
	{ #register " = " #value, PARACALL_KVM_MSR_##register, value }
/* clang-format on */

/* Reserved bits, and invalid values. */
const struct refused refused[REFUSED_VALUES] = {
	REFUSED(ASYNC_PF_EN, 0x10),    REFUSED(ASYNC_PF_EN, 0x20),
	REFUSED(STEAL_TIME, 0x02),     REFUSED(STEAL_TIME, 0x04),
	REFUSED(STEAL_TIME, 0x08),     REFUSED(STEAL_TIME, 0x10),
	REFUSED(STEAL_TIME, 0x21),     REFUSED(PV_EOI_EN, 0x1002),
	REFUSED(PV_EOI_EN, 0x1003),    REFUSED(POLL_CONTROL, 2),
	REFUSED(POLL_CONTROL, 3),      REFUSED(POLL_CONTROL, 0x100000000),
	REFUSED(ASYNC_PF_INT, 0x100),  REFUSED(ASYNC_PF_INT, 0x8000000000000000),
	REFUSED(MIGRATION_CONTROL, 2), REFUSED(MIGRATION_CONTROL, 0x8000000000000001),
};

void expect_refusal(const struct attempt *attempt, const struct refused *row)
{
	uint64_t before = 0, after = 0;

	if (try_rdmsr(row->number, &before) >= 0) {
		skip("the register is not offered");
		return;
	}
	expect_gp(attempt, row->number, row->value);
	try_rdmsr(row->number, &after);
	check_equal((int64_t)after, (int64_t)before, "value after it");
}

static void test_refused(const void *row)
{
	expect_refusal(&writing, row);
}

/* What KVM's range has no register for. */
static void test_unknown(void)
{
	for (uint32_t number = 0x4b564d09; number <= PARACALL_KVM_MSR_LAST; number++) {
		expect_gp(&reading, number, 0);
		expect_gp(&writing, number, 0);
		if (test_has_failed())
			return;
	}
	for (unsigned int i = 0; i < narrow_attempt_count; i++)
		expect_gp(&narrow_attempts[i], PARACALL_KVM_MSR_LAST, 0);
}

/* One after the other in one block, with what must come in between. */
static void raise_many(void *argument)
{
	(void)argument;
	for (int i = 0; i < 100; i++) {
		expect_gp(&writing, PARACALL_KVM_MSR_LAST, 0);
		check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 1, "POLL_CONTROL");
		expect_gp(&reading, PARACALL_KVM_MSR_LAST, 0);
	}
}

static void test_unknown_elsewhere(void)
{
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), raise_many, NULL);
	raise_many(NULL);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
}

/* With one thread for all CPUs they come by its time slices only, ten a second. */
#define STORM_INTERRUPTS 500
#define STORM_LEAST 10
#define STORM_MS 4000

static void raise_in_storm(void *argument)
{
	uint32_t before = interrupts_total(this_cpu());
	uint64_t end = rdtsc() + STORM_MS * 1000 * cycles_per_us;
	uint32_t taken = 0;

	(void)argument;
	while (taken < STORM_INTERRUPTS && (taken < STORM_LEAST || rdtsc() < end) &&
	       !test_has_failed()) {
		expect_gp_with(&writing, PARACALL_KVM_MSR_LAST, 0, RFLAGS_INTERRUPTS);
		expect_gp_with(&narrow_attempts[0], PARACALL_KVM_MSR_LAST, 0,
			       RFLAGS_INTERRUPTS);
		check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 1, "POLL_CONTROL");
		taken = interrupts_total(this_cpu()) - before;
	}
}

/* Interrupts and NMIs find nothing half done. */
static void test_storm(void)
{
	struct cpu *cpu = cpu_at(1);

	cpu_post(cpu, raise_in_storm, NULL);
	while (cpu->busy) {
		apic_send(cpu_ids[1], 0x42);
		apic_send(cpu_ids[1], PARACALL_ICR_MODE_NMI << PARACALL_ICR_MODE_SHIFT);
	}
}

/* Registers that were not offered, on a machine that enforces this. */
static void test_enforced(const void *row)
{
	const struct model_register *item = row;

	if (is_offered(item)) {
		skip("the register is offered");
		return;
	}
	if (item->bit != BIT(MIGRATION_CONTROL) &&
	    (kvm.features & FEATURE(PV_UNHALT) ||
	     hypercall(PARACALL_KVM_HC_KICK_CPU, 0, 0xfe, 0, 0) != -PARACALL_KVM_ENOSYS)) {
		skip("features are not enforced");
		return;
	}
	expect_gp(&reading, item->number, 0);
	expect_gp(&writing, item->number, item->at_reset);
}

/*
 * ---- Halves, privilege -----------------------------------------------------
 */

void expect_halves(const struct attempt *write, const struct attempt *read)
{
	const uint64_t value = 0x7fffedcba9876500;
	struct registers expected;
	struct run run;

	prepare(&run, write, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, value);
	expected = run.registers;
	check_equal(catch_exception(run_attempt, &run), -1, "%s: vector", write->name);
	expect_registers(&run.registers, &expected, write->name,
			 PARACALL_KVM_MSR_SYSTEM_TIME_NEW);
	prepare(&run, read, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0);
	expected = run.registers;
	expected.rax = (uint32_t)value;
	expected.rdx = value >> 32;
	check_equal(catch_exception(run_attempt, &run), -1, "%s: vector", read->name);
	expect_registers(&run.registers, &expected, read->name,
			 PARACALL_KVM_MSR_SYSTEM_TIME_NEW);
	restore();
}

static void test_halves(void)
{
	expect_halves(&writing, &reading);
}

static void expect_gp_user(const struct attempt *attempt, uint32_t number, uint64_t value)
{
	static struct run run;

	prepare(&run, attempt, number, value);
	/* popf at level 3 can't change IF; it is off there. */
	check_equal(run_user(run_attempt, &run), VECTOR_GP, "%s of 0x%x: vector", attempt->name,
		    number);
	check_equal((int64_t)this_cpu()->exception.error_code, 0, "%s of 0x%x: error code",
		    attempt->name, number);
	expect_unchanged(&run, number);
}

static void test_user(const void *row)
{
	const struct model_register *item = row;
	uint64_t before = 0, after = 1;

	if (try_rdmsr(item->number, &before) >= 0) {
		skip("the register is not offered");
		return;
	}
	expect_gp_user(&reading, item->number, 0);
	expect_gp_user(&writing, item->number, address_of(area) + 0x41);
	try_rdmsr(item->number, &after);
	check_equal((int64_t)after, (int64_t)before, "value after it");
}

/*
 * ---- Places ----------------------------------------------------------------
 */

static struct paracall_pvclock_vcpu_time_info *clock_at(void *memory)
{
	return memory;
}

static bool is_clock(const struct paracall_pvclock_vcpu_time_info *clock)
{
	return clock->version && !(clock->version & 1) && clock->tsc_to_system_mul;
}

/* Interrupts, on which hosts update what they keep in memory. */
static void take_interrupts(uint64_t milliseconds)
{
	uint64_t begin = rdtsc();

	do {
		uint32_t before = this_cpu()->interrupts[VECTOR_TIMER];

		apic_timer(5);
		wait_for(&this_cpu()->interrupts[VECTOR_TIMER], before + 1, 100);
	} while (rdtsc() - begin < milliseconds * 1000 * cycles_per_us);
	apic_timer_stop();
}

static uint32_t read_word(uint64_t address)
{
	return *(const volatile uint32_t *)(uintptr_t)address;
}

#define APIC_REGISTERS 0x400
#define APIC_ID 0x20
#define APIC_COMMAND_HIGH 0x310
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_ERROR 0x370

/*
 * The timer's registers change by themselves, and what is read below the first
 * is anything (Intel SDM vol. 3, "Local APIC Register Address Map").
 */
static bool is_stable(uint32_t number)
{
	return (number >= APIC_ID && number <= APIC_COMMAND_HIGH) ||
	       (number >= APIC_LVT_LINT0 && number <= APIC_LVT_ERROR);
}

static void read_apic(uint32_t *values)
{
	for (uint32_t i = 0; i < APIC_REGISTERS / 16; i++)
		values[i] = is_stable(i * 16) ? read_word(APIC_BASE + i * 16) : 0;
}

/* Devices, ROM, holes and ends: bits 5:0 are 0. */
static const uint64_t places[] = {
	0xfee00000, 0xfee00080, 0xfee000c0, 0xfee00300,	       0xfee00380,
	0xfec00000, 0xfed00000, 0xfed000c0, 0xa0000,	       0xb8000,
	0xc0000,    0xf0000,	0xfffc0,    0xfffffff0 & ~63u, 0xe0000000,
	0xfeb00000, 1ull << 45, 1ull << 52, 1ull << 63,	       -64ull,
};

/* To those that can be read here at all. */
static bool is_mapped(uint64_t address)
{
	return address < HIGH_MEMORY;
}

struct place_state {
	uint32_t apic[APIC_REGISTERS / 16];
	uint32_t words[16];
};

static void read_place(struct place_state *state, uint64_t address)
{
	read_apic(state->apic);
	for (uint32_t i = 0; is_mapped(address) && i < COUNT(state->words); i++) {
		bool is_apic = (address & ~0xfffull) == APIC_BASE;

		/* Its own are compared anyway, and only whole ones can be read. */
		state->words[i] = is_apic ? 0 : read_word(address + 4 * i);
	}
}

static void try_place(uint64_t address)
{
	/* Read in between, so that nothing lazy stays unseen. */
	static struct place_state before, after;

	read_place(&before, address);
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address | 1);
	wrmsr(PARACALL_KVM_MSR_WALL_CLOCK_NEW, address);
	if (kvm.features & FEATURE(STEAL_TIME))
		wrmsr(PARACALL_KVM_MSR_STEAL_TIME, address | 1);
	take_interrupts(5);
	if (kvm.features & FEATURE(ASYNC_PF_INT))
		check_equal(try_wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, address | ENABLE_EVENTS),
			    VECTOR_GP, "ASYNC_PF_EN at 0x%" PRIx64 ": vector", address);
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW), (int64_t)(address | 1),
		    "SYSTEM_TIME_NEW");
	read_place(&after, address);
	for (size_t i = 0; i < COUNT(before.apic); i++)
		check_equal(after.apic[i], before.apic[i],
			    "with pages at 0x%" PRIx64 ": APIC's register 0x%lx", address,
			    (unsigned long)i * 16);
	for (size_t i = 0; i < COUNT(before.words); i++)
		check_equal(after.words[i], before.words[i], "at 0x%" PRIx64, address + 4 * i);
	restore();
}

static void expect_working_clock(void)
{
	memset(area, 0, sizeof(area));
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address_of(area) | 1);
	check(is_clock(clock_at(area)), "the clock in memory does not work any more");
	restore();
}

static void test_places(void)
{
	for (size_t i = 0; i < COUNT(places) && !test_has_failed(); i++)
		if (!memory_is_writable_rom(places[i]))
			try_place(places[i]);
	expect_working_clock();
}

/* The end of memory, and across it. */
static void test_end_of_memory(void)
{
	uint64_t ends[] = { memory_low_end(), memory_high_end() };

	if (!ends[0]) {
		skip("the size of memory is unknown");
		return;
	}
	for (size_t i = 0; i < COUNT(ends); i++) {
		wrmsr(PARACALL_KVM_MSR_WALL_CLOCK_NEW, ends[i] - 8);
		for (uint64_t before = 4; before < 64; before += 4)
			wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, (ends[i] - before) | 1);
		take_interrupts(5);
		try_place(ends[i]);
		try_place(ends[i] + 0x1000);
	}
	expect_working_clock();
}

/* The last bytes of memory, and those of memory above 4 GiB, are as good as any. */
static void test_last_memory(void)
{
	uint64_t low = memory_low_end();
	uint64_t high = memory_high_end();
	struct paracall_pvclock_vcpu_time_info *clock;
	struct paracall_pvclock_vcpu_time_info saved;

	if (!low) {
		skip("the size of memory is unknown");
		return;
	}
	clock = clock_at((void *)(uintptr_t)(low - sizeof(*clock)));
	saved = *clock;
	*clock = (struct paracall_pvclock_vcpu_time_info){ 0 };
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address_of(clock) | 1);
	check(is_clock(clock), "no clock in the last bytes below 4 GiB, at 0x%" PRIx64,
	      address_of(clock));
	restore();
	*clock = saved;
	for (uint64_t address = HIGH_MEMORY; address < high; address = high - sizeof(*clock)) {
		clock = clock_at(map_high(address));
		*clock = (struct paracall_pvclock_vcpu_time_info){ 0 };
		wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address | 1);
		check(is_clock(clock), "no clock at 0x%" PRIx64, address);
		if (address == high - sizeof(*clock))
			break;
	}
	restore();
}

/*
 * A page with code, which registers a clock in that page, over and over: what
 * an emulator translated of it must not go wrong, nor the clock.
 */
#define OWN_ROUNDS 200

static void test_own_page(void)
{
	own_clock = (struct paracall_pvclock_vcpu_time_info){ 0 };
	check_equal(write_own_page(PARACALL_KVM_MSR_SYSTEM_TIME_NEW,
				   (uint32_t)address_of(&own_clock) | 1, OWN_ROUNDS),
		    OWN_ROUNDS, "rounds");
	check(is_clock(&own_clock), "there is no clock");
	check_equal(own_clock.version, 2 * OWN_ROUNDS, "its version");
	restore();
}

/*
 * ---- Several CPUs ----------------------------------------------------------
 */

#define HAMMER_ROUNDS 300

static void hammer(void *argument)
{
	for (int i = 0; i < HAMMER_ROUNDS; i++) {
		wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address_of(argument) | 1);
		if (kvm.features & FEATURE(STEAL_TIME))
			wrmsr(PARACALL_KVM_MSR_STEAL_TIME, (address_of(argument) + 64) | 1);
		wrmsr(PARACALL_KVM_MSR_WALL_CLOCK_NEW, address_of(argument) + 128);
		wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0);
		if (kvm.features & FEATURE(STEAL_TIME))
			wrmsr(PARACALL_KVM_MSR_STEAL_TIME, 0);
	}
}

static void expect_untouched(const uint8_t *memory, const char *what)
{
	for (size_t i = 0; i < sizeof(area); i++)
		if (!check_equal(memory[i], PATTERN, "%s: byte 0x%lx of the page", what,
				 (unsigned long)i))
			return;
}

/* The same page for all: its contents in between do not matter. */
static void test_shared_page(void)
{
	memset(area, 0, sizeof(area));
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), hammer, area);
	hammer(area);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	expect_working_clock();
	/* All have disabled it. */
	memset(area, PATTERN, sizeof(area));
	take_interrupts(QUIET_MS);
	expect_untouched(area, "after all gave it up");
}

static void work_on(void *argument)
{
	while (!*(volatile uint32_t *)argument)
		take_interrupts(2);
}

static void register_here(void *argument)
{
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address_of(argument) | 1);
	if (kvm.features & FEATURE(STEAL_TIME))
		wrmsr(PARACALL_KVM_MSR_STEAL_TIME, (address_of(argument) + 64) | 1);
	if (kvm.features & FEATURE(ASYNC_PF_INT)) {
		wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, VECTOR_EVENT);
		wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN,
		      (address_of(argument) + 128) | ENABLE_EVENTS);
	}
	wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 0);
}

struct after_init {
	uint64_t system_time, steal_time, async_pf_en, async_pf_int, poll_control;
};

static void read_after_init(void *argument)
{
	struct after_init *values = argument;

	values->system_time = rdmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW);
	try_rdmsr(PARACALL_KVM_MSR_STEAL_TIME, &values->steal_time);
	try_rdmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, &values->async_pf_en);
	try_rdmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, &values->async_pf_int);
	values->poll_control = rdmsr(PARACALL_KVM_MSR_POLL_CONTROL);
	wrmsr(PARACALL_KVM_MSR_POLL_CONTROL, 1);
}

/* INIT and startup: its pages are its own no more (kvm_vcpu_reset). */
static void test_init(void)
{
	struct after_init values = { 0 };
	volatile uint32_t stop = 0;

	cpu_post(cpu_at(1), register_here, other_area);
	if (!check(cpu_wait(cpu_at(1), LIMIT_MS), "the CPU does not answer"))
		return;
	check(is_clock(clock_at(other_area)), "there is no clock");
	cpu_init(cpu_at(1));
	memset(other_area, PATTERN, sizeof(other_area));
	if (!check(cpu_startup(cpu_at(1)), "the CPU does not start"))
		return;
	cpu_post(cpu_at(1), read_after_init, &values);
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the CPU does not answer");
	check_equal((int64_t)values.system_time, 0, "SYSTEM_TIME_NEW");
	check_equal((int64_t)values.steal_time, 0, "STEAL_TIME");
	check_equal((int64_t)values.async_pf_en, 0, "ASYNC_PF_EN");
	check_equal((int64_t)values.async_pf_int, 0, "ASYNC_PF_INT");
	check_equal((int64_t)values.poll_control, 0, "POLL_CONTROL, which INIT leaves alone");
	cpu_post(cpu_at(1), work_on, (void *)&stop);
	delay_ms(QUIET_MS);
	stop = 1;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the CPU does not finish");
	expect_untouched(other_area, "after INIT");
}

/*
 * ---- Asynchronous page faults ----------------------------------------------
 */

static struct paracall_kvm_vcpu_pv_apf_data *apf_data(void)
{
	return (struct paracall_kvm_vcpu_pv_apf_data *)area;
}

static bool wait_for_events(uint32_t before, uint32_t count)
{
	const volatile uint32_t *events = &this_cpu()->interrupts[VECTOR_EVENT];

	return check(wait_for(events, before + count, LIMIT_MS), "%u events, not %u",
		     *events - before, count);
}

/* kvm_async_pf_wakeup_all: what comes when they are enabled. */
static void test_wake_all(void)
{
	const volatile uint32_t *events = &this_cpu()->interrupts[VECTOR_EVENT];
	uint32_t before = *events;

	memset(area, 0, sizeof(area));
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, VECTOR_EVENT);
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, address_of(area) | ENABLE_EVENTS);
	if (!wait_for_events(before, 1))
		return;
	check_equal(apf_data()->token, PARACALL_KVM_ASYNC_PF_WAKE_ALL, "token");
	check_equal(apf_data()->flags, 0, "flags");
	/* The place is not free: the next one waits. */
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, address_of(area) | ENABLE_EVENTS);
	take_interrupts(QUIET_MS);
	check_equal(*events - before, 1, "events while the last token is there");
	*(volatile uint32_t *)&apf_data()->token = 0;
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_ACK, 1);
	wait_for_events(before, 2);
	check_equal(apf_data()->token, PARACALL_KVM_ASYNC_PF_WAKE_ALL, "second token");
	/* Disabled, none comes. */
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, 0);
	*(volatile uint32_t *)&apf_data()->token = 0;
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_ACK, 1);
	take_interrupts(QUIET_MS);
	check_equal(*events - before, 2, "events");
	check_equal(apf_data()->token, 0, "token after disabling");
	restore();
}

/* With interrupts off it comes when they are on again. */
static void test_wake_all_later(void)
{
	const volatile uint32_t *events = &this_cpu()->interrupts[VECTOR_EVENT];
	uint32_t before = *events;

	memset(area, 0, sizeof(area));
	interrupts_off();
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, VECTOR_EVENT);
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, address_of(area) | ENABLE_EVENTS);
	delay_ms(5);
	check_equal(*events - before, 0, "events with interrupts off");
	interrupts_on();
	wait_for_events(before, 1);
	restore();
}

/* With the local APIC off it comes when that is on again. */
static void test_wake_all_off(void)
{
	const volatile uint32_t *events = &this_cpu()->interrupts[VECTOR_EVENT];
	uint32_t before = *events;

	memset(area, 0, sizeof(area));
	apic_enable(false);
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_INT, VECTOR_EVENT);
	wrmsr(PARACALL_KVM_MSR_ASYNC_PF_EN, address_of(area) | ENABLE_EVENTS);
	delay_ms(5);
	check_equal(apf_data()->token, 0, "token with the local APIC off");
	apic_enable(true);
	take_interrupts(QUIET_MS);
	wait_for_events(before, 1);
	check_equal(apf_data()->token, PARACALL_KVM_ASYNC_PF_WAKE_ALL, "token");
	restore();
}

/*
 * ---- x2APIC ----------------------------------------------------------------
 */

#define MSR_X2APIC_ID 0x802

struct x2apic {
	bool is_on;
};

/* The CPU stays so, and this program cannot use it any more. */
static void try_x2apic(void *argument)
{
	struct x2apic *x2apic = argument;
	uint64_t id = 0;

	interrupts_off();
	if (!use_x2apic_mode() || try_rdmsr(MSR_X2APIC_ID, &id) >= 0)
		return;
	x2apic->is_on = id == this_cpu()->apic_id;
	expect_gp(&reading, PARACALL_KVM_MSR_LAST, 0);
	expect_gp(&writing, PARACALL_KVM_MSR_LAST, 0);
	expect_gp(&writing, PARACALL_KVM_MSR_POLL_CONTROL, 2);
	for (unsigned int i = 0; i < narrow_attempt_count; i++)
		expect_gp(&narrow_attempts[i], PARACALL_KVM_MSR_LAST, 0);
	expect_gp_user(&writing, PARACALL_KVM_MSR_POLL_CONTROL, 0);
	check_equal((int64_t)rdmsr(PARACALL_KVM_MSR_POLL_CONTROL), 1, "POLL_CONTROL");
	memset(other_area, 0, sizeof(other_area));
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, address_of(other_area) | 1);
	check(is_clock(clock_at(other_area)), "there is no clock");
	wrmsr(PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0);
}

static void test_x2apic(void)
{
	struct x2apic x2apic = { false };

	if (!cpu_has_x2apic()) {
		skip("the CPU has no x2APIC");
		return;
	}
	cpu_post(cpu_at(cpu_count - 1), try_x2apic, &x2apic);
	check(cpu_wait(cpu_at(cpu_count - 1), LIMIT_MS), "the CPU does not finish");
	check(x2apic.is_on, "x2APIC mode can't be switched on");
}

#define CLOCKS FEATURE(CLOCKSOURCE2)
#define EVENTS (FEATURE(ASYNC_PF) | FEATURE(ASYNC_PF_INT))
/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/msr.rst"
#define REGISTERS DOCUMENT "; " SET_AND_GET
#define VALUES \
	REGISTERS \
	", kvm_pv_enable_async_pf and kvm_pv_enable_async_pf_int; " \
	"arch/x86/kvm/lapic.c, kvm_lapic_set_pv_eoi"
#define OFFERED \
	"arch/x86/kvm/cpuid.h, guest_pv_has; " SET_AND_GET \
	"; Documentation/virt/kvm/api.rst, KVM_CAP_ENFORCE_PV_FEATURE_CPUID"
#define EXCEPTION WRMSR "; arch/x86/kvm/x86.c, kvm_emulate_wrmsr and kvm_emulate_rdmsr"
#define PLACE \
	DOCUMENT ", \"must be in guest RAM\"; arch/x86/kvm/x86.c, kvm_write_system_time, " \
		 "kvm_write_wall_clock and record_steal_time; virt/kvm/pfncache.c"
#define WAKE_UP \
	DOCUMENT ", MSR_KVM_ASYNC_PF_EN; arch/x86/kvm/x86.c, kvm_pv_enable_async_pf; " \
		 "virt/kvm/async_pf.c, kvm_async_pf_wakeup_all"

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define TEST(test_name, test_rule, function, least_cpus, feature_bits) \
	{ .name = test_name, .rule = test_rule, .run = function, .cpus = least_cpus, \
	  .kvm = true, .features = feature_bits }
#define TABLE_TEST(test_name, test_rule, function, table) \
	{ .name = test_name, .rule = test_rule, .run_row = function, .kvm = true, \
	  TEST_ROWS(table) }
/* clang-format on */

static const struct test tests[] = {
	TABLE_TEST("after a reset", REGISTERS "; arch/x86/kvm/x86.c, kvm_arch_vcpu_postcreate",
		   test_at_reset, registers),
	{ .name = "what is written is read",
	  .rule = REGISTERS,
	  .run_row = test_read_back,
	  .kvm = true,
	  .rows = registers,
	  .row_count = FIRST_MERE_VALUE,
	  .row_size = sizeof(registers[0]) },
	{ .name = "what is written is read",
	  .rule = REGISTERS,
	  .covers = "MSR_%",
	  .run_row = test_read_back,
	  .kvm = true,
	  .rows = &registers[FIRST_MERE_VALUE],
	  .row_count = MERE_VALUES,
	  .row_size = sizeof(registers[0]) },
	TABLE_TEST("#GP for", VALUES, test_refused, refused),
	TEST("#GP for unknown registers of KVM's range", DOCUMENT "; " SET_AND_GET "; " WRMSR,
	     test_unknown, 1, 0),
	TEST("#GP on all CPUs at a time", EXCEPTION, test_unknown_elsewhere, 2,
	     FEATURE(POLL_CONTROL)),
	TEST("#GP amidst interrupts and NMIs", EXCEPTION, test_storm, 2, FEATURE(POLL_CONTROL)),
	TABLE_TEST("#GP if not offered", OFFERED, test_enforced, registers),
	TABLE_TEST("#GP at privilege level 3", WRMSR, test_user, registers),
	TEST("both halves of a value", WRMSR, test_halves, 1, CLOCKS),
	TEST("pages at devices, ROM and holes", PLACE, test_places, 1, CLOCKS),
	TEST("pages at and across the end of memory", PLACE, test_end_of_memory, 1, CLOCKS),
	TEST("pages in the last memory", PLACE, test_last_memory, 1, CLOCKS),
	TEST("page with the code that is running",
	     DOCUMENT ", MSR_KVM_SYSTEM_TIME_NEW; arch/x86/kvm/x86.c, kvm_setup_guest_pvclock",
	     test_own_page, 1, CLOCKS),
	TEST("one page for all CPUs",
	     DOCUMENT ", \"until anything with bit0 == 0 is written to it\"", test_shared_page,
	     2, CLOCKS),
	TEST("INIT takes a CPU's pages away",
	     "arch/x86/kvm/x86.c, kvm_vcpu_reset and kvmclock_reset", test_init, 2,
	     CLOCKS | FEATURE(POLL_CONTROL)),
	{ .name = "enabling async page faults wakes all",
	  .rule = WAKE_UP,
	  .covers = "MSR_ASYNC_PF_EN MSR_ASYNC_PF_INT MSR_ASYNC_PF_ACK",
	  .run = test_wake_all,
	  .kvm = true,
	  .features = EVENTS },
	TEST("that event waits for interrupts to be on", WAKE_UP, test_wake_all_later, 1,
	     EVENTS),
	TEST("that event waits for the local APIC to be on",
	     "arch/x86/kvm/x86.c, kvm_arch_can_dequeue_async_page_present", test_wake_all_off,
	     1, EVENTS),
	/* The last one: it gives no CPU back. */
	TEST("#GP with the x2APIC on", EXCEPTION, test_x2apic, 2,
	     CLOCKS | FEATURE(POLL_CONTROL)),
};

TESTS_MAIN("msr", tests)
