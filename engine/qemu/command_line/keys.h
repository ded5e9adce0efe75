/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of options: lists of keys with values. */
#ifndef PARACALL_COMMAND_LINE_KEYS_H
#define PARACALL_COMMAND_LINE_KEYS_H

#include "command_line.h"

/* @key of @length characters, and @value of @value_length; false if memory is short. */
bool keys_add(struct command_option *option, enum key_form form, const char *key, size_t length,
	      const char *value, size_t value_length);

/*
 * "first,key=value,flag,noflag": a comma in a value stands doubled. The first may
 * lack its key, which then is @implied, if that is not NULL.
 */
bool keys_parse(struct command_option *option, const char *text, const char *implied);

/* "model,+flag,-flag,key=value,flag": no comma can be in a value; key "model" is first. */
bool keys_parse_cpu(struct command_option *option, const char *text);

/* "driver.property=value", or a list with these three keys. */
bool keys_parse_global(struct command_option *option, const char *text);

void keys_free(struct command_option *option);

#endif /* PARACALL_COMMAND_LINE_KEYS_H */
