/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM where the machine has none: Debian's kernel with its KVM under QEMU's TCG, which
 * emulates what that needs (SVM, EL2), and in it our program of engine/kvm/ as the only
 * process.
 */
#ifndef PARACALL_CLI_CHECK_NESTED_H
#define PARACALL_CLI_CHECK_NESTED_H

#include "../cli.h"

struct nested;

/* That of an architecture; NULL if QEMU's TCG emulates nothing for it. */
const struct nested *nested_find(const char *architecture);

/* NULL, or why it is not available; the caller's to free. */
char *nested_missing(const struct nested *nested);

/*
 * A file in memory with all that the machine needs to run a guest, for QEMU's
 * -initrd; -1 and a complaint if a part can't be read.
 */
int nested_initramfs(const struct nested *nested, const char *guest, const char *cpus,
		     const char *command_line);

/* QEMU's arguments for that. */
void nested_add_arguments(const struct nested *nested, struct strings *command, int initramfs);

#endif /* PARACALL_CLI_CHECK_NESTED_H */
