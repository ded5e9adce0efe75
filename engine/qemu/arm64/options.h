/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's options for arm64, and the CPU implementations that one of them lists. */
#ifndef PARACALL_QEMU_ARM64_OPTIONS_H
#define PARACALL_QEMU_ARM64_OPTIONS_H

#include "../options.h"

/* All that arm64 has, up to NULL. */
extern const struct plugin_option *const arm64_options[];

/* For struct target. */
void arm64_describe_options(char *text, size_t size);

/* For struct paracall_arm64_engine. */
uint64_t arm64_find_implementation(void *context, uint64_t index,
				   struct paracall_arm64_implementation *implementation);

#endif /* PARACALL_QEMU_ARM64_OPTIONS_H */
