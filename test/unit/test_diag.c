/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DIAGNOSE, as s390's guests call. */
#include "fake_engine.h"

#include <string.h>

#define PREFIX 0x4000

static int create(void **state)
{
	static struct fake_machine fake;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_S390,
		.max_cpus = FAKE_CPUS,
	};

	fake_machine_create(&fake, &fake_engine, &options);
	for (unsigned int i = 0; i < FAKE_CPUS; i++)
		fake.cpus[i].registers[PARACALL_S390_PREFIX] = PREFIX;
	*state = &fake;
	return 0;
}

static int destroy(void **state)
{
	fake_machine_destroy(*state);
	return 0;
}

/* A call with these in registers 1 and 3, which the instruction names. */
static enum paracall_diag_outcome diag(struct fake_cpu *cpu, uint32_t code, uint64_t r1,
				       uint64_t r3)
{
	cpu->registers[1] = r1;
	cpu->registers[3] = r3;
	cpu->reads = 0;
	cpu->writes = 0;
	return paracall_diag(cpu->cpu, code, 1, 3);
}

/* What was counted of it so far, on that vCPU. */
static struct paracall_call_statistics counts(const struct fake_machine *fake, unsigned int cpu,
					      const char *name)
{
	return paracall_machine_statistics(fake->machine)->cpu[cpu].calls[fake_slot(name)];
}

static void machines_are_s390(void **state)
{
	struct fake_machine *fake = *state;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_S390,
		.max_cpus = 1,
		.features = 1u << PARACALL_KVM_FEATURE_PV_UNHALT,
	};
	struct paracall_machine *machine;

	assert_int_equal(paracall_machine_statistics(fake->machine)->architecture,
			 PARACALL_S390);
	/* There are no features to offer. */
	assert_int_equal(paracall_machine_new(&machine, &fake_engine, &options),
			 PARACALL_ERROR_FEATURE);
}

static void unknown_codes(void **state)
{
	static const uint32_t codes[] = { 0,	 8,	0x0f,  0x11,  0x45,  0x9b,
					  0x25a, 0x4ff, 0x502, 0xabc, 0xffff };
	static const uint64_t subcodes[] = { 5, 0x100000003, UINT64_MAX };
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(diag(cpu, codes[i], 0, 0), PARACALL_DIAG_SPECIFICATION);
	for (size_t i = 0; i < sizeof(subcodes) / sizeof(subcodes[0]); i++)
		assert_int_equal(diag(cpu, 0x500, subcodes[i], 0), PARACALL_DIAG_SPECIFICATION);
	assert_int_equal(counts(fake, 1, "").calls, 11);
	assert_int_equal(counts(fake, 1, "").errors, 11);
	assert_int_equal(counts(fake, 1, "DIAG_500_OTHER").calls, 3);
	assert_int_equal(counts(fake, 1, "DIAG_500_OTHER").errors, 3);
	assert_int_equal(counts(fake, 0, "").calls, 0);
}

