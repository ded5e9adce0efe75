/* SPDX-License-Identifier: BSD-2-Clause */
/* What a 32-bit CPU's compiler calls for the division of 64-bit numbers. */
#include <stdint.h>

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);

/* Bit by bit. */
static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *rest)
{
	uint64_t quotient = 0;

	*rest = 0;
	for (int bit = 63; bit >= 0; bit--) {
		*rest = *rest << 1 | (dividend >> bit & 1);
		quotient <<= 1;
		if (*rest >= divisor) {
			*rest -= divisor;
			quotient |= 1;
		}
	}
	return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
	uint64_t rest;

	return divide(dividend, divisor, &rest);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
	uint64_t rest;

	divide(dividend, divisor, &rest);
	return rest;
}
