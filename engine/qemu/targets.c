/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of targets: a line each. */
#include "target.h"

/* clang-format off */
#define TARGETS(ENTRY) \
	ENTRY(x86_target) \
	ENTRY(s390_target) \
	ENTRY(powerpc64_target) \
	ENTRY(powerpc_target) \
	ENTRY(arm64_target) \
	ENTRY(riscv_target) \
	ENTRY(loongarch_target)
/* clang-format on */

#define DECLARE(name) extern const struct target name;
TARGETS(DECLARE)

#define LIST(name) &(name),
const struct target *const targets[] = { TARGETS(LIST) NULL };