static void engines_own(void **state)
{
	static const struct {
		uint32_t code;
		uint64_t r1, r3;
		const char *name;
	} cases[] = {
		{ 0x288, 0, 99, "DIAG_288_INIT" },
		{ 0x288, 1, 99, "DIAG_288_CHANGE" },
		{ 0x288, 2, 99, "DIAG_288_CANCEL" },
		{ 0x288, UINT64_C(0x100000000), 0, "DIAG_288_OTHER" },
		{ 0x308, 99, 0, "DIAG_308_CLEAR_RESET" },
		{ 0x308, 99, 1, "DIAG_308_LOAD_NORMAL_RESET" },
		{ 0x308, 99, UINT64_C(0xffffffffffff0003), "DIAG_308_LOAD_CLEAR" },
		{ 0x308, 99, 0x10004, "DIAG_308_LOAD_NORMAL_DUMP" },
		{ 0x308, 99, 5, "DIAG_308_SET" },
		{ 0x308, 99, 6, "DIAG_308_STORE" },
		{ 0x308, 99, 8, "DIAG_308_PV_SET" },
		{ 0x308, 99, 9, "DIAG_308_PV_STORE" },
		{ 0x308, 99, 10, "DIAG_308_PV_START" },
		{ 0x308, 99, 0x10006, "DIAG_308_OTHER" },
		{ 0x318, 0, 99, "DIAG_318_CONTROL_PROGRAM" },
		{ 0x500, 0, 99, "DIAG_500_NOTIFY" },
		{ 0x500, 1, 99, "DIAG_500_RESET" },
		{ 0x500, 2, 99, "DIAG_500_SET_STATUS" },
		{ 0x500, 3, 99, "DIAG_500_CCW_NOTIFY" },
		{ 0x500, 4, 99, "DIAG_500_STORAGE_LIMIT" },
	};
	struct fake_machine *fake = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(diag(&fake->cpus[0], cases[i].code, cases[i].r1, cases[i].r3),
				 PARACALL_DIAG_NOT_OURS);
		assert_int_equal(fake->cpus[0].writes, 0);
		assert_int_equal(counts(fake, 0, cases[i].name).calls, 1);
		assert_int_equal(counts(fake, 0, cases[i].name).errors, 0);
	}
	/* Of the code 16 bits count. */
	assert_int_equal(diag(&fake->cpus[0], 0xabcd0500, 3, 0), PARACALL_DIAG_NOT_OURS);
	assert_int_equal(counts(fake, 0, "DIAG_500_CCW_NOTIFY").calls, 2);
	/* Others are one row. */
	for (uint64_t subcode = 0; subcode < 300; subcode++)
		diag(&fake->cpus[0], 0x308, 0, subcode | 0x20000);
	assert_int_equal(counts(fake, 0, "DIAG_308_OTHER").calls, 1 + 300 - 2);
}

/* Reading a register is what costs. */
static void registers_read(void **state)
{
	static const struct {
		uint32_t code;
		unsigned int reads;
	} cases[] = {
		{ 0x10, 2 },  { 0x44, 0 },  { 0x9c, 1 },  { 0x258, 1 }, { 0x288, 1 },
		{ 0x308, 1 }, { 0x318, 0 }, { 0x500, 1 }, { 0x501, 0 }, { 0xabc, 0 },
	};
	struct fake_cpu *cpu = &((struct fake_machine *)*state)->cpus[0];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diag(cpu, cases[i].code, 7, 7);
		assert_int_equal(cpu->reads, cases[i].reads);
	}
}

static void yields(void **state)
{
	static const uint64_t nobody[] = { FAKE_CPUS,  PARACALL_MAX_APIC_ID, 0x10000,
					   0x80000000, 0xffffffff,	     0x100000077,
					   UINT64_MAX };
	struct fake_machine *fake = *state;

	assert_int_equal(diag(&fake->cpus[0], 0x9c, 2, 1), PARACALL_DIAG_DONE);
	assert_int_equal(fake->cpus[2].yields, 1);
	assert_int_equal(fake->cpus[1].yields, 0);
	/* 32 bits of the address count. */
	assert_int_equal(diag(&fake->cpus[0], 0x9c, 0x700000002, 1), PARACALL_DIAG_DONE);
	assert_int_equal(fake->cpus[2].yields, 2);
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		assert_int_equal(diag(&fake->cpus[0], 0x9c, nobody[i], 1), PARACALL_DIAG_DONE);
	assert_int_equal(diag(&fake->cpus[0], 0x9c, 0, 1), PARACALL_DIAG_DONE);
	for (unsigned int i = 0; i < FAKE_CPUS; i++)
		assert_int_equal(fake->cpus[i].yields, i == 2 ? 2 : 0);
	assert_int_equal(fake->cpus[0].time_slice_ends, 0);
	assert_int_equal(diag(&fake->cpus[0], 0x44, 2, 2), PARACALL_DIAG_DONE);
	assert_int_equal(fake->cpus[0].time_slice_ends, 1);
	assert_int_equal(fake->cpus[0].reads + fake->cpus[0].writes, 0);
	assert_int_equal(counts(fake, 0, "DIAG_9C_DIRECTED_YIELD").calls, 3 + 7);
	assert_int_equal(counts(fake, 0, "DIAG_44_TIME_SLICE_END").calls, 1);
}

