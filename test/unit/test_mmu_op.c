/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MMU_OP: which bytes are done, what is written where, when the TLB goes. */
#include "fake_engine.h"

#include <endian.h>
#include <string.h>

#define BUFFER 0x1000
#define TABLE 0x2000
#define MAX_LENGTH 512

#define CR4_PAE (1u << 5)
#define EFER_LMA (1u << 10)

#define WRITE_PTE PARACALL_KVM_MMU_OP_WRITE_PTE
#define FLUSH_TLB PARACALL_KVM_MMU_OP_FLUSH_TLB
#define RELEASE_PT PARACALL_KVM_MMU_OP_RELEASE_PT

static int setup(void **state)
{
	static struct fake_machine fake;

	fake_machine_create(&fake, &fake_engine, NULL);
	memset(fake.memory + TABLE, 0xee, 0x1000);
	*state = &fake;
	return 0;
}

/* A buffer of operations, in the guest's memory. */
struct buffer {
	struct fake_machine *fake;
	size_t length;
};

static void add(struct buffer *buffer, const void *operation, size_t size)
{
	memcpy(buffer->fake->memory + BUFFER + buffer->length, operation, size);
	buffer->length += size;
}

static void add_write(struct buffer *buffer, uint64_t address, uint64_t value)
{
	struct paracall_kvm_mmu_op_write_pte operation = {
		.header.op = htole32(WRITE_PTE),
		.pte_phys = htole64(address),
		.pte_val = htole64(value),
	};

	add(buffer, &operation, sizeof(operation));
}

static void add_flush(struct buffer *buffer)
{
	struct paracall_kvm_mmu_op_flush_tlb operation = { .header.op = htole32(FLUSH_TLB) };

	add(buffer, &operation, sizeof(operation));
}

static void add_release(struct buffer *buffer, uint64_t address)
{
	struct paracall_kvm_mmu_op_release_pt operation = {
		.header.op = htole32(RELEASE_PT),
		.pt_phys = htole64(address),
	};

	add(buffer, &operation, sizeof(operation));
}

static int64_t mmu_op(struct fake_machine *fake, uint64_t length, uint64_t address,
		      uint64_t high)
{
	return fake_call(&fake->cpus[1], PARACALL_KVM_HC_MMU_OP, length, address, high, 0);
}

static uint64_t entry(const struct fake_machine *fake, size_t offset)
{
	uint64_t value;

	memcpy(&value, fake->memory + TABLE + offset, sizeof(value));
	return le64toh(value);
}

#define UNTOUCHED UINT64_C(0xeeeeeeeeeeeeeeee)
#define VALUE UINT64_C(0x8123456789abc067)

static void operations_are_done_in_order(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	add_write(&buffer, TABLE, 1);
	add_release(&buffer, TABLE);
	add_write(&buffer, TABLE, VALUE);
	add_flush(&buffer);
	add_write(&buffer, TABLE + 16, 2);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 24 + 16 + 24 + 8 + 24);
	assert_true(entry(fake, 0) == VALUE);
	assert_true(entry(fake, 8) == UNTOUCHED);
	assert_true(entry(fake, 16) == 2);
	/* Of the caller, once. */
	assert_int_equal(fake->cpus[1].tlb_flushes, 1);
	assert_int_equal(fake->cpus[0].tlb_flushes, 0);
}

static void tlb_is_flushed_when_needed(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	add_release(&buffer, TABLE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 16);
	assert_int_equal(fake->cpus[1].tlb_flushes, 0);
	buffer.length = 0;
	add_flush(&buffer);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 8);
	assert_int_equal(fake->cpus[1].tlb_flushes, 1);
	buffer.length = 0;
	add_write(&buffer, TABLE, VALUE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 24);
	assert_int_equal(fake->cpus[1].tlb_flushes, 2);
	/* Nothing was written: nothing is stale. */
	buffer.length = 0;
	add_write(&buffer, FAKE_MEMORY_SIZE, VALUE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 0);
	assert_int_equal(fake->cpus[1].tlb_flushes, 2);
}

