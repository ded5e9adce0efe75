/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PowerPC's magic page, field by field. */
#include "fake_engine.h"

#include <string.h>

#define PAGE UINT64_C(0xfffffffffffff000)
#define MAP PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE)

#define MSR_EE UINT64_C(0x8000)
#define MSR_RI UINT64_C(0x2)
/* SF, ME, IR and DR. */
#define MSR_KERNEL UINT64_C(0x8000000000001030)
#define LPCR_ILE UINT64_C(0x02000000)

#define LITTLE (PARACALL_MODE_64BIT | PARACALL_MODE_LITTLE_ENDIAN)
#define BIG PARACALL_MODE_64BIT

#define SCRATCH1 0x00
#define CRITICAL 0x18
#define SPRG0 0x20
#define SRR0 0x40
#define DAR 0x50
#define MSR 0x58
#define DSISR 0x60
#define INT_PENDING 0x64
#define SR 0x68
#define PIR 0xcc

static uint64_t call_in(struct fake_cpu *cpu, uint32_t mode, uint64_t address,
			uint64_t effective_address)
{
	cpu->registers[PARACALL_POWERPC_R3] = address;
	cpu->registers[PARACALL_POWERPC_R4] = effective_address;
	cpu->registers[PARACALL_POWERPC_R11] = MAP;
	assert_true(paracall_epapr_hypercall(cpu->cpu, mode));
	return cpu->registers[PARACALL_POWERPC_R3];
}

static void map(struct fake_cpu *cpu, uint64_t address, uint64_t effective_address)
{
	assert_int_equal(call_in(cpu, BIG, address, effective_address), PARACALL_EV_SUCCESS);
	assert_int_equal(cpu->registers[PARACALL_POWERPC_R4],
			 PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7);
}

/* All of a vCPU's registers differ, and from those of others. */
static void fill_registers(struct fake_cpu *cpu, unsigned int index)
{
	for (unsigned int i = 0; i < PARACALL_POWERPC_REGISTERS; i++)
		cpu->registers[i] =
			UINT64_C(0x1122334400000000) * (index + 1) + 0x1010 * i + index;
	cpu->registers[PARACALL_POWERPC_MSR] = MSR_KERNEL;
	cpu->registers[PARACALL_POWERPC_LPCR] = LPCR_ILE;
}

static int create(void **state)
{
	static struct fake_machine fake;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_POWERPC,
		.max_cpus = FAKE_CPUS,
		.features = 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE,
	};

	fake_machine_create(&fake, &fake_engine, &options);
	for (unsigned int i = 0; i < FAKE_CPUS; i++)
		fill_registers(&fake.cpus[i], i);
	*state = &fake;
	return 0;
}

/* The same, and the first vCPU has its page, little-endian. */
static int create_mapped(void **state)
{
	create(state);
	map(&((struct fake_machine *)*state)->cpus[0], PAGE, PAGE | 1);
	return 0;
}

static int destroy(void **state)
{
	fake_machine_destroy(*state);
	return 0;
}

static uint64_t load(struct fake_cpu *cpu, unsigned int offset, unsigned int size)
{
	return paracall_magic_page_load(cpu->cpu, offset, size, LITTLE);
}

static void store(struct fake_cpu *cpu, unsigned int offset, unsigned int size, uint64_t value)
{
	paracall_magic_page_store(cpu->cpu, offset, size, value, LITTLE);
}

