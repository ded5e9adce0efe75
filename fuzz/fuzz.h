/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all fuzz targets share. A target is a program with libFuzzer's one function; linked
 * with main.c in place of libFuzzer it is a plain one, that runs the inputs it is given.
 */
#ifndef PARACALL_FUZZ_H
#define PARACALL_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The target. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding, unless that is so. */
#define FUZZ_CHECK(condition) \
	((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/*
 * Executions, and in the target guest calls of guests, are counted in the file that the
 * environment's PARACALL_FUZZ_COUNTS names, so that they outlive the process.
 */
void fuzz_count_execution(void);
void fuzz_count_guest_calls(uint64_t count);

/*
 * An input that is used up bit by bit. After its end come up to @tail random bytes,
 * which are always the same for the same input; then zeros.
 */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
	uint64_t tail;
	uint64_t state;
};

struct fuzz_input fuzz_input(const uint8_t *data, size_t size);
bool fuzz_is_over(const struct fuzz_input *input);
/* Little-endian, of 1 to 8 bytes. */
uint64_t fuzz_take(struct fuzz_input *input, unsigned int bytes);

/* The state moves on; the same numbers for the same state. */
uint64_t fuzz_random(uint64_t *state);

/*
 * Inputs that stand for several files have this line between two of them. Fills in the
 * next part, and returns false if there is none; @rest is the input at first.
 */
#define FUZZ_SEPARATOR "\n%%%%\n"

struct fuzz_bytes {
	const uint8_t *data;
	size_t size;
};

bool fuzz_next_part(struct fuzz_bytes *rest, struct fuzz_bytes *part);
/* As a string, the caller's to free; it ends at the first 0. */
char *fuzz_text(struct fuzz_bytes bytes);

/* A folder of this process's own for files that a target needs; it goes with it. */
const char *fuzz_folder(void);
/* Puts a file there, or takes one away. */
void fuzz_write_file(const char *name, struct fuzz_bytes content);
void fuzz_remove_file(const char *name);

/* Where unread output goes. */
FILE *fuzz_null(void);
/* From now on that of those who complain to users, too. */
void fuzz_silence(void);

#endif /* PARACALL_FUZZ_H */
