/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs and their local APICs (Intel SDM vol. 3, chapter "APIC"). */
#include "runtime.h"

#define APIC_SPURIOUS 0xf0
#define APIC_TASK_PRIORITY 0x80
#define APIC_COMMAND_LOW 0x300
#define APIC_COMMAND_HIGH 0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_DIVIDE 0x3e0

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_X2APIC 0x400
#define CPUID_1_ECX_X2APIC 21

#define APIC_ENABLE 0x100
#define APIC_MASKED 0x10000
#define COMMAND_PENDING 0x1000
#define COMMAND_INIT 0x4500
#define COMMAND_STARTUP 0x4600

/* QEMU's configuration device has the number of CPUs. */
#define CONFIG_SELECT 0x510
#define CONFIG_DATA 0x511
#define CONFIG_SIGNATURE 0x0000
#define CONFIG_CPUS 0x0005

#define START_MS 10000
#define POST_MS 10000
#define STARTUP_MS 20
#define RESTART_MS 3000
/* How long without a new CPU means that all have started, if their number is unknown. */
#define SETTLE_MS 500

uint32_t cpu_count = 1;
uint8_t cpu_ids[MAX_CPUS];

static struct cpu cpus[MAX_CPUS + 1];

extern const char trampoline_start[], trampoline_end[];
_Noreturn void cpu_main(uint32_t apic_id, bool is_ap);

static void apic_write(uint32_t number, uint32_t value)
{
	*(volatile uint32_t *)(APIC_BASE + (uintptr_t)number) = value;
}

static uint32_t apic_read(uint32_t number)
{
	return *(volatile uint32_t *)(APIC_BASE + (uintptr_t)number);
}

static void apic_start(void)
{
	apic_write(APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_TASK_PRIORITY, 0);
	apic_write(APIC_LVT_LINT0, APIC_MASKED);
	apic_write(APIC_LVT_LINT1, APIC_MASKED);
}

void apic_enable(bool enabled)
{
	if (enabled)
		apic_start();
	else
		apic_write(APIC_SPURIOUS, VECTOR_SPURIOUS);
}

void apic_send(uint32_t apic_id, uint32_t command)
{
	/* A handler that sends in between would change the destination. */
	bool enabled;
	unsigned long flags;

	__asm__ volatile("pushf; pop %0" : "=r"(flags));
	enabled = flags & 0x200;
	interrupts_off();
	apic_write(APIC_COMMAND_HIGH, apic_id << 24);
	apic_write(APIC_COMMAND_LOW, command);
	while (apic_read(APIC_COMMAND_LOW) & COMMAND_PENDING)
		relax();
	if (enabled)
		interrupts_on();
}

void apic_timer_stop(void)
{
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_write(APIC_LVT_TIMER, APIC_MASKED | VECTOR_TIMER);
}

bool cpu_has_x2apic(void)
{
	return paracall_guest_cpuid(1, 0).ecx & 1u << CPUID_1_ECX_X2APIC;
}

bool use_x2apic_mode(void)
{
	return try_wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2APIC) < 0;
}

/* Its ticks in 10 ms, dividing by 16. */
static uint32_t timer_rate(void)
{
	static uint32_t rate;

	if (rate)
		return rate;
	apic_write(APIC_TIMER_DIVIDE, 3);
	apic_write(APIC_LVT_TIMER, APIC_MASKED | VECTOR_TIMER);
	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	delay_ms(10);
	rate = 0xffffffff - apic_read(0x390);
	apic_timer_stop();
	if (!rate)
		rate = 1;
	return rate;
}

void apic_timer(uint64_t milliseconds)
{
	uint32_t rate = timer_rate();

	apic_write(APIC_TIMER_DIVIDE, 3);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	apic_write(APIC_TIMER_INITIAL, (uint32_t)(rate * milliseconds / 10));
}

static _Noreturn void idle(struct cpu *cpu)
{
	__atomic_store_n(&cpu->online, 1, __ATOMIC_RELEASE);
	while (1) {
		interrupts_off();
		if (!__atomic_load_n(&cpu->busy, __ATOMIC_ACQUIRE)) {
			interrupts_on_halt();
			continue;
		}
		interrupts_on();
		cpu->work(cpu->argument);
		__atomic_store_n(&cpu->busy, 0, __ATOMIC_RELEASE);
	}
}

