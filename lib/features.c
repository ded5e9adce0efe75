/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's feature bits by name, and lists of them as users write them. */
#include "architecture.h"

#include <string.h>

size_t paracall_feature_count(enum paracall_architecture architecture)
{
	const struct architecture *described = architecture_of(architecture);

	return described ? described->feature_count : 0;
}

const struct paracall_feature_info *
paracall_feature_info(enum paracall_architecture architecture, size_t index)
{
	if (index >= paracall_feature_count(architecture))
		return NULL;
	return &architecture_of(architecture)->features[index];
}

const char *paracall_feature_name(enum paracall_architecture architecture, uint32_t bit)
{
	const struct paracall_feature_info *info;

	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (bit == 1u << info->bit)
			return info->name;
	return NULL;
}

/* Those that the engine can do, up to @offer. */
static uint32_t features_up_to(enum paracall_architecture architecture,
			       enum paracall_offer offer, uint32_t capabilities)
{
	const struct paracall_feature_info *info;
	uint32_t set = 0;

	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (info->offer <= offer && !(info->capabilities & ~capabilities))
			set |= 1u << info->bit;
	return set;
}

uint32_t paracall_features_available(enum paracall_architecture architecture,
				     uint32_t capabilities)
{
	return features_up_to(architecture, PARACALL_OFFER_ON_REQUEST, capabilities);
}

uint32_t paracall_features_default(enum paracall_architecture architecture,
				   uint32_t capabilities)
{
	return features_up_to(architecture, PARACALL_OFFER_DEFAULT, capabilities);
}

/* The bits that one word of a list stands for; 0 if it is not a name. */
static uint32_t bits_by_name(enum paracall_architecture architecture, const char *name,
			     size_t length, uint32_t available)
{
	const struct paracall_feature_info *info;

	if (length == 3 && !memcmp(name, "all", 3))
		return available;
	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (strlen(info->name) == length && !memcmp(name, info->name, length))
			return 1u << info->bit;
	return 0;
}

static bool is_none(const char *name, size_t length)
{
	return length == 4 && !memcmp(name, "none", 4);
}

/* Apply one word, with its sign if it has one, to @set. */
static int apply_word(enum paracall_architecture architecture, const char *word, size_t length,
		      bool first, uint32_t available, uint32_t *set)
{
	bool remove = length && word[0] == '-';
	bool is_signed = length && (word[0] == '-' || word[0] == '+');
	uint32_t bits;

	if (is_none(word, length)) {
		*set = 0;
		return PARACALL_OK;
	}
	bits = bits_by_name(architecture, word + is_signed, length - is_signed, available);
	if (!bits && !(length - is_signed == 3 && !memcmp(word + is_signed, "all", 3)))
		return PARACALL_ERROR_NAME;
	if (first && !is_signed)
		*set = 0;
	if (remove) {
		*set &= ~bits;
		return PARACALL_OK;
	}
	if (bits & ~available)
		return PARACALL_ERROR_FEATURE;
	*set |= bits;
	return PARACALL_OK;
}

int paracall_features_parse(enum paracall_architecture architecture, const char *list,
			    uint32_t available, uint32_t *result, const char **wrong,
			    size_t *wrong_length)
{
	uint32_t set = *result;
	bool first = true;
	const char *word = list;

	while (1) {
		size_t length = strcspn(word, ",");
		int error = apply_word(architecture, word, length, first, available, &set);

		if (error) {
			bool is_signed = word[0] == '-' || word[0] == '+';

			if (wrong)
				*wrong = word + is_signed;
			if (wrong_length)
				*wrong_length = length - is_signed;
			return error;
		}
		if (!word[length])
			break;
		word += length + 1;
		first = false;
	}
	*result = set;
	return PARACALL_OK;
}
