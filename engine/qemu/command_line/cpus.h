/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many vCPUs a command line requests, and their topology. */
#ifndef PARACALL_COMMAND_LINE_CPUS_H
#define PARACALL_COMMAND_LINE_CPUS_H

#include "command_line.h"

#include <stdint.h>

struct command_cpus {
	/* At the beginning, and with those that may be plugged in. */
	uint32_t cpus;
	uint32_t max_cpus;
	/* 1 for what the machine does not have. */
	uint32_t drawers;
	uint32_t books;
	uint32_t sockets;
	uint32_t dies;
	uint32_t clusters;
	uint32_t modules;
	uint32_t cores;
	uint32_t threads;
	/* The last option that matters; NULL if none does. */
	const struct command_option *option;
};

/*
 * From -smp, -machine and their sections, by the rules of QEMU's
 * hw/core/machine-smp.c. False if they make no sense, which QEMU will report.
 */
bool command_line_cpus(const struct command_line *line, struct command_cpus *cpus);

#endif /* PARACALL_COMMAND_LINE_CPUS_H */
