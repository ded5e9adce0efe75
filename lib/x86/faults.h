/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARACALL_LIB_X86_FAULTS_H
#define PARACALL_LIB_X86_FAULTS_H

#include "../architecture.h"

/* Where faults are injected, apart from calls. */
#define X86_FAULT_PLACES 4
extern const struct fault_place x86_fault_places[X86_FAULT_PLACES];

#endif /* PARACALL_LIB_X86_FAULTS_H */
