/* SPDX-License-Identifier: BSD-2-Clause */
#include "../map_gpa_range.h"

static void test_64(void)
{
	check_equal(map(PAGE, ~0ul, PRIVATE), -PARACALL_KVM_EINVAL, "2^64 - 1 pages");
	check_equal(map(~0ul << 12, ~0ul, PRIVATE), -PARACALL_KVM_EINVAL, "wraps");
	check_equal(map(1ul << 51, 1, PRIVATE), 0, "no memory there");
}

static long map_32(uint64_t address, uint64_t pages, uint64_t attributes)
{
	struct registers registers = {
		.rax = PARACALL_KVM_HC_MAP_GPA_RANGE,
		.rbx = address,
		.rcx = pages,
		.rdx = attributes,
		.rflags = 0x202,
	};

	(cpu_has_vmmcall() ? registers_vmmcall_32 : registers_vmcall_32)(&registers);
	return (long)registers.rax;
}

static void test_32(void)
{
	const uint64_t garbage = 0xdeadbeeful << 32;

	check_equal(map_32(garbage | PAGE, garbage | 1, garbage | PRIVATE), 0, "private");
	check_equal(map_32(garbage | PAGE, garbage | 1, garbage), 0, "shared");
	check_equal(map_32(PAGE, garbage, PRIVATE), (uint32_t)-PARACALL_KVM_EINVAL, "no pages");
	check_equal(map_32(PAGE, 0xffffffff, 0), 0, "2^32 - 1 pages");
}

/* The source of what is expected: see struct test. */
#define WIDTH \
	"Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_MAP_GPA_RANGE; " \
	"arch/x86/kvm/x86.h, is_64_bit_hypercall"

#define TEST(test_name, test_rule, function) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .kvm = true, \
		.features = FEATURE(HC_MAP_GPA_RANGE) \
	}

static const struct test tests[] = {
	TEST("range: numbers of 64 bits", WIDTH, test_64),
	TEST("range: from compatibility mode", WIDTH, test_32),
};

TEST_LIST(tests);
