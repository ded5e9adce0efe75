/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMUs of this machine. */
#ifndef PARACALL_CLI_ENGINES_H
#define PARACALL_CLI_ENGINES_H

#include <stdbool.h>
#include <stddef.h>

/* The first QEMU with a plugin interface that there is a plugin for. */
#define QEMU_FIRST_VERSION "11.0"

enum qemu_verdict {
	QEMU_USABLE,
	QEMU_TOO_OLD,
	QEMU_TOO_NEW,
	QEMU_NO_PLUGINS,
	QEMU_BROKEN,
};

struct qemu {
	char *path;
	/* Where it was found, for people. */
	const char *origin;
	/* Like "11.1.3"; empty before qemu_ask_version(). */
	char version[32];
	/* 0 if it has no plugin interface. */
	int plugin_api;
	enum qemu_verdict verdict;
};

struct qemus {
	struct qemu *items;
	size_t count;
};

/*
 * All that there are of that program, in the order in which they are tried:
 * @only if not NULL and nothing else; or PARACALL_QEMU's, those on PATH, the one
 * that script/setup unpacked.
 */
void qemus_find(struct qemus *qemus, const char *program, const char *only);

void qemus_free(struct qemus *qemus);

/*
 * Find the plugin interface, and with it the verdict; @may_remember: without
 * running QEMU, if this very program was found usable before.
 */
void qemu_probe(struct qemu *qemu, bool may_remember);
void qemu_ask_version(struct qemu *qemu);

/* One sentence, the caller's to free, on why it can't be used. */
char *qemu_reason(struct qemu *qemu);

/*
 * The path of the first that can be used, and the version of its plugin interface, unless
 * @plugin_api is NULL; or NULL and the reason for users. Both are the caller's to free.
 */
char *qemu_choose(const char *program, const char *only, int *plugin_api, char **reason);

/*
 * The absolute path of @file, one of the plugin's: beside a command in its
 * build tree, else where it was installed. The caller's to free; NULL and a
 * complaint if it isn't there.
 */
char *plugin_path(const char *file);

/* The same for @folder of the build tree, or what was installed of it; no complaint. */
char *data_path(const char *folder);

/*
 * The path of a file of script/setup's, there or not, the caller's to free; NULL if
 * the user has no folder for such.
 */
char *cache_path(const char *file);

#endif /* PARACALL_CLI_ENGINES_H */
