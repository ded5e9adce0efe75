/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions and their answers, see common/question.h. Addresses are those of the program's
 * records of steal time, and reported as such.
 */
#ifndef GUEST_ANSWER_H
#define GUEST_ANSWER_H

#include "common/question.h"
#include "runtime.h"

#define ANSWER_ARGUMENTS 4

/* Of the SBI 3.0, though not of KVM; and what experiments and vendors may have. */
#define SBI_DBTR 0x44425452
#define SBI_MPXY 0x4d505859
#define SBI_SSE 0x535345
#define SBI_EXPERIMENTAL 0x08000000
#define SBI_EXPERIMENTAL_LAST 0x08ffffff
#define SBI_VENDOR 0x09000000
#define SBI_VENDOR_LAST 0x09ffffff

struct question {
	bool is_user;
	/* In a7 and a6, and from a0 on. */
	uint64_t extension, function;
	uint64_t arguments[ANSWER_ARGUMENTS];
};

/* As after the instruction, or as an exception found them; and what else has changed. */
struct answer {
	uint64_t a0, a1;
	/* Registers, and records of steal time, a bit each. */
	uint32_t changed, written;
	uint64_t exception;
	uint64_t distance;
};

/* Two records, one after the other. */
#define ANSWER_RECORDS 2
uint64_t answer_record(unsigned int index);
/* Steal time is no more reported to this CPU. */
void answer_forget_records(void);

#endif /* GUEST_ANSWER_H */
