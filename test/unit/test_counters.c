/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters that another process has left, or still writes. */
#include "../../cli/counters.h"
#include "../../report/injected.h"
#include "../../report/summary.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define CPUS 2

struct scene {
	int file;
	struct paracall_statistics *good;
};

static struct scene scene;

static int setup(void **state)
{
	(void)state;
	scene.file = memfd_create("test", 0);
	scene.good = counters_new(CPUS);
	scene.good->magic = PARACALL_STATISTICS_MAGIC;
	scene.good->version = PARACALL_STATISTICS_VERSION;
	scene.good->table = paracall_table_id();
	scene.good->architecture = PARACALL_X86;
	scene.good->started = 1;
	scene.good->cpus = CPUS;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(scene.file);
	free(scene.good);
	return 0;
}

/* What is made of such a file. */
static int check(const struct paracall_statistics *statistics, size_t size)
{
	uint32_t max_cpus = 77;
	int error;

	assert_int_equal(ftruncate(scene.file, 0), 0);
	assert_int_equal(pwrite(scene.file, statistics, size, 0), size);
	error = counters_check(scene.file, &max_cpus);
	assert_int_equal(max_cpus, error ? 77 : CPUS);
	return error;
}

static void good_ones(void **state)
{
	struct paracall_statistics *read = counters_new(CPUS);

	(void)state;
	scene.good->cpu[1].halts = 42;
	scene.good->cpus = 99;
	assert_int_equal(check(scene.good, paracall_statistics_size(CPUS)), 0);
	/* Then they change. */
	scene.good->max_cpus = PARACALL_MAX_CPUS;
	assert_int_equal(pwrite(scene.file, scene.good, sizeof(*scene.good), 0),
			 sizeof(*scene.good));
	assert_true(counters_read(scene.file, CPUS, read));
	assert_int_equal(read->max_cpus, CPUS);
	assert_int_equal(read->cpus, CPUS);
	assert_int_equal(paracall_statistics_total(read, halts), 42);
	assert_int_equal(ftruncate(scene.file, paracall_statistics_size(CPUS) - 1), 0);
	assert_false(counters_read(scene.file, CPUS, read));
	free(read);
}

static void spoiled(size_t offset, uint32_t value, int error)
{
	size_t size = paracall_statistics_size(CPUS);
	struct paracall_statistics *bad = counters_new(CPUS);

	memcpy(bad, scene.good, size);
	memcpy((char *)bad + offset, &value, sizeof(value));
	assert_int_equal(check(bad, size), error);
	free(bad);
}

#define SPOILED(member, value, error) \
	spoiled(offsetof(struct paracall_statistics, member), value, error)

static void bad_ones(void **state)
{
	(void)state;
	SPOILED(magic, 0, EPROTO);
	SPOILED(version, PARACALL_STATISTICS_VERSION + 1, EPROTO);
	SPOILED(version, PARACALL_STATISTICS_VERSION - 1, EPROTO);
	/* Its number was forgotten. */
	SPOILED(table, (uint32_t)paracall_table_id() + 1, EPROTO);
	SPOILED(max_cpus, 0, EPROTO);
	SPOILED(max_cpus, CPUS + 1, EPROTO);
	SPOILED(max_cpus, UINT32_MAX, EPROTO);
	SPOILED(started, 0, EAGAIN);
	assert_int_equal(check(scene.good, 16), EAGAIN);
	assert_int_equal(check(scene.good, paracall_statistics_size(CPUS) - 1), EPROTO);
}

/* Neither what terminals obey nor what ends a string goes through. */
static void rules_are_printed_plainly(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *output = open_memstream(&text, &length);

	(void)state;
	memset(scene.good->rules, 'x', sizeof(scene.good->rules));
	memcpy(scene.good->rules[0], "a\33[2J\"\\\r\n\200b", 12);
	scene.good->rule_count = UINT64_MAX;
	injected_print_text(output, scene.good);
	injected_print_json(output, scene.good);
	fclose(output);
	assert_non_null(strstr(text, "never by a?[2J?????b\n"));
	free(text);
}

static void expect_steal_time(uint32_t architecture, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *output = open_memstream(&text, &length);

	scene.good->architecture = architecture;
	summary_print_text(output, scene.good);
	fclose(output);
	assert_non_null(strstr(text, expected));
	free(text);
}

/* In the words of all architectures that have it. */
static void steal_time_is_printed(void **state)
{
	(void)state;
	scene.good->cpu[1].steal_nanoseconds = 1500000000;
	scene.good->cpu[1].steal_updates = 3;
	expect_steal_time(PARACALL_X86, "\nsteal time: 1.500 s, reported in 3 updates\n");
	expect_steal_time(PARACALL_ARM64, "\nstolen time: 1.500 s, reported in 3 updates\n");
	expect_steal_time(PARACALL_RISCV, "\nsteal time: 1.500 s, reported in 3 updates\n");
	expect_steal_time(PARACALL_LOONGARCH, "\nsteal time: 1.500 s, reported in 3 updates\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_ones),
		TEST(bad_ones),
		TEST(rules_are_printed_plainly),
		TEST(steal_time_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
