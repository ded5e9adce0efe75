/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of -readconfig: sections, "[group]" or "[group "id"]", of key = "value". */
#ifndef PARACALL_COMMAND_LINE_CONFIG_FILE_H
#define PARACALL_COMMAND_LINE_CONFIG_FILE_H

#include "command_line.h"

/* Of all files together. */
#define MOST_FILE_BYTES (1u << 20)

/* Adds its sections; false with @line's error set if it can't be read. */
bool config_file_read(struct command_line *line, const char *path);

/* An option more at the end, all zero; NULL with @line's error set. */
struct command_option *command_line_add(struct command_line *line);

/* Memory is short: always false, with @line's error set. */
bool command_line_no_memory(struct command_line *line);

#endif /* PARACALL_COMMAND_LINE_CONFIG_FILE_H */
