/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial port, an Arm PL011, and the end. */
#include "runtime.h"

#define PL011 0x09000000ul
#define PL011_DATA 0x00u
#define PL011_FLAGS 0x18u
#define PL011_CONTROL 0x30u
#define FLAG_TRANSMIT_FULL 0x20u
/* The port, and sending, are enabled. */
#define CONTROL_SEND 0x101u

static volatile uint32_t *port(uint32_t offset)
{
	return (volatile uint32_t *)(PL011 + offset);
}

void print_char(char c)
{
	static bool is_enabled;

	if (!is_enabled)
		*port(PL011_CONTROL) = CONTROL_SEND;
	is_enabled = true;
	while (*port(PL011_FLAGS) & FLAG_TRANSMIT_FULL)
		relax();
	*port(PL011_DATA) = (uint8_t)c;
}

void crash_begin(void)
{
}

void finish(int code)
{
	print_exit(code);
	call(PARACALL_PSCI_SYSTEM_OFF, 0, 0, 0);
	while (1)
		relax();
}
