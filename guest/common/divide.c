/* SPDX-License-Identifier: BSD-2-Clause */
/* What compilers for 32-bit CPUs call for the division of 64-bit numbers. */
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *rest);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divmoddi4(int64_t dividend, int64_t divisor, int64_t *rest);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* Bit by bit. */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *rest)
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

	return __udivmoddi4(dividend, divisor, &rest);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
	uint64_t rest;

	__udivmoddi4(dividend, divisor, &rest);
	return rest;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* The rest has the dividend's sign. */
int64_t __divmoddi4(int64_t dividend, int64_t divisor, int64_t *rest)
{
	uint64_t positive;
	uint64_t quotient = __udivmoddi4(magnitude(dividend), magnitude(divisor), &positive);

	*rest = (int64_t)(dividend < 0 ? -positive : positive);
	return (int64_t)((dividend < 0) != (divisor < 0) ? -quotient : quotient);
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
	int64_t rest;

	return __divmoddi4(dividend, divisor, &rest);
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
	int64_t rest;

	__divmoddi4(dividend, divisor, &rest);
	return rest;
}
