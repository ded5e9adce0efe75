/* SPDX-License-Identifier: BSD-2-Clause */
/* The first terminal, by the machine's own calls, and the end. */
#include "runtime.h"

#include "rtas.h"

#define MOST 16

static char waiting[MOST];
static unsigned int waiting_count;

static void flush(void)
{
	unsigned long words[2] = { 0, 0 };

	for (unsigned int i = 0; i < MOST; i++)
		words[i / 8] =
			words[i / 8] << 8 | (uint8_t)(i < waiting_count ? waiting[i] : 0);
	/* It is busy while its output is not taken. */
	while (waiting_count &&
	       hcall(H_PUT_TERM_CHAR, 0, waiting_count, words[0], words[1]) != H_SUCCESS)
		relax();
	waiting_count = 0;
}

void print_char(char c)
{
	waiting[waiting_count++] = c;
	if (c == '\n' || waiting_count == MOST)
		flush();
}

void crash_begin(void)
{
}

void finish(int code)
{
	print_exit(code);
	rtas(RTAS_POWER_OFF, 2, 1, 0, 0, 0);
	while (1)
		relax();
}
