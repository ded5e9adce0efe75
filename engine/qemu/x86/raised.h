/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An exception on its way into the guest; see exceptions.h. */
#ifndef PARACALL_QEMU_X86_RAISED_H
#define PARACALL_QEMU_X86_RAISED_H

#include <stdint.h>

struct raised {
	/* Where the vCPU was sent to; 0 if there is none. */
	uint64_t trap;
	/* What the guest is to see. */
	uint64_t pc;
	uint64_t error_code;
	uint64_t cr2;
	/* Exceptions there so far: more than one if the first has another. */
	unsigned int count;
};

#endif /* PARACALL_QEMU_X86_RAISED_H */
