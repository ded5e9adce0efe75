/* SPDX-License-Identifier: BSD-2-Clause */
#include "code.h"

void code_lay_64(volatile uint8_t *place, const struct code *code)
{
	/*
	 * First nops: a host that writes its instruction over a prefix leaves a
	 * rest, which makes with these an access to nowhere, and does not go wild.
	 */
	static const uint8_t jump[] = { 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
					0xff, 0x25, 0,	  0,	0,    0 };
	uint64_t target = (uintptr_t)registers_back;

	memcpy((void *)place, code->bytes, code->size);
	memcpy((void *)(place + code->size), jump, sizeof(jump));
	memcpy((void *)(place + code->size + sizeof(jump)), &target, sizeof(target));
}

void code_lay_32(volatile uint8_t *place, const struct code *code, uint16_t back)
{
	uint32_t target = (uint32_t)(uintptr_t)registers_back;

	memcpy((void *)place, code->bytes, code->size);
	place[code->size] = 0xea;
	memcpy((void *)(place + code->size + 1), &target, sizeof(target));
	memcpy((void *)(place + code->size + 5), &back, sizeof(back));
}

void code_run(void *argument)
{
	struct run *run = argument;

	if (run->selector)
		registers_at_far(&run->registers, (uint64_t)run->selector << 32 | run->place);
	else
		registers_at(&run->registers, run->place);
}
