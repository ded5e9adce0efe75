/* SPDX-License-Identifier: BSD-2-Clause */
/* Built with the compiler forbidden to make such a loop a call of itself. */
#include "common/print.h"

void *memcpy(void *to, const void *from, size_t size)
{
	uint8_t *target = to;
	const uint8_t *source = from;

	while (size--)
		*target++ = *source++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint8_t *target = to;

	while (size--)
		*target++ = (uint8_t)value;
	return to;
}

int memcmp(const void *one, const void *other, size_t size)
{
	const uint8_t *a = one, *b = other;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}