static const struct {
	const char *name;
	unsigned int offset;
	unsigned int size;
	/* 0: it is none. */
	unsigned int number;
} layout[] = {
	{ "scratch1", 0x00, 8, 0 },
	{ "scratch2", 0x08, 8, 0 },
	{ "scratch3", 0x10, 8, 0 },
	{ "critical", CRITICAL, 8, 0 },
	{ "sprg0", SPRG0, 8, PARACALL_POWERPC_SPRG0 },
	{ "sprg1", 0x28, 8, PARACALL_POWERPC_SPRG1 },
	{ "sprg2", 0x30, 8, PARACALL_POWERPC_SPRG2 },
	{ "sprg3", 0x38, 8, PARACALL_POWERPC_SPRG3 },
	{ "srr0", SRR0, 8, PARACALL_POWERPC_SRR0 },
	{ "srr1", 0x48, 8, PARACALL_POWERPC_SRR1 },
	{ "dar", DAR, 8, PARACALL_POWERPC_DAR },
	{ "msr", MSR, 8, 0 },
	{ "dsisr", DSISR, 4, PARACALL_POWERPC_DSISR },
	{ "int_pending", INT_PENDING, 4, 0 },
	{ "sr", SR, 64, 0 },
	{ "mas0", 0xa8, 4, PARACALL_POWERPC_MAS0 },
	{ "mas1", 0xac, 4, PARACALL_POWERPC_MAS1 },
	{ "mas7", 0xb0, 4, PARACALL_POWERPC_MAS7 },
	{ "mas3", 0xb4, 4, PARACALL_POWERPC_MAS3 },
	{ "mas2", 0xb8, 8, PARACALL_POWERPC_MAS2 },
	{ "mas4", 0xc0, 4, PARACALL_POWERPC_MAS4 },
	{ "mas6", 0xc4, 4, PARACALL_POWERPC_MAS6 },
	{ "esr", 0xc8, 4, PARACALL_POWERPC_ESR },
	{ "pir", PIR, 4, 0 },
	{ "sprg4", 0xd0, 8, PARACALL_POWERPC_SPRG4 },
	{ "sprg5", 0xd8, 8, PARACALL_POWERPC_SPRG5 },
	{ "sprg6", 0xe0, 8, PARACALL_POWERPC_SPRG6 },
	{ "sprg7", 0xe8, 8, PARACALL_POWERPC_SPRG7 },
};

#define FIELDS (sizeof(layout) / sizeof(layout[0]))

static uint64_t cut(uint64_t value, unsigned int size)
{
	return size < 8 ? value & ((UINT64_C(1) << (8 * size)) - 1) : value;
}

static void the_layout_is_complete(void **state)
{
	unsigned int offset = 0;

	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		assert_string_equal(paracall_magic_page_field_name(i), layout[i].name);
		assert_int_equal(layout[i].offset, offset);
		offset += layout[i].size;
	}
	assert_null(paracall_magic_page_field_name(FIELDS));
	assert_int_equal(offset, PARACALL_MAGIC_PAGE_SIZE);
}

static void fields_are_registers(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	struct fake_cpu before;

	for (size_t i = 0; i < FIELDS; i++) {
		unsigned int size = layout[i].size;
		uint64_t value = cut(UINT64_C(0xf0e1d2c3b4a59687) + i, size);

		if (!layout[i].number)
			continue;
		assert_true(load(cpu, layout[i].offset, size) ==
			    cut(cpu->registers[layout[i].number], size));
		before = *cpu;
		store(cpu, layout[i].offset, size, value);
		assert_true(cpu->registers[layout[i].number] == value);
		assert_true(load(cpu, layout[i].offset, size) == value);
		/* And no other was touched. */
		before.registers[layout[i].number] = value;
		assert_memory_equal(before.registers, cpu->registers, sizeof(before.registers));
	}
}

/* A whole field costs one access to a register, and what is kept none. */
static void costs(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;

	for (size_t i = 0; i < FIELDS; i++) {
		unsigned int size = layout[i].size < 8 ? layout[i].size : 8;

		if (!strcmp(layout[i].name, "critical") || !strcmp(layout[i].name, "msr") ||
		    !strcmp(layout[i].name, "int_pending"))
			continue;
		cpu->reads = cpu->writes = 0;
		load(cpu, layout[i].offset, size);
		assert_int_equal(cpu->reads, layout[i].number ? 1 : 0);
		assert_int_equal(cpu->writes, 0);
		cpu->reads = 0;
		store(cpu, layout[i].offset, size, 5);
		assert_int_equal(cpu->reads, 0);
		assert_int_equal(cpu->writes, layout[i].number ? 1 : 0);
	}
}

static void missing_registers_are_kept(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	for (size_t i = 0; i < FIELDS; i++)
		cpu->missing |= layout[i].number ? UINT64_C(1) << layout[i].number : 0;
	map(cpu, PAGE, PAGE);
	cpu->reads = cpu->writes = 0;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!layout[i].number)
			continue;
		assert_true(load(cpu, layout[i].offset, layout[i].size) == 0);
		store(cpu, layout[i].offset, layout[i].size, 0x1234567 + i);
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (layout[i].number)
			assert_true(load(cpu, layout[i].offset, layout[i].size) ==
				    0x1234567 + i);
	assert_int_equal(cpu->reads + cpu->writes, 0);
}

