/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared library, as other programs find it. That it has all functions of the
 * public headers shows in that this links; here, that it has no others.
 */
#include "public_functions.h"

#include "paracall/paracall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

static void each_function_is_the_librarys(void **state)
{
	size_t count = 0;

	(void)state;
	for (; public_functions[count].name; count++) {
		const struct public_function *function = &public_functions[count];
		void *address;
		Dl_info info;

		memcpy(&address, &function->address, sizeof(address));
		assert_int_equal(strncmp(function->name, "paracall_", 9), 0);
		assert_ptr_equal(address, dlsym(RTLD_DEFAULT, function->name));
		assert_true(dladdr(address, &info));
		assert_non_null(strstr(info.dli_fname, "libparacall.so"));
	}
	/* Or the headers were not understood. */
	assert_true(count > 40);
}

static bool is_public(const char *name)
{
	for (size_t i = 0; public_functions[i].name; i++)
		if (!strcmp(public_functions[i].name, name))
			return true;
	return false;
}

struct exports {
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t count;
};

/* The number of symbols stands in the old hash table only, or follows from the new one. */
static size_t count_by_gnu_hash(const uint32_t *table)
{
	uint32_t buckets = table[0], first = table[1], words = table[2];
	const uint32_t *bucket = table + 4 + words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++)
		if (bucket[i] > last)
			last = bucket[i];
	if (last < first)
		return first;
	while (!(chain[last - first] & 1))
		last++;
	return last + 1;
}

static struct exports read_exports(const struct link_map *map)
{
	struct exports exports = { .count = 0 };

	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
		/* glibc has added where the library is. */
		const void *address = (const void *)(uintptr_t)entry->d_un.d_ptr;

		if (entry->d_tag == DT_SYMTAB)
			exports.symbols = address;
		else if (entry->d_tag == DT_STRTAB)
			exports.strings = address;
		else if (entry->d_tag == DT_HASH)
			exports.count = ((const uint32_t *)address)[1];
		else if (entry->d_tag == DT_GNU_HASH)
			exports.count = count_by_gnu_hash(address);
	}
	return exports;
}

static void nothing_else_is_exported(void **state)
{
	struct link_map *map = NULL;
	struct exports exports;
	size_t functions = 0;
	Dl_info info;

	(void)state;
	assert_true(dladdr1(dlsym(RTLD_DEFAULT, "paracall_version"), &info, (void **)&map,
			    RTLD_DL_LINKMAP));
	exports = read_exports(map);
	for (size_t i = 1; i < exports.count; i++) {
		const ElfW(Sym) *symbol = &exports.symbols[i];
		const char *name = exports.strings + symbol->st_name;

		if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS)
			continue;
		if (!is_public(name))
			print_error("'%s' is in the map and in no header\n", name);
		assert_true(is_public(name));
		functions++;
	}
	assert_true(functions > 40);
}

static void it_is_the_version_of_its_headers(void **state)
{
	(void)state;
	assert_string_equal(paracall_version(), PARACALL_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_function_is_the_librarys),
		cmocka_unit_test(nothing_else_is_exported),
		cmocka_unit_test(it_is_the_version_of_its_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
