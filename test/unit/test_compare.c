/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distributions, profiles and what differs between two; strings in JSON. */
#include "../../report/compare.h"
#include "../../report/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double value, double expected)
{
	if (value < expected * 0.98 || value > expected * 1.02)
		fail_msg("%f, not %f", value, expected);
}

static void test_distribution(void **state)
{
	struct distribution *distribution = calloc(1, sizeof(*distribution));

	(void)state;
	assert_true(distribution_quantile(distribution, 0.5) == 0);
	for (uint64_t i = 1; i <= 100000; i++)
		distribution_add(distribution, i);
	assert_near(distribution_quantile(distribution, 0.5), 50000);
	assert_near(distribution_quantile(distribution, 0.99), 99000);
	assert_near(distribution_quantile(distribution, 1), 100000);
	free(distribution);
}

/* Each value alone comes out as itself, the largest too. */
static void test_distribution_values(void **state)
{
	(void)state;
	for (int shift = 0; shift < 64; shift++) {
		struct distribution *distribution = calloc(1, sizeof(*distribution));
		uint64_t value = UINT64_MAX >> shift;

		distribution_add(distribution, value);
		assert_near(distribution_quantile(distribution, 0.5), value);
		free(distribution);
	}
}

static void add(struct profile *profile, const char *name, uint32_t duration, int64_t result)
{
	struct event_class class = { .id = paracall_event_id(PARACALL_EVENT_CALL, 0) };
	struct event event = {
		.kind = PARACALL_EVENT_CALL,
		.class = &class,
		.duration = duration,
		.result = result,
	};

	snprintf(class.name, sizeof(class.name), "%s", name);
	assert_true(profile_add(profile, &event));
}

static void add_access(struct profile *profile, enum paracall_event_kind kind, uint64_t index)
{
	struct event_class class = { .id = paracall_event_id(kind, 0), .name = "read" };
	struct event event = { .kind = kind, .class = &class, .words = { index } };

	assert_true(profile_add(profile, &event));
}

/* By leaf of CPUID, and index of CPUCFG. */
static void test_accesses(void **state)
{
	static const enum paracall_event_kind kinds[] = { PARACALL_EVENT_CPUID,
							  PARACALL_EVENT_CPUCFG };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct profile profile;

		profile_init(&profile);
		add_access(&profile, kinds[i], 0x40000000);
		add_access(&profile, kinds[i], 0x40000004);
		add_access(&profile, kinds[i], 0x40000004);
		assert_int_equal(profile.count, 2);
		assert_int_equal(profile_find(&profile, "read 0x40000000")->count, 1);
		assert_int_equal(profile_find(&profile, "read 0x40000004")->count, 2);
		profile_destroy(&profile);
	}
}

/* A profile of one call for each letter. */
static struct profile *profile_of(const char *letters, uint32_t duration)
{
	struct profile *profile = malloc(sizeof(*profile));

	assert_non_null(profile);
	profile_init(profile);
	for (; *letters; letters++)
		add(profile, (const char[]){ *letters, '\0' }, duration, 0);
	return profile;
}

static enum compare_result compare(const char *a, uint32_t duration_a, const char *b,
				   uint32_t duration_b, const struct compare_options *options)
{
	struct profile *first = profile_of(a, duration_a);
	struct profile *second = profile_of(b, duration_b);
	enum compare_result result = compare_profiles(NULL, first, second, options);

	profile_destroy(first);
	profile_destroy(second);
	free(first);
	free(second);
	return result;
}

static void test_compare(void **state)
{
	struct compare_options exact = { .latency_percent = -1 };
	struct compare_options loose = { .latency_percent = -1, .count_percent = 50 };
	struct compare_options strict = { .latency_percent = 10 };
	struct compare_options unordered = { .latency_percent = -1, .ignores_order = true };

	(void)state;
	assert_int_equal(compare("aabc", 100, "abca", 900, &exact), COMPARE_SAME);
	assert_int_equal(compare("", 100, "", 100, &exact), COMPARE_SAME);
	assert_int_equal(compare("", 100, "a", 100, &loose), COMPARE_DIFFERENT);
	assert_int_equal(compare("a", 100, "", 100, &loose), COMPARE_DIFFERENT);
	assert_int_equal(compare("aab", 100, "aaab", 100, &exact), COMPARE_DIFFERENT);
	assert_int_equal(compare("aab", 100, "aaab", 100, &loose), COMPARE_SAME);
	assert_int_equal(compare("abc", 100, "acb", 100, &exact), COMPARE_DIFFERENT);
	assert_int_equal(compare("abc", 100, "acb", 100, &unordered), COMPARE_SAME);
	assert_int_equal(compare("abc", 100, "abc", 105, &strict), COMPARE_SAME);
	assert_int_equal(compare("abc", 100, "abc", 150, &strict), COMPARE_DIFFERENT);
}

static void test_compare_failures(void **state)
{
	struct compare_options options = { .latency_percent = -1 };
	struct profile *a = profile_of("b", 1);
	struct profile *b = profile_of("b", 1);

	(void)state;
	add(a, "a", 1, 0);
	add(b, "a", 1, -22);
	assert_int_equal(compare_profiles(NULL, a, b, &options), COMPARE_DIFFERENT);
	profile_destroy(a);
	profile_destroy(b);
	free(a);
	free(b);
}

/* More names than any version has are put together. */
static void test_many(void **state)
{
	struct profile profile;
	char name[16];

	(void)state;
	profile_init(&profile);
	for (int i = 0; i < 3 * PROFILE_ITEMS; i++) {
		snprintf(name, sizeof(name), "call %d", i);
		add(&profile, name, 1, 0);
	}
	assert_int_equal(profile.count, PROFILE_ITEMS);
	assert_int_equal(profile_find(&profile, "(others)")->count, 2 * PROFILE_ITEMS + 1);
	assert_int_equal(profile_find(&profile, "call 7")->count, 1);
	profile_destroy(&profile);
}

static void assert_json(const char *text, const char *expected)
{
	char *printed = NULL;
	size_t size;
	FILE *output = open_memstream(&printed, &size);

	json_print_string(output, text);
	fclose(output);
	assert_string_equal(printed, expected);
	free(printed);
}

static void test_json_strings(void **state)
{
	(void)state;
	assert_json("", "\"\"");
	assert_json("a b", "\"a b\"");
	assert_json("\"\\\n\x7f", "\"\\u0022\\u005c\\u000a\\u007f\"");
	assert_json("</a>&", "\"\\u003c/a\\u003e\\u0026\"");
	assert_json("\u00e4\u20ac\U0001f600", "\"\u00e4\u20ac\U0001f600\"");
	/* Too long, a surrogate, too large, cut off, alone. */
	assert_json("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	assert_json("\xe0\x9f\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	assert_json("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	assert_json("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	assert_json("\xe2\x82", "\"\\ufffd\\ufffd\"");
	assert_json("\x80z\xff", "\"\\ufffdz\\ufffd\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distribution), cmocka_unit_test(test_distribution_values),
		cmocka_unit_test(test_compare),	     cmocka_unit_test(test_compare_failures),
		cmocka_unit_test(test_many),	     cmocka_unit_test(test_json_strings),
		cmocka_unit_test(test_accesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
