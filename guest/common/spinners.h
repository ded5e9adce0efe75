/* SPDX-License-Identifier: BSD-2-Clause */
/* All CPUs but the first kept busy: their progress shows whether a yield helps. */
#ifndef GUEST_SPINNERS_H
#define GUEST_SPINNERS_H

#include <stdbool.h>
#include <stdint.h>

/* Once all of them spin; false, and a failed check, if one does not begin. */
bool spinners_start(void);
void spinners_stop(void);

/* How far the @index'th CPU got. It wraps. */
uint32_t spinner_count(uint32_t index);
/* Where that is. */
volatile uint32_t *spinner_word(uint32_t index);

#endif /* GUEST_SPINNERS_H */
