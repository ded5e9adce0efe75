/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_SEND_IPI, checked by the counters of CPUs that get the interrupts, or
 * must not: Documentation/virt/kvm/x86/hypercalls.rst; arch/x86/kvm/lapic.c,
 * kvm_pv_send_ipi and __apic_accept_irq (Linux 6.19).
 */
#include "ipi.h"

#define LIMIT_MS 10000
/* How long to look for interrupts that should not come. */
#define QUIET_MS 20

#define OTHER_VECTOR 0x52
#define MODE(name) (PARACALL_ICR_MODE_##name << PARACALL_ICR_MODE_SHIFT)
#define NMI MODE(NMI)
#define BURST 200
/* Each spins; more than this take minutes. */
#define CROSSFIRE_CPUS 64

/* Every CPU's counters as they were, for comparison. */
static uint32_t counters_before[MAX_CPUS][256];

void remember(void)
{
	delay_ms(1);
	for (uint32_t i = 0; i < cpu_count; i++)
		for (unsigned int vector = 0; vector < 256; vector++)
			counters_before[i][vector] = cpu_at(i)->interrupts[vector];
}

struct targets nobody(void)
{
	return (struct targets){ .has = { false } };
}

struct targets only(uint32_t index)
{
	struct targets targets = nobody();

	targets.has[index] = true;
	return targets;
}

struct targets ids_between(uint32_t first, uint32_t last)
{
	struct targets targets = nobody();

	for (uint32_t i = 0; i < cpu_count; i++)
		targets.has[i] = cpu_ids[i] >= first && cpu_ids[i] <= last;
	return targets;
}

static struct targets everybody(void)
{
	return ids_between(0, MAX_CPUS);
}

static struct targets all_but(uint32_t index)
{
	struct targets targets = everybody();

	targets.has[index] = false;
	return targets;
}

uint32_t count(const struct targets *targets)
{
	uint32_t number = 0;

	for (uint32_t i = 0; i < cpu_count; i++)
		number += targets->has[i];
	return number;
}

void check_delivered(struct targets targets, unsigned int vector, const char *what)
{
	bool late = test_has_failed();

	for (uint32_t i = 0; i < cpu_count && !late; i++)
		if (targets.has[i])
			late = !wait_for(&cpu_at(i)->interrupts[vector],
					 counters_before[i][vector] + 1, LIMIT_MS);
	delay_ms(QUIET_MS);
	for (uint32_t i = 0; i < cpu_count; i++) {
		for (unsigned int v = 0; v < 256; v++) {
			uint32_t expected = v == vector && targets.has[i];

			check_equal(cpu_at(i)->interrupts[v] - counters_before[i][v], expected,
				    "%s: vector %u at CPU %u", what, v, cpu_ids[i]);
		}
	}
}

long send(unsigned long low, unsigned long high, unsigned long lowest, unsigned long icr)
{
	return hypercall(PARACALL_KVM_HC_SEND_IPI, (long)low, (long)high, (long)lowest,
			 (long)icr);
}

/* Those of @targets whose ids are from @lowest to @lowest + @bits - 1. */
static unsigned long bitmap_of(const struct targets *targets, uint32_t lowest)
{
	unsigned long bitmap = 0;

	for (uint32_t i = 0; i < cpu_count; i++)
		if (targets->has[i] && cpu_ids[i] >= lowest && cpu_ids[i] - lowest < WORD)
			bitmap |= 1ul << (cpu_ids[i] - lowest);
	return bitmap;
}

/* As Linux does it: as many calls as it takes, of two words of ids each; the results' sum. */
static long send_to(const struct targets *targets, uint32_t icr)
{
	long sum = 0;

	for (uint32_t lowest = 0; lowest <= cpu_highest_id(); lowest += 2 * WORD) {
		long result = send(bitmap_of(targets, lowest),
				   bitmap_of(targets, lowest + WORD), lowest, icr);

		if (result < 0)
			return result;
		sum += result;
	}
	return sum;
}

