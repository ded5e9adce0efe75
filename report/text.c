/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as lines for people. */
#include "decode.h"
#include "writer.h"

#include <stdlib.h>

static void *begin(const struct writer_target *target)
{
	struct writer_target *copy = malloc(sizeof(*copy));

	if (copy)
		*copy = *target;
	return copy;
}

static void add(void *writer, const struct event *event)
{
	const struct writer_target *target = writer;

	decode_line(target->output, event, target->symbols);
}

const struct writer_format writer_text = { .name = "text", begin, add, .end = free };
