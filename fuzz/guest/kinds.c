/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures whose guests are tried. Inputs know them by their place. */
#include "guest.h"

extern const struct kind x86_kind, s390_kind, powerpc_kind, arm64_kind, riscv_kind,
	loongarch_kind;

static const struct kind *const kinds[] = {
	&x86_kind, &s390_kind, &powerpc_kind, &arm64_kind, &riscv_kind, &loongarch_kind,
};

const struct kind *guest_kind(size_t index)
{
	return index < sizeof(kinds) / sizeof(kinds[0]) ? kinds[index] : NULL;
}
