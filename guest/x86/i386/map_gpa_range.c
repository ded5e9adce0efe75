/* SPDX-License-Identifier: BSD-2-Clause */
#include "../map_gpa_range.h"

/* A number of 32 bits is one of pages: 2^32 - 1 of them end far above 4 GiB, and don't wrap. */
static void test_32(void)
{
	check_equal(map(PAGE, ~0ul, PRIVATE), 0, "2^32 - 1 pages");
	check_equal(map(~0ul << 12, ~0ul, PRIVATE), 0,
		    "the same from the last page below 4 GiB");
	check_equal(map(0, ~0ul, 0), 0, "all shared");
	check_equal(map(~0ul << 12, ~0ul, 0), 0, "all shared");
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
	TEST("range: numbers of 32 bits", WIDTH, test_32),
};

TEST_LIST(tests);
