/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What paracall_machine_save() writes, field by field. A record may be forged, so a reader
 * trusts nothing in it, and reads zeros after its end.
 *
 * vCPUs differ little: mostly a field goes on as it did from one vCPU to the next, and
 * addresses grow by the same step. So each field is guessed from the same field of the two
 * parts before. Each group of eight fields begins with a byte that has a bit set for each
 * field guessed wrong; of those only the difference follows, in groups of seven bits, the
 * lowest first. Each value has one form: what is loaded is saved as the same bytes again.
 */
#ifndef PARACALL_LIB_RECORD_H
#define PARACALL_LIB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fields of a part that are guessed each for itself; later ones by what comes before them. */
#define RECORD_FIELDS 32

struct record_guess {
	/* The next one's place in its part. */
	unsigned int field;
	uint64_t last[RECORD_FIELDS];
	uint64_t step[RECORD_FIELDS];
};

struct record_writer {
	uint8_t *data;
	/* How much fits, and how much there was to write. */
	size_t room;
	size_t size;
	struct record_guess guess;
	/* Where the bits of the last fields are. */
	size_t bits_at;
};

struct record_reader {
	const uint8_t *data;
	size_t left;
	/* Something is not as it was written. */
	bool is_bad;
	struct record_guess guess;
	/* Of fields that are still to come. */
	uint8_t bits;
};

/* As they are, little-endian: for the header, which all versions can read. */
void record_put_plain(struct record_writer *writer, uint32_t value);
uint32_t record_get_plain(struct record_reader *reader);

/* A part begins: of the machine, or a vCPU. @is_first: of vCPUs, or the machine's. */
void record_put_part(struct record_writer *writer, bool is_first);
void record_get_part(struct record_reader *reader, bool is_first);

void record_put(struct record_writer *writer, uint64_t value);

/* 0 if it does not fit into so many bytes. */
uint64_t record_get(struct record_reader *reader, unsigned int bytes);

/* All of it was read, and is good. */
bool record_is_done(const struct record_reader *reader);

static inline void record_put_byte(struct record_writer *writer, uint8_t value)
{
	record_put(writer, value);
}

static inline void record_put_word(struct record_writer *writer, uint32_t value)
{
	record_put(writer, value);
}

static inline void record_put_long(struct record_writer *writer, uint64_t value)
{
	record_put(writer, value);
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
