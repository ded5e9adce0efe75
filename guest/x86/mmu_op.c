/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_MMU_OP, seen by what is behind a virtual address: arch/x86/kvm/mmu.c,
 * kvm_pv_mmu_op (Linux 2.6.32).
 */
#include "runtime/test.h"

#define PAGE 4096
#define PAGE_FLAGS 7ul
#define GLOBAL 0x100ul
#define CR4_GLOBAL 0x80ul
/* Nothing is mapped there by the runtime: a slot of its first directory. */
#define WINDOW_SLOT 8
#define WINDOW ((volatile uint64_t *)((uintptr_t)WINDOW_SLOT << 30))
#define MAX_LENGTH 512
/* Beyond the memory that paracall check gives. */
#define OUTSIDE 0x40000000ul
#define MEMORY_END 0x8000000ul

static uint64_t directory[512] __attribute__((aligned(PAGE)));
static uint64_t table[512] __attribute__((aligned(PAGE)));
/* Two pages of which one is in the window, each with its own number. */
static volatile uint64_t pages[2][512] __attribute__((aligned(PAGE)));
/* Where it can start in a page's last bytes. */
static struct {
	uint8_t before[PAGE];
	uint8_t after[PAGE];
} buffer __attribute__((aligned(PAGE)));

#define FIRST 0x1111111111111111ul
#define SECOND 0x2222222222222222ul

static uint64_t address_of(const volatile void *pointer)
{
	return (uintptr_t)pointer;
}

static void load_cr3(void)
{
	__asm__ volatile("mov %%cr3, %%rax; mov %%rax, %%cr3" : : : "rax", "memory");
}

static uint64_t *top_table(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	return (uint64_t *)(cr3 & ~0xffful);
}

/* The window shows the first page; it was read, so it is in the TLB. */
static void open_window(uint64_t flags)
{
	uint64_t *pointers = (uint64_t *)(top_table()[0] & ~0xffful);

	pages[0][0] = FIRST;
	pages[1][0] = SECOND;
	table[0] = address_of(pages[0]) | flags;
	table[1] = 0;
	directory[0] = address_of(table) | PAGE_FLAGS;
	pointers[WINDOW_SLOT] = address_of(directory) | PAGE_FLAGS;
	load_cr3();
	check_equal((int64_t)*WINDOW, FIRST, "window at the beginning");
}

static size_t put_write(void *at, uint64_t address, uint64_t value)
{
	const struct paracall_kvm_mmu_op_write_pte operation = {
		.header.op = PARACALL_KVM_MMU_OP_WRITE_PTE,
		.pte_phys = address,
		.pte_val = value,
	};

	memcpy(at, &operation, sizeof(operation));
	return sizeof(operation);
}

static size_t put_header(void *at, uint32_t number)
{
	const struct paracall_kvm_mmu_op_header header = { .op = number };

	memcpy(at, &header, sizeof(header));
	return sizeof(header);
}

static size_t put_flush(void *at)
{
	return put_header(at, PARACALL_KVM_MMU_OP_FLUSH_TLB);
}

static size_t put_release(void *at, uint64_t address)
{
	const struct paracall_kvm_mmu_op_release_pt operation = {
		.header.op = PARACALL_KVM_MMU_OP_RELEASE_PT,
		.pt_phys = address,
	};

	memcpy(at, &operation, sizeof(operation));
	return sizeof(operation);
}

static long mmu_op(uint64_t length, uint64_t address)
{
	return hypercall(PARACALL_KVM_HC_MMU_OP, (long)length, (long)address, 0, 0);
}

static long mmu_op_32(uint64_t length, uint64_t address, uint64_t high)
{
	struct registers registers = {
		.rax = PARACALL_KVM_HC_MMU_OP,
		.rbx = length,
		.rcx = address,
		.rdx = high,
		.rflags = 0x202,
	};

	(cpu_has_vmmcall() ? registers_vmmcall_32 : registers_vmcall_32)(&registers);
	return (long)registers.rax;
}

/* Without the call, a TLB may show the old page, or not: that proves nothing. */
static void test_window(void)
{
	size_t length;

	open_window(PAGE_FLAGS);
	for (int round = 0; round < 20; round++) {
		int page = !(round & 1);

		length = put_write(buffer.before, address_of(&table[0]),
				   address_of(pages[page]) | PAGE_FLAGS);
		length += put_flush(buffer.before + length);
		check_equal(mmu_op(length, address_of(&buffer)), 32, "result");
		check_equal((int64_t)(table[0] & ~0xffful), address_of(pages[page]),
			    "address in the entry");
		check_equal((int64_t)*WINDOW, page ? SECOND : FIRST, "window");
	}
	*WINDOW = 5;
	check_equal((int64_t)pages[0][0], 5, "page that was written through the window");
}

