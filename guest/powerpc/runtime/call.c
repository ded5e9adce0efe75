/* SPDX-License-Identifier: BSD-2-Clause */
#include "call.h"

#include "shared/tree.h"

#define TREE_ROOM 1024

uint32_t call_code[PARACALL_GUEST_CODE_WORDS];
uint32_t call_code_trap[PARACALL_GUEST_CODE_WORDS];

struct state call_state(uint64_t msr, const uint32_t *code)
{
	struct state state = {
		.msr = msr,
		.pc = (uintptr_t)code,
		.lr = 0x1c1c1c1c00112233,
		.ctr = 0x2c2c2c2c44556677,
		.cr = 0x12345678,
	};

	for (unsigned int i = 0; i < 32; i++)
		state.gpr[i] = 0x0101010100000000ul * i | 0x5a5a0000 | i;
	return state;
}

uint32_t call_features(void)
{
	unsigned long values[8] = { 0 };

	return paracall_guest_call(call_code, TOKEN_FEATURES, values) == PARACALL_EV_SUCCESS
		       ? (uint32_t)values[0]
		       : 0;
}

/* One of the strings in the list that the property is. */
static bool has_string(const char *list, uint32_t length, const char *string, uint32_t size)
{
	for (uint32_t at = 0; at + size <= length; at++)
		if ((!at || !list[at - 1]) && !memcmp(list + at, string, size))
			return true;
	return false;
}

bool call_find(void)
{
	static uint8_t tree[4096] __attribute__((aligned(8)));
	static const struct tree_plan plan = { .version = 17, .room = TREE_ROOM };
	const void *property;
	uint32_t length;

	tree_make(tree, &plan);
	enter_with_tree(tree);
	property = tree_find(tree, "hypervisor", "compatible", &length);
	if (!property || !has_string(property, length, "linux,kvm", 10))
		return false;
	property = tree_find(tree, "hypervisor", "hcall-instructions", &length);
	if (!property || !paracall_guest_set_instructions(call_code, property, length))
		return false;
	memcpy(call_code_trap, call_code, sizeof(call_code));
	call_code_trap[length / 4] = TRAP;
	instructions_written(call_code_trap, PARACALL_GUEST_CODE_WORDS);
	return true;
}
