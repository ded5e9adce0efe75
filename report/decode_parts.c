/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures that have events of their own. */
#include "decode_part.h"

extern const struct decode_part decode_x86, decode_s390, decode_powerpc, decode_arm64,
	decode_riscv, decode_loongarch;

static const struct decode_part *const parts[] = {
	&decode_x86,   &decode_s390,  &decode_powerpc,
	&decode_arm64, &decode_riscv, &decode_loongarch,
};

const struct decode_part *decode_part_at(size_t index)
{
	return index < sizeof(parts) / sizeof(parts[0]) ? parts[index] : NULL;
}
