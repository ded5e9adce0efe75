/* SPDX-License-Identifier: BSD-2-Clause */
/* The features of features.def as bits, FEATURE_BIT_PV_UNHALT. */
#ifndef PARACALL_LIB_X86_FEATURE_BITS_H
#define PARACALL_LIB_X86_FEATURE_BITS_H

#include <paracall/abi.h>

#define FEATURE(name, identifier, ...) \
	FEATURE_BIT_##identifier = 1 << PARACALL_KVM_FEATURE_##identifier,
enum {
	FEATURE_BIT_NONE = 0,
#include "features.def"
};
#undef FEATURE

#endif /* PARACALL_LIB_X86_FEATURE_BITS_H */