/* KVM's shadow page tables follow each entry, flushed or not, global or not. */
static void test_write_alone(void)
{
	uint64_t flags[] = { PAGE_FLAGS, PAGE_FLAGS | GLOBAL };
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_GLOBAL) : "memory");
	for (int i = 0; i < 2; i++) {
		open_window(flags[i]);
		put_write(buffer.before, address_of(&table[0]),
			  address_of(pages[1]) | flags[i]);
		check_equal(mmu_op(24, address_of(&buffer)), 24, "result");
		check_equal((int64_t)*WINDOW, SECOND, i ? "window, global" : "window");
		put_write(buffer.before, address_of(&table[0]), 0);
		mmu_op(24, address_of(&buffer));
	}
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
}

static void read_window(void *argument)
{
	*(uint64_t *)argument = *WINDOW;
}

/* An entry taken away faults, at once. */
static void test_unmap(void)
{
	uint64_t value = 0;

	open_window(PAGE_FLAGS);
	put_write(buffer.before, address_of(&table[0]), 0);
	check_equal(mmu_op(24, address_of(&buffer)), 24, "result");
	check_equal(catch_exception(read_window, &value), VECTOR_PF, "exception");
	put_write(buffer.before, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op(24, address_of(&buffer)), 24, "result of mapping again");
	check_equal((int64_t)*WINDOW, SECOND, "window");
}

/* FLUSH_TLB by itself, for an entry that was written as usual. */
static void test_flush(void)
{
	open_window(PAGE_FLAGS);
	*(volatile uint64_t *)&table[0] = address_of(pages[1]) | PAGE_FLAGS;
	put_flush(buffer.before);
	check_equal(mmu_op(8, address_of(&buffer)), 8, "result");
	check_equal((int64_t)*WINDOW, SECOND, "window");
}

/* 21 entries fit, and 8 bytes of the next; the guest goes on from there. */
static void test_batch(void)
{
	size_t length = 0, done = 0;
	unsigned int calls = 0;

	open_window(PAGE_FLAGS);
	for (unsigned int i = 0; i < 42; i++)
		length += put_write(buffer.before + length, address_of(&table[i]),
				    address_of(pages[!(i & 1)]) | PAGE_FLAGS);
	check_equal(mmu_op(length, address_of(&buffer)), 21 * 24, "result of one call");
	for (; done < length && calls < 10; calls++)
		done += (size_t)mmu_op(length - done, address_of(&buffer) + done);
	check_equal((int64_t)done, (int64_t)length, "bytes done");
	check_equal(calls, 2, "calls");
	for (unsigned int i = 0; i < 42; i++)
		check_equal((int64_t)WINDOW[512 * i], i & 1 ? FIRST : SECOND, "page %u", i);
}

/* What is no operation, and all after it, is left alone. */
static void test_unknown(void)
{
	static const uint32_t unknown[] = { 0, 4, 0x10001, 0x80000001, 0xffffffff };

	open_window(PAGE_FLAGS);
	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		size_t length = put_release(buffer.before, address_of(table));

		length += put_header(buffer.before + length, unknown[i]);
		length += put_write(buffer.before + length, address_of(&table[0]), 0);
		check_equal(mmu_op(length, address_of(&buffer)), 16, "operation 0x%x",
			    unknown[i]);
	}
	check_equal((int64_t)*WINDOW, FIRST, "window");
}

static void test_lengths(void)
{
	static const uint8_t done[] = { 0, 0, 0, 0, 0, 0, 0, 0, 8 };
	size_t length = put_flush(buffer.before);

	open_window(PAGE_FLAGS);
	length += put_write(buffer.before + length, address_of(&table[0]),
			    address_of(pages[1]) | PAGE_FLAGS);
	put_header(buffer.before + length, 0);
	for (uint64_t i = 0; i < 32; i++)
		check_equal(mmu_op(i, address_of(&buffer)), i < 9 ? done[i] : 8, "%lu bytes",
			    i);
	check_equal((int64_t)*WINDOW, FIRST, "window, nothing done");
	check_equal(mmu_op(~0ul, address_of(&buffer)), 32, "2^64 - 1 bytes");
	check_equal((int64_t)*WINDOW, SECOND, "window, all done");
	check_equal(mmu_op(1ul << 63, address_of(&buffer)), 32, "2^63 bytes");
	check_equal(mmu_op(0, ~0ul), 0, "nothing from nowhere");
}

/* A buffer that goes on in the next page, and one that ends with its page. */
static void test_two_pages(void)
{
	uint8_t *at = buffer.after - 12;

	open_window(PAGE_FLAGS);
	put_write(at, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op(24, address_of(at)), 24, "result");
	check_equal((int64_t)*WINDOW, SECOND, "window");
}