static void send_and_check(struct targets targets, uint32_t icr, const char *what)
{
	unsigned int vector = icr & PARACALL_ICR_MODE_MASK ? VECTOR_NMI : icr & 0xff;

	remember();
	check_equal(send_to(&targets, icr), count(&targets), "%s: result", what);
	check_delivered(targets, vector, what);
}

static void test_self(void)
{
	send_and_check(only(0), VECTOR, "self");
}

/* Local APICs that are off take no interrupts, and are not counted. */
static void test_self_off(void)
{
	apic_enable(false);
	remember();
	check_equal(send(1, 0, cpu_ids[0], VECTOR), 0, "fixed: result");
	check_equal(send(1, 0, cpu_ids[0], MODE(LOWEST) | VECTOR), 0,
		    "lowest priority: result");
	apic_enable(true);
	check_delivered(nobody(), 0, "while off");
	send_and_check(only(0), VECTOR, "on again");
}

static void test_others(void)
{
	for (uint32_t i = 1; i < cpu_count; i++)
		send_and_check(only(i), VECTOR + i % 8, "one other");
	send_and_check(all_but(0), VECTOR, "all others");
}

static void test_all(void)
{
	send_and_check(everybody(), VECTOR, "all");
	/* As guests other than Linux may write it. */
	send_and_check(everybody(), VECTOR | PARACALL_ICR_ASSERT, "all, with the assert bit");
}

static void test_empty(void)
{
	remember();
	check_equal(send(0, 0, 0, VECTOR), 0, "result");
	check_delivered(nobody(), VECTOR, "empty bitmap");
}

/* Bit 0 stands for the lowest id. */
static void test_lowest(void)
{
	for (uint32_t i = 0; i < cpu_count; i++) {
		remember();
		check_equal(send(1, 0, cpu_ids[i], VECTOR), 1, "result");
		check_delivered(only(i), VECTOR, "lowest id");
	}
}

/*
 * Bit 0 of the high word stands for the lowest id + 64, in 32-bit code + 32
 * (kvm_pv_send_ipi, cluster_size). That is computed in 32 bits: with few CPUs it
 * shows by a lowest id below zero.
 */
static void test_high_word(void)
{
	for (uint32_t i = 0; i < cpu_count; i++) {
		remember();
		check_equal(send(0, 1, (uint32_t)(cpu_ids[i] - WORD), VECTOR), 1, "result");
		check_delivered(only(i), VECTOR, "high word");
	}
}

/* Where there is no such CPU. */
static void test_high_word_absent(void)
{
	if (cpu_highest_id() >= WORD) {
		skip("needs ids of the low word only");
		return;
	}
	remember();
	check_equal(send(0, ~0ul, 0, VECTOR), 0, "result");
	check_delivered(nobody(), VECTOR, "absent CPUs in the high word");
}

/* Both words full, also from ids on that are no multiples of a word's. */
static void test_both_words(void)
{
	static const uint32_t lowest[] = { 0, 1, 2, 7, 31, 33, 63, 65, 100, 127, 129, 200 };

	for (unsigned int i = 0; i < sizeof(lowest) / sizeof(lowest[0]); i++) {
		struct targets targets = ids_between(lowest[i], lowest[i] + 2 * WORD - 1);

		remember();
		check_equal(send(~0ul, ~0ul, lowest[i], VECTOR), count(&targets),
			    "from id %u: result", lowest[i]);
		check_delivered(targets, VECTOR, "both words");
	}
}

/* Ids that no CPU has are passed over, and not counted. */
static void test_absent(void)
{
	remember();
	check_equal(send(~0ul, 0, cpu_highest_id() + 1, VECTOR), 0,
		    "above the highest: result");
	check_equal(send(1, 0, 0x7fffffff, VECTOR), 0, "far above: result");
	/* In a local APIC this would be all CPUs. */
	check_equal(send(1, 0, 255, VECTOR), 0, "id 255: result");
	check_equal(send(1ul << (WORD - 1), 0, 256 - WORD, VECTOR), 0,
		    "id 255 by the last bit: result");
	check_equal(send(~0ul, ~0ul, 256, VECTOR), 0, "ids that need 9 bits: result");
	check_equal(send(~0ul, ~0ul, 0x01000000, VECTOR), 0, "id in bits 31:24: result");
	check_delivered(nobody(), VECTOR, "absent");
}

