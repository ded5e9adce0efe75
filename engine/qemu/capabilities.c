/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capabilities.h"

#include "run_delay.h"

uint32_t qemu_capabilities(bool counts_instructions)
{
	uint32_t capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT |
				PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY |
				PARACALL_CAN_READ_CLOCKS | PARACALL_CAN_FLUSH_TLB |
				PARACALL_CAN_MAP_MAGIC_PAGE | PARACALL_CAN_GIVE_RANDOM;

	/* The guest's time is not the host's there, so neither are its delays. */
	if (!counts_instructions && run_delay_is_known())
		capabilities |= PARACALL_CAN_REPORT_RUN_DELAY;
	return capabilities;
}
