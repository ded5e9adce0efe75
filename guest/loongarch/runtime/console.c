/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial port, a 16550, and the end. */
#include "runtime.h"

#define PORT 0x1fe001e0ul
#define PORT_STATUS 5
#define STATUS_CAN_SEND 0x20

/* The generic event device's register for sleep, as ACPI has it: S5, now. */
#define POWER 0x100e001cul
#define POWER_OFF 0x34
/* And its register for resets. */
#define RESET 0x100e001eul
#define RESET_NOW 0x42

static volatile uint8_t *port(uint64_t address)
{
	return device(address);
}

void print_char(char c)
{
	while (!(*port(PORT + PORT_STATUS) & STATUS_CAN_SEND))
		relax();
	*port(PORT) = (uint8_t)c;
}

void machine_reset(void)
{
	*port(RESET) = RESET_NOW;
	delay_ms(1000);
	crash("there was no reset");
}

void crash_begin(void)
{
}

void finish(int code)
{
	print_exit(code);
	*port(POWER) = POWER_OFF;
	while (1)
		relax();
}
