/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs share that make random sequences, for 'paracall check --compare'.
 * Reported is one hash for several of them together; with "report" on the command line every
 * answer is. Words of the command line:
 *
 *	seed=N		of the random numbers; 1 if it is not given
 *	first=N, count=N	which sequences
 *	report
 *
 * with anything in between. A sequence does not depend on those before it.
 */
#ifndef GUEST_COMMON_SEQUENCES_H
#define GUEST_COMMON_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/test.h"
#include "runtime.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DEFAULT_COUNT 100
#define TOGETHER 20
#define MOST_STEPS 12

static struct {
	uint64_t seed, first, count;
	bool reports_answers;
} options = { .seed = 1, .count = DEFAULT_COUNT };

/*
 * ---- The command line ------------------------------------------------------
 */

/* The number after the last @word, or @otherwise. */
static uint64_t number_after(const char *command_line, const char *word, size_t length,
			     uint64_t otherwise)
{
	uint64_t number = otherwise;

	for (const char *at = command_line; *at; at++) {
		size_t i = 0;

		while (i < length && at[i] == word[i])
			i++;
		if (i < length)
			continue;
		number = 0;
		for (at += length; *at >= '0' && *at <= '9'; at++)
			number = number * 10 + (uint64_t)(*at - '0');
		at--;
	}
	return number;
}

static void read_options(const char *command_line)
{
	options.seed = number_after(command_line, "seed=", 5, 1);
	options.first = number_after(command_line, "first=", 6, 0);
	options.count = number_after(command_line, "count=", 6, DEFAULT_COUNT);
	options.reports_answers = number_after(command_line, "report", 6, 1) == 0;
	print("# seed=%lu, %lu sequences from %lu on\n", options.seed, options.count,
	      options.first);
}

/*
 * ---- Chance ----------------------------------------------------------------
 */

static uint64_t state;

static void begin_sequence(uint64_t sequence)
{
	state = options.seed * 0x2545f4914f6cdd1d + sequence;
}

/* splitmix64: good enough, and any state is a good one. */
static uint64_t random(void)
{
	uint64_t value = state += 0x9e3779b97f4a7c15;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

static uint64_t below(uint64_t limit)
{
	return random() % limit;
}

#define ONE_OF(array) ((array)[below(COUNT(array))])

/* Values that may make a difference. */
static uint64_t random_value(void)
{
	/* clang-format off */
	static const uint64_t values[] = {
		0, 1, 2, 3, 0x3f, 0x40, 0xff, 0x100, 0xfff,
		0x7fffffff, 0x80000000, 0xffffffff, 1ull << 32,
		1ull << 47, 1ull << 51, 1ull << 52, 1ull << 63,
		-1ull, -2ull, -64ull, -4096ull,
	};
	/* clang-format on */

	switch (below(8)) {
	case 0:
		return random();
	case 1:
		return random() >> below(64);
	case 2:
		return 1ull << below(64);
	default:
		return ONE_OF(values);
	}
}

/*
 * ---- All of them -----------------------------------------------------------
 */

/* @run: runs a sequence, from begin_sequence() on, and continues @hash. */
static void run_all(uint64_t (*run)(uint64_t sequence, uint64_t hash))
{
	uint64_t end;

	read_options(boot_argument());
	end = options.first + options.count;
	for (uint64_t first = options.first; first < end; first += TOGETHER) {
		uint64_t count = end - first < TOGETHER ? end - first : TOGETHER, hash = 0;

		for (uint64_t i = 0; i < count; i++)
			hash = run(first + i, hash);
		if (!options.reports_answers)
			print("answer sequences seed=%lu,first=%lu,count=%lu = %016lx\n",
			      options.seed, first, count, hash);
	}
}

/* The program, whose only test is @function, which calls run_all(). */
#define SEQUENCES_MAIN(function) \
	static const struct test tests[] = { \
		{ .name = "random sequences", \
		  .rule = "paracall-check(1), --compare", \
		  .run = (function), \
		  .cpus = 2, \
		  .kvm = true }, \
	}; \
	TESTS_MAIN("fuzz", tests)

#endif /* GUEST_COMMON_SEQUENCES_H */
