/* SPDX-License-Identifier: BSD-2-Clause */
#include "written.h"

#include "common/hash.h"

#define PAGE 4096ull
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In order. A structure that begins in one of fuzz.c's may end in the next one. */
static const uint64_t pages[] = {
	0,
	SPARE,
	SPARE + PAGE,
	SPARE + 2 * PAGE,
	SPARE + 16 * PAGE,
	SPARE + 17 * PAGE,
	MEMORY_END - PAGE,
};

static uint8_t filled;

/*
 * ---- Structures ------------------------------------------------------------
 */

static void add(struct fields *fields, enum field_kind kind, uint64_t address, uint32_t size)
{
	if (fields->count < COUNT(fields->items))
		fields->items[fields->count++] =
			(struct field){ address, size, kind, false, false };
}

static void add_call(struct fields *fields, const struct question *question)
{
	bool is_64bit = question->mode == ANSWER_64 || question->mode == ANSWER_USER_64;
	uint64_t address = question->arguments[0];

	if ((uint32_t)question->number != PARACALL_KVM_HC_CLOCK_PAIRING)
		return;
	if (!is_64bit)
		address = (uint32_t)address;
	/* sec, nsec, tsc */
	for (unsigned int i = 0; i < 3; i++)
		add(fields, FIELD_TIME, address + 8 * i, 8);
}

static void add_clock(struct fields *fields, uint64_t address)
{
	add(fields, FIELD_VERSION, address, 4);
	/* tsc_timestamp, system_time, tsc_to_system_mul with tsc_shift */
	add(fields, FIELD_TIME, address + 8, 8);
	add(fields, FIELD_TIME, address + 16, 8);
	add(fields, FIELD_TIME, address + 24, 5);
}

/* The host adds to "steal", and that may be 0. */
static void add_steal(struct fields *fields, uint64_t address)
{
	add(fields, FIELD_RANDOM, address, 8);
	add(fields, FIELD_VERSION, address + 8, 4);
}

static void add_register(struct fields *fields, uint32_t number, uint64_t value)
{
	uint64_t address = value & ~(uint64_t)PARACALL_KVM_MSR_ENABLED;

	switch (number) {
	case PARACALL_KVM_MSR_WALL_CLOCK:
	case PARACALL_KVM_MSR_WALL_CLOCK_NEW:
		/* sec, nsec */
		add(fields, FIELD_TIME, value + 4, 4);
		add(fields, FIELD_TIME, value + 8, 4);
		return;
	case PARACALL_KVM_MSR_SYSTEM_TIME:
	case PARACALL_KVM_MSR_SYSTEM_TIME_NEW:
		if (value != address)
			add_clock(fields, address);
		return;
	case PARACALL_KVM_MSR_STEAL_TIME:
		if (value != address)
			add_steal(fields, address);
		return;
	case PARACALL_KVM_MSR_PV_EOI_EN:
		/* A byte, and the host's choice: at an interrupt. */
		if (value != address)
			add(fields, FIELD_RANDOM, address, 1);
		return;
	}
}

void fields_add(struct fields *fields, const struct question *question)
{
	if (question->instruction <= ANSWER_VMMCALL)
		add_call(fields, question);
	else if (question->instruction == ANSWER_WRMSR)
		add_register(fields, (uint32_t)question->arguments[1],
			     question->arguments[2] << 32 | question->number);
}

/*
 * ---- Pages -----------------------------------------------------------------
 */

/* The compiler is not to know that page 0 is NULL. */
static uint8_t *at(uint64_t address)
{
	uintptr_t place = address;

	__asm__ volatile("" : "+r"(place) : : "memory");
	return (uint8_t *)place;
}

static bool is_watched(uint64_t address)
{
	for (size_t i = 0; i < COUNT(pages); i++)
		if (address - pages[i] < PAGE)
			return true;
	return false;
}

static uint64_t filled_word(void)
{
	return filled * 0x0101010101010101;
}

void written_fill(uint8_t byte)
{
	filled = byte;
	for (size_t i = 0; i < COUNT(pages); i++) {
		uint64_t *words = (uint64_t *)at(pages[i]);

		for (size_t j = 0; j < PAGE / 8; j++)
			words[j] = filled_word();
	}
	__asm__ volatile("" : : : "memory");
}

/* Bytes of the field that were written; @visible are those that are watched. */
static uint32_t count_written(const struct field *field, uint32_t *visible)
{
	uint32_t count = 0;

	*visible = 0;
	for (uint64_t i = field->address; i != field->address + field->size; i++) {
		if (!is_watched(i))
			continue;
		++*visible;
		count += *at(i) != filled;
	}
	return count;
}

