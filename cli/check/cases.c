/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cases.h"

#include "../cli.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * struct test and struct test_list of guest/common/test.h, where a pointer has that
 * many bytes.
 */
#define TEST_NAME(pointer) 0
#define TEST_COVERS(pointer) (pointer)
#define TEST_RULE(pointer) (2 * (pointer))
#define TEST_ROWS(pointer) (5 * (pointer))
#define TEST_ROW_COUNT(pointer) (6 * (pointer))
#define TEST_ROW_SIZE(pointer) (6 * (pointer) + 4)
#define TEST_SIZE(pointer) ((pointer) == 8 ? 72 : 44)
#define LIST_TESTS 0
#define LIST_COUNT 8
#define LIST_SIZE 16

static const char section_name[] = "paracall_tests";

/* Whatever is outside the file, or not text there, reads as 0 and "". */
struct program {
	uint8_t *bytes;
	size_t size;
	bool is_big_endian;
	/* Bytes of a pointer: 8, or 4 in a 32-bit program. */
	unsigned int pointer;
	uint64_t sections;
	uint32_t section_count, section_size;
	/* How many numbers are still looked at: tables in a file can lead to each other. */
	uint64_t *left;
};

/* A thousand times what the largest guest needs. */
#define MOST_NUMBERS 5000000

static uint64_t number_at(const struct program *program, uint64_t offset, unsigned int size)
{
	uint64_t value = 0;

	if (!*program->left || offset > program->size || program->size - offset < size)
		return 0;
	--*program->left;
	for (unsigned int i = 0; i < size; i++) {
		unsigned int place = program->is_big_endian ? i : size - 1 - i;

		value = value << 8 | program->bytes[offset + place];
	}
	return value;
}

/* Searching a long text counts as many numbers. */
static const char *text_at(const struct program *program, uint64_t offset)
{
	const uint8_t *begin, *end;
	uint64_t cost;

	if (!offset || offset >= program->size)
		return "";
	begin = program->bytes + offset;
	end = memchr(begin, 0, program->size - offset);
	cost = (end ? (uint64_t)(end - begin) : program->size - offset) / 64;
	*program->left -= cost < *program->left ? cost : *program->left;
	return end && *program->left ? (const char *)begin : "";
}

static uint64_t section_at(const struct program *program, uint32_t index)
{
	return program->sections + (uint64_t)index * program->section_size;
}

