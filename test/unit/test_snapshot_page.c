/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record in the page of QEMU's vmclock device: its form, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../engine/qemu/x86/snapshot_page.h"

static const struct snapshot_head example = {
	.stamp = 0x1122334455667788,
	.tsc = 0x99aabbccddeeff00,
	.size = 77,
	.checksum = 0x123456789abcdef0,
};

static void head_comes_back(void **state)
{
	uint8_t bytes[SNAPSHOT_HEAD_SIZE + 1] = { [SNAPSHOT_HEAD_SIZE] = 0xa5 };
	struct snapshot_head head;

	(void)state;
	snapshot_put_head(bytes, &example);
	assert_int_equal(bytes[SNAPSHOT_HEAD_SIZE], 0xa5);
	assert_null(snapshot_get_head(bytes, &head));
	assert_true(head.stamp == example.stamp);
	assert_true(head.tsc == example.tsc);
	assert_int_equal(head.size, example.size);
	assert_true(head.checksum == example.checksum);
}

/* Each of its bits counts. But one that is damaged has a stamp, so that it is found once. */
static void damaged_head_is_refused(void **state)
{
	uint8_t bytes[SNAPSHOT_HEAD_SIZE];
	struct snapshot_head head;

	(void)state;
	snapshot_put_head(bytes, &example);
	for (size_t at = 0; at < sizeof(bytes); at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1u << bit);
			assert_non_null(snapshot_get_head(bytes, &head));
			assert_int_equal(head.stamp == 0, at < 8);
			bytes[at] ^= (uint8_t)(1u << bit);
		}
}

static void empty_page_has_none(void **state)
{
	static const uint8_t zeros[SNAPSHOT_HEAD_SIZE];
	struct snapshot_head head;

	(void)state;
	assert_string_equal(snapshot_get_head(zeros, &head),
			    "it has no record of Paracall's state");
	assert_int_equal(head.stamp, 0);
}

static void other_version_is_named(void **state)
{
	uint8_t bytes[SNAPSHOT_HEAD_SIZE];
	struct snapshot_head head;

	(void)state;
	snapshot_put_head(bytes, &example);
	bytes[8] = 1;
	assert_string_equal(snapshot_get_head(bytes, &head),
			    "its record is from another version");
}

static void checksum_sees_each_bit(void **state)
{
	uint8_t bytes[41];
	uint64_t sum;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	sum = snapshot_checksum(bytes, sizeof(bytes));
	assert_true(snapshot_checksum(bytes, sizeof(bytes) - 1) != sum);
	for (size_t at = 0; at < sizeof(bytes); at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1u << bit);
			assert_true(snapshot_checksum(bytes, sizeof(bytes)) != sum);
			bytes[at] ^= (uint8_t)(1u << bit);
		}
}

static void body_comes_back(void **state)
{
	uint8_t bytes[SNAPSHOT_BODY_ROOM];
	struct snapshot_body body;
	uint8_t *ids = snapshot_begin_body(bytes, 3, 2, true);

	(void)state;
	memcpy(ids,
	       "\x00\x04\xff"
	       "record",
	       9);
	assert_true(snapshot_get_body(bytes, (size_t)(ids - bytes) + 9, &body));
	assert_int_equal(body.cpus, 3);
	assert_int_equal(body.own, 2);
	assert_true(body.is_exact);
	assert_memory_equal(body.apic_ids, "\x00\x04\xff", 3);
	assert_int_equal(body.record_size, 6);
	assert_memory_equal(body.record, "record", 6);
	snapshot_begin_body(bytes, 3, 2, false);
	assert_true(snapshot_get_body(bytes, (size_t)(ids - bytes) + 9, &body));
	assert_false(body.is_exact);
}

/* With them the record is further on, and none is read beyond the body. */
static void raised_exceptions_come_back(void **state)
{
	uint8_t bytes[SNAPSHOT_BODY_ROOM];
	struct snapshot_raised raised = {
		.token = 0x2001,
		.raised = {
			.trap = 0x1122334455667788,
			.pc = 0x99aabbccddeeff00,
			.error_code = 0x123456789abcdef0,
			.cr2 = 0xfedcba9876543210,
			.count = 1,
		},
	};
	struct snapshot_raised other;
	struct snapshot_body body;
	size_t size;

	(void)state;
	memcpy(snapshot_begin_body(bytes, 3, 2, true), "\x00\x04\xff", 3);
	for (; raised.cpu < SNAPSHOT_MOST_RAISED + 2; raised.cpu++)
		snapshot_add_raised(bytes, &raised);
	memcpy(snapshot_record_of(bytes), "record", 6);
	size = (size_t)(snapshot_record_of(bytes) - bytes) + 6;
	assert_true(snapshot_get_body(bytes, size, &body));
	assert_memory_equal(body.apic_ids, "\x00\x04\xff", 3);
	assert_int_equal(body.record_size, 6);
	assert_memory_equal(body.record, "record", 6);
	assert_int_equal(body.raised, SNAPSHOT_MOST_RAISED);
	for (unsigned int i = 0; i < body.raised; i++) {
		snapshot_get_raised(&body, i, &other);
		assert_int_equal(other.cpu, i);
		assert_int_equal(other.token, raised.token);
		assert_true(other.raised.trap == raised.raised.trap);
		assert_true(other.raised.pc == raised.raised.pc);
		assert_true(other.raised.error_code == raised.raised.error_code);
		assert_true(other.raised.cr2 == raised.raised.cr2);
		assert_int_equal(other.raised.count, 0);
	}
	assert_false(snapshot_get_body(bytes, size - 7, &body));
	bytes[4] = SNAPSHOT_MOST_RAISED + 1;
	assert_false(snapshot_get_body(bytes, SNAPSHOT_BODY_ROOM, &body));
}

static void body_without_room_is_refused(void **state)
{
	uint8_t bytes[SNAPSHOT_BODY_ROOM];
	struct snapshot_body body;
	uint8_t *ids;

	(void)state;
	assert_null(snapshot_begin_body(bytes, SNAPSHOT_BODY_ROOM, 0, false));
	ids = snapshot_begin_body(bytes, 255, 0, false);
	assert_non_null(ids);
	for (size_t size = 0; size < (size_t)(ids - bytes) + 255; size++)
		assert_false(snapshot_get_body(bytes, size, &body));
	assert_true(snapshot_get_body(bytes, (size_t)(ids - bytes) + 255, &body));
	assert_int_equal(body.record_size, 0);
	assert_false(snapshot_get_body(bytes, SNAPSHOT_BODY_ROOM + 1, &body));
	/* Fewer vCPUs than bytes, but more than there would be room for with exceptions. */
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 0x8c;
	bytes[1] = 0x0d;
	assert_false(snapshot_get_body(bytes, SNAPSHOT_BODY_ROOM, &body));
	/* A flag that there is not. */
	bytes[0] = bytes[1] = 0;
	bytes[3] = 2;
	assert_false(snapshot_get_body(bytes, SNAPSHOT_BODY_ROOM, &body));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_comes_back),
		cmocka_unit_test(damaged_head_is_refused),
		cmocka_unit_test(empty_page_has_none),
		cmocka_unit_test(other_version_is_named),
		cmocka_unit_test(checksum_sees_each_bit),
		cmocka_unit_test(body_comes_back),
		cmocka_unit_test(raised_exceptions_come_back),
		cmocka_unit_test(body_without_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
