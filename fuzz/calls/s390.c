/* SPDX-License-Identifier: GPL-2.0-or-later */
/* s390's guests. */
#include "calls.h"

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	(void)registers;
	paracall_diag(cpu, i % 2 ? 0x44 : 0x9c, 1, 2);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	(void)registers;
	paracall_diag(cpu, i % 4 ? 0x258 : 0x9c, 1, 3);
}

const struct calls s390_calls = {
	.architecture = PARACALL_S390,
	.inject = inject,
	.resume = resume,
};
