/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "first.h"

#include <stdatomic.h>

/* The address plus 1, so that 0 is none. */
static _Atomic(uint64_t) first;

bool first_is_known(void)
{
	return atomic_load_explicit(&first, memory_order_relaxed);
}

bool first_is_at(uint64_t address)
{
	uint64_t none = 0;

	return atomic_compare_exchange_strong(&first, &none, address + 1) ||
	       none == address + 1;
}
