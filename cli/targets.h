/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's programs emulate, and how they differ for the command. */
#ifndef PARACALL_CLI_TARGETS_H
#define PARACALL_CLI_TARGETS_H

#include <paracall/paracall.h>
#include <stdbool.h>
#include <stddef.h>

/* The one that is meant where no other is named. */
#define QEMU_X86_64 "qemu-system-x86_64"

struct target_info {
	/* QEMU's program. */
	const char *program;
	/* As sentences name it. */
	const char *name;
	enum paracall_architecture architecture;
	/* --arch's word for its default machine; NULL if it has none. */
	const char *arch;
	const char *machine;
	const char *console;
	/* Its guests are offered features that can be chosen: --features. */
	bool has_features;
	/* All other options about KVM's interface are x86's. */
	bool is_x86;
};

/* One after the other from 0, x86's first; NULL behind the last. */
const struct target_info *target_at(size_t index);

/* Of a program, given by its name or path; NULL if it is none of them. */
const struct target_info *target_of_program(const char *program);

/* Of --arch's word; NULL if there is none. */
const struct target_info *target_of_arch(const char *arch);

/* "a, b or c" of all programs, or of --arch's words: the caller's to free. */
char *target_programs(void);
char *target_archs(void);

#endif /* PARACALL_CLI_TARGETS_H */
