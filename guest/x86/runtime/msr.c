/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers that may not be there. */
#include "runtime.h"

struct access {
	uint32_t number;
	uint64_t value;
};

static void do_rdmsr(void *argument)
{
	struct access *access = argument;

	access->value = rdmsr(access->number);
}

static void do_wrmsr(void *argument)
{
	const struct access *access = argument;

	wrmsr(access->number, access->value);
}

int try_rdmsr(uint32_t number, uint64_t *value)
{
	struct access access = { .number = number };
	int vector = catch_exception(do_rdmsr, &access);

	if (vector < 0)
		*value = access.value;
	return vector;
}

int try_wrmsr(uint32_t number, uint64_t value)
{
	struct access access = { number, value };

	return catch_exception(do_wrmsr, &access);
}
