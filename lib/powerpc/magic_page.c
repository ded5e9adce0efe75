/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PPC_MAP_MAGIC_PAGE: struct kvm_vcpu_arch_shared (the kernel's
 * arch/powerpc/include/uapi/asm/kvm_para.h) as the guest sees it. Its fields are
 * the registers themselves; only those that the engine has no register for are
 * kept here. Rules: Documentation/virt/kvm/ppc-pv.rst, arch/powerpc/kvm/.
 */
#include "magic_page.h"

#include "../misuse.h"
#include "calls.h"
#include "state.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define PAGE_MASK UINT64_C(0xfff)
/* Of a real address: KVM_PAM. */
#define REAL_MASK UINT64_C(0x0fffffffffffffff)

#define MSR_EE UINT64_C(0x8000)
#define MSR_RI UINT64_C(0x2)
/* Any other change needs the instruction. */
#define MSR_CHANGEABLE (MSR_EE | MSR_RI)
/* Interrupts are taken in little-endian mode. */
#define LPCR_ILE UINT64_C(0x02000000)

#define STACK_POINTER 1

enum kind {
	/* Bytes that the guest has stored. */
	KEPT,
	REGISTER,
	CRITICAL,
	MSR,
	INT_PENDING,
};

struct field {
	const char *name;
	uint8_t offset;
	uint8_t size;
	uint8_t kind;
	/* If it is one. */
	uint8_t number;
};

#define SR_OFFSET 0x68
#define SR_SIZE 64
#define CRITICAL_OFFSET 0x18
#define PIR_OFFSET 0xcc

/* clang-format off */
#define AS_REGISTER(field_name, field_offset, field_size, register) \
	{ field_name, field_offset, field_size, REGISTER, PARACALL_POWERPC_##register }

/* In order of offset, without gaps. mas7_3 is two registers, in one 64-bit field. */
static const struct field fields[] = {
	{ "scratch1", 0x00, 8, KEPT, 0 },
	{ "scratch2", 0x08, 8, KEPT, 0 },
	{ "scratch3", 0x10, 8, KEPT, 0 },
	{ "critical", CRITICAL_OFFSET, 8, CRITICAL, 0 },
	AS_REGISTER("sprg0", 0x20, 8, SPRG0),
	AS_REGISTER("sprg1", 0x28, 8, SPRG1),
	AS_REGISTER("sprg2", 0x30, 8, SPRG2),
	AS_REGISTER("sprg3", 0x38, 8, SPRG3),
	AS_REGISTER("srr0", 0x40, 8, SRR0),
	AS_REGISTER("srr1", 0x48, 8, SRR1),
	AS_REGISTER("dar", 0x50, 8, DAR),
	{ "msr", 0x58, 8, MSR, PARACALL_POWERPC_MSR },
	AS_REGISTER("dsisr", 0x60, 4, DSISR),
	{ "int_pending", 0x64, 4, INT_PENDING, 0 },
	{ "sr", SR_OFFSET, SR_SIZE, KEPT, 0 },
	AS_REGISTER("mas0", 0xa8, 4, MAS0),
	AS_REGISTER("mas1", 0xac, 4, MAS1),
	AS_REGISTER("mas7", 0xb0, 4, MAS7),
	AS_REGISTER("mas3", 0xb4, 4, MAS3),
	AS_REGISTER("mas2", 0xb8, 8, MAS2),
	AS_REGISTER("mas4", 0xc0, 4, MAS4),
	AS_REGISTER("mas6", 0xc4, 4, MAS6),
	AS_REGISTER("esr", 0xc8, 4, ESR),
	/* A constant, but the guest may store into it. */
	{ "pir", PIR_OFFSET, 4, KEPT, 0 },
	AS_REGISTER("sprg4", 0xd0, 8, SPRG4),
	AS_REGISTER("sprg5", 0xd8, 8, SPRG5),
	AS_REGISTER("sprg6", 0xe0, 8, SPRG6),
	AS_REGISTER("sprg7", 0xe8, 8, SPRG7),
};
/* clang-format on */

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static_assert(FIELDS <= PARACALL_STATISTICS_MAGIC_PAGE_FIELDS,
	      "the statistics have room for every field");
static_assert(PARACALL_POWERPC_REGISTERS <= 64, "one bit each in struct magic_page");

const char *paracall_magic_page_field_name(size_t index)
{
	return index < FIELDS ? fields[index].name : NULL;
}

/* Nearly all have 4 or 8 bytes, so this estimate is close: half as many as 8-byte ones. */
static const struct field *field_at(unsigned int offset)
{
	size_t index = offset / 8 < 12 ? offset / 8 : 12;

	while (offset >= (unsigned int)fields[index].offset + fields[index].size)
		index++;
	return &fields[index];
}

/* ---- registers ------------------------------------------------------------ */

static bool engine_has(const struct paracall_cpu *cpu, unsigned int number)
{
	const struct paracall_powerpc_engine *engine = cpu->machine->engine.powerpc;

	return !engine->has_register || engine->has_register(cpu->engine_cpu, number);
}

static bool is_book_e(const struct paracall_cpu *cpu)
{
	return engine_has(cpu, PARACALL_POWERPC_ESR);
}

/* ---- bytes ---------------------------------------------------------------- */

/* Most are that long; a copy whose length is not known takes longer. */
static void copy(void *to, const void *from, unsigned int size)
{
	if (size == 8)
		memcpy(to, from, 8);
	else
		memcpy(to, from, size);
}

static void to_bytes(uint8_t *bytes, uint64_t value, unsigned int size, bool is_little_endian)
{
	value = is_little_endian ? htole64(value) : htobe64(value << (64 - 8 * size));
	copy(bytes, &value, size);
}

static uint64_t from_bytes(const uint8_t *bytes, unsigned int size, bool is_little_endian)
{
	uint64_t value = 0;

	copy(&value, bytes, size);
	return is_little_endian ? le64toh(value) : be64toh(value) >> (64 - 8 * size);
}

/* ---- the critical section -------------------------------------------------- */

/*
 * An instruction, or an interrupt, may have given the vCPU the same MSR that was forced
 * on it: only the engine sees that. Read once.
 */
static bool msr_was_loaded(struct paracall_cpu *cpu)
{
	const struct paracall_powerpc_engine *engine = cpu->machine->engine.powerpc;

	return engine->msr_was_loaded && engine->msr_was_loaded(cpu->engine_cpu);
}

uint64_t magic_page_held_msr(uint64_t guest_msr)
{
	return guest_msr & ~MSR_EE;
}

/*
 * While the field holds the stack pointer no interrupt must be delivered. The
 * engine delivers interrupts by the vCPU's MSR[EE], so that is forced to 0.
 */
static void hold_msr(struct paracall_cpu *cpu, uint64_t msr)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;

	page->guest_msr = msr;
	page->held_msr = magic_page_held_msr(msr);
	if (page->held_msr != msr)
		cpu_write_register(cpu, PARACALL_POWERPC_MSR, page->held_msr);
}