/*
 * The second word's first id is computed in 32 bits, as KVM does; within a word
 * ids do not wrap to 0: a word that begins above the highest id names no CPU.
 */
static void test_wrap(void)
{
	const uint32_t first = -WORD;
	struct targets low = ids_between(0, WORD - 1), from_1 = ids_between(1, WORD);

	remember();
	check_equal(send(~0ul, 0, 0xffffffff, VECTOR), 0, "from id -1: result");
	check_equal(send(~0ul, 0, first + 1, VECTOR), 0, "low word alone: result");
	check_equal(send(~0ul, ~0ul, first - 1, VECTOR), 0, "second word from id -1: result");
	check_delivered(nobody(), VECTOR, "ids that wrap in a word");
	remember();
	check_equal(send(~0ul, ~0ul, first, VECTOR), count(&low),
		    "second word from id 0: result");
	check_delivered(low, VECTOR, "second word from id 0");
	remember();
	check_equal(send(~0ul, ~0ul, first + 1, VECTOR), count(&from_1),
		    "second word from id 1: result");
	check_delivered(from_1, VECTOR, "second word from id 1");
}

/* A logical destination, or one of the shorthands, is refused. */
static void test_refused(void)
{
	static const uint32_t refused[] = {
		PARACALL_ICR_LOGICAL,	    1u << 18,	    2u << 18, 3u << 18,
		PARACALL_ICR_LOGICAL | NMI, 3u << 18 | NMI,
	};

	remember();
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_equal(send(~0ul, ~0ul, 0, refused[i] | VECTOR), -PARACALL_KVM_EINVAL,
			    "command 0x%x", refused[i] | VECTOR);
	check_delivered(nobody(), VECTOR, "refused");
}

/*
 * Modes by trigger and level: how many take it is KVM's answer, and whether
 * it comes the local APIC's. Modes that change the target come further below.
 */
static void test_modes(void)
{
	static const struct {
		uint32_t command;
		bool taken[4];
		/* Its effect, where it is taken. */
		uint8_t vector;
	} modes[] = {
		{ MODE(FIXED) | VECTOR, { true, true, false, true }, VECTOR },
		{ MODE(LOWEST) | VECTOR, { true, true, false, true }, VECTOR },
		{ MODE(NMI) | VECTOR, { true, true, true, true }, VECTOR_NMI },
		{ MODE(EXTINT) | VECTOR, { false, false, false, false }, 0 },
		/* Taken, but no CPU is interrupted by one that is reserved. */
		{ MODE(FIXED) | 5, { true, true, false, true }, 0 },
		{ MODE(FIXED) | 0, { true, true, false, true }, 0 },
		{ MODE(LOWEST) | 15, { true, true, false, true }, 0 },
		/* It doesn't wait for its start. */
		{ MODE(STARTUP) | 0x12, { true, true, true, true }, 0 },
		/* KVM's own: a kick, which an idle CPU does not notice. */
		{ MODE(RESERVED) | VECTOR, { true, true, true, true }, 0 },
	};
	/* Deasserted and asserted, edge and level. */
	static const uint32_t levels[] = {
		0,
		PARACALL_ICR_ASSERT,
		PARACALL_ICR_LEVEL_TRIGGERED,
		PARACALL_ICR_LEVEL_TRIGGERED | PARACALL_ICR_ASSERT,
	};

	for (unsigned int i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		for (unsigned int level = 0; level < 4; level++) {
			uint32_t command = modes[i].command | levels[level];
			bool taken = modes[i].taken[level];

			remember();
			check_equal(send(1, 0, cpu_ids[1], command), taken,
				    "command 0x%x: result", command);
			check_delivered(taken && modes[i].vector ? only(1) : nobody(),
					modes[i].vector, "mode");
		}
	}
}