static void breakpoint(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(diag(&fake->cpus[0], 0x501, 0, 0), PARACALL_DIAG_OPERATION);
	assert_int_equal(counts(fake, 0, "DIAG_501_BREAKPOINT").errors, 1);
}

/*
 * ---- 0x10 ------------------------------------------------------------------
 */

#define PAGE 0x1000u
#define PAGES (FAKE_MEMORY_SIZE / PAGE)

/* Which pages, bit by bit, are zero after this release; each was filled. */
static unsigned int released(struct fake_machine *fake, uint64_t first, uint64_t last)
{
	unsigned int zero = 0;

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	assert_int_equal(diag(&fake->cpus[0], 0x10, first, last), PARACALL_DIAG_DONE);
	for (unsigned int i = 0; i < PAGES; i++) {
		const uint8_t *page = fake->memory + i * PAGE;

		assert_true(page[0] == 0 || page[0] == 0xa5);
		assert_memory_equal(page, page + 1, PAGE - 1);
		zero |= (page[0] == 0) << i;
	}
	return zero;
}

static void release_checks(void **state)
{
	static const struct {
		uint64_t first, last;
	} bad[] = {
		{ 0, 0 },
		{ 0x1000, 0x1000 },
		{ 0x1000, 0x3000 },
		{ 0x2001, 0x3000 },
		{ 0x2000, 0x3001 },
		{ 0x2800, 0x2800 },
		{ 0x3000, 0x2000 },
		{ 0x2000, UINT64_C(0xfffffffffffff000) },
		{ UINT64_C(0x8000000000000000), 0x2000 },
	};
	struct fake_machine *fake = *state;

	memset(fake->memory, 0xa5, sizeof(fake->memory));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(diag(&fake->cpus[0], 0x10, bad[i].first, bad[i].last),
				 PARACALL_DIAG_SPECIFICATION);
	for (size_t i = 0; i < sizeof(fake->memory); i++)
		assert_int_equal(fake->memory[i], 0xa5);
	assert_int_equal(counts(fake, 0, "DIAG_10_RELEASE_PAGES").errors,
			 sizeof(bad) / sizeof(bad[0]));
}

static void release_makes_zero(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(released(fake, 0x2000, 0x2000), 1 << 2);
	assert_int_equal(released(fake, 0x2000, 0x3000), 3 << 2);
	/* The prefix area is at pages 4 and 5: absolute pages 0 and 1 are there. */
	assert_int_equal(released(fake, 0x4000, 0x4000), 1 << 0);
	assert_int_equal(released(fake, 0x5000, 0x5000), 1 << 1);
	assert_int_equal(released(fake, 0x4000, 0x5000), 3 << 0);
	assert_int_equal(released(fake, 0x3000, 0x4000), 1 << 3 | 1 << 0);
	assert_int_equal(released(fake, 0x5000, 0x6000), 1 << 6 | 1 << 1);
	assert_int_equal(released(fake, 0x2000, 0x7000), 0xff & ~(3 << 4));
	fake->cpus[0].registers[PARACALL_S390_PREFIX] = 0;
	assert_int_equal(released(fake, 0x4000, 0x5000), 3 << 4);
}

static void release_ends_with_memory(void **state)
{
	struct fake_machine *fake = *state;

	assert_int_equal(released(fake, 0x7000, 0x10000), 1 << 7);
	assert_int_equal(released(fake, 0x7000, UINT64_C(0xffffffffffffe000)), 1 << 7);
	assert_int_equal(released(fake, FAKE_MEMORY_SIZE, UINT64_C(0xffffffffffffe000)), 0);
	/* A prefix there is is none of memory's. */
	fake->cpus[0].registers[PARACALL_S390_PREFIX] = 0x7fffe000;
	assert_int_equal(released(fake, 0x6000, UINT64_C(0xffffffffffffe000)), 3 << 6 | 3);
}