/* A field of the structure Elf64_@type or Elf32_@type at @offset. */
#define FIELD_AT(program, offset, type, field) \
	number_at(program, \
		  (offset) + ((program)->pointer == 8 ? offsetof(Elf64_##type, field) \
						      : offsetof(Elf32_##type, field)), \
		  (program)->pointer == 8 ? sizeof(((Elf64_##type *)NULL)->field) \
					  : sizeof(((Elf32_##type *)NULL)->field))
#define HEADER_FIELD(program, field) FIELD_AT(program, 0, Ehdr, field)
#define SECTION_FIELD(program, section, field) FIELD_AT(program, section, Shdr, field)

/* Where in the file that address of the program's is, or 0. */
static uint64_t offset_of(const struct program *program, uint64_t address)
{
	for (uint32_t i = 0; i < program->section_count && *program->left; i++) {
		uint64_t section = section_at(program, i);
		uint64_t begin = SECTION_FIELD(program, section, sh_addr);

		if (SECTION_FIELD(program, section, sh_flags) & SHF_ALLOC &&
		    SECTION_FIELD(program, section, sh_type) != SHT_NOBITS &&
		    address - begin < SECTION_FIELD(program, section, sh_size))
			return SECTION_FIELD(program, section, sh_offset) + address - begin;
	}
	return 0;
}

/* The text to which the pointer at @offset leads. */
static const char *text_behind(const struct program *program, uint64_t offset)
{
	return text_at(program,
		       offset_of(program, number_at(program, offset, program->pointer)));
}

struct visitor {
	void (*visit)(const struct check_case *item, void *argument);
	void *argument;
};

static char *replace_percent(const char *text, const char *by)
{
	const char *percent = strchr(text, '%');

	if (!percent)
		return must(strdup(text));
	return format_string("%.*s%s%s", (int)(percent - text), text, by, percent + 1);
}

static void visit_test(const struct program *program, uint64_t test,
		       const struct visitor *visitor)
{
	unsigned int pointer = program->pointer;
	uint64_t rows =
		offset_of(program, number_at(program, test + TEST_ROWS(pointer), pointer));
	uint64_t count = number_at(program, test + TEST_ROW_COUNT(pointer), 4);
	struct check_case item = {
		.name = text_behind(program, test + TEST_NAME(pointer)),
		.covers = text_behind(program, test + TEST_COVERS(pointer)),
		.rule = text_behind(program, test + TEST_RULE(pointer)),
	};
	uint64_t size = number_at(program, test + TEST_ROW_SIZE(pointer), 4);
	const char *name = item.name, *covers = item.covers;

	if (!rows || !size) {
		visitor->visit(&item, visitor->argument);
		return;
	}
	for (uint64_t i = 0; i < count && rows < program->size && *program->left; i++) {
		const char *row = text_behind(program, rows);
		char *both = format_string("%s, %s", name, row);
		char *covered = replace_percent(covers, row);

		item.name = both;
		item.covers = covered;
		visitor->visit(&item, visitor->argument);
		free(covered);
		free(both);
		rows += size;
	}
}

static void visit_list(const struct program *program, uint64_t list,
		       const struct visitor *visitor)
{
	uint64_t tests =
		offset_of(program, number_at(program, list + LIST_TESTS, program->pointer));
	uint64_t count = number_at(program, list + LIST_COUNT, 8);

	for (uint64_t i = 0; tests && i < count && tests < program->size && *program->left;
	     i++) {
		visit_test(program, tests, visitor);
		tests += TEST_SIZE(program->pointer);
	}
}

static void visit_program(const struct program *program, const struct visitor *visitor)
{
	uint32_t names_index = HEADER_FIELD(program, e_shstrndx);
	uint64_t names = SECTION_FIELD(program, section_at(program, names_index), sh_offset);

	for (uint32_t i = 0; i < program->section_count && *program->left; i++) {
		uint64_t section = section_at(program, i);
		uint64_t name = names + SECTION_FIELD(program, section, sh_name);
		uint64_t begin = SECTION_FIELD(program, section, sh_offset);
		uint64_t size = SECTION_FIELD(program, section, sh_size);

		if (strcmp(text_at(program, name), section_name))
			continue;
		for (uint64_t at = 0;
		     at + LIST_SIZE <= size && at < program->size && *program->left;
		     at += LIST_SIZE)
			visit_list(program, begin + at, visitor);
	}
}

/* False if it is not an ELF file. */
static bool read_header(struct program *program)
{
	if (program->size < EI_NIDENT || memcmp(program->bytes, ELFMAG, SELFMAG))
		return false;
	if (program->bytes[EI_CLASS] == ELFCLASS64)
		program->pointer = 8;
	else if (program->bytes[EI_CLASS] == ELFCLASS32)
		program->pointer = 4;
	else
		return false;
	program->is_big_endian = program->bytes[EI_DATA] == ELFDATA2MSB;
	program->sections = HEADER_FIELD(program, e_shoff);
	program->section_size = HEADER_FIELD(program, e_shentsize);
	program->section_count = HEADER_FIELD(program, e_shnum);
	return true;
}

char *cases_read(const char *path, void (*visit)(const struct check_case *item, void *argument),
		 void *argument)
{
	struct visitor visitor = { visit, argument };
	uint64_t left = MOST_NUMBERS;
	struct program program = { .bytes = NULL, .left = &left };
	char *wrong = NULL;

	program.bytes = (uint8_t *)read_file(path, &program.size);
	if (!program.bytes)
		return format_string("'%s' can't be read: %s", path, strerror(errno));
	if (read_header(&program))
		visit_program(&program, &visitor);
	else
		wrong = format_string("'%s' is not an ELF file", path);
	if (!left)
		wrong = format_string("'%s' has no end of tests", path);
	free(program.bytes);
	return wrong;
}
