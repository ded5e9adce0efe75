/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's files: one for each version of QEMU's plugin interface. */
#ifndef PARACALL_COMMAND_LINE_PLUGIN_FILES_H
#define PARACALL_COMMAND_LINE_PLUGIN_FILES_H

#include "command_line.h"

/* The oldest, and the newest. */
#define PLUGIN_API_FIRST 6
#define PLUGIN_API_LAST 7

/* The name of the file; NULL if there is none for that version. */
const char *plugin_file(int api);

/* Whether an option is -plugin with one of them, of whatever folder. */
bool plugin_file_is_loaded_by(const struct command_option *option);

#endif /* PARACALL_COMMAND_LINE_PLUGIN_FILES_H */
