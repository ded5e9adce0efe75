/* SPDX-License-Identifier: BSD-2-Clause */
/* What only the start of the CPUs needs of interrupts. */
#ifndef GUEST_EXCEPTIONS_H
#define GUEST_EXCEPTIONS_H

#include <stdint.h>

/* Once. */
void exceptions_start(void);
/* Each CPU's stack for interrupts that nobody expects. */
void set_stack(uint32_t number, uintptr_t stack);

#endif /* GUEST_EXCEPTIONS_H */
