/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the first serial port, and the way out. */
#include "runtime.h"

#define SERIAL 0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_IDLE 0x20

/* -device isa-debug-exit,iobase=0xf4,iosize=4: status (value << 1) | 1 */
#define DEBUG_EXIT 0xf4
/* So that no status of ours is one of QEMU's own. */
#define DEBUG_EXIT_FIRST 16
/* ACPI power-off of QEMU's pc and q35. */
#define POWER 0x604
#define POWER_OFF 0x2000

void print_char(char c)
{
	/* With no port there reads give all ones, so this ends. */
	while (!(inb(SERIAL_STATUS) & SERIAL_IDLE))
		relax();
	outb(SERIAL, c);
}

void crash_begin(void)
{
	interrupts_off();
}

void finish(int code)
{
	interrupts_off();
	__asm__ volatile("outl %0, %1"
			 :
			 : "a"(DEBUG_EXIT_FIRST + code), "Nd"((uint16_t)DEBUG_EXIT));
	outw(POWER, POWER_OFF);
	while (1)
		halt();
}

/* Xen's public/arch-x86/hvm/start_info.h: at 24 the command line's address. */
const char *boot_argument(void)
{
	extern uint32_t start_info;
	uintptr_t address = start_info;

	if (address)
		address = *(uint64_t *)(address + 24);
	return address ? (const char *)address : "";
}