static void mark(struct field *field)
{
	field->is_written = true;
	for (uint64_t i = field->address; i != field->address + field->size; i++)
		if (is_watched(i) && *at(i) == filled)
			*at(i) = (uint8_t)~filled;
}

/* Time is never the same as before in four bytes, but may well be in one. */
#define FEWEST_BYTES 4

static void settle_random(struct field *field)
{
	uint32_t visible;

	count_written(field, &visible);
	/* And a clock may begin at 0. */
	if (visible < FEWEST_BYTES || (field->kind == FIELD_TIME && !filled))
		field->kind = FIELD_RANDOM;
	if (field->kind == FIELD_RANDOM)
		mark(field);
}

static void settle_time(struct field *field)
{
	uint32_t visible;

	if (field->kind == FIELD_RANDOM || !count_written(field, &visible))
		return;
	/* Of one that begins before the first address its first byte is not memory. */
	field->is_odd = is_watched(field->address) && *at(field->address) & 1;
	mark(field);
}

void written_settle(struct fields *fields)
{
	/* First those that are random: they may be part of another field. */
	for (size_t i = 0; i < fields->count; i++)
		settle_random(&fields->items[i]);
	for (size_t i = 0; i < fields->count; i++)
		settle_time(&fields->items[i]);
}

/*
 * ---- What to report of them ------------------------------------------------
 */

static const struct field *find_field(const struct fields *fields, uint64_t address)
{
	for (size_t i = 0; i < fields->count; i++)
		if (address - fields->items[i].address < fields->items[i].size)
			return &fields->items[i];
	return NULL;
}

static void print_byte(const struct fields *fields, uint64_t address)
{
	const struct field *field = find_field(fields, address);

	if (!field)
		print("%02x", *at(address));
	else if (field->kind == FIELD_VERSION)
		print(field->is_odd ? "oo" : "ee");
	else
		print(field->kind == FIELD_TIME ? "tt" : "??");
}

/* A clock is written at any time, and a byte of it may be what was filled in. */
static bool is_written(const struct fields *fields, uint64_t address)
{
	const struct field *field = fields ? find_field(fields, address) : NULL;

	return *at(address) != filled || (field && field->is_written);
}

/* The first byte from @address on of which that is so or not; @end if there is none. */
static uint64_t find_byte(const struct fields *fields, bool written, uint64_t address,
			  uint64_t end)
{
	while (address < end && is_written(fields, address) != written)
		address++;
	return address;
}

static bool is_page_written(const struct fields *fields, uint64_t page)
{
	const uint64_t *words = (const uint64_t *)at(page);

	for (size_t i = 0; fields && i < fields->count; i++)
		if (fields->items[i].is_written)
			return find_byte(fields, true, page, page + PAGE) < page + PAGE;
	for (size_t i = 0; i < PAGE / 8; i++)
		if (words[i] != filled_word())
			return true;
	return false;
}

static void print_page(uint64_t page, const struct fields *fields)
{
	uint64_t end = page + PAGE, next;

	for (uint64_t i = find_byte(fields, true, page, end); i < end;
	     i = find_byte(fields, true, next, end)) {
		next = find_byte(fields, false, i, end);
		if (!fields) {
			print(" 0x%lx+%lu", i, next - i);
			continue;
		}
		print(", 0x%lx: ", i);
		for (uint64_t j = i; j < next; j++) {
			print_byte(fields, j);
			*at(j) = filled;
		}
	}
}

void print_written(const struct fields *fields)
{
	for (size_t i = 0; i < COUNT(pages); i++)
		if (is_page_written(fields, pages[i]))
			print_page(pages[i], fields);
}

void print_written_ranges(void)
{
	for (size_t i = 0; i < COUNT(pages); i++)
		if (is_page_written(NULL, pages[i]))
			print_page(pages[i], NULL);
}

/* A bit for each byte that is not what was filled in. */
static uint64_t written_bytes(uint64_t word)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < 8; i++)
		bits |= (uint64_t)((uint8_t)(word >> 8 * i) != filled) << i;
	return bits;
}

static uint64_t hash_page(uint64_t hash, uint64_t page)
{
	uint64_t *words = (uint64_t *)at(page);

	for (size_t i = 0; i < PAGE / 8; i++) {
		if (words[i] == filled_word())
			continue;
		hash = hash_word(hash_word(hash, page + 8 * i), written_bytes(words[i]));
		words[i] = filled_word();
	}
	return hash;
}

uint64_t hash_written(uint64_t hash)
{
	for (size_t i = 0; i < COUNT(pages); i++)
		hash = hash_page(hash, pages[i]);
	return hash_end(hash);
}