/* What a 32-bit guest does, and anyone may. */
static void parts_of_fields(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[0];
	uint64_t *dar = &cpu->registers[PARACALL_POWERPC_DAR];

	*dar = UINT64_C(0x0102030405060708);
	assert_true(load(cpu, DAR, 4) == 0x05060708);
	assert_true(load(cpu, DAR + 4, 4) == 0x01020304);
	assert_true(load(cpu, DAR + 1, 2) == 0x0607);
	assert_true(load(cpu, DAR + 7, 1) == 0x01);
	store(cpu, DAR + 4, 4, 0xaabbccdd);
	assert_true(*dar == UINT64_C(0xaabbccdd05060708));
	store(cpu, DAR, 1, 0xfff);
	assert_true(*dar == UINT64_C(0xaabbccdd050607ff));
	/* Over an edge. */
	cpu->registers[PARACALL_POWERPC_SRR1] = UINT64_C(0x1122334455667788);
	assert_true(load(cpu, DAR - 4, 8) == UINT64_C(0x050607ff11223344));
	store(cpu, DAR - 2, 4, 0xeeee5555);
	assert_true(*dar == UINT64_C(0xaabbccdd0506eeee));
	assert_true(cpu->registers[PARACALL_POWERPC_SRR1] == UINT64_C(0x5555334455667788));
	/* And over the end. */
	cpu->registers[PARACALL_POWERPC_SPRG7] = UINT64_C(0x9900000000000000);
	assert_true(load(cpu, 239, 8) == 0x99);
	store(cpu, 239, 8, UINT64_MAX);
	assert_true(cpu->registers[PARACALL_POWERPC_SPRG7] == UINT64_C(0xff00000000000000));
	store(cpu, 4088, 8, 1);
	assert_true(load(cpu, 4088, 8) == 0);
}

static void orders_of_bytes(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	cpu->registers[PARACALL_POWERPC_LPCR] = 0;
	cpu->registers[PARACALL_POWERPC_DAR] = UINT64_C(0x0102030405060708);
	map(cpu, PAGE, PAGE);
	assert_true(paracall_magic_page_load(cpu->cpu, DAR, 8, BIG) ==
		    UINT64_C(0x0102030405060708));
	/* The low half is the second: what 32-bit guests read. */
	assert_true(paracall_magic_page_load(cpu->cpu, DAR + 4, 4, BIG) == 0x05060708);
	/* Who runs in the other order sees it so. */
	assert_true(load(cpu, DAR, 8) == UINT64_C(0x0807060504030201));
	paracall_magic_page_store(cpu->cpu, SR, 4, 0x01020304, BIG);
	store(cpu, SCRATCH1, 8, 0x11);
	/* Now it takes interrupts in the other, and maps again. */
	cpu->registers[PARACALL_POWERPC_LPCR] = LPCR_ILE;
	map(cpu, PAGE, PAGE);
	assert_true(load(cpu, DAR, 8) == UINT64_C(0x0102030405060708));
	assert_true(load(cpu, SR, 4) == 0x01020304);
	assert_true(load(cpu, SCRATCH1, 8) == 0x11);
	/* An engine without that register: as these CPUs, big-endian. */
	cpu->missing = UINT64_C(1) << PARACALL_POWERPC_LPCR;
	map(cpu, PAGE, PAGE);
	assert_true(load(cpu, DAR, 8) == UINT64_C(0x0807060504030201));
}

static void msr_rules(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];

	assert_true(load(cpu, MSR, 8) == MSR_KERNEL);
	store(cpu, MSR, 8, UINT64_MAX);
	assert_true(*msr == (MSR_KERNEL | MSR_EE | MSR_RI));
	store(cpu, MSR, 8, 0);
	assert_true(*msr == MSR_KERNEL);
	store(cpu, MSR, 4, MSR_RI);
	assert_true(*msr == (MSR_KERNEL | MSR_RI));
	/* What the other half says is not changeable. */
	store(cpu, MSR + 4, 4, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_RI));
	/* Nothing to change, nothing written. */
	cpu->writes = 0;
	store(cpu, MSR, 8, *msr);
	assert_int_equal(cpu->writes, 0);
}

static void interrupts_may_be_pending(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;

	assert_true(load(cpu, INT_PENDING, 4) == 1);
	cpu->registers[PARACALL_POWERPC_MSR] |= MSR_EE;
	assert_true(load(cpu, INT_PENDING, 4) == 0);
	/* It is the host's. */
	store(cpu, INT_PENDING, 4, 1);
	assert_true(load(cpu, INT_PENDING, 4) == 0);
}

