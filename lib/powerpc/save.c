/* SPDX-License-Identifier: BSD-2-Clause */
#include "save.h"

#include "state.h"

#define PAGE_MASK UINT64_C(0xfff)

/* Where a page is, or will be. */
struct place {
	uint64_t real_address;
	uint64_t effective_address;
};

static void save_place(struct place place, struct record_writer *writer)
{
	record_put_long(writer, place.real_address);
	record_put_long(writer, place.effective_address);
}

static int load_place(const struct paracall_machine *machine, struct record_reader *reader,
		      struct place *place)
{
	place->real_address = record_get_long(reader);
	place->effective_address = record_get_long(reader);
	if ((place->real_address | place->effective_address) & PAGE_MASK)
		return PARACALL_ERROR_RECORD;
	if ((place->real_address || place->effective_address) &&
	    !is_offered(machine, PARACALL_KVM_FEATURE_MAGIC_PAGE))
		return PARACALL_ERROR_FEATURE;
	return PARACALL_OK;
}

void powerpc_save(struct paracall_machine *machine, struct record_writer *writer)
{
	struct magic_page_start *start = &powerpc_machine(machine)->magic_page_start;

	save_place((struct place){ atomic_load(&start->real_address),
				   atomic_load(&start->effective_address) },
		   writer);
}

int powerpc_load(struct paracall_machine *machine, struct record_reader *reader, bool is_real)
{
	struct magic_page_start *start = &powerpc_machine(machine)->magic_page_start;
	struct place place;
	int error = load_place(machine, reader, &place);

	if (error || !is_real)
		return error;
	atomic_store(&start->real_address, place.real_address);
	atomic_store(&start->effective_address, place.effective_address);
	return PARACALL_OK;
}

/* The MSR that the vCPU was given follows from the guest's; outside there is none. */
void powerpc_save_cpu(struct paracall_cpu *cpu, struct record_writer *writer)
{
	const struct magic_page *page = powerpc_magic_page(cpu);

	save_place((struct place){ page->real_address, page->effective_address }, writer);
	record_put_byte(writer, page->is_prepared);
	if (!page->is_prepared)
		return;
	record_put_byte(writer, page->is_little_endian);
	record_put_byte(writer, page->is_critical);
	if (page->is_critical)
		record_put_long(writer, page->guest_msr);
	record_put_long(writer, page->pointer_mask);
	record_put_long(writer, page->missing);
	for (unsigned int i = 0; i < PARACALL_MAGIC_PAGE_SIZE; i++)
		record_put_byte(writer, page->bytes[i]);
}

static bool has_place(const struct magic_page *page)
{
	return page->real_address || page->effective_address;
}

static int load_prepared(struct paracall_cpu *cpu, struct record_reader *reader,
			 struct magic_page *page)
{
	page->is_little_endian = record_get_bool(reader);
	page->is_critical = record_get_bool(reader);
	if (page->is_critical)
		page->guest_msr = record_get_long(reader);
	page->held_msr = magic_page_held_msr(page->guest_msr);
	page->pointer_mask = record_get_long(reader);
	page->missing = record_get_long(reader);
	for (unsigned int i = 0; i < PARACALL_MAGIC_PAGE_SIZE; i++)
		page->bytes[i] = record_get_byte(reader);
	if (reader->is_bad ||
	    (page->pointer_mask && page->pointer_mask != UINT32_MAX &&
	     page->pointer_mask != UINT64_MAX) ||
	    (page->is_critical && (!page->pointer_mask || !has_place(page))))
		return PARACALL_ERROR_RECORD;
	/* Another CPU's. */
	return page->missing == magic_page_missing(cpu) ? PARACALL_OK : PARACALL_ERROR_FEATURE;
}

static bool map(struct paracall_cpu *cpu, const struct magic_page *page)
{
	const struct paracall_powerpc_engine *engine = cpu->machine->engine.powerpc;

	return !has_place(page) || !engine->map_magic_page ||
	       engine->map_magic_page(cpu->engine_cpu, page->real_address,
				      page->effective_address);
}

int powerpc_load_cpu(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real)
{
	struct magic_page page = { .real_address = 0 };
	struct place place;
	int error = load_place(cpu->machine, reader, &place);

	page.real_address = place.real_address;
	page.effective_address = place.effective_address;
	page.is_prepared = record_get_bool(reader);
	if (!error && page.is_prepared)
		error = load_prepared(cpu, reader, &page);
	if (error || !is_real)
		return error;
	if (!map(cpu, &page))
		return PARACALL_ERROR_FEATURE;
	powerpc_cpu(cpu)->magic_page = page;
	return PARACALL_OK;
}
