/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PARACALL_OPTIONS is for all guests that a tool starts, of whatever architecture:
 * what there is for others only means nothing to a guest.
 */
#ifndef PARACALL_CLI_RUN_FOREIGN_H
#define PARACALL_CLI_RUN_FOREIGN_H

#include "options.h"

/* Before features and faults are checked: names that no target has stay, and are refused. */
void foreign_leave_out(struct run_options *options);

#endif /* PARACALL_CLI_RUN_FOREIGN_H */
