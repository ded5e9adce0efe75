/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling convention, and what each number answers: Documentation/virt/
 * kvm/x86/hypercalls.rst and cpuid.rst; arch/x86/kvm/x86.c,
 * ____kvm_emulate_hypercall (Linux 6.19). Calls that act on other CPUs have
 * programs of their own; here they get arguments with which they do nothing.
 */
#include "hypercalls.h"

#define ABSENT_ID 0xfe

const struct way ways[WAYS] = {
	{ "vmcall", registers_vmcall, false },
	{ "vmmcall", registers_vmmcall, true },
};

/* Room for what CLOCK_PAIRING writes, 64 bytes. */
static uint8_t buffer[64] __attribute__((aligned(64)));

/* Patterns, but for the arguments. */
static struct registers registers_for(unsigned long number)
{
	struct registers registers = registers_with_patterns(number, 0x2);

	registers.rbx = 0;
	registers.rcx = 0;
	registers.rdx = 0;
	registers.rsi = 0;
	return registers;
}

struct registers harmless(unsigned long number)
{
	struct registers registers = registers_for(number);

	switch ((uint32_t)number) {
	case PARACALL_KVM_HC_KICK_CPU:
		registers.rcx = ABSENT_ID;
		break;
	case PARACALL_KVM_HC_CLOCK_PAIRING:
		registers.rbx = (uintptr_t)buffer;
		break;
	case PARACALL_KVM_HC_SCHED_YIELD:
		registers.rbx = ABSENT_ID;
		break;
	}
	return registers;
}

static bool offered(uint32_t feature)
{
	return kvm.features & feature;
}

/*
 * A call that a feature announces: 0 if it is offered; if not, that depends on
 * KVM_CAP_ENFORCE_PV_FEATURE_CPUID.
 */
static bool is_gated_answer(uint32_t feature, long result)
{
	return result == 0 || (!offered(feature) && result == KVM_ENOSYS);
}

void check_answer(unsigned long number, long result, const char *way)
{
	const char *wrong = "%s, number %ld: result %ld";

	switch (number) {
	case PARACALL_KVM_HC_VAPIC_POLL_IRQ:
		check_equal(result, 0, "%s, number %ld", way, (long)number);
		break;
	case PARACALL_KVM_HC_KICK_CPU:
		check(is_gated_answer(FEATURE(PV_UNHALT), result), wrong, way, (long)number,
		      result);
		break;
	case PARACALL_KVM_HC_SEND_IPI:
		/* -95 without an APIC of KVM's own. */
		check(is_gated_answer(FEATURE(PV_SEND_IPI), result) ||
			      result == -PARACALL_KVM_EOPNOTSUPP,
		      wrong, way, (long)number, result);
		break;
	case PARACALL_KVM_HC_SCHED_YIELD:
		check(is_gated_answer(FEATURE(PV_SCHED_YIELD), result), wrong, way,
		      (long)number, result);
		break;
	case PARACALL_KVM_HC_CLOCK_PAIRING:
		/* Nothing announces it, and not every host's clock can do it. */
		check(result == 0 || result == -PARACALL_KVM_EOPNOTSUPP || result == KVM_ENOSYS,
		      wrong, way, (long)number, result);
		break;
	case PARACALL_KVM_HC_MAP_GPA_RANGE:
		/* No pages: -22 where user space asked for the call. */
		check(result == -PARACALL_KVM_EINVAL || result == KVM_ENOSYS, wrong, way,
		      (long)number, result);
		break;
	default:
		/* Unknown, another architecture's, or gone (MMU_OP). */
		check_equal(result, KVM_ENOSYS, "%s, number %ld", way, (long)number);
	}
}

/* clang-format off */
#define NUMBER(value) { "number " #value, (unsigned long)value }
/* clang-format on */

const struct number numbers[NUMBERS] = {
	NUMBER(0),	    NUMBER(1),		NUMBER(2),
	NUMBER(3),	    NUMBER(4),		NUMBER(5),
	NUMBER(6),	    NUMBER(7),		NUMBER(8),
	NUMBER(9),	    NUMBER(10),		NUMBER(11),
	NUMBER(12),	    NUMBER(13),		NUMBER(14),
	NUMBER(15),	    NUMBER(16),		NUMBER(17),
	NUMBER(18),	    NUMBER(19),		NUMBER(20),
	NUMBER(99),	    NUMBER(1000),	NUMBER(0x7fffffff),
	NUMBER(0x80000000), NUMBER(0xffffffff), NUMBER(0x7fffffffffffffff),
	NUMBER(-1),
};

