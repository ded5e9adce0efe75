/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host answers to DIAGNOSE, case by case: all codes, and operands at their bounds.
 * This program judges nothing: 'paracall check --compare' runs it on two engines, and
 * compares what they say.
 */
#include "common/test.h"
#include "runtime/call.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Two registers in the fields, and those that functions of KVM's use. */
struct question {
	uint32_t code;
	uint64_t mask;
	uint64_t first, second, third;
};

#define R1 6
#define R3 8

static void report(const struct question *question)
{
	struct call call;

	call_init(&call, question->code);
	call.r1 = R1;
	call.r3 = R3;
	call.in.psw_mask = question->mask | 1ul << PSW_CC_SHIFT;
	call.in.gpr[R1] = question->first;
	call.in.gpr[R1 + 1] = question->second;
	call.in.gpr[R3] = question->third;
	/* DIAGNOSE 0x500's own. */
	call.in.gpr[1] = question->first;
	call.in.gpr[2] = question->second;
	call.in.gpr[3] = question->third;
	call_run(&call);
	print("answer DIAGNOSE 0x%x in %lx with 0x%lx, 0x%lx, 0x%lx = interruption %u,%u cc %lu",
	      question->code, question->mask, question->first, question->second,
	      question->third, call.out.interruption, call.out.length,
	      call.out.psw_mask >> PSW_CC_SHIFT & 3);
	for (unsigned int i = 0; i < 16; i++)
		if (call.out.gpr[i] != call.in.gpr[i])
			print(" r%u 0x%lx", i, call.out.gpr[i]);
	print("\n");
}

/* These load a program, reset the machine, or take the program's own memory. */
static bool is_harmless(const struct question *question)
{
	if (question->code == 0x10)
		return question->third < question->first ||
		       (question->third == question->first && question->first >= 0x200000);
	return question->code != 0x288 && question->code != 0x308;
}

static void ask(const struct question *question)
{
	if (is_harmless(question))
		report(question);
}

static void report_codes(void)
{
	for (uint32_t code = 0; code < 0x1000; code++)
		ask(&(struct question){ code, PSW_64, 6, 5, 4 });
}

static const uint64_t masks[] = { PSW_64, PSW_31, PSW_24, PSW_64 | PSW_PROBLEM };

static const struct function {
	const char *name;
	uint32_t code;
} functions[] = {
	{ "0x10", 0x10 },   { "0x44", 0x44 },	{ "0x9c", 0x9c },
	{ "0x258", 0x258 }, { "0x500", 0x500 }, { "0x501", 0x501 },
};

/* clang-format off */
static const uint64_t operands[] = {
	0, 1, 2, 3, 4, 8, 0xff, 0xfff, 0x1000, 0x1fff, 0x2000, 0x200000, 0x200008,
	1ul << 31, 1ul << 32, 1ul << 32 | 3, 1ul << 63, ~0xffful, ~0ul,
};
/* clang-format on */

static void report_in(uint64_t mask, uint32_t code)
{
	for (unsigned int i = 0; i < COUNT(operands); i++)
		for (unsigned int k = 0; k < COUNT(operands); k++)
			ask(&(struct question){ code, mask, operands[i], operands[i],
						operands[k] });
}

static void report_operands(const void *row)
{
	const struct function *function = row;

	for (unsigned int i = 0; i < COUNT(masks); i++)
		report_in(masks[i], function->code);
}

#define COMPARED "paracall-check(1), --compare"

static const struct test tests[] = {
	{ .name = "all codes", .rule = COMPARED, .run = report_codes },
	{ .name = "operands of",
	  .rule = COMPARED,
	  .run_row = report_operands,
	  .rows = functions,
	  .row_count = COUNT(functions),
	  .row_size = sizeof(functions[0]) },
};

TESTS_MAIN("answers", tests)
