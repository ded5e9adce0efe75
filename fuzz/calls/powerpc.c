/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PowerPC's guests. */
#include "calls.h"

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	(void)i;
	registers[PARACALL_POWERPC_R11] =
		PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_FEATURES);
	paracall_epapr_hypercall(cpu, PARACALL_MODE_64BIT);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	unsigned int offset = i * 8 % 4096;
	uint32_t mode = PARACALL_MODE_64BIT | (i & 1 ? PARACALL_MODE_LITTLE_ENDIAN : 0);

	(void)registers;
	paracall_magic_page_store(cpu, offset, 8,
				  paracall_magic_page_load(cpu, offset, 8, mode), mode);
	if (paracall_magic_page_is_critical(cpu))
		paracall_magic_page_interrupted(cpu);
}

const struct calls powerpc_calls = {
	.architecture = PARACALL_POWERPC,
	.inject = inject,
	.resume = resume,
};
