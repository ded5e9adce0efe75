/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capabilities.h"

#include "run_delay.h"

#include <string.h>

bool qemu_counts_instructions(char *const argv[])
{
	for (; argv && *argv; argv++)
		if (!strcmp(*argv, "-icount") || !strcmp(*argv, "--icount"))
			return true;
	return false;
}

static bool has_word_with(char *const argv[], const char *part)
{
	for (; argv && *argv; argv++)
		if (strstr(*argv, part))
			return true;
	return false;
}

bool qemu_shares_thread(char *const argv[])
{
	return qemu_counts_instructions(argv) || has_word_with(argv, "thread=single");
}

/* As an option says it, or perhaps a file. */
bool qemu_may_share_thread(char *const argv[])
{
	return qemu_shares_thread(argv) || has_word_with(argv, "-readconfig");
}

/* The type in an argument like "pseries,x-vof=on" or "accel=tcg,type=mac99". */
static const char *machine_type(const char *argument)
{
	const char *type = strstr(argument, "type=");
	size_t length = strcspn(argument, ",");

	if (!memchr(argument, '=', length))
		return argument;
	return type && (type == argument || type[-1] == ',') ? type + strlen("type=") : NULL;
}

static bool is_machine_option(const char *argument)
{
	argument += strspn(argument, "-") == 2;
	return !strcmp(argument, "-M") || !strcmp(argument, "-machine");
}

/* pseries is the default. */
bool qemu_has_papr(char *const argv[])
{
	const char *type = "pseries";

	for (; argv[0] && argv[1]; argv++)
		if (is_machine_option(argv[0]) && machine_type(argv[1]))
			type = machine_type(argv[1]);
	return !strncmp(type, "pseries", strlen("pseries"));
}

uint32_t qemu_capabilities(char *const argv[])
{
	uint32_t capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT |
				PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY |
				PARACALL_CAN_TELL_TIME | PARACALL_CAN_FLUSH_TLB |
				PARACALL_CAN_MAP_MAGIC_PAGE;

	/* The guest's time is not the host's there, so neither are its delays. */
	if (!qemu_counts_instructions(argv) && run_delay_is_known())
		capabilities |= PARACALL_CAN_TELL_RUN_DELAY;
	return capabilities;
}
