/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apic_ids.h"

/* The bits needed for numbers below @count. */
static unsigned int width(uint32_t count)
{
	return count > 1 ? 32 - (unsigned int)__builtin_clz(count - 1) : 0;
}

uint64_t command_cpus_apic_id(const struct command_cpus *cpus, uint32_t index)
{
	const uint32_t levels[] = { cpus->threads, cpus->cores, cpus->modules, cpus->dies };
	unsigned int shift = 0;
	uint64_t id = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		id |= index % levels[i] << shift;
		shift += width(levels[i]);
		index /= levels[i];
	}
	return id | index << shift;
}

uint64_t command_cpus_highest_apic_id(const struct command_cpus *cpus)
{
	return command_cpus_apic_id(cpus, cpus->max_cpus - 1);
}
