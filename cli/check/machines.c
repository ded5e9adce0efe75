/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of machines that the suite's guests are for. */
#include "../cli.h"
#include "machine.h"

static const char *const debug_exit[] = { "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
					  NULL };
static const char *const panic[] = { "-action", "panic=exit-failure", NULL };

static const struct check_machine machines[] = {
	{ "x86_64", "x86_64", "qemu-system-x86_64", "128", GUEST_EXIT_STATUS, debug_exit,
	  "hypercalls" },
	{ "i386", "x86_64", "qemu-system-x86_64", "128", GUEST_EXIT_STATUS, debug_exit,
	  "i386/hypercalls" },
	{ "s390x", "s390x", "qemu-system-s390x", "128", GUEST_EXIT_LINE, panic, "s390x/diag" },
	{ "ppc64", "ppc64*", "qemu-system-ppc64", "256", GUEST_EXIT_LINE_ALONE, panic,
	  "powerpc/selftest-be" },
	{ "arm64", "aarch64", "qemu-system-aarch64", "128", GUEST_EXIT_LINE_ALONE, panic,
	  "arm64/selftest" },
	{ "riscv64", "riscv64", "qemu-system-riscv64", "128", GUEST_EXIT_LINE_ALONE, panic,
	  "riscv/selftest" },
	{ "loongarch64", "loongarch64", "qemu-system-loongarch64", "1024",
	  GUEST_EXIT_LINE_ALONE, panic, "loongarch/selftest" },
};

#define MACHINES (sizeof(machines) / sizeof(machines[0]))
_Static_assert(MACHINES <= MOST_MACHINES, "suites have room for that many");

const struct check_machine *check_machine(size_t index)
{
	return index < MACHINES ? &machines[index] : NULL;
}

char *check_machine_names(void)
{
	const char *words[MACHINES];

	for (size_t i = 0; i < MACHINES; i++)
		words[i] = machines[i].architecture;
	return join_words(words, MACHINES, " or ");
}
