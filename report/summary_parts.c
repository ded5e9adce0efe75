/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures that have parts of their own in the summary. */
#include "summary_part.h"

extern const struct summary_part summary_x86, summary_powerpc, summary_arm64, summary_riscv,
	summary_loongarch;

static const struct summary_part *const parts[] = {
	&summary_x86, &summary_powerpc, &summary_arm64, &summary_riscv, &summary_loongarch,
};

const struct summary_part *summary_part_of(enum paracall_architecture architecture)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i]->architecture == architecture)
			return parts[i];
	return NULL;
}