static void critical_section(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];
	uint64_t stack = cpu->registers[1];

	*msr = MSR_KERNEL | MSR_EE | MSR_RI;
	/* Another value is none. */
	store(cpu, CRITICAL, 8, stack ^ UINT64_C(1) << 40);
	assert_true(*msr == (MSR_KERNEL | MSR_EE | MSR_RI));
	store(cpu, CRITICAL, 8, stack);
	assert_true(*msr == (MSR_KERNEL | MSR_RI));
	/* The guest sees nothing of that. */
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE | MSR_RI));
	assert_true(load(cpu, INT_PENDING, 4) == 1);
	assert_true(load(cpu, CRITICAL, 8) == stack);
	/* And again is no other. */
	store(cpu, CRITICAL, 8, stack);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE | MSR_RI));
	store(cpu, MSR, 8, UINT64_MAX & ~MSR_RI);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE));
	assert_true(*msr == (MSR_KERNEL | MSR_RI));
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
	/* One that takes EE away. */
	store(cpu, CRITICAL, 8, stack);
	store(cpu, MSR, 8, 0);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == MSR_KERNEL);
}

/* The field is unchanged, so the section continues; unless the page is gone. */
static void mapped_in_a_critical_section(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];

	*msr = MSR_KERNEL | MSR_EE;
	store(cpu, CRITICAL, 8, cpu->registers[1]);
	map(cpu, PAGE, PAGE);
	assert_true(*msr == MSR_KERNEL);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE));
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
	store(cpu, CRITICAL, 8, cpu->registers[1]);
	map(cpu, 0, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
}

static void critical_section_of_32_bits(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];

	cpu->registers[PARACALL_POWERPC_LPCR] = 0;
	map(cpu, PAGE, PAGE);
	*msr = MSR_EE;
	/* In 64-bit mode the upper half counts. */
	paracall_magic_page_store(cpu->cpu, CRITICAL + 4, 4, cpu->registers[1], BIG);
	assert_true(*msr == MSR_EE);
	paracall_magic_page_store(cpu->cpu, CRITICAL + 4, 4, cpu->registers[1], 0);
	assert_true(*msr == 0);
	paracall_magic_page_store(cpu->cpu, CRITICAL + 4, 4, cpu->registers[1] + 8, 0);
	assert_true(*msr == MSR_EE);
}

static void enter(struct fake_cpu *cpu, uint64_t msr)
{
	cpu->registers[PARACALL_POWERPC_MSR] = msr;
	store(cpu, CRITICAL, 8, cpu->registers[1]);
}

/* An instruction does it, or an interrupt; perhaps with what is there already. */
static void load_msr(struct fake_cpu *cpu, uint64_t msr)
{
	cpu->registers[PARACALL_POWERPC_MSR] = msr;
	cpu->has_loaded_msr = true;
}

/* It used an instruction inside: that is the last word. */
static void the_guests_own_msr_stays(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];

	enter(cpu, MSR_KERNEL | MSR_EE | MSR_RI);
	*msr = MSR_KERNEL;
	assert_true(load(cpu, MSR, 8) == MSR_KERNEL);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == MSR_KERNEL);
	/* What the page is given afterwards counts again. */
	enter(cpu, MSR_KERNEL | MSR_RI);
	*msr = MSR_KERNEL;
	store(cpu, MSR, 8, MSR_KERNEL | MSR_EE | MSR_RI);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE | MSR_RI));
	/* The one that it is held at. */
	enter(cpu, MSR_KERNEL | MSR_EE);
	load_msr(cpu, MSR_KERNEL);
	assert_true(load(cpu, MSR, 8) == MSR_KERNEL);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == MSR_KERNEL);
	enter(cpu, MSR_KERNEL | MSR_EE);
	load_msr(cpu, MSR_KERNEL);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == MSR_KERNEL);
	/* What was before the section is nothing to it. */
	load_msr(cpu, MSR_KERNEL | MSR_EE);
	enter(cpu, MSR_KERNEL | MSR_EE);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE));
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
}

/* From the next check on. */
static void interrupts_enabled_inside_are_held(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *msr = &cpu->registers[PARACALL_POWERPC_MSR];

	enter(cpu, MSR_KERNEL);
	load_msr(cpu, MSR_KERNEL | MSR_EE);
	assert_true(load(cpu, INT_PENDING, 4) == 1);
	assert_true(*msr == MSR_KERNEL);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE));
	load_msr(cpu, MSR_KERNEL | MSR_EE);
	store(cpu, CRITICAL, 8, cpu->registers[1]);
	assert_true(*msr == MSR_KERNEL);
	store(cpu, CRITICAL, 8, 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
	/* With another stack it is none any more. */
	enter(cpu, MSR_KERNEL);
	cpu->registers[1] += 0x100;
	load_msr(cpu, MSR_KERNEL | MSR_EE);
	assert_true(load(cpu, MSR, 8) == (MSR_KERNEL | MSR_EE));
	assert_true(load(cpu, INT_PENDING, 4) == 0);
	assert_true(*msr == (MSR_KERNEL | MSR_EE));
}

