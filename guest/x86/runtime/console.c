/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the first serial port, and the program's end. */
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

struct multiboot2_tag {
	uint32_t type;
	uint32_t size;
	char text[];
};

#define TAG_END 0
#define TAG_COMMAND_LINE 1

/* Multiboot2 Specification, "Boot information": tags from 8 on, each aligned to 8. */
static const char *multiboot2_argument(uintptr_t address)
{
	const struct multiboot2_tag *tag = (const void *)(address + 8);

	while (tag->type != TAG_END && tag->type != TAG_COMMAND_LINE)
		tag = (const void *)((uintptr_t)tag + ((tag->size + 7) & ~7u));
	return tag->type == TAG_COMMAND_LINE ? tag->text : "";
}

/* Xen's public/arch-x86/hvm/start_info.h: at 24 the command line's address. */
const char *boot_argument(void)
{
	extern uint32_t start_info, start_magic;
	uintptr_t address = start_info;

	if (start_magic == MULTIBOOT2_LOADER)
		return multiboot2_argument(address);
	if (address)
		address = *(uint64_t *)(address + 24);
	return address ? (const char *)address : "";
}
