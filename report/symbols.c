/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbols.h"

#include "decode_part.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than any function is; past the last symbol others' code begins. */
#define LONGEST 0x100000

struct symbol {
	uint64_t address;
	char *name;
};

struct symbols {
	struct symbol *items;
	size_t count;
	size_t room;
	bool is_placed;
	/* What to add to a symbol's address. */
	uint64_t offset;
};

static bool add(struct symbols *symbols, uint64_t address, const char *name)
{
	if (symbols->count == symbols->room) {
		size_t room = symbols->room ? 2 * symbols->room : 4096;
		struct symbol *items = realloc(symbols->items, room * sizeof(*items));

		if (!items)
			return false;
		symbols->items = items;
		symbols->room = room;
	}
	symbols->items[symbols->count] = (struct symbol){ address, strdup(name) };
	return symbols->items[symbols->count++].name;
}

/* "ffffffff81000000 T startup_64": whether it is that, and code. None is too large. */
static bool parse_line(const char *line, uint64_t *address, char name[256])
{
	size_t digits = strspn(line, "0123456789abcdef");

	return (digits == 8 || digits == 16) && line[digits] == ' ' && line[digits + 1] &&
	       strchr("tTwW", line[digits + 1]) && line[digits + 2] == ' ' &&
	       /* NOLINTNEXTLINE(cert-err34-c) */
	       sscanf(line, "%" SCNx64, address) == 1 &&
	       sscanf(line + digits + 3, "%255s", name) == 1;
}

/* Other lines are passed over, however long they are. */
static bool read_map(struct symbols *symbols, FILE *input)
{
	bool is_beginning = true;
	bool is_good = true;
	char line[1024];

	while (is_good && fgets(line, sizeof(line), input)) {
		uint64_t address;
		char name[256];

		if (is_beginning && parse_line(line, &address, name))
			is_good = add(symbols, address, name);
		is_beginning = strchr(line, '\n');
	}
	return is_good && !ferror(input);
}

static bool read_table(struct symbols *symbols, Elf *elf, Elf_Scn *section,
		       const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	bool is_good = true;

	for (size_t i = 0; i < count && is_good; i++) {
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getsym(data, i, &symbol) || !symbol.st_shndx ||
		    (GELF_ST_TYPE(symbol.st_info) != STT_FUNC &&
		     GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE))
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name && *name)
			is_good = add(symbols, symbol.st_value, name);
	}
	return is_good;
}

static bool read_elf(struct symbols *symbols, int file)
{
	Elf_Scn *section = NULL;
	bool is_good = true;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(file, ELF_C_READ, NULL);
	while (elf && is_good && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			is_good = read_table(symbols, elf, section, &header);
	}
	elf_end(elf);
	return is_good;
}

static int compare(const void *a, const void *b)
{
	const struct symbol *first = a;
	const struct symbol *second = b;

	return (first->address > second->address) - (first->address < second->address);
}

static const struct symbol *by_name(const struct symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (!strcmp(symbols->items[i].name, name))
			return &symbols->items[i];
	return NULL;
}

/* Whether it is a kernel that will report where it is. */
static bool has_entry(const struct symbols *symbols)
{
	const struct decode_part *part;
	const struct kernel_entry *entry;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		for (entry = part->entries; entry && entry->symbol; entry++)
			if (by_name(symbols, entry->symbol))
				return true;
	return false;
}

/* With errno set if it returns false. */
static bool read_file(struct symbols *symbols, int file)
{
	char magic[SELFMAG] = "";
	FILE *input;
	bool is_good;

	if (pread(file, magic, sizeof(magic), 0) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG))
		return read_elf(symbols, file);
	input = fdopen(dup(file), "r");
	is_good = input && read_map(symbols, input);
	if (input) {
		int error = errno;

		fclose(input);
		errno = error;
	}
	return is_good;
}

/* Something that has an end; for a shell's <(zcat ...) that is a pipe. NULL, or why not. */
static const char *why_unreadable(int file)
{
	struct stat status;

	if (file < 0 || fstat(file, &status))
		return strerror(errno);
	if (S_ISDIR(status.st_mode))
		return strerror(EISDIR);
	return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)
		       ? NULL
		       : "it is neither a file nor a pipe";
}

struct symbols *symbols_open(const char *path, char *error, size_t error_size)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int file = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong = symbols ? why_unreadable(file) : "out of memory";
	bool is_good = false;

	if (!wrong && !read_file(symbols, file))
		wrong = strerror(errno);
	if (wrong)
		snprintf(error, error_size, "'%s' can't be read: %s", path, wrong);
	else if (!symbols->count)
		snprintf(
			error, error_size,
			"'%s' has no symbols: use a System.map, or a vmlinux that is not stripped",
			path);
	else
		is_good = true;
	if (file >= 0)
		close(file);
	if (!is_good) {
		symbols_close(symbols);
		return NULL;
	}
	qsort(symbols->items, symbols->count, sizeof(*symbols->items), compare);
	symbols->is_placed = !has_entry(symbols);
	return symbols;
}

void symbols_close(struct symbols *symbols)
{
	for (size_t i = 0; symbols && i < symbols->count; i++)
		free(symbols->items[i].name);
	if (symbols)
		free(symbols->items);
	free(symbols);
}

/* The symbol of the code that this register names; NULL if there is none. */
static const struct symbol *entry_of(const struct symbols *symbols, uint64_t number)
{
	const struct decode_part *part;
	const struct kernel_entry *entry;

	for (size_t i = 0; (part = decode_part_at(i)); i++)
		for (entry = part->entries; entry && entry->symbol; entry++)
			if (entry->number == number && by_name(symbols, entry->symbol))
				return by_name(symbols, entry->symbol);
	return NULL;
}

void symbols_note_entry(struct symbols *symbols, uint64_t number, uint64_t address)
{
	const struct symbol *symbol = symbols ? entry_of(symbols, number) : NULL;

	if (!symbol)
		return;
	symbols->offset = address - symbol->address;
	symbols->is_placed = true;
}

void symbols_place(struct symbols *symbols)
{
	if (symbols)
		symbols->is_placed = true;
}

bool symbols_are_placed(const struct symbols *symbols)
{
	return !symbols || symbols->is_placed;
}

const char *symbols_find(const struct symbols *symbols, uint64_t address, uint64_t *offset)
{
	size_t low = 0;
	size_t high = symbols ? symbols->count : 0;

	if (!symbols || !symbols->is_placed)
		return NULL;
	address -= symbols->offset;
	/* The first after it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->items[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - symbols->items[low - 1].address > LONGEST)
		return NULL;
	*offset = address - symbols->items[low - 1].address;
	return symbols->items[low - 1].name;
}