/* An operation that does not fit, or is invalid, ends it. */
static void lengths_are_checked(void **state)
{
	static const struct {
		uint64_t length;
		int64_t done;
	} cases[] = {
		{ 0, 0 },
		{ 1, 0 },
		{ 7, 0 },
		{ 8, 8 },
		{ 15, 8 },
		{ 16, 8 },
		{ 31, 8 },
		{ 32, 32 },
		{ 33, 32 },
		{ 40, 32 },
		{ 47, 32 },
		{ 48, 48 },
		{ 56, 48 },
		{ 512, 48 },
		{ 513, 48 },
		{ UINT32_MAX, 48 },
		{ UINT64_C(1) << 32, 48 },
		{ UINT64_MAX, 48 },
	};
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	add_flush(&buffer);
	add_write(&buffer, TABLE, VALUE);
	add_release(&buffer, TABLE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(mmu_op(fake, cases[i].length, BUFFER, 0), cases[i].done);
}

static void unknown_operations_end_it(void **state)
{
	static const uint32_t unknown[] = { 0, 4, 0x101, 0x80000001, UINT32_MAX };
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct buffer buffer = { .fake = fake };
		struct paracall_kvm_mmu_op_header header = { .op = htole32(unknown[i]) };

		add_flush(&buffer);
		add(&buffer, &header, sizeof(header));
		add_write(&buffer, TABLE, VALUE);
		assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 8);
		assert_true(entry(fake, 0) == UNTOUCHED);
	}
}

/* The padding means nothing. */
static void padding_is_ignored(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };
	struct paracall_kvm_mmu_op_header header = { .op = htole32(FLUSH_TLB),
						     .pad = UINT32_MAX };

	add(&buffer, &header, sizeof(header));
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 8);
}

/* 21 writes fit into 512 bytes; 8 bytes are left, the 22nd is for the next call. */
static void one_call_does_512_bytes(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };
	int64_t done;

	for (unsigned int i = 0; i < 42; i++)
		add_write(&buffer, TABLE + 8 * i, i);
	done = mmu_op(fake, buffer.length, BUFFER, 0);
	assert_int_equal(done, 21 * 24);
	assert_true(entry(fake, 8 * 20) == 20);
	assert_true(entry(fake, 8 * 21) == UNTOUCHED);
	/* As Linux does it. */
	assert_int_equal(mmu_op(fake, buffer.length - done, BUFFER + done, 0), 21 * 24);
	for (unsigned int i = 0; i < 42; i++)
		assert_true(entry(fake, 8 * i) == i);
	/* Exactly as much. */
	buffer.length = 0;
	for (unsigned int i = 0; i < MAX_LENGTH / 8 + 1; i++)
		add_flush(&buffer);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), MAX_LENGTH);
}

static void buffers_outside_memory(void **state)
{
	static const uint64_t addresses[] = {
		FAKE_MEMORY_SIZE, FAKE_MEMORY_SIZE - 1, FAKE_MEMORY_SIZE - 23,
		0xfee00000,	  UINT64_C(1) << 63,	UINT64_MAX - 23,
		UINT64_MAX,
	};
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_int_equal(mmu_op(fake, 24, addresses[i], 0), 0);
	/* Up to the end is inside. */
	add_flush(&buffer);
	memcpy(fake->memory + FAKE_MEMORY_SIZE - 8, fake->memory + BUFFER, 8);
	assert_int_equal(mmu_op(fake, 8, FAKE_MEMORY_SIZE - 8, 0), 8);
	/* KVM reads first, all of it. */
	assert_int_equal(mmu_op(fake, 9, FAKE_MEMORY_SIZE - 8, 0), 0);
	assert_int_equal(fake->cpus[1].tlb_flushes, 1);
}

static void entries_outside_memory(void **state)
{
	static const uint64_t addresses[] = {
		FAKE_MEMORY_SIZE, FAKE_MEMORY_SIZE - 7, 0xfee00000,
		UINT64_MAX,	  UINT64_MAX - 7,	UINT64_C(1) << 52,
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct buffer buffer = { .fake = fake };

		memset(fake->memory + TABLE, 0xee, 16);
		add_write(&buffer, TABLE, VALUE);
		add_write(&buffer, addresses[i], 0);
		add_write(&buffer, TABLE + 8, VALUE);
		assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 24);
		assert_true(entry(fake, 0) == VALUE);
		assert_true(entry(fake, 8) == UNTOUCHED);
		/* What was done before is seen. */
		assert_int_equal(fake->cpus[1].tlb_flushes, i + 1);
	}
}

static void misaligned_entries_are_written(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	add_write(&buffer, TABLE + 3, VALUE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 24);
	assert_true(entry(fake, 3) == VALUE);
}

