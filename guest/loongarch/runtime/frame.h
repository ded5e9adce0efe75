/* SPDX-License-Identifier: BSD-2-Clause */
/* What each CPU has for its exceptions. */
#ifndef GUEST_FRAME_H
#define GUEST_FRAME_H

#include "runtime.h"

struct frame {
	struct state state;
	uint64_t recovery, stack;
	uint64_t interrupts;
	uint64_t scratch[2];
};

struct frame *this_frame(void);

#endif /* GUEST_FRAME_H */
