/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches backwards over the few instructions that compilers put between the one
 * that sets eax and cpuid. Any other instruction ends the search without a result.
 */
#include "leaf.h"

#include <string.h>

/* An instruction, as far as it matters. */
struct code {
	/* Its REX prefix, or 0; in 32-bit code 4x is an instruction: no search. */
	uint8_t rex;
	uint8_t bytes[8];
	size_t size;
};

#define REX_B 0x01
#define REX_R 0x04

static bool read_code(const struct qemu_plugin_tb *block, size_t index, struct code *code)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);

	*code = (struct code){ .size = qemu_plugin_insn_size(insn) };
	if (code->size > sizeof(code->bytes) ||
	    qemu_plugin_insn_data(insn, code->bytes, code->size) != code->size)
		return false;
	if (code->size > 1 && (code->bytes[0] & 0xf0) == 0x40) {
		code->rex = code->bytes[0];
		memmove(code->bytes, code->bytes + 1, --code->size);
	}
	return true;
}

/* The register number in the middle of a ModRM byte, or at its end. */
static unsigned int modrm_reg(const struct code *code)
{
	return (code->bytes[1] >> 3 & 7) | (code->rex & REX_R ? 8 : 0);
}

static unsigned int modrm_rm(const struct code *code)
{
	return (code->bytes[1] & 7) | (code->rex & REX_B ? 8 : 0);
}

static bool modrm_is_register(const struct code *code)
{
	return code->bytes[1] >> 6 == 3;
}

/* True if eax is unchanged. */
static bool keeps_eax(const struct code *code)
{
	uint8_t opcode = code->bytes[0];

	/* such as push; nop; mov $n, %ecx */
	if ((opcode >= 0x50 && opcode <= 0x57) || (opcode == 0x90 && !code->rex))
		return true;
	if (opcode >= 0xb8 && opcode <= 0xbf)
		return opcode != 0xb8 || code->rex & REX_B;
	if (code->size < 2)
		return false;
	switch (opcode) {
	case 0x0f: /* movzx from */
		return code->size > 2 && (code->bytes[1] & 0xfe) == 0xb6 &&
		       ((code->bytes[2] >> 3 & 7) || code->rex & REX_R);
	case 0x31: /* xor to, mov to: a register or memory */
	case 0x89:
		return !modrm_is_register(code) || modrm_rm(code) != 0;
	case 0x33: /* xor from, mov from, lea */
	case 0x8b:
	case 0x8d:
		return modrm_reg(code) != 0;
	}
	return false;
}

static bool is_constant(const struct code *code, bool is_64bit, uint32_t *number)
{
	const uint8_t *bytes = code->bytes;

	/* mov $n, %eax */
	if (code->size == 5 && bytes[0] == 0xb8 && !(code->rex & REX_B)) {
		*number = bytes[1] | bytes[2] << 8 | bytes[3] << 16 | (uint32_t)bytes[4] << 24;
		return true;
	}
	/* xor %eax, %eax; in 16-bit code it would be %ax, and the rest unknown */
	*number = 0;
	return is_64bit && code->size == 2 && (bytes[0] == 0x31 || bytes[0] == 0x33) &&
	       bytes[1] == 0xc0 && !(code->rex & (REX_B | REX_R));
}

/* mov from memory to eax */
static bool is_load(const struct code *code)
{
	return code->size > 1 && code->bytes[0] == 0x8b && modrm_reg(code) == 0 &&
	       !modrm_is_register(code);
}

struct leaf leaf_find(const struct qemu_plugin_tb *block, size_t index, bool is_64bit)
{
	struct leaf leaf = { .source = LEAF_UNKNOWN };
	struct code code;

	while (index-- > 0 && read_code(block, index, &code)) {
		if (is_constant(&code, is_64bit, &leaf.number)) {
			leaf.source = LEAF_CONSTANT;
			break;
		}
		if (is_load(&code)) {
			leaf.source = LEAF_LOADED;
			leaf.load = index;
			break;
		}
		if (!keeps_eax(&code))
			break;
	}
	return leaf;
}
