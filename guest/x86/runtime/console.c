/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the first serial port, and the way out. */
#include "runtime.h"

#include <stdarg.h>

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

static void print_char(char c)
{
	/* With no port there reads give all ones, so this ends. */
	while (!(inb(SERIAL_STATUS) & SERIAL_IDLE))
		relax();
	outb(SERIAL, c);
}

static void print_string(const char *text)
{
	for (; *text; text++)
		print_char(*text);
}

static void print_number(uint64_t value, unsigned int base, unsigned int width, char fill)
{
	char digits[24];
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (; width > count; width--)
		print_char(fill);
	while (count)
		print_char(digits[--count]);
}

static void print_signed(int64_t value, unsigned int width, char fill)
{
	if (value >= 0) {
		print_number(value, 10, width, fill);
		return;
	}
	print_char('-');
	print_number(-(uint64_t)value, 10, width ? width - 1 : 0, fill);
}

void vprint(const char *format, va_list arguments)
{
	static volatile uint8_t lock;

	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		relax();
	for (; *format; format++) {
		unsigned int width = 0;
		bool is_long = false;
		char fill = ' ';

		if (*format != '%') {
			print_char(*format);
			continue;
		}
		format++;
		if (*format == '0')
			fill = '0';
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + *format - '0';
		for (; *format == 'l'; format++)
			is_long = true;
		switch (*format) {
		case 's':
			print_string(va_arg(arguments, const char *));
			break;
		case 'c':
			print_char(va_arg(arguments, int));
			break;
		case 'd':
			print_signed(is_long ? va_arg(arguments, long) : va_arg(arguments, int),
				     width, fill);
			break;
		case 'u':
		case 'x':
			print_number(is_long ? va_arg(arguments, unsigned long)
					     : va_arg(arguments, unsigned int),
				     *format == 'u' ? 10 : 16, width, fill);
			break;
		case 'p':
			print_number((uintptr_t)va_arg(arguments, void *), 16, width, fill);
			break;
		default:
			print_char(*format);
		}
	}
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
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

void crash(const char *format, ...)
{
	va_list arguments;

	interrupts_off();
	print("Bail out! ");
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	print("\n");
	finish(EXIT_CRASHED);
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

/* The compiler calls these three where it likes. */
void *memcpy(void *to, const void *from, size_t size)
{
	void *result = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return result;
}

void *memset(void *to, int value, size_t size)
{
	void *result = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
	return result;
}

int memcmp(const void *one, const void *other, size_t size)
{
	const uint8_t *a = one, *b = other;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}
