/* SPDX-License-Identifier: BSD-2-Clause */
#include <paracall/statistics.h>

size_t paracall_statistics_size(uint32_t max_cpus)
{
	return offsetof(struct paracall_statistics, cpu) +
	       max_cpus * sizeof(struct paracall_cpu_statistics);
}

uint64_t paracall_statistics_sum(const struct paracall_statistics *statistics, size_t offset)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < statistics->max_cpus; i++) {
		const char *cpu = (const char *)&statistics->cpu[i];

		sum += __atomic_load_n((const uint64_t *)(cpu + offset), __ATOMIC_RELAXED);
	}
	return sum;
}
