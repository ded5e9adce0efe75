/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a guest's kernel, from its System.map or its vmlinux.
 *
 * A kernel that moved itself (KASLR) is found by its entry code for system calls: the
 * guest writes the code's address to a register, and its symbol is known. Until then
 * nothing has a name. A kernel other than Linux has no such symbol, and is
 * taken as it is.
 */
#ifndef PARACALL_REPORT_SYMBOLS_H
#define PARACALL_REPORT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

/* NULL if it can't be used; then @error is a sentence without a full stop. */
struct symbols *symbols_open(const char *path, char *error, size_t error_size);
/* @symbols may be NULL, here and below. */
void symbols_close(struct symbols *symbols);

/* The guest put @address in that register; see PARACALL_EVENT_KERNEL_ENTRY. */
void symbols_note_entry(struct symbols *symbols, uint64_t number, uint64_t address);

/* Their address will not be reported: take them as they are. */
void symbols_place(struct symbols *symbols);

/* Whether names are known now. */
bool symbols_are_placed(const struct symbols *symbols);

/* The symbol that @address is in; NULL if there is none. */
const char *symbols_find(const struct symbols *symbols, uint64_t address, uint64_t *offset);

#endif /* PARACALL_REPORT_SYMBOLS_H */
