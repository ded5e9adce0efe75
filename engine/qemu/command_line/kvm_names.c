/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_names.h"

#include <stdlib.h>
#include <string.h>

/* Each architecture's, in its folder. */
#define KVM_NAME(name, ...) { ARCHITECTURE, name, { __VA_ARGS__ } },
static const struct kvm_name names[] = {
#define ARCHITECTURE PARACALL_X86
#include "../x86/kvm_names.def"
#undef ARCHITECTURE
#define ARCHITECTURE PARACALL_ARM64
#include "../arm64/kvm_names.def"
#undef ARCHITECTURE
#define ARCHITECTURE PARACALL_LOONGARCH
#include "../loongarch/kvm_names.def"
#undef ARCHITECTURE
};
#undef KVM_NAME

const struct kvm_name *kvm_name_at(size_t index)
{
	return index < sizeof(names) / sizeof(names[0]) ? &names[index] : NULL;
}

static bool is_word(const char *name, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!name[i] || (word[i] != name[i] && !(word[i] == '_' && name[i] == '-')))
			return false;
	return !name[length];
}

const struct kvm_name *kvm_name_find(enum paracall_architecture architecture, const char *word,
				     size_t length)
{
	const struct kvm_name *name;

	for (size_t i = 0; (name = kvm_name_at(i)); i++)
		if (name->architecture == architecture && is_word(name->name, word, length))
			return name;
	return NULL;
}

/* Of "+flag", "-flag", "key=value" or "flag". */
static bool is_name(enum paracall_architecture architecture, const char *item, size_t length)
{
	size_t sign = length && (*item == '+' || *item == '-');
	const char *equals = memchr(item, '=', length);

	if (equals)
		length = equals - item;
	return kvm_name_find(architecture, item + sign, length - sign);
}

char *kvm_names_drop(enum paracall_architecture architecture, const char *text,
		     const char *model)
{
	size_t length = strcspn(text, ",");
	char *result = malloc(strlen(text) + (model ? strlen(model) : 0) + 1);
	char *end = result;

	if (!result)
		return NULL;
	if (model)
		end = stpcpy(end, model);
	else
		end = mempcpy(end, text, length);
	/* Each with the comma before it. */
	for (text += length; *text; text += length) {
		length = 1 + strcspn(text + 1, ",");
		if (!is_name(architecture, text + 1, length - 1))
			end = mempcpy(end, text, length);
	}
	*end = '\0';
	return result;
}