static void interrupted_inside(void **state)
{
	struct fake_cpu *cpu = ((struct fake_machine *)*state)->cpus;
	uint64_t *saved = &cpu->registers[PARACALL_POWERPC_SRR1];

	assert_false(paracall_magic_page_is_critical(cpu->cpu));
	enter(cpu, MSR_KERNEL | MSR_EE);
	store(cpu, MSR, 8, MSR_KERNEL | MSR_EE | MSR_RI);
	assert_true(paracall_magic_page_is_critical(cpu->cpu));
	*saved = MSR_KERNEL | 0x20000;
	paracall_magic_page_interrupted(cpu->cpu);
	assert_true(*saved == (MSR_KERNEL | 0x20000 | MSR_EE | MSR_RI));
	/* The handler has its own. */
	load_msr(cpu, MSR_KERNEL);
	assert_true(load(cpu, MSR, 8) == MSR_KERNEL);
	/* The guest had taken it away itself. */
	enter(cpu, MSR_KERNEL | MSR_EE);
	load_msr(cpu, MSR_KERNEL);
	*saved = MSR_KERNEL;
	paracall_magic_page_interrupted(cpu->cpu);
	assert_true(*saved == MSR_KERNEL);
	store(cpu, CRITICAL, 8, 0);
	paracall_magic_page_interrupted(cpu->cpu);
	assert_true(*saved == MSR_KERNEL);
}

/* The page is a vCPU's own. */
static void pages_are_apart(void **state)
{
	struct fake_machine *fake = *state;

	map(&fake->cpus[1], PAGE, PAGE);
	store(&fake->cpus[0], SCRATCH1, 8, 10);
	store(&fake->cpus[1], SCRATCH1, 8, 11);
	store(&fake->cpus[1], SPRG0, 8, 12);
	assert_true(load(&fake->cpus[0], SCRATCH1, 8) == 10);
	assert_true(load(&fake->cpus[0], SPRG0, 8) != 12);
	assert_false(paracall_magic_page_is_at(fake->cpus[2].cpu, PAGE, BIG));
	assert_true(load(&fake->cpus[0], PIR, 4) ==
		    (uint32_t)fake->cpus[0].registers[PARACALL_POWERPC_PIR]);
	store(&fake->cpus[0], PIR, 4, 7);
	assert_true(load(&fake->cpus[0], PIR, 4) == 7);
	assert_true(fake->cpus[0].registers[PARACALL_POWERPC_PIR] != 7);
}

static void where_it_is(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];
	uint64_t real = UINT64_C(0x7654000);

	/* Not Book E. */
	cpu->missing = UINT64_C(1) << PARACALL_POWERPC_ESR;
	assert_false(paracall_magic_page_is_at(cpu->cpu, 0, BIG));
	/* Addresses are rounded down, and flags are no part of them. */
	map(cpu, real + 0x123, (PAGE - 0x1000) | 0xffe);
	assert_true(cpu->magic_page_address == real);
	assert_true(cpu->magic_page_effective_address == PAGE - 0x1000);
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE - 0x1000, BIG));
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE - 1, LITTLE));
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE - 1, BIG | PARACALL_MODE_USER));
	assert_false(paracall_magic_page_is_at(cpu->cpu, (uint32_t)PAGE - 0x1000, 0));
	/* In real mode it's the other address, but for the upper four bits. */
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE - 1, BIG | PARACALL_MODE_REAL));
	assert_true(paracall_magic_page_is_at(cpu->cpu, real + 8, BIG | PARACALL_MODE_REAL));
	assert_true(paracall_magic_page_is_at(cpu->cpu, real | UINT64_C(1) << 63,
					      BIG | PARACALL_MODE_REAL));
	assert_true(paracall_magic_page_is_at(cpu->cpu, real | UINT64_C(1) << 32,
					      PARACALL_MODE_REAL));
	/* It moves. */
	map(cpu, 0x1000, PAGE);
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE - 1, BIG));
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	assert_false(paracall_magic_page_is_at(cpu->cpu, real, BIG | PARACALL_MODE_REAL));
	/* A real address of 0 is none; on Book E it doesn't count. */
	map(cpu, 0, PAGE);
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	assert_false(paracall_magic_page_is_at(cpu->cpu, 0, BIG | PARACALL_MODE_REAL));
	cpu->missing = 0;
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	map(cpu, 0, 0);
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	/* A 32-bit caller's upper halves don't count. */
	assert_int_equal(call_in(cpu, 0, PAGE, PAGE), PARACALL_EV_SUCCESS);
	assert_true(paracall_magic_page_is_at(cpu->cpu, (uint32_t)PAGE, 0));
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
}

