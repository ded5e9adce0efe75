/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/print.h"

#include "runtime.h"

static void print_string(const char *text)
{
	for (; *text; text++)
		print_char(*text);
}

void print_number(uint64_t value, unsigned int base, unsigned int width, char fill)
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

/* The next argument, with this many l before its conversion. */
static int64_t next_signed(va_list *arguments, unsigned int longs)
{
	switch (longs) {
	case 0:
		return va_arg(*arguments, int);
	case 1:
		return va_arg(*arguments, long);
	default:
		return va_arg(*arguments, long long);
	}
}

static uint64_t next_unsigned(va_list *arguments, unsigned int longs)
{
	switch (longs) {
	case 0:
		return va_arg(*arguments, unsigned int);
	case 1:
		return va_arg(*arguments, unsigned long);
	default:
		return va_arg(*arguments, unsigned long long);
	}
}

/* One conversion after the %; returns its last character. */
static const char *convert(const char *format, va_list *arguments)
{
	unsigned int width = 0, longs = 0;
	char fill = *format == '0' ? '0' : ' ';

	for (; *format >= '0' && *format <= '9'; format++)
		width = width * 10 + *format - '0';
	for (; *format == 'l'; format++)
		longs++;
	switch (*format) {
	case 's':
		print_string(va_arg(*arguments, const char *));
		break;
	case 'c':
		print_char(va_arg(*arguments, int));
		break;
	case 'd':
		print_signed(next_signed(arguments, longs), width, fill);
		break;
	case 'u':
	case 'x':
		print_number(next_unsigned(arguments, longs), *format == 'u' ? 10 : 16, width,
			     fill);
		break;
	case 'p':
		print_number((uintptr_t)va_arg(*arguments, void *), 16, width, fill);
		break;
	default:
		print_char(*format);
	}
	return format;
}

void vprint(const char *format, va_list arguments)
{
	static volatile uint8_t lock;
	va_list rest;

	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		relax();
	va_copy(rest, arguments);
	for (; *format; format++) {
		if (*format == '%')
			format = convert(format + 1, &rest);
		else
			print_char(*format);
	}
	va_end(rest);
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
}

static const char *exit_name(int code)
{
	switch (code) {
	case EXIT_PASSED:
		return "passed";
	case EXIT_FAILED:
		return "failed";
	case EXIT_SKIPPED:
		return "skipped";
	}
	return "crashed";
}

void print_exit(int code)
{
	print("# exit: %s\n", exit_name(code));
}

void crash(const char *format, ...)
{
	va_list arguments;

	crash_begin();
	print("Bail out! ");
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	print("\n");
	finish(EXIT_CRASHED);
}
