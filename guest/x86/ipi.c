/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_SEND_IPI, seen by the counters of those who get the interrupts, or
 * must not: Documentation/virt/kvm/x86/hypercalls.rst; arch/x86/kvm/lapic.c,
 * kvm_pv_send_ipi and __apic_accept_irq (Linux 6.19).
 */
#include "runtime/test.h"

#define LIMIT_MS 10000
/* How long to look for interrupts that should not come. */
#define QUIET_MS 20

#define VECTOR 0x41
#define OTHER_VECTOR 0x52
#define NMI (PARACALL_ICR_MODE_NMI << PARACALL_ICR_MODE_SHIFT)
#define BURST 200

/* Every CPU's counters as they were, for comparison. */
static uint32_t counters_before[MAX_CPUS][256];

static void remember(void)
{
	delay_ms(1);
	for (uint32_t i = 0; i < cpu_count; i++)
		for (unsigned int vector = 0; vector < 256; vector++)
			counters_before[i][vector] = cpu_at(i)->interrupts[vector];
}

/* Exactly one of @vector at each CPU of @targets (bits: index), nothing else. */
static void check_delivered(uint64_t targets, unsigned int vector, const char *what)
{
	bool late = test_has_failed();

	for (uint32_t i = 0; i < cpu_count && !late; i++)
		if (targets >> i & 1)
			late = !wait_for(&cpu_at(i)->interrupts[vector],
					 counters_before[i][vector] + 1, LIMIT_MS);
	delay_ms(QUIET_MS);
	for (uint32_t i = 0; i < cpu_count; i++) {
		for (unsigned int v = 0; v < 256; v++) {
			uint32_t expected = v == vector && targets >> i & 1;

			check_equal(cpu_at(i)->interrupts[v] - counters_before[i][v], expected,
				    "%s: vector %u at CPU %u", what, v, cpu_ids[i]);
		}
	}
}

static long send(uint64_t low, uint64_t high, uint64_t lowest, uint64_t icr)
{
	return hypercall(PARACALL_KVM_HC_SEND_IPI, (long)low, (long)high, (long)lowest,
			 (long)icr);
}

/* The bitmap, from id 0 up, of CPUs given by index. Ids are below 64 here. */
static uint64_t bitmap_of(uint64_t targets)
{
	uint64_t bitmap = 0;

	for (uint32_t i = 0; i < cpu_count; i++)
		if (targets >> i & 1)
			bitmap |= 1ull << cpu_ids[i];
	return bitmap;
}

/* The compiler's own would want its library. */
static uint32_t count_bits(uint64_t set)
{
	uint32_t count = 0;

	for (; set; set &= set - 1)
		count++;
	return count;
}

static uint64_t everybody(void)
{
	return cpu_count >= 64 ? ~0ull : (1ull << cpu_count) - 1;
}

static void send_and_check(uint64_t targets, uint64_t icr, const char *what)
{
	unsigned int vector = icr & PARACALL_ICR_MODE_MASK ? VECTOR_NMI : icr & 0xff;

	remember();
	check_equal(send(bitmap_of(targets), 0, 0, icr), count_bits(targets), "%s: result",
		    what);
	check_delivered(targets, vector, what);
}

static void test_self(void)
{
	send_and_check(1, VECTOR, "self");
}

static void test_others(void)
{
	for (uint32_t i = 1; i < cpu_count && i < 64; i++)
		send_and_check(1ull << i, VECTOR + i % 8, "one other");
	send_and_check(everybody() & ~1ull, VECTOR, "all others");
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
	check_delivered(0, VECTOR, "empty bitmap");
}

/* Bit 0 stands for the lowest id. */
static void test_lowest(void)
{
	for (uint32_t i = 0; i < cpu_count && i < 64; i++) {
		remember();
		check_equal(send(1, 0, cpu_ids[i], VECTOR), 1, "result");
		check_delivered(1ull << i, VECTOR, "lowest id");
	}
}

/*
 * Bit 0 of the high word stands for the lowest id + 64, computed in 32 bits:
 * with few CPUs that shows by a lowest id below zero.
 */
static void test_high_word(void)
{
	for (uint32_t i = 0; i < cpu_count && i < 64; i++) {
		remember();
		check_equal(send(0, 1, (uint32_t)(cpu_ids[i] - 64), VECTOR), 1, "result");
		check_delivered(1ull << i, VECTOR, "high word");
	}
}

/* 64 + lowest, where there is no such CPU. */
static void test_high_word_absent(void)
{
	if (cpu_highest_id() >= 64) {
		skip("needs ids below 64 only");
		return;
	}
	remember();
	check_equal(send(0, ~0ull, 0, VECTOR), 0, "result");
	check_delivered(0, VECTOR, "absent CPUs in the high word");
}

/* Ids that no CPU has are passed over, and not counted. */
static void test_absent(void)
{
	remember();
	check_equal(send(~0ull, ~0ull, 0, VECTOR), cpu_count, "all 128: result");
	check_delivered(everybody(), VECTOR, "all 128");
	remember();
	check_equal(send(~0ull, 0, cpu_highest_id() + 1, VECTOR), 0,
		    "above the highest: result");
	check_delivered(0, VECTOR, "above the highest");
	remember();
	check_equal(send(1, 0, 0x7fffffff, VECTOR), 0, "far above: result");
	check_delivered(0, VECTOR, "far above");
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
		check_equal(send(bitmap_of(everybody()), 0, 0, refused[i] | VECTOR),
			    -PARACALL_KVM_EINVAL, "command 0x%x", refused[i] | VECTOR);
	check_delivered(0, VECTOR, "refused");
}

