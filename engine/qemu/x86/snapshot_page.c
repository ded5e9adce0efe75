/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot_page.h"

#include <string.h>

#define VERSION 2

/* Where things are in the head. */
#define AT_MAGIC 0
#define AT_VERSION 8
#define AT_SIZE 12
#define AT_CHECKSUM 16
#define AT_STAMP 24
#define AT_TSC 32
#define AT_CHECK 40

/* And in the body. */
#define AT_CPUS 0
#define AT_OWN 2
#define AT_FLAGS 3
#define AT_RAISED 4
#define AT_IDS 5

/* And in what is kept of an exception, after the ids. */
#define AT_CPU 0
#define AT_TOKEN 2
#define AT_TRAP 6
#define AT_PC 14
#define AT_ERROR_CODE 22
#define AT_CR2 30
#define RAISED_SIZE 38

#define MOST_CPUS (SNAPSHOT_BODY_ROOM - AT_IDS - SNAPSHOT_MOST_RAISED * RAISED_SIZE)

#define FLAG_EXACT 1

static const char magic[] = "PARACALL";

static void put(uint8_t *bytes, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

/*
 * Against damage, not against forgery. FNV-1a by eight bytes at once; the shift brings high
 * bits down, which it otherwise never would.
 */
uint64_t snapshot_checksum(const uint8_t *body, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ size;

	while (size) {
		size_t part = size < 8 ? size : 8;

		sum = (sum ^ get(body, part)) * UINT64_C(0x100000001b3);
		sum ^= sum >> 32;
		body += part;
		size -= part;
	}
	return sum;
}

void snapshot_put_head(uint8_t *bytes, const struct snapshot_head *head)
{
	memcpy(bytes + AT_MAGIC, magic, AT_VERSION);
	put(bytes + AT_VERSION, VERSION, 4);
	put(bytes + AT_SIZE, head->size, 4);
	put(bytes + AT_CHECKSUM, head->checksum, 8);
	put(bytes + AT_STAMP, head->stamp, 8);
	put(bytes + AT_TSC, head->tsc, 8);
	put(bytes + AT_CHECK, snapshot_checksum(bytes, AT_CHECK), 8);
}

const char *snapshot_get_head(const uint8_t *bytes, struct snapshot_head *head)
{
	*head = (struct snapshot_head){ .stamp = 0 };
	if (memcmp(bytes + AT_MAGIC, magic, AT_VERSION))
		return "it has no record of Paracall's state";
	head->stamp = get(bytes + AT_STAMP, 8);
	head->tsc = get(bytes + AT_TSC, 8);
	head->size = (uint32_t)get(bytes + AT_SIZE, 4);
	head->checksum = get(bytes + AT_CHECKSUM, 8);
	if (get(bytes + AT_VERSION, 4) != VERSION)
		return "its record is from another version";
	if (get(bytes + AT_CHECK, 8) != snapshot_checksum(bytes, AT_CHECK))
		return "its record is damaged";
	return NULL;
}

uint8_t *snapshot_begin_body(uint8_t *body, uint16_t cpus, uint8_t own, bool is_exact)
{
	if (cpus > MOST_CPUS)
		return NULL;
	put(body + AT_CPUS, cpus, 2);
	body[AT_OWN] = own;
	body[AT_FLAGS] = is_exact ? FLAG_EXACT : 0;
	body[AT_RAISED] = 0;
	return body + AT_IDS;
}

/* Where that exception is; the library's record is where the one after the last would be. */
static size_t raised_at(uint64_t cpus, size_t index)
{
	return AT_IDS + (size_t)cpus + index * RAISED_SIZE;
}

uint8_t *snapshot_record_of(uint8_t *body)
{
	return body + raised_at(get(body + AT_CPUS, 2), body[AT_RAISED]);
}

void snapshot_add_raised(uint8_t *body, const struct snapshot_raised *kept)
{
	const struct raised *raised = &kept->raised;
	uint8_t *bytes = snapshot_record_of(body);

	if (body[AT_RAISED] == SNAPSHOT_MOST_RAISED)
		return;
	put(bytes + AT_CPU, kept->cpu, 2);
	put(bytes + AT_TOKEN, kept->token, 4);
	put(bytes + AT_TRAP, raised->trap, 8);
	put(bytes + AT_PC, raised->pc, 8);
	put(bytes + AT_ERROR_CODE, raised->error_code, 8);
	put(bytes + AT_CR2, raised->cr2, 8);
	body[AT_RAISED]++;
}

bool snapshot_get_body(const uint8_t *bytes, size_t size, struct snapshot_body *body)
{
	size_t record;

	if (size < AT_IDS || size > SNAPSHOT_BODY_ROOM || bytes[AT_FLAGS] & ~FLAG_EXACT)
		return false;
	body->cpus = (uint16_t)get(bytes + AT_CPUS, 2);
	body->own = bytes[AT_OWN];
	body->is_exact = bytes[AT_FLAGS] & FLAG_EXACT;
	body->raised = bytes[AT_RAISED];
	record = raised_at(body->cpus, body->raised);
	if (body->cpus > MOST_CPUS || body->raised > SNAPSHOT_MOST_RAISED || record > size)
		return false;
	body->apic_ids = bytes + AT_IDS;
	body->record = bytes + record;
	body->record_size = size - record;
	return true;
}

void snapshot_get_raised(const struct snapshot_body *body, unsigned int index,
			 struct snapshot_raised *kept)
{
	const uint8_t *bytes = body->apic_ids - AT_IDS + raised_at(body->cpus, index);

	*kept = (struct snapshot_raised){
		.cpu = (uint16_t)get(bytes + AT_CPU, 2),
		.token = (uint32_t)get(bytes + AT_TOKEN, 4),
		.raised = {
			.trap = get(bytes + AT_TRAP, 8),
			.pc = get(bytes + AT_PC, 8),
			.error_code = get(bytes + AT_ERROR_CODE, 8),
			.cr2 = get(bytes + AT_CR2, 8),
		},
	};
}
