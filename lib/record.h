/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What paracall_machine_save() writes, field by field: little-endian, without gaps. A
 * record may be anybody's work, so a reader believes nothing of it, and reads zeros behind
 * its end.
 */
#ifndef PARACALL_LIB_RECORD_H
#define PARACALL_LIB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_writer {
	uint8_t *data;
	/* There is room for so much, and so much was to be written. */
	size_t room;
	size_t size;
};

static inline void record_put(struct record_writer *writer, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++, writer->size++)
		if (writer->size < writer->room)
			writer->data[writer->size] = (uint8_t)(value >> 8 * i);
}

static inline void record_put_byte(struct record_writer *writer, uint8_t value)
{
	record_put(writer, value, 1);
}

static inline void record_put_word(struct record_writer *writer, uint32_t value)
{
	record_put(writer, value, 4);
}

static inline void record_put_long(struct record_writer *writer, uint64_t value)
{
	record_put(writer, value, 8);
}

struct record_reader {
	const uint8_t *data;
	size_t left;
	/* Something is not as it is written. */
	bool is_bad;
};

static inline uint64_t record_get(struct record_reader *reader, unsigned int bytes)
{
	uint64_t value = 0;

	if (reader->left < bytes) {
		reader->left = 0;
		reader->is_bad = true;
		return 0;
	}
	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)reader->data[i] << 8 * i;
	reader->data += bytes;
	reader->left -= bytes;
	return value;
}

static inline uint8_t record_get_byte(struct record_reader *reader)
{
	return (uint8_t)record_get(reader, 1);
}

static inline uint32_t record_get_word(struct record_reader *reader)
{
	return (uint32_t)record_get(reader, 4);
}

static inline uint64_t record_get_long(struct record_reader *reader)
{
	return record_get(reader, 8);
}

/* Of 0 and 1 only. */
static inline bool record_get_bool(struct record_reader *reader)
{
	uint8_t value = record_get_byte(reader);

	reader->is_bad |= value > 1;
	return value;
}

#endif /* PARACALL_LIB_RECORD_H */
