/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_MAP_GPA_RANGE: Documentation/virt/kvm/x86/hypercalls.rst;
 * arch/x86/kvm/x86.c, ____kvm_emulate_hypercall (Linux 6.19). A guest sees the
 * result only; the host's summary reports how many pages are private at the end.
 */
#include "map_gpa_range.h"

#define LIMIT_MS 20000
#define ROUNDS 300

long map(unsigned long address, unsigned long pages, unsigned long attributes)
{
	return hypercall(PARACALL_KVM_HC_MAP_GPA_RANGE, (long)address, (long)pages,
			 (long)attributes, 0);
}

static void test_convert(void)
{
	static uint64_t page[512] __attribute__((aligned(4096)));
	unsigned long address = (uintptr_t)page;

	page[0] = 77;
	check_equal(map(address, 1, PRIVATE), 0, "private");
	check_equal(map(address, 1, PRIVATE), 0, "private again");
	check_equal(map(address, 1, 0), 0, "shared");
	check_equal(map(address, 1, 0), 0, "shared again");
	check_equal((int64_t)page[0], 77, "the page's content");
}

static void test_boot(void)
{
	/* As Linux begins: all memory, then what must not be. */
	check_equal(map(0, 0x8000, PRIVATE), 0, "all memory");
	check_equal(map(0x100000, 16, 0), 0, "a few pages");
	check_equal(map(0x100000, 16, PRIVATE), 0, "the same, private");
	check_equal(map(0, 0x8000, PRIVATE | PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_2M), 0,
		    "2 MiB pages preferred");
	check_equal(map(0, 0x8000, 0), 0, "all shared");
}

static void test_refused(void)
{
	check_equal(map(PAGE, 0, PRIVATE), -PARACALL_KVM_EINVAL, "no pages");
	check_equal(map(PAGE + 1, 1, PRIVATE), -PARACALL_KVM_EINVAL, "address + 1");
	check_equal(map(PAGE + 0x800, 1, PRIVATE), -PARACALL_KVM_EINVAL, "half a page");
}

/* KVM leaves these to its user space. */
static void test_not_checked(void)
{
	check_equal(map(APIC_BASE, 1, PRIVATE), 0, "a device");
	check_equal(map(~0ul << 12, 2, PRIVATE), 0, "past all addresses that a register has");
	check_equal(map(0x200000, 1, ~0ul), 0, "all attributes");
	check_equal(map(0, ~0ul, 0), 0, "everything shared");
}

/* Every second page, until the host has had enough; then all is as before. */
static void test_many(void)
{
	long result = 0;
	unsigned long i;

	for (i = 0; i < 100000 && !result; i++)
		result = map(2 * i * PAGE, 1, PRIVATE);
	check_equal(result, -PARACALL_KVM_E2BIG, "result when it is full");
	check(i > 100, "only %lu ranges", i);
	check_equal(map(0, 2 * i, 0), 0, "all shared");
	check_equal(map(0, 1, PRIVATE), 0, "room again");
	check_equal(map(0, 1, 0), 0, "shared");
}

static volatile uint32_t wrong;

static void convert_often(void *argument)
{
	unsigned long address = 0x400000 + (uintptr_t)argument * 2 * PAGE;

	for (int i = 0; i < ROUNDS; i++) {
		if (map(address, 1, PRIVATE) || map(address, 1, 0))
			wrong = 1;
		/* The same pages for all. */
		if (map(0x300000, 4, i & 1 ? PRIVATE : 0))
			wrong = 2;
	}
}

static void test_all_cpus(void)
{
	wrong = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), convert_often, (void *)(uintptr_t)i);
	convert_often(NULL);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check_equal(wrong, 0, "1: a CPU's own page, 2: the common ones");
	check_equal(map(0x300000, 4, 0), 0, "shared again");
}

/* The last one: the summary has to report it. */
static void test_leave(void)
{
	check_equal(map(0, ~0ul, 0), 0, "all shared");
	check_equal(map(0x200000, 3, PRIVATE), 0, "three pages");
	check_equal(map(0x205000, 4, PRIVATE), 0, "four pages");
}

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_MAP_GPA_RANGE"
#define KERNEL "arch/x86/kvm/x86.c, ____kvm_emulate_hypercall: KVM_HC_MAP_GPA_RANGE"
#define USER_SPACE DOCUMENT ", \"Implementation note\""

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(HC_MAP_GPA_RANGE) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	COVERING_TEST("range: private and shared", DOCUMENT, test_convert, 1, "MAP_GPA_RANGE"),
	TEST("range: as Linux boots", DOCUMENT "; arch/x86/kernel/kvm.c, kvm_init_platform",
	     test_boot, 1),
	TEST("range: refused", KERNEL, test_refused, 1),
	TEST("range: not checked", KERNEL, test_not_checked, 1),
	TEST("range: more than fit", USER_SPACE "; include/uapi/linux/kvm_para.h, KVM_E2BIG",
	     test_many, 1),
	TEST("range: all CPUs at once", DOCUMENT, test_all_cpus, 2),
	TEST("range: 7 pages in 2 ranges are left", USER_SPACE, test_leave, 1),
};

TESTS_MAIN("map_gpa_range", tests)
