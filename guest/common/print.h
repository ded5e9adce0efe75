/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for people, and the end of a program: the same on all architectures. */
#ifndef GUEST_PRINT_H
#define GUEST_PRINT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* The part of <inttypes.h> that is in use; that header is for programs with a C library. */
#if __SIZEOF_LONG__ == 8
#define PRId64 "ld"
#define PRIu64 "lu"
#define PRIx64 "lx"
#else
#define PRId64 "lld"
#define PRIu64 "llu"
#define PRIx64 "llx"
#endif

/* Knows %s %c %d %u %x %p, with l and ll, and a width with or without 0. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprint(const char *format, va_list arguments);
void print_number(uint64_t value, unsigned int base, unsigned int width, char fill);

enum exit_code {
	EXIT_PASSED = 0,
	EXIT_FAILED = 1,
	/* An unexpected exception, or an error of the runtime. */
	EXIT_CRASHED = 2,
	/* Nothing could be tested. */
	EXIT_SKIPPED = 77,
};

/* Print how a program ends, if there is no better way to report it: "# exit: passed". */
void print_exit(int code);
/* Print "Bail out!" and why, and end with EXIT_CRASHED. */
_Noreturn void crash(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * ---- What each architecture's runtime has for it ---------------------------
 */

/* One character to the console; print() ensures that there is one caller at a time. */
void print_char(char c);
/* crash() begins with it: nothing must come in between. */
void crash_begin(void);
/* End the program, and let the emulator report how. */
_Noreturn void finish(int code);
/* Besides, runtime.h has relax(), for loops that wait. */

/*
 * ---- Memory: the compiler calls these where it likes -----------------------
 */

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *one, const void *other, size_t size);

#endif /* GUEST_PRINT_H */
