/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that the command and the plugin share by a file. Each of them maps it, so each
 * has to be sure that the other, or whoever else has the file, can't take it away:
 * access to what is gone ends a process by SIGBUS. Seals ensure that; see fcntl(2).
 */
#ifndef PARACALL_QEMU_SHARED_MEMORY_H
#define PARACALL_QEMU_SHARED_MEMORY_H

#include <fcntl.h>
#include <stddef.h>

/* The size stays, and so do the seals. */
#define SHARED_MEMORY_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/*
 * Gives @file a size of @size bytes for good, and maps it. A file with a name is a user's
 * own choice, and is taken without seals where its file system has none. On failure
 * returns NULL, and in @wrong what to report.
 */
void *shared_memory_make(int file, size_t size, const char **wrong);

/*
 * Maps all of @file, and returns its size in @size. NULL if it lacks one of @seals, or
 * has less than @least bytes.
 */
void *shared_memory_map(int file, int seals, size_t least, size_t *size);

#endif /* PARACALL_QEMU_SHARED_MEMORY_H */