static void try_number(const struct way *way, const struct number *number)
{
	struct registers registers = harmless(number->number);

	way->call(&registers);
	check_answer(number->number, (long)registers.rax, way->name);
}

static void test_vmcall(const void *row)
{
	try_number(&ways[0], row);
}

/*
 * The instruction that is not the CPU's own works too: KVM replaces it, these
 * programs' memory being writable (KVM_X86_QUIRK_FIX_HYPERCALL_INSN).
 */
static void test_vmmcall(const void *row)
{
	try_number(&ways[1], row);
}

static const char *const register_names[] = { REGISTER_NAMES };

void check_kept(const struct registers *before, const struct registers *after, const char *way)
{
	const unsigned long *old = &before->rax, *new = &after->rax;

	for (size_t i = 1; i < TEST_COUNT(register_names); i++)
		check_equal((long)new[i], (long)old[i], "%s, number %ld: %s", way,
			    (long)before->rax, register_names[i]);
}

/*
 * Nothing but rax changes, not even flags. Guests rely on it: their inline
 * assembler names no other register (arch/x86/include/asm/kvm_para.h).
 */
static void try_kept(const struct way *way, unsigned long number, unsigned long rflags)
{
	struct registers before = harmless(number), after;

	before.rflags = rflags;
	/* Arguments that this call does not have. */
	if (number == PARACALL_KVM_HC_VAPIC_POLL_IRQ || number == 99) {
		before = registers_with_patterns(number, rflags);
	}
	after = before;
	way->call(&after);
	check_kept(&before, &after, way->name);
}

void try_all_kept(const struct way tried[WAYS])
{
	static const unsigned long kept_for[] = {
		PARACALL_KVM_HC_VAPIC_POLL_IRQ,
		PARACALL_KVM_HC_KICK_CPU,
		PARACALL_KVM_HC_SEND_IPI,
		PARACALL_KVM_HC_SCHED_YIELD,
		99,
	};

	for (unsigned int i = 0; i < WAYS; i++) {
		for (unsigned int j = 0; j < sizeof(kept_for) / sizeof(kept_for[0]); j++) {
			try_kept(&tried[i], kept_for[j], 0x002);
			/* CF PF AF ZF SF IF DF OF */
			try_kept(&tried[i], kept_for[j], 0xed7);
		}
	}
}

static void test_kept(void)
{
	try_all_kept(ways);
}

/*
 * Outside privilege level 0 every number is -1, known or not, and no fault
 * (x86.c checks this before it looks at the number). That is so for the CPU's
 * own instruction. The other one may fault: user code cannot replace it
 * (arch/x86/kvm/emulate.c).
 */
void call_as_user(void *argument)
{
	struct user_test *test = argument;

	test->call(&test->registers);
}

static bool may_fault(const struct way *way, int vector)
{
	return way->vmmcall != cpu_has_vmmcall() &&
	       (vector == VECTOR_UD || vector == VECTOR_GP || vector == VECTOR_PF);
}

void try_as_user(const struct way *way, unsigned long number, unsigned long expected)
{
	struct user_test test = { harmless(number), way->call };
	struct registers before = test.registers;
	int vector = run_user(call_as_user, &test);

	if (may_fault(way, vector) ||
	    !check_equal(vector, -1, "%s, number %ld: exception", way->name, (long)number))
		return;
	check_equal((long)test.registers.rax, (long)expected, "%s, number %ld", way->name,
		    (long)number);
	check_kept(&before, &test.registers, way->name);
}

static void test_user(const void *row)
{
	const struct number *number = row;

	for (unsigned int i = 0; i < WAYS; i++)
		try_as_user(&ways[i], number->number, (unsigned long)-PARACALL_KVM_EPERM);
}

