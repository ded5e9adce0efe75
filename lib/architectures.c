/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of architectures: one line each here, and one below. */
#include "architecture.h"

extern const struct architecture paracall_x86, paracall_s390, paracall_powerpc, paracall_mips,
	paracall_arm64, paracall_riscv, paracall_loongarch;

static const struct architecture *const architectures[] = {
	&paracall_x86,	 &paracall_s390,  &paracall_powerpc,   &paracall_mips,
	&paracall_arm64, &paracall_riscv, &paracall_loongarch,
};

const struct architecture *architecture_at(size_t index)
{
	return index < COUNT_OF(architectures) ? architectures[index] : NULL;
}

const struct architecture *architecture_of(enum paracall_architecture bit)
{
	for (size_t i = 0; i < COUNT_OF(architectures); i++)
		if (architectures[i]->bit == bit)
			return architectures[i];
	return NULL;
}
