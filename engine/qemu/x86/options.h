/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's options that only x86 has, and what a replay makes of them. */
#ifndef PARACALL_QEMU_X86_OPTIONS_H
#define PARACALL_QEMU_X86_OPTIONS_H

#include "../options.h"

/* All that x86 has, up to NULL. */
extern const struct plugin_option *const x86_options[];

/* For struct target. */
bool x86_begin_replay(const struct plugin_options *options);
void x86_describe_options(char *text, size_t size);

#endif /* PARACALL_QEMU_X86_OPTIONS_H */
