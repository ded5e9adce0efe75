/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "x86.h"

#include "../../engine/qemu/x86/apic_ids.h"
#include "features.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool offers_unhalt(const struct run_options *options)
{
	return options->features & 1u << PARACALL_KVM_FEATURE_PV_UNHALT;
}

/* vCPUs are woken and identified by registers that x2APIC mode hides. */
static bool hides_x2apic(const struct run_options *options)
{
	return offers_unhalt(options) || command_line_shares_thread(&options->line);
}

/* KICK_CPU and SEND_IPI go to local APICs by their ids. */
#define NEED_XAPIC_IDS \
	(1u << PARACALL_KVM_FEATURE_PV_UNHALT | 1u << PARACALL_KVM_FEATURE_PV_SEND_IPI)

static bool asks_for_x2apic(const struct command_line *line,
			    const struct command_option **option)
{
	return command_line_cpu_property(line, "x86_64-cpu", "x2apic", option) == COMMAND_YES;
}

static bool check_x2apic(const struct run_options *options, const struct command_line *line)
{
	const struct command_option *option;
	char *quote;

	if (!hides_x2apic(options) || !asks_for_x2apic(line, &option))
		return true;
	quote = qemu_command_quote(option);
	if (offers_unhalt(options))
		complain(
			"%s, which requests the x2APIC, and the feature pv-unhalt exclude each other: drop one, the feature by --features=-pv-unhalt",
			quote);
	else
		complain(
			"%s, which requests the x2APIC, and one thread for all vCPUs (thread=single, -icount) exclude each other: drop one",
			quote);
	free(quote);
	return false;
}

/* The highest APIC id in xAPIC mode; 255 is all of them. */
#define HIGHEST_XAPIC_ID 254

static bool needs_x2apic(const struct command_line *line, struct command_cpus *cpus,
			 uint64_t *highest)
{
	/* What makes no sense is QEMU's to refuse. */
	if (!command_line_cpus(line, cpus))
		return false;
	*highest = command_cpus_highest_apic_id(cpus);
	return *highest > HIGHEST_XAPIC_ID;
}

static bool check_cpus(const struct run_options *options, const struct command_line *line)
{
	bool offers_one = options->features & NEED_XAPIC_IDS;
	struct command_cpus cpus;
	uint64_t highest;
	char *quote;

	if ((!offers_one && !hides_x2apic(options)) || !needs_x2apic(line, &cpus, &highest))
		return true;
	quote = qemu_command_quote(cpus.option);
	complain(
		"%s needs APIC ids up to %" PRIu64
		", but with %s those above 254 can't be used: ask for fewer vCPUs (255 with consecutive ids), or drop %s",
		quote, highest,
		offers_one ? "the feature pv-unhalt or pv-send-ipi"
			   : "one thread for all vCPUs",
		offers_one ? "both features by --features=-pv-unhalt,-pv-send-ipi" : "that");
	free(quote);
	return false;
}

bool x86_check_command(const struct run_options *options, const struct command_line *line)
{
	return check_x2apic(options, line) && check_cpus(options, line);
}

static void withdraw(struct run_options *options, const struct command_option *option,
		     const char *need, const char *names, const char *words, uint32_t features)
{
	char *quote = qemu_command_quote(option);

	complain("%s needs %s: this guest is not offered %s", quote, need, names);
	free(quote);
	features_add(options, words);
	options->features &= ~features;
}

void x86_adapt(struct run_options *options)
{
	const struct command_option *option = NULL;
	struct command_cpus cpus;
	uint64_t highest;

	/* What was asked for by name is not given up. */
	if (options->features & NEED_XAPIC_IDS && !(options->own_features & NEED_XAPIC_IDS) &&
	    needs_x2apic(&options->line, &cpus, &highest))
		withdraw(options, cpus.option, "APIC ids above 254",
			 "pv-unhalt and pv-send-ipi", "-pv-unhalt,-pv-send-ipi",
			 NEED_XAPIC_IDS);
	else if (offers_unhalt(options) &&
		 !(options->own_features & 1u << PARACALL_KVM_FEATURE_PV_UNHALT) &&
		 asks_for_x2apic(&options->line, &option))
		withdraw(options, option, "the x2APIC", "pv-unhalt", "-pv-unhalt",
			 1u << PARACALL_KVM_FEATURE_PV_UNHALT);
}

/* Its page has room for what a saved guest could miss. QEMU takes one alone. */
#define VMCLOCK "vmclock"

static bool wants_vmclock(const struct run_options *options)
{
	const char *said = options->special.snapshots;

	return (!said || !strcmp(said, "on")) &&
	       !command_line_has_device(&options->line, VMCLOCK);
}

static void add(struct strings *command, const char *option, const char *value)
{
	strings_add(command, option);
	strings_add(command, value);
}

void x86_add_arguments(struct strings *command, const struct run_options *options)
{
	if (hides_x2apic(options))
		add(command, "-global", "x86_64-cpu.x2apic=off");
	if (wants_vmclock(options))
		add(command, "-device", VMCLOCK);
}