static void enter_section(struct paracall_cpu *cpu)
{
	powerpc_cpu(cpu)->magic_page.is_critical = true;
	msr_was_loaded(cpu);
	hold_msr(cpu, cpu_read_register(cpu, PARACALL_POWERPC_MSR));
}

/* If the guest has set the MSR itself meanwhile, that value counts. */
static void leave_section(struct paracall_cpu *cpu)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;

	page->is_critical = false;
	if (!msr_was_loaded(cpu) && page->guest_msr != page->held_msr &&
	    cpu_read_register(cpu, PARACALL_POWERPC_MSR) == page->held_msr)
		cpu_write_register(cpu, PARACALL_POWERPC_MSR, page->guest_msr);
}

static bool is_mapped(const struct paracall_cpu *cpu)
{
	const struct magic_page *page = powerpc_magic_page(cpu);

	return page->real_address & REAL_MASK || (page->effective_address && is_book_e(cpu));
}

/* Without a page there would be no way out. */
static bool is_in_section(struct paracall_cpu *cpu)
{
	const struct magic_page *page = powerpc_magic_page(cpu);
	uint64_t critical =
		from_bytes(page->bytes + CRITICAL_OFFSET, 8, page->is_little_endian);

	return is_mapped(cpu) &&
	       !((critical ^ cpu_read_register(cpu, STACK_POINTER)) & page->pointer_mask);
}

/*
 * What the guest has set by an instruction, or an interrupt, is forced to 0, too. That may
 * also have ended the section.
 */
static void follow_msr(struct paracall_cpu *cpu)
{
	uint64_t msr = cpu_read_register(cpu, PARACALL_POWERPC_MSR);

	if (!msr_was_loaded(cpu) && msr == powerpc_cpu(cpu)->magic_page.held_msr)
		return;
	powerpc_cpu(cpu)->magic_page.is_critical = is_in_section(cpu);
	if (powerpc_cpu(cpu)->magic_page.is_critical)
		hold_msr(cpu, msr);
}

