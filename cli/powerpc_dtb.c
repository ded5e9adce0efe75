/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paracall dtb: a device tree's file, changed as the plugin changes the guest's. */
#include "../engine/qemu/powerpc/words.h"
#include "cli.h"
#include "options.h"

#include <errno.h>
#include <paracall/paracall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than the node needs. */
#define ROOM 512u

static void print_usage(void)
{
	printf("Usage: paracall dtb IN OUT\n"
	       "\n"
	       "Write a copy of IN, a flattened device tree, in which a PowerPC guest finds KVM;\n"
	       "for QEMU's -dtb where firmware starts the guest's kernel. In all other cases\n"
	       "'paracall run' changes the guest's tree itself.\n"
	       "\n");
}

/* The file's bytes, the caller's to free; NULL and a complaint if there are none. */
static void *read_tree(const char *path, size_t *size)
{
	void *tree = must(malloc(PARACALL_DEVICE_TREE_LARGEST));
	FILE *file = fopen(path, "re");

	if (file)
		*size = fread(tree, 1, PARACALL_DEVICE_TREE_LARGEST, file);
	if (file && !ferror(file)) {
		fclose(file);
		return tree;
	}
	complain("dtb: '%s' can't be read: %s", path, strerror(errno));
	if (file)
		fclose(file);
	free(tree);
	return NULL;
}

static bool write_tree(const char *path, const void *tree, size_t size)
{
	FILE *file = fopen(path, "we");
	bool is_written = file && fwrite(tree, 1, size, file) == size;

	if (file && fclose(file))
		is_written = false;
	if (!is_written)
		complain("dtb: '%s' can't be written: %s", path, strerror(errno));
	return is_written;
}

static int convert(const char *from, const char *to)
{
	static const uint32_t words[PARACALL_HCALL_INSTRUCTIONS] = POWERPC_WORDS;
	size_t size = 0;
	void *tree = read_tree(from, &size);
	size_t room = size + ROOM;
	void *result;
	int error;
	bool is_done = false;

	if (!tree)
		return EXIT_NOTHING;
	if (room > PARACALL_DEVICE_TREE_LARGEST)
		room = PARACALL_DEVICE_TREE_LARGEST;
	result = must(malloc(room));
	error = paracall_device_tree_add(tree, size, result, room, words, false);
	if (error)
		complain("dtb: '%s': %s", from, paracall_strerror(error));
	else
		is_done = write_tree(to, result, room);
	free(result);
	free(tree);
	return is_done ? EXIT_OK : EXIT_NOTHING;
}

static const struct option_row rows[] = {
	HELP_ROW,
	{ .name = NULL },
};

static const struct option_table table = {
	.command = "dtb",
	.print_usage = print_usage,
	.groups = (const struct option_group[]){ { .rows = rows }, { .rows = NULL } },
	.wrong = EXIT_USAGE,
};

int dtb_main(int argc, char **argv)
{
	char **words;
	int status = options_read(&table, NULL, argc, argv, &words);

	if (status >= 0)
		return status;
	if (words[0] && words[1] && !words[2])
		return convert(words[0], words[1]);
	complain("dtb: give two files, a tree and its copy; see 'paracall dtb --help'");
	return EXIT_USAGE;
}
