/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RISC-V's events: constants are those of paracall/abi/riscv.h. */
#include "decode_part.h"

#include <ctype.h>
#include <paracall/riscv.h>

/* clang-format off */
static const struct word sbi_errors[] = {
	{ PARACALL_SBI_ERR_FAILURE, "FAILURE" },
	{ PARACALL_SBI_ERR_NOT_SUPPORTED, "NOT_SUPPORTED" },
	{ PARACALL_SBI_ERR_INVALID_PARAM, "INVALID_PARAM" },
	{ PARACALL_SBI_ERR_DENIED, "DENIED" },
	{ PARACALL_SBI_ERR_INVALID_ADDRESS, "INVALID_ADDRESS" },
	{ PARACALL_SBI_ERR_ALREADY_AVAILABLE, "ALREADY_AVAILABLE" },
	{ PARACALL_SBI_ERR_ALREADY_STARTED, "ALREADY_STARTED" },
	{ PARACALL_SBI_ERR_ALREADY_STOPPED, "ALREADY_STOPPED" },
	{ PARACALL_SBI_ERR_NO_SHMEM, "NO_SHMEM" },
	{ PARACALL_SBI_ERR_INVALID_STATE, "INVALID_STATE" },
	{ PARACALL_SBI_ERR_BAD_RANGE, "BAD_RANGE" },
	{ PARACALL_SBI_ERR_TIMEOUT, "TIMEOUT" },
	{ PARACALL_SBI_ERR_IO, "IO" },
	{ PARACALL_SBI_ERR_DENIED_LOCKED, "DENIED_LOCKED" },
	{ 0, NULL },
};
/* clang-format on */

/* Most extensions' numbers are up to four letters: 0x535441 is STA. */
#define MOST_LETTERS 4

static bool print_letters(FILE *output, uint64_t number)
{
	char letters[MOST_LETTERS + 1] = "";
	unsigned int first = MOST_LETTERS;

	for (; number && first; number >>= 8)
		letters[--first] = (char)(number & 0xff);
	for (unsigned int i = first; i < MOST_LETTERS; i++)
		if (!isalnum((unsigned char)letters[i]))
			return false;
	if (number || first > MOST_LETTERS - 3)
		return false;
	fputs(letters + first, output);
	return true;
}

static bool print_value(FILE *output, const struct event *event,
			const struct event_value *value)
{
	(void)event;
	if (value->field->format != PARACALL_FORMAT_SBI_EXTENSION)
		return false;
	if (value->value == PARACALL_SBI_BASE) {
		fputs("BASE", output);
		return true;
	}
	return print_letters(output, value->value);
}

const struct decode_part decode_riscv = {
	.architecture = PARACALL_RISCV,
	.call = PARACALL_EVENT_SBI,
	.results = sbi_errors,
	.returns_values = true,
	.print_value = print_value,
};
