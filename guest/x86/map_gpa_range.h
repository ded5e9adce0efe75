/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of KVM_HC_MAP_GPA_RANGE share that are for one mode alone. */
#ifndef GUEST_MAP_GPA_RANGE_H
#define GUEST_MAP_GPA_RANGE_H

#include "runtime/test.h"

#define PAGE 4096ul
#define PRIVATE PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED

/* Make the call, and return its result. */
long map(unsigned long address, unsigned long pages, unsigned long attributes);

#endif /* GUEST_MAP_GPA_RANGE_H */
