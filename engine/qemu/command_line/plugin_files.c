/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plugin_files.h"

#include <string.h>

const char *plugin_file(int api)
{
	static const char *const names[] = { "paracall-qemu-6.so", "paracall-qemu.so" };

	_Static_assert(sizeof(names) / sizeof(names[0]) ==
			       PLUGIN_API_LAST - PLUGIN_API_FIRST + 1,
		       "a file for each version");
	return api >= PLUGIN_API_FIRST && api <= PLUGIN_API_LAST ? names[api - PLUGIN_API_FIRST]
								 : NULL;
}

bool plugin_file_is_loaded_by(const struct command_option *option)
{
	const char *file = command_option_value(option, "file");
	const char *slash = file ? strrchr(file, '/') : NULL;

	if (strcmp(option->group, "plugin") || !file)
		return false;
	for (int api = PLUGIN_API_FIRST; api <= PLUGIN_API_LAST; api++)
		if (!strcmp(slash ? slash + 1 : file, plugin_file(api)))
			return true;
	return false;
}
