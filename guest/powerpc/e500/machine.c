/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's devices, at 36-bit addresses: a serial line, and its reset. */
#include "runtime.h"

/* Where they are mapped to, and really are, without the four highest bits. */
#define DEVICES 0xe0000000u
#define DEVICES_HIGH 0xfu
#define SERIAL 0x4500u
#define SERIAL_STATUS 5
#define SERIAL_EMPTY 0x20
#define RESET_CONTROL 0xe00b0u

/* What start.S notes there: the interrupt and 1, then the data's address. */
#define CAUGHT 0xf08u

_Noreturn void boot_main(void);

enum interrupt interrupt_taken(uint32_t *address)
{
	return (enum interrupt)take_interrupt(CAUGHT, address);
}

/* Entry 3 of the second TLB: 1 MiB, not cached, for the supervisor alone. */
static void map_devices(void)
{
	__asm__ volatile("mtspr 624,%0\n\t"
			 "mtspr 625,%1\n\t"
			 "mtspr 626,%2\n\t"
			 "mtspr 627,%3\n\t"
			 "mtspr 944,%4\n\t"
			 "isync\n\ttlbwe\n\tisync"
			 :
			 : "r"(0x10030000), "r"(0xc0000500), "r"(DEVICES | 0xa),
			   "r"(DEVICES | 0x5), "r"(DEVICES_HIGH)
			 : "memory");
}

void print_char(char c)
{
	volatile uint8_t *serial = (volatile uint8_t *)(DEVICES + SERIAL);

	while (!(serial[SERIAL_STATUS] & SERIAL_EMPTY))
		relax();
	serial[0] = (uint8_t)c;
}

void crash_begin(void)
{
}

void finish(int code)
{
	print_exit(code);
	while (1)
		*(volatile uint32_t *)(DEVICES + RESET_CONTROL) = 2;
}

void boot_main(void)
{
	*low_word(CAUGHT) = 0;
	map_devices();
	finish(main());
}
