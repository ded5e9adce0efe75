/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_MMU_OP, checked by the contents of a virtual address: arch/x86/kvm/mmu.c,
 * kvm_pv_mmu_op (Linux 2.6.32).
 */
#include "mmu_op.h"

#define GLOBAL 0x100ul
#define CR4_GLOBAL 0x80ul
/* Beyond the memory that paracall check gives. */
#define OUTSIDE 0x40000000ul
#define MEMORY_END 0x8000000ul

uint64_t table[512] __attribute__((aligned(PAGE)));
volatile uint64_t *window;
volatile uint64_t pages[2][512] __attribute__((aligned(PAGE)));
struct buffer buffer __attribute__((aligned(PAGE)));

uint64_t address_of(const volatile void *pointer)
{
	return (uintptr_t)pointer;
}

void open_window(uint64_t flags)
{
	pages[0][0] = FIRST;
	pages[1][0] = SECOND;
	table[0] = address_of(pages[0]) | flags;
	table[1] = 0;
	window = map_table(table);
	check_equal((int64_t)*window, FIRST, "window at the beginning");
}

size_t put_write(void *at, uint64_t address, uint64_t value)
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

long mmu_op(unsigned long length, uint64_t address)
{
	return hypercall(PARACALL_KVM_HC_MMU_OP, (long)length, (long)address,
			 (long)(address >> 32), 0);
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
		check_equal((int64_t)(table[0] & ~0xfffull), address_of(pages[page]),
			    "address in the entry");
		check_equal((int64_t)*window, page ? SECOND : FIRST, "window");
	}
	*window = 5;
	check_equal((int64_t)pages[0][0], 5, "page that was written through the window");
}

/* KVM's shadow page tables follow each entry, flushed or not, global or not. */
static void test_write_alone(void)
{
	uint64_t flags[] = { PAGE_FLAGS, PAGE_FLAGS | GLOBAL };
	unsigned long cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_GLOBAL) : "memory");
	for (int i = 0; i < 2; i++) {
		open_window(flags[i]);
		put_write(buffer.before, address_of(&table[0]),
			  address_of(pages[1]) | flags[i]);
		check_equal(mmu_op(24, address_of(&buffer)), 24, "result");
		check_equal((int64_t)*window, SECOND, i ? "window, global" : "window");
		put_write(buffer.before, address_of(&table[0]), 0);
		mmu_op(24, address_of(&buffer));
	}
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
}

static void read_window(void *argument)
{
	*(uint64_t *)argument = *window;
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
	check_equal((int64_t)*window, SECOND, "window");
}

/* FLUSH_TLB by itself, for an entry that was written as usual. */
static void test_flush(void)
{
	open_window(PAGE_FLAGS);
	*(volatile uint64_t *)&table[0] = address_of(pages[1]) | PAGE_FLAGS;
	put_flush(buffer.before);
	check_equal(mmu_op(8, address_of(&buffer)), 8, "result");
	check_equal((int64_t)*window, SECOND, "window");
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
		check_equal((int64_t)window[512 * i], i & 1 ? FIRST : SECOND, "page %u", i);
}

/* An invalid operation, and all after it, are ignored. */
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
	check_equal((int64_t)*window, FIRST, "window");
}

static void test_lengths(void)
{
	static const uint8_t done[] = { 0, 0, 0, 0, 0, 0, 0, 0, 8 };
	size_t length = put_flush(buffer.before);

	open_window(PAGE_FLAGS);
	length += put_write(buffer.before + length, address_of(&table[0]),
			    address_of(pages[1]) | PAGE_FLAGS);
	put_header(buffer.before + length, 0);
	for (unsigned long i = 0; i < 32; i++)
		check_equal(mmu_op(i, address_of(&buffer)), i < 9 ? done[i] : 8, "%lu bytes",
			    i);
	check_equal((int64_t)*window, FIRST, "window, nothing done");
	check_equal(mmu_op(~0ul, address_of(&buffer)), 32, "as many bytes as can be");
	check_equal((int64_t)*window, SECOND, "window, all done");
	check_equal(mmu_op(~(~0ul >> 1), address_of(&buffer)), 32, "half of them");
	check_equal(mmu_op(0, ~0ull), 0, "nothing from nowhere");
}

