/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest called, from the counters that the plugin left. */
#ifndef PARACALL_CLI_RUN_SUMMARY_H
#define PARACALL_CLI_RUN_SUMMARY_H

#include "options.h"

#include <stdio.h>

/* QEMU has ended in order. */
bool run_has_finished(int report);

/* Nothing for a guest that never ran; complains if it can't be written. */
void run_print_summary(FILE *output, const struct run_options *options, int report);

#endif /* PARACALL_CLI_RUN_SUMMARY_H */