/* Not memory, or not all of it. */
static void test_bad_buffer(void)
{
	static const uint64_t bad[] = {
		APIC_BASE, OUTSIDE,   MEMORY_END, MEMORY_END - 4, 0xffff0000ul << 32,
		1ul << 52, 1ul << 63, ~0ul - 23,  ~0ul - 7,	  ~0ul,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_equal(mmu_op(24, bad[i]), 0, "buffer at 0x%lx", bad[i]);
}

/* Those before are done; an entry that can't be written is not, nor what follows. */
static void test_bad_entry(void)
{
	static const uint64_t bad[] = {
		APIC_BASE, APIC_BASE + 0x300, OUTSIDE,	MEMORY_END, MEMORY_END - 4,
		1ul << 52, 1ul << 63,	      ~0ul - 7, ~0ul,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t length;

		open_window(PAGE_FLAGS);
		length = put_write(buffer.before, address_of(&table[0]),
				   address_of(pages[1]) | PAGE_FLAGS);
		length += put_write(buffer.before + length, bad[i], 0);
		length += put_write(buffer.before + length, address_of(&table[1]), ~0ul);
		check_equal(mmu_op(length, address_of(&buffer)), 24, "entry at 0x%lx", bad[i]);
		check_equal((int64_t)*WINDOW, SECOND, "window");
		check_equal((int64_t)table[1], 0, "entry after the bad one");
	}
}

/* A misaligned entry is just bytes: those of two entries. */
static void test_misaligned(void)
{
	open_window(PAGE_FLAGS);
	table[100] = table[101] = 0;
	put_write(buffer.before, address_of(&table[100]) + 4, 0x8877665544332210);
	check_equal(mmu_op(24, address_of(&buffer)), 24, "result");
	check_equal((int64_t)table[100], 0x4433221000000000, "low entry");
	check_equal((int64_t)table[101], 0x88776655, "high entry");
	table[100] = table[101] = 0;
}

/* The operations stand in the page table that they change; all were read before. */
static void test_buffer_in_table(void)
{
	uint8_t *at = (uint8_t *)&table[256];
	size_t length;

	open_window(PAGE_FLAGS);
	length = put_write(at, address_of(&table[256 + 3]), 0);
	length += put_write(at + length, address_of(&table[0]),
			    address_of(pages[1]) | PAGE_FLAGS);
	length += put_release(at + length, address_of(table));
	check_equal(mmu_op(length, address_of(at)), 64, "result");
	check_equal((int64_t)*WINDOW, SECOND, "window");
	memset(at, 0, 128);
}

/* In long mode entries have 8 bytes, and the third argument means nothing. */
static void test_32(void)
{
	open_window(PAGE_FLAGS);
	table[0] = ~0ul;
	put_write(buffer.before, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op_32(0xful << 32 | 24, 0xful << 32 | address_of(&buffer), 1), 24,
		    "result");
	check_equal((int64_t)(table[0] & ~0xfful),
		    (int64_t)((address_of(pages[1]) | PAGE_FLAGS) & ~0xfful), "entry");
	check_equal((int64_t)*WINDOW, SECOND, "window");
}

static volatile uint32_t wrong;

/* On each CPU, a window of its own: a slot of the table. */
static void change_often(void *argument)
{
	unsigned int slot = (unsigned int)(uintptr_t)argument;
	volatile uint64_t *window = WINDOW + 512ul * slot;
	uint8_t operations[32] __attribute__((aligned(32)));

	for (int i = 0; i < 500; i++) {
		size_t length = put_write(operations, address_of(&table[slot]),
					  address_of(pages[i & 1]) | PAGE_FLAGS);

		length += put_flush(operations + length);
		if (mmu_op(length, address_of(operations)) != 32 ||
		    *window != (i & 1 ? SECOND : FIRST))
			wrong = slot + 1;
	}
}

static void test_all_cpus(void)
{
	open_window(PAGE_FLAGS);
	wrong = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), change_often, (void *)(uintptr_t)i);
	change_often(NULL);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), 20000), "CPU %u does not finish", cpu_ids[i]);
	check_equal(wrong, 0, "one more than the slot of a CPU that saw the wrong page");
}

#define COVERING_TEST(test_name, function, least_cpus, what) \
	{ \
		.name = test_name, .covers = what, .run = function, .cpus = least_cpus, \
		.kvm = true, .features = FEATURE(MMU_OP) \
	}
#define TEST(test_name, function, least_cpus) \
	COVERING_TEST(test_name, function, least_cpus, NULL)

static const struct test tests[] = {
	COVERING_TEST("MMU: another page behind an address", test_window, 1, "MMU_OP"),
	TEST("MMU: an entry counts without a flush", test_write_alone, 1),
	TEST("MMU: an entry is taken away", test_unmap, 1),
	TEST("MMU: flush alone", test_flush, 1),
	TEST("MMU: 512 bytes a call", test_batch, 1),
	TEST("MMU: unknown operations", test_unknown, 1),
	TEST("MMU: lengths", test_lengths, 1),
	TEST("MMU: buffer in two pages", test_two_pages, 1),
	TEST("MMU: buffer outside memory", test_bad_buffer, 1),
	TEST("MMU: entry outside memory", test_bad_entry, 1),
	TEST("MMU: misaligned entry", test_misaligned, 1),
	TEST("MMU: buffer in a page table", test_buffer_in_table, 1),
	TEST("MMU: from compatibility mode", test_32, 1),
	TEST("MMU: all CPUs at once", test_all_cpus, 2),
};

TESTS_MAIN("mmu_op", tests)