/*
 * ---- 0x258 -----------------------------------------------------------------
 */

struct block {
	uint16_t code, subcode, length, version;
	uint64_t token, select, compare, zarch;
};

#define ZARCH (UINT64_C(1) << 63)

static const struct block token_block = {
	.code = 0x258,
	.length = 5,
	.version = 2,
	.token = 0x398,
	.select = UINT64_C(1) << 48,
	.compare = UINT64_C(1) << 48,
	.zarch = ZARCH,
};

static const struct block cancel_block = {
	.code = 0x258,
	.subcode = 1,
	.length = 5,
	.version = 2,
};

static void put(uint8_t **to, uint64_t value, unsigned int size)
{
	while (size--)
		*(*to)++ = (uint8_t)(value >> 8 * size);
}

static void put_block(uint8_t *to, const struct block *block)
{
	put(&to, block->code, 2);
	put(&to, block->subcode, 2);
	put(&to, block->length, 2);
	put(&to, block->version, 2);
	put(&to, block->token, 8);
	put(&to, block->select, 8);
	put(&to, block->compare, 8);
	put(&to, block->zarch, 8);
}

static enum paracall_diag_outcome refer_by(struct fake_cpu *cpu, const struct block *block)
{
	put_block(cpu->machine->memory + 0x2100, block);
	return diag(cpu, 0x258, 0x2100, 99);
}

/* The result in the second register. */
static uint64_t refer(struct fake_cpu *cpu, const struct block *block)
{
	assert_int_equal(refer_by(cpu, block), PARACALL_DIAG_DONE);
	assert_int_equal(cpu->writes, 1);
	return cpu->registers[3];
}

static void tokens(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	struct block bad = token_block;

	bad.zarch = bad.token = 3;
	assert_int_equal(refer(cpu, &cancel_block), 4);
	assert_int_equal(refer(cpu, &token_block), 0);
	assert_int_equal(refer(cpu, &token_block), 8);
	assert_int_equal(refer(cpu, &bad), 8);
	/* Each vCPU has its own. */
	assert_int_equal(refer(&fake->cpus[1], &cancel_block), 4);
	assert_int_equal(refer(cpu, &cancel_block), 0);
	assert_int_equal(refer(cpu, &cancel_block), 4);
	assert_int_equal(refer(cpu, &token_block), 0);
	paracall_cpu_reset(cpu->cpu);
	assert_int_equal(refer(cpu, &cancel_block), 4);
	assert_int_equal(refer(cpu, &token_block), 0);
	paracall_machine_reset(fake->machine, NULL);
	assert_int_equal(refer(cpu, &cancel_block), 4);
}

/* Of 0x308's functions those that reset all CPUs end it. */
static void resets_end_tokens(void **state)
{
	static const uint64_t resets[] = { 0, 1, 3, 4, 0x10003, 0xffffffff00000004 };
	static const uint64_t others[] = { 2, 5, 6, 7, 0x10000, 0x10001, 0x30000 };
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		assert_int_equal(refer(cpu, &token_block), 0);
		assert_int_equal(diag(&fake->cpus[0], 0x308, 0, resets[i]),
				 PARACALL_DIAG_NOT_OURS);
		assert_int_equal(refer(cpu, &cancel_block), 4);
	}
	assert_int_equal(refer(cpu, &token_block), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		diag(&fake->cpus[0], 0x308, 0, others[i]);
	assert_int_equal(refer(cpu, &cancel_block), 0);
	assert_int_equal(paracall_machine_statistics(fake->machine)->resets, 6);
}