/* An external interrupt is not something to send; it counts nobody. */
static void test_extint(void)
{
	remember();
	check_equal(send(bitmap_of(everybody()), 0, 0,
			 PARACALL_ICR_MODE_EXTINT << PARACALL_ICR_MODE_SHIFT | VECTOR),
		    0, "result");
	check_delivered(0, VECTOR, "external interrupt");
}

/* The lowest id has 32 bits, and so has the command. */
static void test_upper_bits(void)
{
	remember();
	check_equal(send(1, 0, 0xffull << 32 | cpu_ids[0], VECTOR), 1, "lowest id: result");
	check_delivered(1, VECTOR, "upper bits of the lowest id");
	remember();
	check_equal(send(1, 0, cpu_ids[0], 0xffull << 32 | VECTOR), 1, "command: result");
	check_delivered(1, VECTOR, "upper bits of the command");
}

/* Linux's way to have a backtrace of all CPUs. */
static void test_nmi(void)
{
	send_and_check(1, NMI, "NMI to self");
	if (cpu_count > 1)
		send_and_check(everybody() & ~1ull, NMI, "NMI to the others");
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
	check_equal(send(bitmap_of(2), 0, 0, VECTOR), 1, "fixed interrupt: result");
	delay_ms(QUIET_MS);
	check_equal(stage, 1, "stage after an interrupt that it does not take");
	check_equal(send(bitmap_of(2), 0, 0, NMI), 1, "NMI: result");
	check(wait_for(&stage, 2, LIMIT_MS), "the NMI does not end the halt");
	check_equal(*nmis - before, 1, "NMIs");
	check(wait_for(&cpu_at(1)->interrupts[VECTOR], fixed + 1, LIMIT_MS),
	      "the interrupt that waited does not come");
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
	uint64_t targets = everybody() & ~1ull;

	remember();
	for (uint32_t round = 1; round <= BURST; round++) {
		if (!check_equal(send(bitmap_of(targets), 0, 0, VECTOR), count_bits(targets),
				 "result"))
			return;
		for (uint32_t i = 1; i < cpu_count && i < 64; i++)
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
	uint32_t self = this_cpu()->apic_id;
	unsigned int vector = 0x60 + self;
	uint64_t others = everybody();

	for (uint32_t i = 0; i < cpu_count; i++)
		if (cpu_ids[i] == self)
			others &= ~(1ull << i);
	for (uint32_t round = 1; round <= BURST / 4; round++) {
		if (send(bitmap_of(others), 0, 0, vector) != count_bits(others))
			result->wrong = 1;
		for (uint32_t i = 0; i < cpu_count; i++)
			if (others >> i & 1 &&
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

	if (cpu_highest_id() >= 0x40) {
		skip("needs ids below 64 only");
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

static long send_32(uint64_t low, uint64_t high, uint64_t lowest, uint64_t icr)
{
	struct registers registers = {
		.rax = PARACALL_KVM_HC_SEND_IPI,
		.rbx = low,
		.rcx = high,
		.rdx = lowest,
		.rsi = icr,
		.rflags = 0x202,
	};

	(cpu_has_vmmcall() ? registers_vmmcall_32 : registers_vmcall_32)(&registers);
	return (long)registers.rax;
}

/* In 32-bit code an argument holds 32 bits, and the second word starts there. */
static void test_32(void)
{
	for (uint32_t i = 0; i < cpu_count && i < 64; i++) {
		remember();
		check_equal(send_32(0, 1, (uint32_t)(cpu_ids[i] - 32), VECTOR), 1,
			    "second word: result");
		check_delivered(1ull << i, VECTOR, "second word at lowest + 32");
	}
	remember();
	check_equal(send_32(1ull << 32, 1ull << 32, 0, VECTOR), 0, "upper halves: result");
	check_delivered(0, VECTOR, "upper halves of the words");
	remember();
	check_equal(send_32(1, 0, 0xffull << 32 | cpu_ids[0], 0xffull << 32 | VECTOR), 1,
		    "first word: result");
	check_delivered(1, VECTOR, "first word");
	check_equal(send_32(1, 0, 0, PARACALL_ICR_LOGICAL | VECTOR),
		    (uint32_t)-PARACALL_KVM_EINVAL, "refused: result");
}

#define TEST(test_name, function, least_cpus) \
	{ \
		.name = test_name, .run = function, .cpus = least_cpus, .kvm = true, \
		.features = FEATURE(PV_SEND_IPI) \
	}

static const struct test tests[] = {
	TEST("IPI to the CPU itself", test_self, 1),
	TEST("IPI to others", test_others, 2),
	TEST("IPI to all", test_all, 1),
	TEST("IPI to nobody", test_empty, 1),
	TEST("IPI: bitmap starts at the lowest id", test_lowest, 1),
	TEST("IPI: high word starts 64 ids further on", test_high_word, 1),
	TEST("IPI: high word without CPUs", test_high_word_absent, 1),
	TEST("IPI: absent ids are not counted", test_absent, 1),
	TEST("IPI: logical mode and shorthands are refused", test_refused, 1),
	TEST("IPI: external interrupts go nowhere", test_extint, 1),
	TEST("IPI: upper bits are ignored", test_upper_bits, 1),
	TEST("IPI: NMI", test_nmi, 1),
	TEST("IPI: NMI ends cli; hlt, a fixed one does not", test_nmi_halted, 2),
	TEST("IPI: two vectors at once", test_two_vectors, 1),
	TEST("IPI: none of a series is lost", test_burst, 2),
	TEST("IPI: all to all", test_crossfire, 2),
	TEST("IPI from compatibility mode", test_32, 1),
};

TESTS_MAIN("ipi", tests)
