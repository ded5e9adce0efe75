/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which QEMUs are usable, so that they need not be probed at each start.
 * Nothing is kept about the others: they are probed again.
 */
#ifndef PARACALL_CLI_PROBE_CACHE_H
#define PARACALL_CLI_PROBE_CACHE_H

#include <stdbool.h>

/*
 * The version of @qemu's plugin interface, if it was usable when it was probed with
 * @probe, and both files are still the same; else 0. Errors count as no.
 */
int probe_cache_find(const char *qemu, const char *probe);

/* It was. If that cannot be written, it is probed again. */
void probe_cache_add(const char *qemu, const char *probe, int plugin_api);

/*
 * The folder for what can be made or fetched again, the caller's to free; NULL
 * if the environment names none.
 */
char *cache_folder(void);

#endif /* PARACALL_CLI_PROBE_CACHE_H */
