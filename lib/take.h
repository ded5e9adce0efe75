/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a caller hands over, in structs that begin with their size. It may have been
 * compiled for another version of the interface: see PARACALL_INTERFACE_VERSION.
 */
#ifndef PARACALL_LIB_TAKE_H
#define PARACALL_LIB_TAKE_H

#include <paracall/paracall.h>

/*
 * Copies such a struct to @own, of @own_size bytes; members that the caller doesn't have
 * are 0. Each has the first @least bytes.
 *
 * Returns 0, PARACALL_ERROR_ARGUMENT for a size that no version has, or
 * PARACALL_ERROR_VERSION for a newer one.
 */
int take_struct(void *own, size_t own_size, size_t least, const void *theirs);

/* Up to that member. */
#define UP_TO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))

int take_rule(struct paracall_rule *own, const void *theirs);
/* All of @theirs, and each of its rules. */
int take_injection(struct paracall_injection *own, const struct paracall_injection *theirs);

#endif /* PARACALL_LIB_TAKE_H */