static void count_up(void *argument)
{
	volatile uint32_t *counter = argument;

	++*counter;
}

/* INIT stops a CPU, unless it is the end of one that was level-triggered. */
static void test_init(void)
{
	struct cpu *cpu = cpu_at(1);
	volatile uint32_t counter = 0;

	check_equal(send(1, 0, cpu_ids[1], MODE(INIT) | PARACALL_ICR_LEVEL_TRIGGERED), 0,
		    "level, deasserted: result");
	delay_ms(QUIET_MS);
	cpu_post(cpu, count_up, (void *)&counter);
	check(cpu_wait(cpu, LIMIT_MS), "the CPU does not work any more");
	check_equal(counter, 1, "work done");
	check_equal(send(1, 0, cpu_ids[1], MODE(INIT) | PARACALL_ICR_ASSERT), 1, "result");
	delay_ms(QUIET_MS);
	cpu_post(cpu, count_up, (void *)&counter);
	delay_ms(QUIET_MS);
	check_equal(counter, 1, "work done after INIT");
	cpu->busy = 0;
	cpu->online = 0;
	/* Twice, as usual: each must be taken, one is needed. */
	for (int i = 0; i < 2 && !cpu->online; i++) {
		check_equal(send(1, 0, cpu_ids[1], MODE(STARTUP) | TRAMPOLINE >> 12), 1,
			    "startup: result");
		wait_for(&cpu->online, 1, LIMIT_MS / 10);
	}
	check(wait_for(&cpu->online, 1, LIMIT_MS), "the CPU does not start");
	cpu_post(cpu, count_up, (void *)&counter);
	check(cpu_wait(cpu, LIMIT_MS), "the CPU does not work after its start");
	check_equal(counter, 2, "work done after its start");
}

struct startup {
	bool has_x2apic_mode;
	long result;
};

/* The CPU stays so, and this program cannot use it any more. */
static void start_by_x2apic(void *argument)
{
	struct startup *startup = argument;

	interrupts_off();
	startup->has_x2apic_mode = use_x2apic_mode();
	startup->result = send(1, 0, cpu_ids[1], MODE(STARTUP) | TRAMPOLINE >> 12);
}

/* A host that cannot do it from there reports that. */
static void test_x2apic(void)
{
	struct cpu *sender = cpu_at(cpu_count - 1);
	struct startup startup = { false, 0 };

	if (!cpu_has_x2apic()) {
		skip("the CPU has no x2APIC");
		return;
	}
	cpu_init(cpu_at(1));
	cpu_post(sender, start_by_x2apic, &startup);
	check(cpu_wait(sender, LIMIT_MS), "the CPU does not finish");
	check(startup.has_x2apic_mode, "x2APIC mode can't be switched on");
	wait_for(&cpu_at(1)->online, 1, startup.result ? LIMIT_MS : QUIET_MS);
	check_equal(startup.result, cpu_at(1)->online, "result, as the CPU starts");
	if (!cpu_at(1)->online)
		check(cpu_startup(cpu_at(1)), "the CPU does not start");
}

/*
 * System management mode's entry, as it is after reset, where firmware moved it
 * for the boot CPU only (Intel SDM vol. 3, "SMRAM").
 *
 *	incw %cs:SMM_COUNT
 *	rsm
 */
#define SMM_BASE 0x30000
#define SMM_ENTRY 0x8000
#define SMM_COUNT 0x8ff0

static void test_smi(void)
{
	static const uint8_t code[] = { 0x2e,		0xff, 0x06, SMM_COUNT & 0xff,
					SMM_COUNT >> 8, 0x0f, 0xaa };
	volatile uint16_t *entries = (volatile uint16_t *)(SMM_BASE + SMM_COUNT);

	memcpy((void *)(SMM_BASE + SMM_ENTRY), code, sizeof(code));
	*entries = 0;
	if (!make_ready_for_smi(cpu_at(1)))
		return;
	remember();
	check_equal(send(1, 0, cpu_ids[1], MODE(SMI)), 1, "result");
	for (uint64_t waited = 0; !*entries && waited < LIMIT_MS; waited++)
		delay_ms(1);
	check_delivered(nobody(), 0, "system management interrupt");
	check_equal(*entries, 1, "entries of system management mode");
}

