/* SPDX-License-Identifier: BSD-2-Clause */
/* Code to be tried: laid anywhere, and run with all registers given. */
#ifndef GUEST_CODE_H
#define GUEST_CODE_H

#include "runtime.h"

/* The last bytes of the two hypercall instructions, which begin with 0f 01. */
#define VMCALL 0xc1
#define VMMCALL 0xd9

struct code {
	uint8_t bytes[16];
	size_t size;
};

/* CF PF AF ZF SF IF DF OF, as user code may set them but for IF. */
#define FLAGS_ALL 0xed7
#define FLAGS_USER 0xcd7

/* One run: where, at which privilege level, and its result. */
struct run {
	struct registers registers;
	uint64_t place;
	/* Of 32-bit code, or 0. */
	uint16_t selector;
	int vector;
};

/* Lays the code at @place, and after it a jump back to registers_at(). */
void code_lay_64(volatile uint8_t *place, const struct code *code);
/* The same in 32-bit code of long mode, back to the 64-bit segment @back. */
void code_lay_32(volatile uint8_t *place, const struct code *code, uint16_t back);

/* For catch_exception() and run_user(): run what was laid; @argument is a struct run. */
void code_run(void *argument);

#endif /* GUEST_CODE_H */
