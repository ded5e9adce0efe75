/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capabilities.h"

#include "run_delay.h"

#include <string.h>

bool qemu_counts_instructions(char *const argv[])
{
	for (; argv && *argv; argv++)
		if (!strcmp(*argv, "-icount") || !strcmp(*argv, "--icount"))
			return true;
	return false;
}

uint32_t qemu_capabilities(char *const argv[])
{
	uint32_t capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT |
				PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY |
				PARACALL_CAN_TELL_TIME | PARACALL_CAN_FLUSH_TLB;

	/* The guest's time is not the host's there, so neither are its delays. */
	if (!qemu_counts_instructions(argv) && run_delay_is_known())
		capabilities |= PARACALL_CAN_TELL_RUN_DELAY;
	return capabilities;
}
