/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "state.h"

#include <stdio.h>
#include <string.h>

static bool take_replace(struct plugin_options *options, char *value)
{
	static const char *const names[] = {
		[REPLACE_KEEP] = "keep",       [REPLACE_VMCALL] = "vmcall",
		[REPLACE_VMMCALL] = "vmmcall", [REPLACE_FAST] = "fast",
		[REPLACE_NATIVE] = "native",   [REPLACE_REFUSE] = "refuse",
	};

	(void)options;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			x86_machine()->replacement = i;
			return true;
		}
	}
	fprintf(stderr,
		"paracall: replace=%s: use keep, vmcall, vmmcall, fast, native or refuse\n",
		value);
	return false;
}

static bool take_kvm(struct plugin_options *options, char *value)
{
	bool is_on;

	(void)options;
	if (!option_choose("kvm", value, "on", "off", &is_on))
		return false;
	x86_machine()->is_hidden = !is_on;
	return true;
}

static const struct plugin_option option_kvm = { "kvm", take_kvm };

static const struct plugin_option option_replace = { "replace", take_replace };

static bool take_snapshots(struct plugin_options *options, char *value)
{
	bool is_on;

	(void)options;
	if (!option_choose("snapshots", value, "on", "off", &is_on))
		return false;
	x86_machine()->has_vmclock &= is_on;
	return true;
}

static const struct plugin_option option_snapshots = { "snapshots", take_snapshots };

const struct plugin_option *const x86_options[] = {
	&option_enforce, &option_features, &option_hints,     &option_kvm,
	&option_replace, &option_spin,	   &option_snapshots, NULL,
};

/* The no-op that stands for a hypercall may have to leave its block: see ../replay.c. */
bool x86_begin_replay(const struct plugin_options *options)
{
	(void)options;
	if (x86_machine()->replacement == REPLACE_FAST)
		x86_machine()->replacement = REPLACE_KEEP;
	return true;
}

void x86_describe_options(char *text, size_t size)
{
	snprintf(text, size, " replace=%d%s", x86_machine()->replacement,
		 x86_machine()->is_hidden ? " kvm=off" : "");
}
