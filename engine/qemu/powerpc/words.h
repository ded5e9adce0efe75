/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instructions of a hypercall, for the plugin and for the command. */
#ifndef PARACALL_QEMU_POWERPC_WORDS_H
#define PARACALL_QEMU_POWERPC_WORDS_H

/*
 * What the guest executes for a hypercall, and QEMU executes, too: xoris r21,r21,0,
 * which changes nothing, and which no compiler emits.
 */
#define POWERPC_MARKER 0x6eb50000u
#define POWERPC_NOP 0x60000000u

/*
 * EV_IDLE ends in PAPR's call H_CEDE where there are these: after the marker the
 * branch leads past it.
 */
#define POWERPC_BRANCH_12 0x4800000cu
#define POWERPC_SC_1 0x44000022u

/* What the device tree names: with a place for EV_IDLE to wait at, and without. */
/* clang-format off */
#define POWERPC_WORDS_WITH_IDLE \
	{ POWERPC_MARKER, POWERPC_BRANCH_12, POWERPC_SC_1, POWERPC_NOP }
#define POWERPC_WORDS \
	{ POWERPC_NOP, POWERPC_MARKER, POWERPC_NOP, POWERPC_NOP }
/* clang-format on */

/*
 * By these code hints that it spins: or 1,1,1, Linux's HMT_low and cpu_relax();
 * or 31,31,31, HMT_very_low; or 27,27,27, a yield (Power ISA book II, "Program
 * Priority Registers" and "Shared Resource Hints").
 */
#define POWERPC_HINT_LOW 0x7c210b78u
#define POWERPC_HINT_VERY_LOW 0x7ffffb78u
#define POWERPC_HINT_YIELD 0x7f7bdb78u

#endif /* PARACALL_QEMU_POWERPC_WORDS_H */
