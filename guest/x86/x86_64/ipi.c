/* SPDX-License-Identifier: BSD-2-Clause */
#include "../ipi.h"

/* The lowest id has 32 bits, and so has the command. */
static void test_upper_bits(void)
{
	remember();
	check_equal(send(1, 0, 0xffull << 32 | cpu_ids[0], VECTOR), 1, "lowest id: result");
	check_delivered(only(0), VECTOR, "upper bits of the lowest id");
	remember();
	check_equal(send(1, 0, cpu_ids[0], 0xffull << 32 | VECTOR), 1, "command: result");
	check_delivered(only(0), VECTOR, "upper bits of the command");
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
	for (uint32_t i = 0; i < cpu_count; i++) {
		remember();
		check_equal(send_32(0, 1, (uint32_t)(cpu_ids[i] - 32), VECTOR), 1,
			    "second word: result");
		check_delivered(only(i), VECTOR, "second word at lowest + 32");
	}
	remember();
	check_equal(send_32(1ull << 32, 1ull << 32, 0, VECTOR), 0, "upper halves: result");
	check_delivered(nobody(), VECTOR, "upper halves of the words");
	remember();
	check_equal(send_32(1, 0, 0xffull << 32 | cpu_ids[0], 0xffull << 32 | VECTOR), 1,
		    "first word: result");
	check_delivered(only(0), VECTOR, "first word");
	for (uint32_t lowest = 1; lowest < 200; lowest += 33) {
		struct targets targets = ids_between(lowest, lowest + 63);

		remember();
		check_equal(send_32(~0ull, ~0ull, lowest, VECTOR), count(&targets),
			    "both words from %u: result", lowest);
		check_delivered(targets, VECTOR, "both words");
	}
	check_equal(send_32(1, 0, 0, PARACALL_ICR_LOGICAL | VECTOR),
		    (uint32_t)-PARACALL_KVM_EINVAL, "refused: result");
}

bool make_ready_for_smi(struct cpu *cpu)
{
	(void)cpu;
	return true;
}

#define TEST(test_name, test_rule, function) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .kvm = true, \
		.features = FEATURE(PV_SEND_IPI) \
	}

static const struct test tests[] = {
	TEST("IPI: upper bits are ignored", SEND, test_upper_bits),
	TEST("IPI from compatibility mode", DOCUMENT "; " SEND ": cluster_size", test_32),
};

TEST_LIST(tests);
