/* SPDX-License-Identifier: BSD-2-Clause */
/* The number that identifies the layout of counters, registers and events. */
#include "architecture.h"

#include <string.h>

/* All of struct paracall_cpu_statistics, in any order. */
#define FIELDS(X) \
	X(calls) \
	X(msrs) \
	X(cpuid_signature) \
	X(cpuid_features) \
	X(halts) \
	X(halts_skipped) \
	X(kicks_woke) \
	X(kicks_left) \
	X(interrupts_sent) \
	X(replaced) \
	X(clock_updates) \
	X(clock_pauses) \
	X(steal_nanoseconds) \
	X(steal_updates) \
	X(async_pf_begun) \
	X(async_pf_ended) \
	X(spins) \
	X(spin_nanoseconds) \
	X(injected) \
	X(magic_page)

#define FIELD_SIZE(field) +sizeof(((struct paracall_cpu_statistics *)NULL)->field)
_Static_assert(0 FIELDS(FIELD_SIZE) == sizeof(struct paracall_cpu_statistics),
	       "a counter is missing in FIELDS");

struct field {
	const char *name;
	uint64_t offset;
};

#define FIELD_ENTRY(field) { #field, offsetof(struct paracall_cpu_statistics, field) },
static const struct field fields[] = { FIELDS(FIELD_ENTRY) };

/* Fowler, Noll and Vo's FNV-1a. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* With the 0 after it. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
	return hash_bytes(hash, &number, sizeof(number));
}

/* Counters other than those of calls. */
static uint64_t hash_counters(uint64_t hash, const struct architecture *architecture)
{
	const char *name;
	uint64_t number;

	if (!architecture->counter_name)
		return hash;
	for (size_t i = 0; (name = architecture->counter_name(i, &number)); i++)
		hash = hash_number(hash_text(hash, name), number);
	return hash;
}

uint64_t paracall_table_id(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const struct architecture *architecture;
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		hash = hash_number(hash_text(hash, info->name), info->id);
	for (size_t i = 0; (architecture = architecture_at(i)); i++)
		hash = hash_counters(hash, architecture);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		hash = hash_number(hash_text(hash, fields[i].name), fields[i].offset);
	hash = hash_number(hash, offsetof(struct paracall_statistics, cpu));
	hash = hash_number(hash, sizeof(struct paracall_cpu_statistics));
	return hash_number(hash, PARACALL_EVENT_KINDS);
}