/* Which numbers exist may be visible, but the calls must not act either. */
static void test_user_effect(void)
{
	struct user_test test = { registers_for(PARACALL_KVM_HC_SEND_IPI),
				  cpu_has_vmmcall() ? registers_vmmcall : registers_vmcall };
	const volatile uint32_t *counter = &this_cpu()->interrupts[0x41];
	uint32_t before = *counter;

	test.registers.rbx = 1;
	test.registers.rdx = this_cpu()->apic_id;
	test.registers.rsi = 0x41;
	check_equal(run_user(call_as_user, &test), -1, "exception");
	check_equal((long)test.registers.rax, -PARACALL_KVM_EPERM, "result");
	delay_ms(10);
	check_equal(*counter, before, "interrupts sent by user mode");
}

/* cpuid.rst: the last leaf's number may be 0 on old hosts. */
static void test_signature(void)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(kvm.base, 0);

	check(leaf.eax == 0 || leaf.eax >= (kvm.base | 1), "last leaf: 0x%x", leaf.eax);
}

static void test_features(void)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(kvm.base | 1, 0);
	/* Bits 0 to 7, 9 to 17, 24: arch/x86/include/uapi/asm/kvm_para.h */
	const uint32_t known = 0x0103feff;

	check_equal(leaf.eax & ~known, 0, "unknown features");
	check_equal(leaf.ebx, 0, "ebx");
	check_equal(leaf.ecx, 0, "ecx");
	check_equal(leaf.edx & ~(1u << PARACALL_KVM_HINTS_REALTIME), 0, "unknown hints");
}

static void test_pv_unhalt(void)
{
	check_equal(hypercall(PARACALL_KVM_HC_KICK_CPU, 0, ABSENT_ID, 0, 0), 0, "KICK_CPU");
}

static void test_pv_send_ipi(void)
{
	check_equal(hypercall(PARACALL_KVM_HC_SEND_IPI, 0, 0, 0, 0x41), 0, "SEND_IPI");
}

static void test_pv_sched_yield(void)
{
	check_equal(hypercall(PARACALL_KVM_HC_SCHED_YIELD, ABSENT_ID, 0, 0, 0), 0,
		    "SCHED_YIELD");
}

void check_same_leaf(const struct registers *registers, uint32_t leaf, const char *where)
{
	struct paracall_guest_cpuid expected = paracall_guest_cpuid(leaf, 0);

	check_equal(registers->rax, expected.eax, "%s: leaf 0x%x eax", where, leaf);
	check_equal(registers->rbx, expected.ebx, "%s: leaf 0x%x ebx", where, leaf);
	check_equal(registers->rcx, expected.ecx, "%s: leaf 0x%x ecx", where, leaf);
	check_equal(registers->rdx, expected.edx, "%s: leaf 0x%x edx", where, leaf);
}

/* With all flags set, and user mode: nothing else changes. */
static void test_cpuid_registers(void)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct registers before = registers_for(kvm.base + (i & 1)), after;

		before.rflags = i & 2 ? 0xed7 : 2;
		after = before;
		registers_cpuid(&after);
		check_same_leaf(&after, kvm.base + (i & 1), "all registers given");
		before.rbx = after.rbx;
		before.rcx = after.rcx;
		before.rdx = after.rdx;
		check_kept(&before, &after, "cpuid");
	}
}

static void test_cpuid_user(void)
{
	for (uint32_t leaf = kvm.base; leaf <= (kvm.base | 1); leaf++) {
		struct user_test test = { registers_for(leaf), registers_cpuid };

		check_equal(run_user(call_as_user, &test), -1, "user mode: exception");
		check_same_leaf(&test.registers, leaf, "user mode");
	}
}

/* The signature is one instruction of a loop with others; they stay their own. */
static void test_cpuid_others(void)
{
	static const uint32_t leaves[] = { 0, 1, 0x80000000 };
	struct paracall_guest_cpuid first[3];

	for (unsigned int i = 0; i < 3; i++)
		first[i] = paracall_guest_cpuid(leaves[i], 0);
	check(first[0].eax >= 1 && first[0].eax < 0x10000, "last leaf: 0x%x", first[0].eax);
	check(first[0].ebx != PARACALL_KVM_SIGNATURE_EBX, "leaf 0 has KVM's signature");
	check_equal(first[1].ebx >> 24, this_cpu()->apic_id, "APIC id in leaf 1");
	/* FPU, TSC, MSR, APIC: a CPU with an APIC has them. */
	check_equal(first[1].edx & 0x231, 0x231, "features in leaf 1, edx");
	check_equal(first[1].ecx >> PARACALL_CPUID_1_ECX_HYPERVISOR, 1, "hypervisor bit");
	check(first[2].eax >= 0x80000001 && first[2].eax < 0x80010000,
	      "last extended leaf: 0x%x", first[2].eax);
	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < 3; i++) {
			/* One instruction for all, the leaf in a register. */
			struct registers registers = registers_for(leaves[i]);

			registers_cpuid(&registers);
			check_same_leaf(&registers, leaves[i], "again");
			registers = registers_for(kvm.base | 1);
			registers_cpuid(&registers);
			check_equal(registers.rax, kvm.features, "features in between");
		}
	}
}

