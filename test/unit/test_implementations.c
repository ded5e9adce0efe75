/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of CPU implementations, as users write them. */
#include "../../engine/qemu/arm64/implementations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_item(const struct paracall_arm64_implementation *item, uint64_t midr,
			uint64_t revidr, uint64_t aidr)
{
	assert_int_equal(item->midr, midr);
	assert_int_equal(item->revidr, revidr);
	assert_int_equal(item->aidr, aidr);
}

static void lists(void **state)
{
	struct implementations list;

	(void)state;
	assert_null(implementations_parse(&list, "0x411fd070"));
	assert_int_equal(list.count, 1);
	expect_item(&list.items[0], 0x411fd070, 0, 0);
	assert_null(
		implementations_parse(&list, "0xffffffff:18446744073709551615:0x1,0:0:2+7:8"));
	assert_int_equal(list.count, 3);
	expect_item(&list.items[0], UINT32_MAX, UINT64_MAX, 1);
	expect_item(&list.items[1], 0, 0, 2);
	expect_item(&list.items[2], 7, 8, 0);
	assert_null(implementations_parse(&list, "none"));
	assert_int_equal(list.count, 0);
}

static void as_many_as_there_is_room_for(void **state)
{
	struct implementations list;
	/* "1,1,1", and one too many. */
	char text[2 * (MOST_IMPLEMENTATIONS + 1)] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 2 * MOST_IMPLEMENTATIONS - 1; i++)
		text[i] = i % 2 ? ',' : '1';
	assert_null(implementations_parse(&list, text));
	assert_int_equal(list.count, MOST_IMPLEMENTATIONS);
	expect_item(&list.items[MOST_IMPLEMENTATIONS - 1], 1, 0, 0);
	text[2 * MOST_IMPLEMENTATIONS - 1] = ',';
	text[2 * MOST_IMPLEMENTATIONS] = '1';
	assert_string_equal(implementations_parse(&list, text), "list at most 16 CPUs");
	assert_int_equal(list.count, MOST_IMPLEMENTATIONS);
}

static void mistakes(void **state)
{
	static const char *const wrong[] = {
		"",
		",",
		"1,",
		",1",
		"+",
		"1++2",
		"1:",
		":1",
		"1:2:",
		"1:2:3:",
		"1:2:3:4",
		"0x",
		"0x41g",
		"-1",
		"1:-1",
		" 1",
		"1 ",
		"1, 2",
		"1 ,2",
		"cortex-a57",
		"none,1",
		"1,none",
		"None",
		"1-2",
		"1;2",
		"0x10000000000000000",
		"1:18446744073709551616",
	};
	struct implementations list;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *words = implementations_parse(&list, wrong[i]);

		assert_non_null(words);
		assert_memory_equal(words, "use MIDR[", 9);
	}
	assert_string_equal(implementations_parse(&list, "0x100000000"),
			    "use a MIDR of 32 bits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(as_many_as_there_is_room_for),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