static void check_section(struct paracall_cpu *cpu, uint32_t mode)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;
	bool is_critical;

	page->pointer_mask = mode & PARACALL_MODE_64BIT ? UINT64_MAX : UINT32_MAX;
	is_critical = is_in_section(cpu);
	if (is_critical && page->is_critical)
		follow_msr(cpu);
	else if (is_critical)
		enter_section(cpu);
	else if (page->is_critical)
		leave_section(cpu);
}

static uint64_t read_msr(struct paracall_cpu *cpu)
{
	if (powerpc_cpu(cpu)->magic_page.is_critical)
		follow_msr(cpu);
	return powerpc_cpu(cpu)->magic_page.is_critical
		       ? powerpc_cpu(cpu)->magic_page.guest_msr
		       : cpu_read_register(cpu, PARACALL_POWERPC_MSR);
}

static void write_msr(struct paracall_cpu *cpu, uint64_t value)
{
	uint64_t before = read_msr(cpu);
	uint64_t after = (before & ~MSR_CHANGEABLE) | (value & MSR_CHANGEABLE);

	if (powerpc_cpu(cpu)->magic_page.is_critical)
		powerpc_cpu(cpu)->magic_page.guest_msr = after;
	else if (after != before)
		cpu_write_register(cpu, PARACALL_POWERPC_MSR, after);
}

/*
 * Whether an interrupt is pending only the engine knows. None can be while they are
 * delivered; else the page says that one may be, and the guest checks: it
 * executes the instruction that enables it.
 */
static bool may_be_pending(struct paracall_cpu *cpu)
{
	return !(read_msr(cpu) & MSR_EE) || powerpc_cpu(cpu)->magic_page.is_critical;
}

/* ---- fields ---------------------------------------------------------------- */

static bool is_kept(const struct paracall_cpu *cpu, const struct field *field)
{
	return field->kind == KEPT || field->kind == CRITICAL ||
	       (field->kind == REGISTER &&
		powerpc_magic_page(cpu)->missing >> field->number & 1);
}

static uint64_t field_value(struct paracall_cpu *cpu, const struct field *field)
{
	switch (field->kind) {
	case MSR:
		return read_msr(cpu);
	case INT_PENDING:
		return may_be_pending(cpu);
	}
	return cpu_read_register(cpu, field->number);
}

/* INT_PENDING is the host's own. */
static void set_field_value(struct paracall_cpu *cpu, const struct field *field, uint64_t value)
{
	if (field->kind == MSR)
		write_msr(cpu, value);
	else if (field->kind == REGISTER)
		cpu_write_register(cpu, field->number, value);
}

/* The bytes of one field, @size of them from @start. */
static void load_from(struct paracall_cpu *cpu, const struct field *field, unsigned int start,
		      uint8_t *bytes, unsigned int size)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;
	uint8_t value[8];

	if (is_kept(cpu, field)) {
		memcpy(bytes, page->bytes + field->offset + start, size);
		return;
	}
	to_bytes(value, field_value(cpu, field), field->size, page->is_little_endian);
	memcpy(bytes, value + start, size);
}

static void store_into(struct paracall_cpu *cpu, const struct field *field, unsigned int start,
		       const uint8_t *bytes, unsigned int size)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;
	uint8_t value[8];

	if (is_kept(cpu, field)) {
		memcpy(page->bytes + field->offset + start, bytes, size);
		return;
	}
	if (size < field->size)
		to_bytes(value, field_value(cpu, field), field->size, page->is_little_endian);
	memcpy(value + start, bytes, size);
	set_field_value(cpu, field, from_bytes(value, field->size, page->is_little_endian));
}

/* Of an access from @offset to before @end, what is in the field there. */
static unsigned int part_size(const struct field *field, unsigned int offset, unsigned int end)
{
	unsigned int field_end = field->offset + field->size;

	return (end < field_end ? end : field_end) - offset;
}

static struct paracall_magic_page_statistics *counters(struct paracall_cpu *cpu,
						       const struct field *field)
{
	return &cpu->statistics->magic_page[field - fields];
}

/* ---- what depends on the vCPU ---------------------------------------------- */

/* arch/powerpc/kvm/powerpc.c, kvmppc_swab_shared, of what is kept here. */
static void set_byte_order(struct magic_page *page, bool is_little_endian)
{
	if (page->is_little_endian == is_little_endian)
		return;
	page->is_little_endian = is_little_endian;
	for (unsigned int i = SR_OFFSET; i < SR_OFFSET + SR_SIZE; i += 4)
		to_bytes(page->bytes + i, from_bytes(page->bytes + i, 4, !is_little_endian), 4,
			 is_little_endian);
}

