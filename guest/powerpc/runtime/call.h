/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls in tests: by the instructions found, with all registers given. */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

#include "runtime.h"

#define TOKEN_FEATURES PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_FEATURES)
#define TOKEN_MAGIC_PAGE \
	PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE)
#define TOKEN_IDLE PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, PARACALL_EV_IDLE)

/* For paracall_guest_call(), and what tests_start() found; then TRAP in place of blr. */
extern uint32_t call_code[PARACALL_GUEST_CODE_WORDS];
extern uint32_t call_code_trap[PARACALL_GUEST_CODE_WORDS];

/* A state with a value of its own in each register, and C's stack. */
struct state call_state(uint64_t msr, const uint32_t *code);

/* The features that KVM has, by a call. */
uint32_t call_features(void);

/* Look for KVM, and how to call it, in a device tree that goes by the program's start. */
bool call_find(void);

#endif /* GUEST_CALL_H */
