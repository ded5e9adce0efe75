/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be done to a guest on purpose, as users write it. */
#ifndef PARACALL_QEMU_INJECTION_H
#define PARACALL_QEMU_INJECTION_H

#include <stdbool.h>
#include <stdint.h>

struct injection {
	/* Nanoseconds between asynchronous page faults of a vCPU; 0: none. */
	uint64_t async_pf_every;
	/* How long each takes at the most. */
	uint64_t async_pf_delay;
};

/*
 * Reads "async-pf[:every=TIME][:delay=TIME]" into @injection. Returns NULL, or
 * the end of a sentence that says what is wrong.
 */
const char *injection_parse(struct injection *injection, const char *text);

#endif /* PARACALL_QEMU_INJECTION_H */
