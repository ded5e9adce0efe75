/* SPDX-License-Identifier: BSD-2-Clause */
/* The capabilities of engines, in words. */
#include <paracall/paracall.h>

const char *paracall_capability_name(enum paracall_capability capability)
{
	switch (capability) {
	case PARACALL_CAN_WAKE:
		return "wake a halted vCPU";
	case PARACALL_CAN_INTERRUPT:
		return "interrupt a vCPU";
	case PARACALL_CAN_YIELD:
		return "let another vCPU run";
	case PARACALL_CAN_ACCESS_MEMORY:
		return "access the guest's memory";
	case PARACALL_CAN_READ_CLOCKS:
		return "report the guest's time-stamp counter";
	case PARACALL_CAN_REPORT_RUN_DELAY:
		return "report how long a vCPU waited for the host";
	case PARACALL_CAN_FLUSH_TLB:
		return "flush the TLB";
	case PARACALL_CAN_REPORT_PREEMPTION:
		return "report a preemption before it happens";
	case PARACALL_CAN_DEFER_EOI:
		return "ask before it delivers an interrupt";
	case PARACALL_CAN_EXTEND_MSI:
		return "take 15-bit destinations in interrupt messages";
	case PARACALL_CAN_MAP_MAGIC_PAGE:
		return "map a page over the guest's address space";
	case PARACALL_CAN_GIVE_RANDOM:
		return "provide random numbers";
	case PARACALL_CAN_LIST_IMPLEMENTATIONS:
		return "list CPU implementations";
	}
	return "do something unknown";
}
