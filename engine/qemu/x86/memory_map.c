/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On PCs memory starts at address 0, and again at 4 GiB, without gaps except the one
 * below 1 MiB.
 */
#include "memory_map.h"

/* From here to 1 MiB are video memory, and memory that firmware makes ROM. */
#define GAP_START UINT64_C(0xa0000)
#define GAP_END UINT64_C(0x100000)

/* No PC has its memory reach the devices that are at fixed places above. */
#define LOW_LIMIT UINT64_C(0xf0000000)
#define HIGH_START (UINT64_C(1) << 32)

static bool is_known;

static void set(uint64_t low_end, uint64_t high_end)
{
	memory_set(0, 0, GAP_START);
	memory_set(1, GAP_END, low_end);
	memory_set(2, HIGH_START, high_end);
	is_known = low_end > GAP_END;
}

void memory_map_probe(struct vcpu *vcpu)
{
	set(memory_find_end(vcpu, GAP_END, LOW_LIMIT),
	    memory_find_end(vcpu, HIGH_START, MEMORY_LIMIT));
}

bool memory_map_is_known(void)
{
	return is_known;
}

void memory_map_probe_late(struct vcpu *vcpu)
{
	set(memory_find_end_by_steps(vcpu, GAP_END, LOW_LIMIT),
	    memory_find_end_by_steps(vcpu, HIGH_START, MEMORY_LIMIT));
}
