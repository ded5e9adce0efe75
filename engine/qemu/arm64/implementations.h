/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of CPU implementations, as users write it: for the plugin, and for the command,
 * which checks it before it runs QEMU.
 */
#ifndef PARACALL_QEMU_ARM64_IMPLEMENTATIONS_H
#define PARACALL_QEMU_ARM64_IMPLEMENTATIONS_H

#include <paracall/paracall.h>

#define MOST_IMPLEMENTATIONS 16

struct implementations {
	unsigned int count;
	struct paracall_arm64_implementation items[MOST_IMPLEMENTATIONS];
};

/*
 * Reads a list like "0x411fd070:1,0x481fd010", or "none"; a plus is as good as a comma, as
 * QEMU's options end at commas. Returns NULL, or the end of a sentence for users that says
 * what to do.
 */
const char *implementations_parse(struct implementations *list, const char *text);

#endif /* PARACALL_QEMU_ARM64_IMPLEMENTATIONS_H */
