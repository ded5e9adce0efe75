/* SPDX-License-Identifier: BSD-2-Clause */
#include "take.h"

#include <string.h>

int take_struct(void *own, size_t own_size, size_t least, const void *theirs)
{
	size_t size;

	memcpy(&size, theirs, sizeof(size));
	/* A struct with pointers in it has no other. */
	if (size < least || size % _Alignof(void *))
		return PARACALL_ERROR_ARGUMENT;
	if (size > own_size)
		return PARACALL_ERROR_VERSION;
	memset(own, 0, own_size);
	memcpy(own, theirs, size);
	return PARACALL_OK;
}

int take_rule(struct paracall_rule *own, const void *theirs)
{
	return take_struct(own, sizeof(*own), UP_TO(struct paracall_rule, text), theirs);
}

/* Their rules stand one after the other, each as large as it says. */
static int take_rules(struct paracall_injection *own, const struct paracall_injection *theirs)
{
	const char *rule = (const char *)theirs->rules;
	size_t left = theirs->size - offsetof(struct paracall_injection, rules);

	for (uint32_t i = 0; i < theirs->rule_count; i++) {
		size_t size;
		int error;

		if (left < sizeof(size))
			return PARACALL_ERROR_ARGUMENT;
		memcpy(&size, rule, sizeof(size));
		if (size > left)
			return PARACALL_ERROR_ARGUMENT;
		error = take_rule(&own->rules[i], rule);
		if (error)
			return error;
		rule += size;
		left -= size;
	}
	return PARACALL_OK;
}

int take_injection(struct paracall_injection *own, const struct paracall_injection *theirs)
{
	const size_t head = offsetof(struct paracall_injection, rules);

	if (theirs->size < head || theirs->rule_count > PARACALL_MAX_RULES)
		return PARACALL_ERROR_ARGUMENT;
	if (theirs->size > sizeof(*own))
		return PARACALL_ERROR_VERSION;
	memset(own, 0, sizeof(*own));
	memcpy(own, theirs, head);
	own->size = sizeof(*own);
	return take_rules(own, theirs);
}
