/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#define BITS 8
#define GROUP_BITS 7
#define GROUP_MASK 0x7f
#define MORE 0x80

/* ---- guesses ---------------------------------------------------------------- */

static void begin_part(struct record_guess *guess, bool is_first)
{
	if (is_first)
		*guess = (struct record_guess){ .field = 0 };
	guess->field = 0;
}

static unsigned int place_of(const struct record_guess *guess)
{
	return guess->field < RECORD_FIELDS ? guess->field : RECORD_FIELDS - 1;
}

static uint64_t guessed(const struct record_guess *guess)
{
	return guess->last[place_of(guess)] + guess->step[place_of(guess)];
}

/* What it is, and on to the next. */
static void learn(struct record_guess *guess, uint64_t value)
{
	unsigned int place = place_of(guess);

	guess->step[place] = value - guess->last[place];
	guess->last[place] = value;
	guess->field++;
}

/* ---- writing ---------------------------------------------------------------- */

static void put_byte(struct record_writer *writer, uint8_t value)
{
	if (writer->size < writer->room)
		writer->data[writer->size] = value;
	writer->size++;
}

void record_put_plain(struct record_writer *writer, uint32_t value)
{
	for (unsigned int i = 0; i < sizeof(value); i++)
		put_byte(writer, (uint8_t)(value >> 8 * i));
}

void record_put_part(struct record_writer *writer, bool is_first)
{
	begin_part(&writer->guess, is_first);
}

/* Small ones of both signs have few bits: the sign becomes the lowest. */
static void put_difference(struct record_writer *writer, uint64_t difference)
{
	uint64_t left = difference << 1 ^ (0 - (difference >> 63));

	do {
		uint8_t group = left & GROUP_MASK;

		left >>= GROUP_BITS;
		put_byte(writer, group | (left ? MORE : 0));
	} while (left);
}

void record_put(struct record_writer *writer, uint64_t value)
{
	unsigned int bit = writer->guess.field % BITS;
	uint64_t difference = value - guessed(&writer->guess);

	learn(&writer->guess, value);
	if (!bit) {
		writer->bits_at = writer->size;
		put_byte(writer, 0);
	}
	if (!difference)
		return;
	if (writer->bits_at < writer->room)
		writer->data[writer->bits_at] |= (uint8_t)(1u << bit);
	put_difference(writer, difference);
}

/* ---- reading ---------------------------------------------------------------- */

static uint8_t get_byte(struct record_reader *reader)
{
	if (!reader->left) {
		reader->is_bad = true;
		return 0;
	}
	reader->left--;
	return *reader->data++;
}

uint32_t record_get_plain(struct record_reader *reader)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < sizeof(value); i++)
		value |= (uint32_t)get_byte(reader) << 8 * i;
	return value;
}

void record_get_part(struct record_reader *reader, bool is_first)
{
	/* There are no fields of these bits. */
	reader->is_bad |= reader->bits;
	reader->bits = 0;
	begin_part(&reader->guess, is_first);
}

/* In as few groups as it takes, and not 0, which would have been guessed. */
static uint64_t get_difference(struct record_reader *reader)
{
	uint64_t left = 0;
	unsigned int shift = 0;
	uint8_t group;

	do {
		group = get_byte(reader);
		reader->is_bad |= shift > 63 || (shift == 63 && group > 1);
		if (reader->is_bad)
			return 0;
		left |= (uint64_t)(group & GROUP_MASK) << shift;
		shift += GROUP_BITS;
	} while (group & MORE);
	reader->is_bad |= !group;
	return left >> 1 ^ (0 - (left & 1));
}

static uint64_t get_value(struct record_reader *reader)
{
	uint64_t value = guessed(&reader->guess);

	if (!(reader->guess.field % BITS))
		reader->bits = get_byte(reader);
	if (reader->bits & 1)
		value += get_difference(reader);
	reader->bits >>= 1;
	return value;
}

uint64_t record_get(struct record_reader *reader, unsigned int bytes)
{
	uint64_t value;

	if (reader->is_bad)
		return 0;
	value = get_value(reader);
	learn(&reader->guess, value);
	reader->is_bad |= bytes < sizeof(value) && value >> 8 * bytes;
	return reader->is_bad ? 0 : value;
}

bool record_is_done(const struct record_reader *reader)
{
	return !reader->left && !reader->bits && !reader->is_bad;
}