static void refused(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = fake->cpus;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_POWERPC,
		.max_cpus = FAKE_CPUS,
	};
	struct fake_machine without = { .machine = NULL };

	cpu->refuses_magic_page = true;
	assert_int_equal(call_in(cpu, BIG, 0x1000, 0x1000), PARACALL_EV_UNIMPLEMENTED);
	assert_int_equal(cpu->registers[PARACALL_POWERPC_R4], 0);
	/* What was stays. */
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	fake_machine_create(&without, &fake_engine, &options);
	assert_int_equal(call_in(without.cpus, BIG, PAGE, PAGE), PARACALL_EV_UNIMPLEMENTED);
	assert_int_equal(without.cpus[0].registers[PARACALL_POWERPC_R4], 0);
	assert_false(paracall_magic_page_is_at(without.cpus[0].cpu, PAGE, BIG));
	fake_machine_destroy(&without);
}

static void resets_and_plugging(void **state)
{
	struct fake_machine *fake = *state;
	struct fake_cpu *cpu = &fake->cpus[1];

	/* As KVM's, it stays when a vCPU is stopped and started. */
	store(fake->cpus, SCRATCH1, 8, 9);
	paracall_cpu_reset(fake->cpus[0].cpu);
	assert_true(paracall_magic_page_is_at(fake->cpus[0].cpu, PAGE, BIG));
	/* One that is plugged in later has it, too, and its registers are its own. */
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	paracall_machine_remove_cpu(cpu->cpu);
	cpu->reads = 0;
	assert_ptr_equal(paracall_machine_add_cpu(fake->machine, 1, cpu), cpu->cpu);
	assert_int_equal(cpu->reads, 0);
	assert_true(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	assert_true(load(cpu, SCRATCH1, 8) == 0);
	assert_true(load(cpu, DAR, 8) == cpu->registers[PARACALL_POWERPC_DAR]);
	assert_true(load(cpu, PIR, 4) == (uint32_t)cpu->registers[PARACALL_POWERPC_PIR]);
	/* After a reset of the machine there is none. */
	paracall_machine_reset(fake->machine, NULL);
	assert_false(paracall_magic_page_is_at(fake->cpus[0].cpu, PAGE, BIG));
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_machine_add_cpu(fake->machine, 1, cpu);
	assert_false(paracall_magic_page_is_at(cpu->cpu, PAGE, BIG));
	map(fake->cpus, PAGE, PAGE);
	assert_true(load(fake->cpus, SCRATCH1, 8) == 0);
}

static void counters(void **state)
{
	struct fake_machine *fake = *state;
	const struct paracall_magic_page_statistics *counts =
		paracall_machine_statistics(fake->machine)->cpu[0].magic_page;

	load(fake->cpus, 0x00, 8);
	load(fake->cpus, 0xe8, 8);
	load(fake->cpus, 0xe8, 4);
	store(fake->cpus, 0xe8, 8, 1);
	/* Both are read. */
	load(fake->cpus, 0x04, 8);
	assert_int_equal(counts[0].reads, 2);
	assert_int_equal(counts[1].reads, 1);
	assert_int_equal(counts[FIELDS - 1].reads, 2);
	assert_int_equal(counts[FIELDS - 1].writes, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_mapped, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_layout_is_complete),
		TEST(fields_are_registers),
		TEST(costs),
		TEST(missing_registers_are_kept),
		TEST(parts_of_fields),
		TEST(orders_of_bytes),
		TEST(msr_rules),
		TEST(interrupts_may_be_pending),
		TEST(critical_section),
		TEST(mapped_in_a_critical_section),
		TEST(critical_section_of_32_bits),
		TEST(the_guests_own_msr_stays),
		TEST(interrupts_enabled_inside_are_held),
		TEST(interrupted_inside),
		TEST(pages_are_apart),
		TEST(where_it_is),
		TEST(refused),
		TEST(resets_and_plugging),
		TEST(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
