/* SPDX-License-Identifier: BSD-2-Clause */
/* The features of features.def as bits, FEATURE_BIT_PV_UNHALT. */
#ifndef PARACALL_LIB_X86_FEATURE_BITS_H
#define PARACALL_LIB_X86_FEATURE_BITS_H

#include "../feature_row.h"

#include <paracall/abi/x86.h>

#define FEATURE FEATURE_BIT
enum {
	FEATURE_BIT_NONE = 0,
#include "features.def"
};
#undef FEATURE

#endif /* PARACALL_LIB_X86_FEATURE_BITS_H */
