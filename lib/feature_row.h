/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row of an architecture's features.def, in order of bit, and its bit:
 *
 * FEATURE(name, identifier, capabilities, offer, purpose, reason)
 *
 * capabilities: what the engine must be able to do; enum paracall_capability
 * offer:	 DEFAULT, ON_REQUEST or NEVER: enum paracall_offer
 * reason:	 why it is not offered, or not by default, else NULL
 */
#ifndef PARACALL_LIB_FEATURE_ROW_H
#define PARACALL_LIB_FEATURE_ROW_H

#define FEATURE_ROW(feature_name, identifier, feature_capabilities, feature_offer, \
		    feature_purpose, feature_reason) \
	{ \
		.name = feature_name, \
		.bit = PARACALL_KVM_FEATURE_##identifier, \
		.capabilities = feature_capabilities, \
		.offer = PARACALL_OFFER_##feature_offer, \
		.purpose = feature_purpose, \
		.reason = feature_reason, \
	},

/* In an enum: such as FEATURE_BIT_PV_UNHALT. */
#define FEATURE_BIT(name, identifier, ...) \
	FEATURE_BIT_##identifier = 1 << PARACALL_KVM_FEATURE_##identifier,

#endif /* PARACALL_LIB_FEATURE_ROW_H */