/* One instruction for all: a host may see the load before it, and learn the leaf from that. */
static __attribute__((noinline)) struct paracall_guest_cpuid
cpuid_loaded(const volatile uint32_t *leaf)
{
	struct paracall_guest_cpuid result;

	__asm__ volatile("mov %4, %%eax; xor %%ecx, %%ecx; cpuid"
			 : "=&a"(result.eax), "=&b"(result.ebx), "=&c"(result.ecx),
			   "=&d"(result.edx)
			 : "m"(*leaf));
	return result;
}

#define LEAVES 5
#define LEAF_ROUNDS 2000

/* One CPU's; they all begin with another leaf. */
static void load_leaves(void *argument)
{
	volatile uint32_t *wrong = argument;
	uint32_t leaves[LEAVES] = { kvm.base, 0, kvm.base | 1, 0x80000000, kvm.base };
	struct paracall_guest_cpuid expected[LEAVES], got;
	volatile uint32_t leaf;

	for (uint32_t i = 0; i < LEAVES; i++)
		expected[i] = paracall_guest_cpuid(leaves[i], 0);
	for (uint32_t round = 0; round < LEAF_ROUNDS; round++) {
		uint32_t i = (round + this_cpu()->apic_id) % LEAVES;

		leaf = leaves[i];
		got = cpuid_loaded(&leaf);
		if (got.eax != expected[i].eax || got.ebx != expected[i].ebx ||
		    got.ecx != expected[i].ecx || got.edx != expected[i].edx)
			__atomic_add_fetch(wrong, 1, __ATOMIC_SEQ_CST);
	}
}

static void test_cpuid_loaded(void)
{
	volatile uint32_t wrong = 0;

	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), load_leaves, (void *)&wrong);
	load_leaves((void *)&wrong);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), 60000), "CPU %u does not finish", cpu_ids[i]);
	check_equal(wrong, 0, "wrong answers of %u", cpu_count * LEAF_ROUNDS);
}

/* Many calls in a row: nothing is used up, and results don't mix. */
static void test_many(void)
{
	for (int i = 0; i < 10000; i++) {
		if (!check_equal(hypercall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0), 0,
				 "call %d", i) ||
		    !check_equal(hypercall(99 + i, i, i, i, i), KVM_ENOSYS, "unknown call %d",
				 i))
			return;
	}
}

struct parallel {
	volatile uint32_t wrong;
};

static void call_in_parallel(void *argument)
{
	struct parallel *parallel = argument;

	for (int i = 0; i < 1000; i++)
		if (hypercall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0) ||
		    hypercall(1000 + this_cpu()->apic_id, 0, 0, 0, 0) != KVM_ENOSYS)
			__atomic_add_fetch(&parallel->wrong, 1, __ATOMIC_SEQ_CST);
}

/* Each CPU has its own registers. */
static void test_parallel(void)
{
	struct parallel parallel = { 0 };

	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), call_in_parallel, &parallel);
	call_in_parallel(&parallel);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), 30000), "CPU %u does not finish", cpu_ids[i]);
	check_equal(parallel.wrong, 0, "wrong results");
}

/* The source of what is expected: see struct test. */
#define CPUID_DOCUMENT(section) "Documentation/virt/kvm/x86/cpuid.rst, " section
#define LEAF(section) CPUID_DOCUMENT(section) "; arch/x86/kvm/cpuid.c, __do_cpuid_func"
#define EMULATE_CPUID \
	"arch/x86/kvm/cpuid.c, kvm_emulate_cpuid and kvm_cpuid; Intel SDM vol. 2, \"CPUID\""
#define PATCHED EMULATE "; arch/x86/kvm/x86.c, emulator_fix_hypercall"

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define TEST(test_name, test_rule, function) \
	{ .name = test_name, .rule = test_rule, .run = function, .kvm = true }
