/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PowerPC's events: constants are those of paracall/abi/powerpc.h, and of the kernel's
 * arch/powerpc/include/asm/epapr_hcalls.h.
 */
#include "decode_part.h"

/* clang-format off */
static const struct word epapr_results[] = {
	{ 0, "0" },
	{ 1, "EV_EPERM" },
	{ 2, "EV_ENOENT" },
	{ 3, "EV_EIO" },
	{ 4, "EV_EAGAIN" },
	{ 5, "EV_ENOMEM" },
	{ 6, "EV_EFAULT" },
	{ 7, "EV_ENODEV" },
	{ 8, "EV_EINVAL" },
	{ 9, "EV_INTERNAL" },
	{ 10, "EV_CONFIG" },
	{ 11, "EV_INVALID_STATE" },
	{ 12, "EV_UNIMPLEMENTED" },
	{ 13, "EV_BUFFER_OVERFLOW" },
	{ 0, NULL },
};

static const struct word magic_page_flags[] = {
	{ PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX, "not-mapped-nx" },
	{ 0, NULL },
};

static const struct word magic_page_features[] = {
	{ PARACALL_KVM_MAGIC_FEAT_SR, "sr" },
	{ PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7, "mas0-to-sprg7" },
	{ 0, NULL },
};
/* clang-format on */

static bool print_value(FILE *output, const struct event *event,
			const struct event_value *value)
{
	(void)event;
	switch (value->field->format) {
	case PARACALL_FORMAT_MAGIC_PAGE_ADDRESS:
		print_tagged(output, magic_page_flags, value->value, 0xfff);
		break;
	case PARACALL_FORMAT_MAGIC_PAGE_FEATURES:
		print_word_set(output, value->value, magic_page_features);
		break;
	default:
		return false;
	}
	return true;
}

const struct decode_part decode_powerpc = {
	.architecture = PARACALL_POWERPC,
	.call = PARACALL_EVENT_EPAPR,
	.results = epapr_results,
	.print_value = print_value,
};