/* A buffer that goes on in the next page, and one that ends with its page. */
static void test_two_pages(void)
{
	uint8_t *at = buffer.after - 12;

	open_window(PAGE_FLAGS);
	put_write(at, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op(24, address_of(at)), 24, "result");
	check_equal((int64_t)*window, SECOND, "window");
}

/* Not memory, or not all of it. */
static void test_bad_buffer(void)
{
	static const uint64_t bad[] = {
		APIC_BASE,  OUTSIDE,	MEMORY_END, MEMORY_END - 4, 0xffff0000ull << 32,
		1ull << 52, 1ull << 63, ~0ull - 23, ~0ull - 7,	    ~0ull,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_equal(mmu_op(24, bad[i]), 0, "buffer at 0x%" PRIx64, bad[i]);
}

/* Those before are done; an entry that can't be written is not, nor what follows. */
static void test_bad_entry(void)
{
	static const uint64_t bad[] = {
		APIC_BASE,  APIC_BASE + 0x300, OUTSIDE,	  MEMORY_END, MEMORY_END - 4,
		1ull << 52, 1ull << 63,	       ~0ull - 7, ~0ull,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t length;

		open_window(PAGE_FLAGS);
		length = put_write(buffer.before, address_of(&table[0]),
				   address_of(pages[1]) | PAGE_FLAGS);
		length += put_write(buffer.before + length, bad[i], 0);
		length += put_write(buffer.before + length, address_of(&table[1]), ~0ull);
		check_equal(mmu_op(length, address_of(&buffer)), 24, "entry at 0x%" PRIx64,
			    bad[i]);
		check_equal((int64_t)*window, SECOND, "window");
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
	check_equal((int64_t)*window, SECOND, "window");
	memset(at, 0, 128);
}

static volatile uint32_t wrong;

/* On each CPU, a window of its own: a slot of the table. */
static void change_often(void *argument)
{
	unsigned int slot = (unsigned int)(uintptr_t)argument;
	volatile uint64_t *own = window + 512ul * slot;
	uint8_t operations[32] __attribute__((aligned(32)));

	for (int i = 0; i < 500; i++) {
		size_t length = put_write(operations, address_of(&table[slot]),
					  address_of(pages[i & 1]) | PAGE_FLAGS);

		length += put_flush(operations + length);
		if (mmu_op(length, address_of(operations)) != 32 ||
		    *own != (i & 1 ? SECOND : FIRST))
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

/* The source of what is expected: see struct test. */
#define OPERATION "arch/x86/kvm/mmu.c (Linux 2.6.32), "
#define CALL OPERATION "kvm_pv_mmu_op"
#define BATCH \
	CALL "; arch/x86/include/asm/kvm_host.h (Linux 2.6.32), struct kvm_pv_mmu_op_buffer"
#define ONE OPERATION "kvm_pv_mmu_op_one"
#define WRITE OPERATION "kvm_pv_mmu_write"
#define FLUSH OPERATION "kvm_pv_mmu_flush_tlb"
#define BUFFER OPERATION "pv_mmu_peek_buffer and pv_mmu_read_buffer"

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(MMU_OP) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	COVERING_TEST("MMU: another page at an address",
		      WRITE "; Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_MMU_OP",
		      test_window, 1, "MMU_OP"),
	TEST("MMU: an entry counts without a flush", WRITE "; " OPERATION "kvm_mmu_pte_write",
	     test_write_alone, 1),
	TEST("MMU: an entry is taken away", WRITE "; " OPERATION "kvm_mmu_pte_write",
	     test_unmap, 1),
	TEST("MMU: flush alone", FLUSH, test_flush, 1),
	TEST("MMU: 512 bytes a call", BATCH, test_batch, 1),
	TEST("MMU: unknown operations", ONE, test_unknown, 1),
	TEST("MMU: lengths", BUFFER "; " ONE, test_lengths, 1),
	TEST("MMU: buffer in two pages", CALL, test_two_pages, 1),
	TEST("MMU: buffer outside memory", CALL, test_bad_buffer, 1),
	TEST("MMU: entry outside memory", CALL "; " WRITE, test_bad_entry, 1),
	TEST("MMU: misaligned entry", WRITE, test_misaligned, 1),
	TEST("MMU: buffer in a page table", CALL, test_buffer_in_table, 1),
	TEST("MMU: all CPUs at once", CALL "; " WRITE, test_all_cpus, 2),
};

TESTS_MAIN("mmu_op", tests)