/* KVM had read the operations before it did them. */
static void buffer_that_changes_itself(void **state)
{
	struct fake_machine *fake = *state;
	struct buffer buffer = { .fake = fake };

	add_write(&buffer, BUFFER + 24, 99);
	add_write(&buffer, TABLE, VALUE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 48);
	assert_true(entry(fake, 0) == VALUE);
	assert_int_equal(mmu_op(fake, buffer.length, BUFFER, 0), 24);
}

/* How much of an entry is written, by the caller's mode. */
static void entries_have_the_modes_size(void **state)
{
	static const struct {
		uint32_t mode;
		uint64_t efer, cr4;
		size_t size;
	} cases[] = {
		{ PARACALL_MODE_64BIT, EFER_LMA, CR4_PAE, 8 },
		/* Compatibility mode */
		{ 0, EFER_LMA, CR4_PAE, 8 },
		{ 0, 0, CR4_PAE, 8 },
		{ 0, 0, 0, 4 },
		/* Long mode is enabled, and not active. */
		{ 0, 0x100, (uint64_t)~CR4_PAE, 4 },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buffer buffer = { .fake = fake };
		struct fake_cpu *cpu = &fake->cpus[1];

		memset(fake->memory + TABLE, 0xee, 16);
		cpu->registers[PARACALL_X86_EFER] = cases[i].efer;
		cpu->registers[PARACALL_X86_CR4] = cases[i].cr4;
		add_write(&buffer, TABLE, VALUE);
		assert_true(fake_call_in(cpu, cases[i].mode, PARACALL_KVM_HC_MMU_OP,
					 buffer.length, BUFFER, 0, 0) == buffer.length);
		assert_memory_equal(fake->memory + TABLE, &(uint64_t){ htole64(VALUE) },
				    cases[i].size);
		assert_int_equal(fake->memory[TABLE + cases[i].size], 0xee);
	}
}

/* The third argument is the address's high half outside long mode only. */
static void the_address_depends_on_the_mode(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];
	struct buffer buffer = { .fake = fake };

	add_flush(&buffer);
	assert_int_equal(mmu_op(fake, 8, BUFFER, UINT64_MAX), 8);
	cpu->registers[PARACALL_X86_EFER] = EFER_LMA;
	assert_true(fake_call_in(cpu, 0, PARACALL_KVM_HC_MMU_OP, 8, BUFFER, 1, 0) == 8);
	cpu->registers[PARACALL_X86_EFER] = 0;
	assert_true(fake_call_in(cpu, 0, PARACALL_KVM_HC_MMU_OP, 8, BUFFER, 1, 0) == 0);
	assert_true(fake_call_in(cpu, 0, PARACALL_KVM_HC_MMU_OP, 8, BUFFER, 0, 0) == 8);
	/* Cut to 32 bits, as all arguments are. */
	assert_true(fake_call_in(cpu, 0, PARACALL_KVM_HC_MMU_OP, UINT64_C(5) << 32 | 8,
				 UINT64_C(5) << 32 | BUFFER, UINT64_C(5) << 32, 0) == 8);
}

static void not_there_unless_offered(void **state)
{
	struct paracall_options options = fake_options();
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	options.features &= ~(1u << PARACALL_KVM_FEATURE_MMU_OP);
	for (int enforce = 0; enforce < 2; enforce++) {
		struct buffer buffer = { .fake = &fake };

		options.enforce_features = enforce;
		fake_machine_create(&fake, &fake_engine, &options);
		add_flush(&buffer);
		assert_int_equal(mmu_op(&fake, 8, BUFFER, 0), -PARACALL_KVM_ENOSYS);
		assert_int_equal(mmu_op(&fake, 0, 0, 0), -PARACALL_KVM_ENOSYS);
		assert_int_equal(fake.cpus[1].tlb_flushes, 0);
		fake_machine_destroy(&fake);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(operations_are_done_in_order),
		TEST(tlb_is_flushed_when_needed),
		TEST(lengths_are_checked),
		TEST(unknown_operations_end_it),
		TEST(padding_is_ignored),
		TEST(one_call_does_512_bytes),
		TEST(buffers_outside_memory),
		TEST(entries_outside_memory),
		TEST(misaligned_entries_are_written),
		TEST(buffer_that_changes_itself),
		TEST(entries_have_the_modes_size),
		TEST(the_address_depends_on_the_mode),
		cmocka_unit_test(not_there_unless_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