uint64_t magic_page_missing(struct paracall_cpu *cpu)
{
	uint64_t missing = 0;

	for (unsigned int number = PARACALL_POWERPC_SRR0; number < PARACALL_POWERPC_REGISTERS;
	     number++)
		if (!engine_has(cpu, number))
			missing |= UINT64_C(1) << number;
	return missing;
}

/* Its registers, and its page's order of bytes. */
static void prepare(struct paracall_cpu *cpu)
{
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;

	page->is_prepared = true;
	page->missing = magic_page_missing(cpu);
	set_byte_order(page, engine_has(cpu, PARACALL_POWERPC_LPCR) &&
				     cpu_read_register(cpu, PARACALL_POWERPC_LPCR) & LPCR_ILE);
	if (engine_has(cpu, PARACALL_POWERPC_PIR))
		to_bytes(page->bytes + PIR_OFFSET, cpu_read_register(cpu, PARACALL_POWERPC_PIR),
			 4, page->is_little_endian);
}

/* ---- the engine's side ------------------------------------------------------ */

bool paracall_magic_page_is_at(const struct paracall_cpu *cpu, uint64_t address, uint32_t mode)
{
	const struct magic_page *page = powerpc_magic_page(cpu);
	uint64_t real;

	CHECK_ADDED(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_magic_page_is_at");
	real = page->real_address & REAL_MASK;
	if (mode & PARACALL_MODE_USER)
		return false;
	if (!(mode & PARACALL_MODE_64BIT)) {
		address = (uint32_t)address;
		real = (uint32_t)real;
	}
	address &= ~PAGE_MASK;
	if (mode & PARACALL_MODE_REAL)
		return real && (address & REAL_MASK) == real;
	/*
	 * It leads to the real address, and what is at 0 is memory: book3s.c,
	 * kvmppc_gpa_to_pfn. On Book E it counts alone: booke.c, kvmppc_handle_exit.
	 */
	return page->effective_address && address == page->effective_address &&
	       (real || is_book_e(cpu));
}

bool paracall_magic_page_is_critical(const struct paracall_cpu *cpu)
{
	CHECK_ADDED(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_magic_page_is_critical");
	return powerpc_magic_page(cpu)->is_critical;
}

void paracall_magic_page_interrupted(struct paracall_cpu *cpu)
{
	const struct magic_page *page = powerpc_magic_page(cpu);
	uint64_t before, after;

	ENTER(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_magic_page_interrupted");
	if (!page->is_critical || msr_was_loaded(cpu))
		return;
	before = cpu_read_register(cpu, PARACALL_POWERPC_SRR1);
	after = (before & ~MSR_CHANGEABLE) | (page->guest_msr & MSR_CHANGEABLE);
	if (after != before)
		cpu_write_register(cpu, PARACALL_POWERPC_SRR1, after);
}

/*
 * The field, if it is a register's and the access is to all of it and in the page's
 * order of bytes, as all of Linux's are: no bytes have to be looked at then.
 */
static const struct field *whole_field(const struct paracall_cpu *cpu, unsigned int offset,
				       unsigned int size, uint32_t mode)
{
	const struct field *field;

	if (offset >= PARACALL_MAGIC_PAGE_SIZE ||
	    powerpc_magic_page(cpu)->is_little_endian != !!(mode & PARACALL_MODE_LITTLE_ENDIAN))
		return NULL;
	field = field_at(offset);
	return field->offset == offset && field->size == size && !is_kept(cpu, field) ? field
										      : NULL;
}

static uint64_t cut(uint64_t value, unsigned int size)
{
	return size == 4 ? (uint32_t)value : value;
}

/* After the fields the page is not defined: it is empty, and stays so. */
static uint64_t load_bytes(struct paracall_cpu *cpu, unsigned int offset, unsigned int size,
			   uint32_t mode)
{
	unsigned int end = offset + size;
	uint8_t bytes[8] = { 0 };

	for (unsigned int at = offset; at < end && at < PARACALL_MAGIC_PAGE_SIZE;) {
		const struct field *field = field_at(at);
		unsigned int part = part_size(field, at, end);

		load_from(cpu, field, at - field->offset, bytes + (at - offset), part);
		paracall_statistics_add(&counters(cpu, field)->reads, 1);
		at += part;
	}
	return from_bytes(bytes, size, mode & PARACALL_MODE_LITTLE_ENDIAN);
}

uint64_t paracall_magic_page_load(struct paracall_cpu *cpu, unsigned int offset,
				  unsigned int size, uint32_t mode)
{
	const struct field *field;

	ENTER(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_magic_page_load");
	if (!powerpc_cpu(cpu)->magic_page.is_prepared)
		prepare(cpu);
	field = whole_field(cpu, offset, size, mode);
	if (!field)
		return load_bytes(cpu, offset, size, mode);
	paracall_statistics_add(&counters(cpu, field)->reads, 1);
	return cut(field_value(cpu, field), size);
}

static void store_bytes(struct paracall_cpu *cpu, unsigned int offset, unsigned int size,
			uint64_t value, uint32_t mode)
{
	unsigned int end = offset + size;
	uint8_t bytes[8];

	to_bytes(bytes, value, size, mode & PARACALL_MODE_LITTLE_ENDIAN);
	for (unsigned int at = offset; at < end && at < PARACALL_MAGIC_PAGE_SIZE;) {
		const struct field *field = field_at(at);
		unsigned int part = part_size(field, at, end);

		store_into(cpu, field, at - field->offset, bytes + (at - offset), part);
		paracall_statistics_add(&counters(cpu, field)->writes, 1);
		if (field->kind == CRITICAL)
			check_section(cpu, mode);
		at += part;
	}
}

void paracall_magic_page_store(struct paracall_cpu *cpu, unsigned int offset, unsigned int size,
			       uint64_t value, uint32_t mode)
{
	const struct field *field;

	ENTER(cpu);
	CHECK_FOR(cpu, PARACALL_POWERPC, "paracall_magic_page_store");
	if (!powerpc_cpu(cpu)->magic_page.is_prepared)
		prepare(cpu);
	field = whole_field(cpu, offset, size, mode);
	if (!field) {
		store_bytes(cpu, offset, size, value, mode);
		return;
	}
	paracall_statistics_add(&counters(cpu, field)->writes, 1);
	set_field_value(cpu, field, cut(value, size));
}

/* ---- mapping ---------------------------------------------------------------- */

/* The initial state of a vCPU that is plugged in. */
void magic_page_add_cpu(struct paracall_cpu *cpu)
{
	struct magic_page_start *start = &powerpc_machine(cpu->machine)->magic_page_start;
	struct magic_page *page = &powerpc_cpu(cpu)->magic_page;

	page->real_address = atomic_load(&start->real_address);
	page->effective_address = atomic_load(&start->effective_address);
}

void magic_page_remove_cpu(struct paracall_cpu *cpu)
{
	powerpc_cpu(cpu)->magic_page = (struct magic_page){ .real_address = 0 };
}

/* No vCPU runs. */
void magic_page_reset_machine(struct paracall_machine *machine)
{
	struct magic_page_start *start = &powerpc_machine(machine)->magic_page_start;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		magic_page_remove_cpu(cpu_at(machine, i));
	atomic_store(&start->real_address, 0);
	atomic_store(&start->effective_address, 0);
}

/*
 * KVM never refuses; an engine that has to answers as KVM does for calls that it
 * doesn't have, which is the only error that guests of KVM's know. The flag that
 * the guest's page is not mapped executable by mistake has no effect; without it
 * KVM would let all of the guest's kernel be executable, for the sake of kernels
 * before 3.14, which no engine here does.
 */
int64_t paracall_magic_page_map(struct paracall_cpu *cpu, struct call *call)
{
	const struct paracall_powerpc_engine *engine = cpu->machine->engine.powerpc;
	struct magic_page_start *start = &powerpc_machine(cpu->machine)->magic_page_start;
	uint64_t real_address = call->arguments[0] & ~PAGE_MASK;
	uint64_t effective_address = call->arguments[1] & ~PAGE_MASK;

	if (!is_offered(cpu->machine, PARACALL_KVM_FEATURE_MAGIC_PAGE))
		return PARACALL_EV_UNIMPLEMENTED;
	if (engine->map_magic_page &&
	    !engine->map_magic_page(cpu->engine_cpu, real_address, effective_address))
		return PARACALL_EV_UNIMPLEMENTED;
	powerpc_cpu(cpu)->magic_page.real_address = real_address;
	powerpc_cpu(cpu)->magic_page.effective_address = effective_address;
	prepare(cpu);
	/* A section that the guest is in continues. */
	check_section(cpu, call->mode);
	atomic_store(&start->real_address, real_address);
	atomic_store(&start->effective_address, effective_address);
	call->outputs[0] = PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7;
	return PARACALL_EV_SUCCESS;
}
