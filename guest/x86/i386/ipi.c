/* SPDX-License-Identifier: BSD-2-Clause */
#include "../ipi.h"

#define CR0_PG (1ul << 31)
#define LIMIT_MS 10000

/* The end of the test starts the CPU anew. */
static void stay_without_paging(void *argument)
{
	volatile uint32_t *stage = argument;
	unsigned long cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_PG) : "memory");
	*stage = 1;
	while (1)
		relax();
}

/*
 * Without paging, or a KVM under QEMU's TCG refuses to load the table of
 * directories again, where QEMU has set flags that must not be there: enter.S.
 */
bool make_ready_for_smi(struct cpu *cpu)
{
	static volatile uint32_t stage;

	stage = 0;
	cpu_post(cpu, stay_without_paging, (void *)&stage);
	return check(wait_for(&stage, 1, LIMIT_MS), "the CPU does not start");
}
