/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches backwards over the few instructions that compilers put between the one that sets
 * register 1 and the call. Any other instruction ends the search without a result.
 */
#include "subcode.h"

#define NUMBER 0x500

/* The register that has the subcode. */
#define REGISTER 1

#define LONGEST 6

/* In most formats that is the result, or what is stored. */
static unsigned int first_register(const uint8_t *bytes)
{
	return bytes[1] >> 4;
}

/* RRE: b9xx....; its result is the first register of the last byte. */
static bool is_copy(const uint8_t *bytes)
{
	switch (bytes[1]) {
	case 0x04: /* lgr */
	case 0x14: /* lgfr */
	case 0x16: /* llgfr */
	case 0x84: /* llgcr */
	case 0x85: /* llghr */
		return true;
	}
	return false;
}

/* RXY: e3......xx */
static bool is_load_or_store(uint8_t opcode)
{
	switch (opcode) {
	case 0x04: /* lg */
	case 0x14: /* lgf */
	case 0x16: /* llgf */
	case 0x24: /* stg */
	case 0x50: /* sty */
	case 0x58: /* ly */
	case 0x71: /* lay */
	case 0x90: /* llgc */
	case 0x91: /* llgh */
		return true;
	}
	return false;
}

/* True if the register is unchanged. */
static bool keeps_register(const uint8_t *bytes, size_t size)
{
	switch (bytes[0]) {
	case 0x18: /* lr */
	case 0x41: /* la */
	case 0x50: /* st */
	case 0x58: /* l */
		return first_register(bytes) != REGISTER;
	case 0xa7: /* lhi, lghi */
		return (bytes[1] & 0x0e) == 0x08 && first_register(bytes) != REGISTER;
	case 0xb9:
		return is_copy(bytes) && bytes[3] >> 4 != REGISTER;
	case 0xc0: /* larl, lgfi */
		return (bytes[1] & 0x0e) == 0x00 && first_register(bytes) != REGISTER;
	case 0xe3:
		return size == LONGEST && is_load_or_store(bytes[5]) &&
		       first_register(bytes) != REGISTER;
	}
	return false;
}

/* lghi, lgfi, and la without base and index. */
static bool is_constant(const uint8_t *bytes, int64_t *value)
{
	if (bytes[0] == 0xa7 && bytes[1] == (REGISTER << 4 | 0x09)) {
		*value = (int16_t)(bytes[2] << 8 | bytes[3]);
		return true;
	}
	if (bytes[0] == 0xc0 && bytes[1] == (REGISTER << 4 | 0x01)) {
		*value = (int32_t)((uint32_t)bytes[2] << 24 | bytes[3] << 16 | bytes[4] << 8 |
				   bytes[5]);
		return true;
	}
	if (bytes[0] == 0x41 && bytes[1] == REGISTER << 4 && !(bytes[2] & 0xf0)) {
		*value = bytes[2] << 8 | bytes[3];
		return true;
	}
	return false;
}

static bool find_constant(const struct qemu_plugin_tb *block, size_t index, int64_t *value)
{
	while (index-- > 0) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
		size_t size = qemu_plugin_insn_size(insn);
		uint8_t bytes[LONGEST] = { 0 };

		if (size > LONGEST || qemu_plugin_insn_data(insn, bytes, size) != size)
			return false;
		if (is_constant(bytes, value))
			return true;
		if (!keeps_register(bytes, size))
			return false;
	}
	return false;
}

const struct paracall_call_info *subcode_find_call(const struct qemu_plugin_tb *block,
						   size_t index)
{
	const struct paracall_call_info *info;
	int64_t subcode;

	if (!find_constant(block, index, &subcode))
		return NULL;
	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (info->kind == PARACALL_CALL_DIAGNOSE && info->number == NUMBER &&
		    info->subcode >= 0 && info->subcode == subcode)
			return info->server == PARACALL_SERVED_BY_ENGINE ? info : NULL;
	return NULL;
}
