/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's run-time services, as QEMU's pseries numbers them. */
#ifndef GUEST_RTAS_H
#define GUEST_RTAS_H

#include <stdint.h>

enum rtas_token {
	RTAS_POWER_OFF = 0x2003,
	RTAS_QUERY_CPU_STOPPED_STATE = 0x2005,
	RTAS_START_CPU = 0x2006,
};

/* Its result, and the ones after it are not looked at. */
int32_t rtas(enum rtas_token token, uint32_t arguments, uint32_t results, uint32_t a1,
	     uint32_t a2, uint32_t a3);

#endif /* GUEST_RTAS_H */