/* Linux's way to have a backtrace of all CPUs. */
static void test_nmi(void)
{
	send_and_check(only(0), NMI, "NMI to self");
	if (cpu_count > 1)
		send_and_check(all_but(0), NMI, "NMI to the others");
}

static void halt_deaf(void *argument)
{
	volatile uint32_t *stage = argument;

	interrupts_off();
	*stage = 1;
	halt();
	*stage = 2;
	interrupts_on();
}

/* Nothing else but a kick gets through to such a CPU. */
static void test_nmi_halted(void)
{
	const volatile uint32_t *nmis = &cpu_at(1)->interrupts[VECTOR_NMI];
	uint32_t before = *nmis, fixed = cpu_at(1)->interrupts[VECTOR];
	volatile uint32_t stage = 0;

	cpu_post(cpu_at(1), halt_deaf, (void *)&stage);
	check(wait_for(&stage, 1, LIMIT_MS), "the CPU does not start");
	delay_ms(5);
	check_equal(send(1, 0, cpu_ids[1], VECTOR), 1, "fixed interrupt: result");
	delay_ms(QUIET_MS);
	check_equal(stage, 1, "stage after an interrupt that it does not take");
	check_equal(send(1, 0, cpu_ids[1], NMI), 1, "NMI: result");
	check(wait_for(&stage, 2, LIMIT_MS), "the NMI does not end the halt");
	check_equal(*nmis - before, 1, "NMIs");
	check(wait_for(&cpu_at(1)->interrupts[VECTOR], fixed + 1, LIMIT_MS),
	      "the interrupt that waited does not come");
}

/* KVM's own use of a mode that is reserved otherwise: it is what a kick does. */
static void test_kick_mode(void)
{
	volatile uint32_t stage = 0;
	uint32_t before = interrupts_total(cpu_at(1));

	cpu_post(cpu_at(1), halt_deaf, (void *)&stage);
	check(wait_for(&stage, 1, LIMIT_MS), "the CPU does not start");
	delay_ms(5);
	check_equal(send(1, 0, cpu_ids[1], MODE(RESERVED)), 1, "result");
	check(wait_for(&stage, 2, LIMIT_MS), "it does not end the halt");
	/* The one that had it begin. */
	check_equal(interrupts_total(cpu_at(1)) - before, 1, "interrupts");
}

/* Two vectors at once stay two. */
static void test_two_vectors(void)
{
	uint32_t target = cpu_count - 1;
	struct cpu *cpu = cpu_at(target);
	uint32_t first = cpu->interrupts[VECTOR], second = cpu->interrupts[OTHER_VECTOR];

	interrupts_off();
	check_equal(send(1, 0, cpu_ids[target], VECTOR), 1, "first: result");
	check_equal(send(1, 0, cpu_ids[target], OTHER_VECTOR), 1, "second: result");
	interrupts_on();
	check(wait_for(&cpu->interrupts[VECTOR], first + 1, LIMIT_MS), "first is lost");
	check(wait_for(&cpu->interrupts[OTHER_VECTOR], second + 1, LIMIT_MS), "second is lost");
}

/* One after the other to idle CPUs, each seen before the next: none is lost. */
static void test_burst(void)
{
	struct targets targets = all_but(0);

	remember();
	for (uint32_t round = 1; round <= BURST; round++) {
		if (!check_equal(send_to(&targets, VECTOR), count(&targets), "result"))
			return;
		for (uint32_t i = 1; i < cpu_count; i++)
			if (!check(wait_for(&cpu_at(i)->interrupts[VECTOR],
					    counters_before[i][VECTOR] + round, LIMIT_MS),
				   "round %u: lost at CPU %u", round, cpu_ids[i]))
				return;
	}
}

struct crossfire {
	volatile uint32_t wrong;
};

