/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial port, a 16550, and the end. */
#include "runtime.h"

#define PORT 0x10000000ul
#define PORT_DATA 0
#define PORT_LINE_STATUS 5
#define LINE_STATUS_EMPTY 0x20u

static volatile uint8_t *port(unsigned int offset)
{
	return (volatile uint8_t *)(PORT + offset);
}

void print_char(char c)
{
	while (!(*port(PORT_LINE_STATUS) & LINE_STATUS_EMPTY))
		relax();
	*port(PORT_DATA) = (uint8_t)c;
}

void crash_begin(void)
{
}

void finish(int code)
{
	print_exit(code);
	call(PARACALL_SBI_SRST, PARACALL_SBI_SRST_RESET, 0, 0, 0);
	while (1)
		relax();
}