/* clang-format on */
#define FEATURE_TEST(test_name, test_rule, function, bit) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .kvm = true, \
		.features = FEATURE(bit) \
	}

/*
 * The same page at two addresses: the program goes on where it called. An
 * emulator may share what it translated, but not the addresses in it.
 */
static void check_aliases(pc_function *function, const char *name)
{
	pc_function *alias = (pc_function *)((uintptr_t)function + ALIAS);

	for (int round = 0; round < 3; round++) {
		unsigned long here = function();
		unsigned long there = alias();

		if (!check_equal(there - here, ALIAS, "%s, round %d", name, round))
			return;
	}
}

static void test_aliases(void)
{
	check_aliases(pc_after_call, "vmcall");
	check_aliases(pc_after_cpuid, "cpuid");
}

/*
 * ---- Where the number comes from -------------------------------------------
 *
 * A host that finds it in the instructions before must not use it if it has
 * changed by then: the guest came there by a jump, or has changed it since.
 */

#define CALL_HERE 0x0f, 0x01, 0x00
#define SET_NUMBER(low) 0xb8, low, 0x00, 0x00, 0x00
#define UNKNOWN_NUMBER 99
#define RETURN 0xc3

static const struct origin {
	const char *name;
	uint8_t code[16];
	/* Where it is entered, and with what. */
	uint32_t entry;
	unsigned long rax, rcx;
	int32_t expected;
} origins[] = {
	{ "a constant", { SET_NUMBER(1), CALL_HERE, RETURN }, 0, ~0ul, 0, 0 },
	{ "an unknown constant",
	  { SET_NUMBER(UNKNOWN_NUMBER), CALL_HERE, RETURN },
	  0,
	  1,
	  0,
	  KVM_ENOSYS },
	{ "a jump past it",
	  { SET_NUMBER(1), CALL_HERE, RETURN },
	  5,
	  UNKNOWN_NUMBER,
	  0,
	  KVM_ENOSYS },
	{ "a jump past an unknown one",
	  { SET_NUMBER(UNKNOWN_NUMBER), CALL_HERE, RETURN },
	  5,
	  1,
	  0,
	  0 },
	/* dec %ecx; jnz to the call, which then has the result of the one before. */
	{ "a loop, once",
	  { SET_NUMBER(1), CALL_HERE, 0xff, 0xc9, 0x75, 0xf9, RETURN },
	  0,
	  0,
	  1,
	  0 },
	{ "a loop, twice",
	  { SET_NUMBER(1), CALL_HERE, 0xff, 0xc9, 0x75, 0xf9, RETURN },
	  0,
	  0,
	  2,
	  KVM_ENOSYS },
	{ "two calls", { SET_NUMBER(1), CALL_HERE, CALL_HERE, RETURN }, 0, 0, 0, KVM_ENOSYS },
	/* mov $99, %al; mov $1, %ah */
	{ "a part of it",
	  { SET_NUMBER(1), 0xb0, UNKNOWN_NUMBER, CALL_HERE, RETURN },
	  0,
	  0,
	  0,
	  KVM_ENOSYS },
	{ "another part", { SET_NUMBER(1), 0xb4, 1, CALL_HERE, RETURN }, 0, 0, 0, KVM_ENOSYS },
	{ "a large one", { 0xb8, 1, 1, 0, 0, CALL_HERE, RETURN }, 0, 0, 0, KVM_ENOSYS },
	{ "the largest",
	  { 0xb8, 0xff, 0xff, 0xff, 0xff, CALL_HERE, RETURN },
	  0,
	  0,
	  0,
	  KVM_ENOSYS },
	/* movzbl %al, %ecx; movzbl %cl, %eax */
	{ "copied", { SET_NUMBER(1), 0x0f, 0xb6, 0xc8, CALL_HERE, RETURN }, 0, 0, 0, 0 },
	{ "overwritten",
	  { SET_NUMBER(UNKNOWN_NUMBER), 0x0f, 0xb6, 0xc1, CALL_HERE, RETURN },
	  0,
	  0,
	  1,
	  0 },
};

static uint8_t origin_code[16] __attribute__((aligned(64)));

