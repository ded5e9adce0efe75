/* SPDX-License-Identifier: BSD-2-Clause */
#include "descriptors.h"

void descriptors_fill(struct cpu *cpu)
{
	uint64_t base = (uintptr_t)&cpu->task_state;
	static const uint64_t segments[] = {
		[KERNEL_CODE64 / 8] = 0x00af9b000000ffff,
		[KERNEL_DATA / 8] = 0x00cf93000000ffff,
		[KERNEL_CODE32 / 8] = 0x00cf9b000000ffff,
		[USER_DATA / 8] = 0x00cff3000000ffff,
		[USER_CODE64 / 8] = 0x00affb000000ffff,
		[USER_CODE32 / 8] = 0x00cffb000000ffff,
	};

	memcpy(cpu->gdt, segments, sizeof(segments));
	cpu->gdt[TASK_STATE / 8] = (sizeof(cpu->task_state) - 1) | (base & 0xffffff) << 16 |
				   0x89ull << 40 | (base >> 24 & 0xff) << 56;
	cpu->task_state.io_map = sizeof(cpu->task_state);
}