/* To all the others, by a vector of one's own, waiting for each to be seen. */
static void crossfire(void *argument)
{
	struct crossfire *result = argument;
	uint32_t self = 0;
	unsigned int vector;
	struct targets others;

	while (cpu_ids[self] != this_cpu()->apic_id)
		self++;
	vector = 0x60 + self;
	/* That one ends user mode. */
	if (vector >= USER_EXIT_VECTOR)
		vector++;
	others = all_but(self);
	for (uint32_t round = 1; round <= BURST / 4; round++) {
		if (send_to(&others, vector) != (long)count(&others))
			result->wrong = 1;
		for (uint32_t i = 0; i < cpu_count; i++)
			if (others.has[i] &&
			    !wait_for(&cpu_at(i)->interrupts[vector],
				      counters_before[i][vector] + round, LIMIT_MS)) {
				result->wrong = 2;
				return;
			}
	}
}

/* All to all at once. */
static void test_crossfire(void)
{
	struct crossfire result = { 0 };

	if (cpu_count > CROSSFIRE_CPUS) {
		skip("too many CPUs");
		return;
	}
	remember();
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), crossfire, &result);
	crossfire(&result);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), 2 * LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check_equal(result.wrong, 0, "1: wrong count, 2: lost interrupt");
}

/* The source of what is expected: see struct test. */
#define TO DOCUMENT "; " SEND
#define ONE_WORD "arch/x86/kvm/lapic.c, __pv_send_ipi"
#define ACCEPT "arch/x86/kvm/lapic.c, __apic_accept_irq"

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(PV_SEND_IPI) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	TEST("IPI to the CPU itself", TO, test_self, 1),
	TEST("IPI to the CPU itself, its local APIC off", ACCEPT ": apic_enabled",
	     test_self_off, 1),
	COVERING_TEST("IPI to others", TO, test_others, 2, "SEND_IPI"),
	TEST("IPI to all", TO, test_all, 1),
	TEST("IPI to no CPU", TO, test_empty, 1),
	TEST("IPI: bitmap starts at the lowest id", TO, test_lowest, 1),
	TEST("IPI: high word starts where the low one ends", TO ": cluster_size",
	     test_high_word, 1),
	TEST("IPI: high word without CPUs", ONE_WORD, test_high_word_absent, 1),
	TEST("IPI: both words, from any id", TO "; " ONE_WORD, test_both_words, 1),
	TEST("IPI: absent ids are not counted", ONE_WORD, test_absent, 1),
	TEST("IPI: ids that wrap", SEND " and __pv_send_ipi", test_wrap, 1),
	TEST("IPI: logical mode and shorthands are refused", SEND, test_refused, 1),
	TEST("IPI: modes, trigger and level", SEND "; " ACCEPT, test_modes, 2),
	TEST("IPI: INIT and startup", ACCEPT " and kvm_apic_accept_events", test_init, 2),
	TEST("IPI: system management interrupt", ACCEPT "; Intel SDM vol. 3, \"SMRAM\"",
	     test_smi, 2),
	TEST("IPI: NMI", ACCEPT, test_nmi, 1),
	TEST("IPI: NMI ends cli; hlt, a fixed one does not",
	     ACCEPT "; arch/x86/kvm/x86.c, kvm_vcpu_has_events; Intel SDM vol. 2, \"HLT\"",
	     test_nmi_halted, 2),
	TEST("IPI: the reserved mode kicks", ACCEPT ": APIC_DM_REMRD", test_kick_mode, 2),
	TEST("IPI: two vectors at once", ACCEPT, test_two_vectors, 1),
	TEST("IPI: none of a series is lost", ACCEPT, test_burst, 2),
	TEST("IPI: all to all", TO "; " ACCEPT, test_crossfire, 2),
	/* The last one: it gives no CPU back. */
	TEST("IPI: startup by a CPU with the x2APIC on",
	     ACCEPT "; Intel SDM vol. 3, \"Extended XAPIC (x2APIC)\"", test_x2apic, 3),
};

TESTS_MAIN("ipi", tests)