static void mask_legacy_interrupts(void)
{
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void cpu_main(uint32_t apic_id, bool is_ap)
{
	struct cpu *cpu = &cpus[apic_id];

	if (!is_ap) {
		mask_legacy_interrupts();
		interrupts_start();
	}
	interrupts_start_cpu(cpu);
	cpu->apic_id = apic_id;
	apic_start();
	if (is_ap)
		idle(cpu);
	cpu->online = 1;
	cpu_ids[0] = (uint8_t)apic_id;
	time_start();
	interrupts_on();
	finish(main());
}

struct cpu *cpu_by_id(uint32_t apic_id)
{
	return &cpus[apic_id];
}

struct cpu *cpu_at(uint32_t index)
{
	return &cpus[cpu_ids[index]];
}

uint32_t cpu_highest_id(void)
{
	uint32_t highest = 0;

	for (uint32_t i = 0; i < cpu_count; i++)
		if (cpu_ids[i] > highest)
			highest = cpu_ids[i];
	return highest;
}

/* 0 if unknown. */
static uint32_t expected_cpus(void)
{
	static const char signature[] = { 'Q', 'E', 'M', 'U' };
	uint8_t low;

	outw(CONFIG_SELECT, CONFIG_SIGNATURE);
	for (unsigned int i = 0; i < sizeof(signature); i++)
		if (inb(CONFIG_DATA) != (uint8_t)signature[i])
			return 0;
	outw(CONFIG_SELECT, CONFIG_CPUS);
	low = inb(CONFIG_DATA);
	return (uint32_t)(inb(CONFIG_DATA) << 8 | low);
}

static uint32_t count_online(void)
{
	uint32_t count = 0;

	for (uint32_t id = 0; id < MAX_CPUS; id++)
		count += __atomic_load_n(&cpus[id].online, __ATOMIC_ACQUIRE);
	return count;
}

static void wait_for_all(uint32_t expected)
{
	uint32_t seen = 0, settled = 0;

	for (uint32_t waited = 0; waited < START_MS; waited++) {
		uint32_t online = count_online();

		settled = online == seen ? settled + 1 : 0;
		seen = online;
		if (expected ? online >= expected : settled > SETTLE_MS)
			return;
		delay_ms(1);
	}
}

static void copy_trampoline(void)
{
	memcpy((void *)TRAMPOLINE, trampoline_start,
	       (size_t)(trampoline_end - trampoline_start));
}

void cpus_start(void)
{
	/* All but this one. */
	const uint32_t others = 3 << 18;
	uint32_t expected = expected_cpus();

	copy_trampoline();
	if (expected != 1) {
		apic_send(0, COMMAND_INIT | others);
		delay_ms(10);
		apic_send(0, COMMAND_STARTUP | others | TRAMPOLINE >> 12);
		delay_us(200);
		apic_send(0, COMMAND_STARTUP | others | TRAMPOLINE >> 12);
		wait_for_all(expected);
	}
	cpu_count = 1;
	for (uint32_t id = 0; id < MAX_CPUS; id++)
		if (cpus[id].online && id != cpu_ids[0])
			cpu_ids[cpu_count++] = (uint8_t)id;
	if (expected && expected != cpu_count)
		print("# %u CPUs came up, of %u\n", cpu_count, expected);
}

void cpu_post(struct cpu *cpu, void (*work)(void *), void *argument)
{
	/* It may have shown its result, and not be back from its last work. */
	cpu_wait(cpu, POST_MS);
	cpu->work = work;
	cpu->argument = argument;
	__atomic_store_n(&cpu->busy, 1, __ATOMIC_RELEASE);
	apic_send(cpu->apic_id, VECTOR_WORK);
}

bool cpu_wait(struct cpu *cpu, uint64_t milliseconds)
{
	return wait_for(&cpu->busy, 0, milliseconds);
}

void cpu_init(struct cpu *cpu)
{
	apic_send(cpu->apic_id, COMMAND_INIT);
	delay_ms(10);
	/* Before anything starts the CPU again, whatever the compiler thinks. */
	__atomic_store_n(&cpu->online, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&cpu->busy, 0, __ATOMIC_SEQ_CST);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

bool cpu_startup(struct cpu *cpu)
{
	copy_trampoline();
	apic_send(cpu->apic_id, COMMAND_STARTUP | TRAMPOLINE >> 12);
	if (wait_for(&cpu->online, 1, STARTUP_MS))
		return true;
	/*
	 * Intel's MultiProcessor Specification has it sent twice. Not needlessly:
	 * QEMU keeps a second one over an INIT that follows it.
	 */
	apic_send(cpu->apic_id, COMMAND_STARTUP | TRAMPOLINE >> 12);
	return wait_for(&cpu->online, 1, RESTART_MS);
}

void cpus_recover(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		struct cpu *cpu = cpu_at(i);

		if (cpu->online && !cpu->busy)
			continue;
		cpu_init(cpu);
		if (!cpu_startup(cpu))
			crash("CPU %u can't be restarted", cpu->apic_id);
	}
}

/*
 *	lock incl %cs:TRAP_COUNT
 *	cli
 *	hlt
 *	jmp to the hlt
 */
#define TRAP_COUNT 0xff0
#define LAST_TRAP 0x9e000

void traps_set(void)
{
	static const uint8_t trap[] = { 0x2e, 0xf0, 0x66, 0xff, 0x06, 0xf0,
					0x0f, 0xfa, 0xf4, 0xeb, 0xfd };

	for (uintptr_t page = 0; page <= LAST_TRAP; page += 0x1000) {
		/* The compiler must not know that page 0 is NULL. */
		__asm__ volatile("" : "+r"(page));
		memcpy((void *)page, trap, sizeof(trap));
		*(volatile uint32_t *)(page + TRAP_COUNT) = 0;
	}
}

uint32_t traps_count(void)
{
	uint32_t count = 0;

	for (uintptr_t page = 0; page <= LAST_TRAP; page += 0x1000)
		count += *(volatile uint32_t *)(page + TRAP_COUNT);
	return count;
}
