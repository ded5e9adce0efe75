/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which QEMUs were found to fit, so that they need not be asked at each start.
 * Of the others nothing is kept: they are asked again.
 */
#ifndef PARACALL_CLI_PROBE_CACHE_H
#define PARACALL_CLI_PROBE_CACHE_H

#include <stdbool.h>

/*
 * Whether @qemu fitted when it was asked with @probe, and both files are still
 * the same. What goes wrong counts as no.
 */
bool probe_cache_has(const char *qemu, const char *probe);

/* It did. If that can't be written down it's as if nothing was said. */
void probe_cache_add(const char *qemu, const char *probe);

/*
 * The folder for what can be made or fetched again, the caller's to free; NULL
 * if the environment names none.
 */
char *cache_folder(void);

#endif /* PARACALL_CLI_PROBE_CACHE_H */