static void lay_origin(const struct origin *origin)
{
	volatile uint8_t *code = origin_code;
	uint8_t last_byte = cpu_has_vmmcall() ? 0xd9 : 0xc1;

	for (size_t i = 0; i < sizeof(origin_code); i++)
		code[i] = i >= 2 && origin->code[i - 2] == 0x0f && origin->code[i - 1] == 0x01
				  ? last_byte
				  : origin->code[i];
}

static int32_t run_origin(const struct origin *origin)
{
	unsigned long rax = origin->rax, rcx = origin->rcx;

	__asm__ volatile("call *%3"
			 : "+a"(rax), "+c"(rcx)
			 : "b"(0), "S"(origin_code + origin->entry), "d"(0)
			 : "memory", "cc");
	return (int32_t)rax;
}

static void test_number_origin(const void *row)
{
	const struct origin *origin = row;

	lay_origin(origin);
	/* The first time the instruction may be replaced. */
	for (int i = 0; i < 3; i++)
		check_equal(run_origin(origin), origin->expected, "time %d", i);
}

/* All in one place, again and again, without writing the code again. */
static void test_number_changes(void)
{
	struct origin jump = origins[2];

	lay_origin(&jump);
	for (int i = 0; i < 20; i++) {
		check_equal(run_origin(&origins[0]), 0, "the constant");
		check_equal(run_origin(&jump), KVM_ENOSYS, "a jump past it");
		((volatile uint8_t *)origin_code)[1] = UNKNOWN_NUMBER;
		check_equal(run_origin(&origins[0]), KVM_ENOSYS, "the constant, changed");
		((volatile uint8_t *)origin_code)[1] = 1;
	}
}

static const struct test tests[] = {
	TEST("KVM's signature", LEAF("KVM_CPUID_SIGNATURE"), test_signature),
	TEST("KVM's feature leaf", LEAF("KVM_CPUID_FEATURES"), test_features),
	FEATURE_TEST("feature bit 7, PV_UNHALT, is true",
		     CPUID_DOCUMENT("KVM_FEATURE_PV_UNHALT") "; " EMULATE, test_pv_unhalt,
		     PV_UNHALT),
	FEATURE_TEST("feature bit 11, PV_SEND_IPI, is true",
		     CPUID_DOCUMENT("KVM_FEATURE_PV_SEND_IPI") "; " EMULATE, test_pv_send_ipi,
		     PV_SEND_IPI),
	FEATURE_TEST("feature bit 13, PV_SCHED_YIELD, is true",
		     CPUID_DOCUMENT("KVM_FEATURE_PV_SCHED_YIELD") "; " EMULATE,
		     test_pv_sched_yield, PV_SCHED_YIELD),
	TEST("CPUID changes four registers only", EMULATE_CPUID, test_cpuid_registers),
	TEST("CPUID is the same in user mode", EMULATE_CPUID, test_cpuid_user),
	TEST("other CPUID leaves are the CPU's own", EMULATE_CPUID, test_cpuid_others),
	TEST("CPUID by a leaf from memory, on all CPUs", EMULATE_CPUID, test_cpuid_loaded),
	NUMBERS_TEST("vmcall", CONVENTION "; " PATCHED, test_vmcall),
	NUMBERS_TEST("vmmcall", CONVENTION "; " PATCHED, test_vmmcall),
	TEST("other registers and flags are kept", KEPT, test_kept),
	{ .name = "the number, from",
	  .rule = CONVENTION "; " EMULATE,
	  .run_row = test_number_origin,
	  .kvm = true,
	  TEST_ROWS(origins) },
	TEST("the number, from a place that changes", CONVENTION "; " EMULATE,
	     test_number_changes),
	NUMBERS_TEST("user mode gets -1", PRIVILEGE, test_user),
	TEST("user mode: no effect", PRIVILEGE, test_user_effect),
	TEST("code that is mapped twice",
	     "arch/x86/kvm/x86.c, kvm_emulate_hypercall and kvm_skip_emulated_instruction",
	     test_aliases),
	{ .name = "many calls",
	  .rule = "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_VAPIC_POLL_IRQ",
	  .covers = "VAPIC_POLL_IRQ",
	  .run = test_many,
	  .kvm = true },
	{ .name = "calls on all CPUs at once",
	  .rule = CONVENTION,
	  .run = test_parallel,
	  .kvm = true,
	  .cpus = 2 },
};

TESTS_MAIN("hypercalls", tests)