static void bad_blocks(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	for (unsigned int i = 0; i < 10; i++) {
		struct block block = i < 7 ? token_block : cancel_block;
		enum paracall_diag_outcome outcome = PARACALL_DIAG_SPECIFICATION;

		switch (i) {
		case 0:
			block.code = 0x259;
			break;
		case 1:
			block.subcode = 2;
			break;
		case 2:
			block.length = 4;
			break;
		case 3:
			block.compare |= 1;
			break;
		case 4:
			block.token = FAKE_MEMORY_SIZE;
			outcome = PARACALL_DIAG_ADDRESSING;
			break;
		case 5:
			block.token++;
			break;
		case 6:
			block.zarch = 1;
			break;
		case 7:
			block.version = 1;
			break;
		case 8:
			block.compare = 1;
			break;
		case 9:
			block.zarch = ZARCH;
			break;
		}
		assert_int_equal(refer_by(cpu, &block), outcome);
		assert_int_equal(cpu->writes, 0);
	}
	assert_int_equal(refer(cpu, &cancel_block), 4);
	/* Of a block whose head is bad nothing else is known. */
	assert_int_equal(counts(fake, 0, "DIAG_258_OTHER").errors, 4);
	assert_int_equal(counts(fake, 0, "DIAG_258_TOKEN").errors, 4);
	assert_int_equal(counts(fake, 0, "DIAG_258_CANCEL").errors, 2);
	assert_int_equal(counts(fake, 0, "DIAG_258_CANCEL").calls, 3);
}

static void block_addresses(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];

	put_block(fake->memory + FAKE_MEMORY_SIZE - 40, &cancel_block);
	assert_int_equal(diag(cpu, 0x258, FAKE_MEMORY_SIZE - 40, 0), PARACALL_DIAG_DONE);
	assert_int_equal(diag(cpu, 0x258, FAKE_MEMORY_SIZE - 32, 0), PARACALL_DIAG_ADDRESSING);
	assert_int_equal(diag(cpu, 0x258, FAKE_MEMORY_SIZE, 0), PARACALL_DIAG_ADDRESSING);
	assert_int_equal(diag(cpu, 0x258, UINT64_MAX - 7, 0), PARACALL_DIAG_ADDRESSING);
	assert_int_equal(diag(cpu, 0x258, FAKE_MEMORY_SIZE + 4, 0),
			 PARACALL_DIAG_SPECIFICATION);
	/* Real 0 is at the prefix, and the other way round; the block lies across. */
	put_block(fake->memory + PREFIX + 0x100, &cancel_block);
	assert_int_equal(diag(cpu, 0x258, 0x100, 0), PARACALL_DIAG_DONE);
	assert_int_equal(diag(cpu, 0x258, PREFIX + 0x100, 0), PARACALL_DIAG_SPECIFICATION);
	put_block(fake->memory + 0x100, &cancel_block);
	assert_int_equal(diag(cpu, 0x258, PREFIX + 0x100, 0), PARACALL_DIAG_DONE);
	memset(fake->memory, 0, sizeof(fake->memory));
	put_block(fake->memory + PREFIX - 16, &cancel_block);
	memset(fake->memory + PREFIX, 0xff, 24);
	assert_int_equal(diag(cpu, 0x258, PREFIX - 16, 0), PARACALL_DIAG_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(machines_are_s390, create, destroy),
		cmocka_unit_test_setup_teardown(unknown_codes, create, destroy),
		cmocka_unit_test_setup_teardown(engines_own, create, destroy),
		cmocka_unit_test_setup_teardown(registers_read, create, destroy),
		cmocka_unit_test_setup_teardown(yields, create, destroy),
		cmocka_unit_test_setup_teardown(breakpoint, create, destroy),
		cmocka_unit_test_setup_teardown(release_checks, create, destroy),
		cmocka_unit_test_setup_teardown(release_makes_zero, create, destroy),
		cmocka_unit_test_setup_teardown(release_ends_with_memory, create, destroy),
		cmocka_unit_test_setup_teardown(tokens, create, destroy),
		cmocka_unit_test_setup_teardown(resets_end_tokens, create, destroy),
		cmocka_unit_test_setup_teardown(bad_blocks, create, destroy),
		cmocka_unit_test_setup_teardown(block_addresses, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
