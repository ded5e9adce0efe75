/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures. New ones come last: seeds choose by number. */
#include "calls.h"

extern const struct calls x86_calls, s390_calls, powerpc_calls, arm64_calls, riscv_calls,
	loongarch_calls;

static const struct calls *const list[] = {
	&x86_calls, &s390_calls, &powerpc_calls, &arm64_calls, &riscv_calls, &loongarch_calls,
};

const struct calls *calls_of_byte(uint8_t byte)
{
	return list[byte % (sizeof(list) / sizeof(list[0]))];
}
