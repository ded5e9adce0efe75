/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include "implementations.h"
#include "state.h"

#include <inttypes.h>
#include <stdio.h>

static uint32_t available(const struct plugin_options *options)
{
	return paracall_features_available(options->architecture, options->capabilities);
}

/* Who lists them wants them to be offered. */
static void offer(struct plugin_options *options)
{
	uint32_t before = available(options);

	options->capabilities |= PARACALL_CAN_LIST_IMPLEMENTATIONS;
	options->features |= available(options) & ~before;
}

/* No list, though one may have been given before. */
static void withdraw(struct plugin_options *options)
{
	options->capabilities &= ~PARACALL_CAN_LIST_IMPLEMENTATIONS;
	options->features &= available(options);
}

static bool take_implementations(struct plugin_options *options, char *value)
{
	struct implementations *list = &arm64_machine()->implementations;
	const char *wrong = implementations_parse(list, value);

	if (wrong)
		fprintf(stderr, "paracall: target-impl-cpus=%s: %s\n", value, wrong);
	else if (list->count)
		offer(options);
	else
		withdraw(options);
	return !wrong;
}

static const struct plugin_option option_implementations = { "target-impl-cpus",
							     take_implementations };

const struct plugin_option *const arm64_options[] = { &option_features, &option_spin,
						      &option_implementations, NULL };

void arm64_describe_options(char *text, size_t size)
{
	const struct implementations *list = &arm64_machine()->implementations;

	for (unsigned int i = 0; i < list->count; i++) {
		const struct paracall_arm64_implementation *item = &list->items[i];
		int length = snprintf(text, size, "%s%#" PRIx64 ":%#" PRIx64 ":%#" PRIx64,
				      i ? "+" : " target-impl-cpus=", item->midr, item->revidr,
				      item->aidr);

		if (length < 0 || (size_t)length >= size)
			return;
		text += length;
		size -= (size_t)length;
	}
}

uint64_t arm64_find_implementation(void *context, uint64_t index,
				   struct paracall_arm64_implementation *implementation)
{
	const struct implementations *list = &arm64_machine()->implementations;

	(void)context;
	if (index < list->count)
		*implementation = list->items[index];
	return list->count;
}
