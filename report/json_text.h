/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of JSON. */
#ifndef PARACALL_REPORT_JSON_TEXT_H
#define PARACALL_REPORT_JSON_TEXT_H

#include "event.h"
#include "symbols.h"

#include <stdio.h>

/*
 * A string with its quotes. What is not UTF-8 becomes U+FFFD; what would mean
 * something in HTML is written by its number.
 */
void json_print_string(FILE *output, const char *text);

/* {"name": value, ...}: decimal numbers as numbers, all others as "0x...". */
void json_print_values(FILE *output, const struct event_value *values, unsigned int count);

/* An event's result, or null if it is not known. */
void json_print_result(FILE *output, const struct event *event);

/* A program counter, and what is there if that is known: "pc": "0x...", "symbol": "..." */
void json_print_pc(FILE *output, uint64_t pc, const struct symbols *symbols);

#endif /* PARACALL_REPORT_JSON_TEXT_H */
