/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Outside long mode: the third argument is the upper half of the address, and an
 * entry has 4 bytes without PAE (arch/x86/kvm/mmu.c, kvm_pv_mmu_op and
 * kvm_pv_mmu_write, Linux 2.6.32).
 */
#include "../mmu_op.h"

#define CR0_PG (1ul << 31)
#define CR4_PSE 0x10ul
#define CR4_PAE 0x20ul
/* Present, writable, user, 4 MiB. */
#define LARGE_FLAGS 0x87u
#define LARGE_SHIFT 22

static long mmu_op_at(uint32_t address, uint32_t upper_half)
{
	return hypercall(PARACALL_KVM_HC_MMU_OP, 24, (long)address, (long)upper_half, 0);
}

static void test_upper_half(void)
{
	uint32_t address = (uint32_t)address_of(&buffer);

	open_window(PAGE_FLAGS);
	put_write(buffer.before, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op_at(address, 1), 0, "buffer 4 GiB further up");
	check_equal(mmu_op_at(address, 0x80000000), 0, "buffer 2^63 bytes further up");
	check_equal((int64_t)*window, FIRST, "window, nothing done");
	check_equal(mmu_op_at(address, 0), 24, "buffer");
	check_equal((int64_t)*window, SECOND, "window");
}

static void set_paging(unsigned long cr3, unsigned long cr4)
{
	unsigned long cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_PG) : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
	__asm__ volatile("mov %0, %%cr3" : : "r"(cr3) : "memory");
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_PG) : "memory");
}

static volatile uint32_t short_directory[1024] __attribute__((aligned(PAGE)));
static volatile uint32_t short_table[1024] __attribute__((aligned(PAGE)));

static void fill_short_tables(void)
{
	for (uint32_t i = 0; i < 1024; i++)
		short_directory[i] = i << LARGE_SHIFT | LARGE_FLAGS;
	short_directory[WINDOWS >> LARGE_SHIFT] =
		(uint32_t)address_of(short_table) | PAGE_FLAGS;
	short_table[0] = (uint32_t)address_of(pages[0]) | PAGE_FLAGS;
	short_table[1] = 0x12345678;
	pages[0][0] = FIRST;
	pages[1][0] = SECOND;
}

static void test_short_entries(void)
{
	const volatile uint64_t *short_window = (const volatile uint64_t *)WINDOWS;
	unsigned long cr3, cr4;
	uint64_t before, after;
	long result;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	fill_short_tables();
	put_write(buffer.before, address_of(&short_table[0]),
		  0xdeadbeefull << 32 | address_of(pages[1]) | PAGE_FLAGS);
	set_paging((unsigned long)address_of(short_directory), (cr4 & ~CR4_PAE) | CR4_PSE);
	before = *short_window;
	result = mmu_op_at((uint32_t)address_of(&buffer), 0);
	after = *short_window;
	set_paging(cr3, cr4);
	check_equal(result, 24, "result");
	check_equal((int64_t)before, FIRST, "window before it");
	check_equal((int64_t)after, SECOND, "window");
	check_equal(short_table[0] & ~0xfffu, (int64_t)address_of(pages[1]), "entry");
	check_equal(short_table[1], 0x12345678, "the next entry");
}

#define TEST(test_name, test_rule, function) \
	{ \
		.name = test_name, .rule = test_rule, .run = function, .kvm = true, \
		.features = FEATURE(MMU_OP) \
	}

static const struct test tests[] = {
	TEST("MMU: upper half of the buffer's address",
	     "arch/x86/kvm/x86.c (Linux 2.6.32), hc_gpa", test_upper_half),
	TEST("MMU: entries of 4 bytes", "arch/x86/kvm/mmu.c (Linux 2.6.32), kvm_pv_mmu_write",
	     test_short_entries),
};

TEST_LIST(tests);
