/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What paracall check reads: its data, what guests print, and their files. */
#include "../../cli/check/answers.h"
#include "../../cli/check/cases.h"
#include "../../cli/check/result.h"
#include "../../cli/check/sequences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tap_is_read(void **state)
{
	struct tap tap;

	(void)state;
	tap_parse(&tap, "SeaBIOS\r\n# kick: 4 CPUs\nok 1 - one: with a colon\r\n"
			"ok 2 - #GP for all # SKIP no KVM here\n"
			"not ok 3 - three\n# number: expected 1, got 2\n# and more\n"
			"ok 4 - four\n# 7 parts\n1..4\n# SUMMARY: 2 passed\n# exit: failed\n");
	assert_int_equal(tap.count, 4);
	assert_int_equal(tap.planned, 4);
	assert_null(tap.bail);
	assert_string_equal(tap.exit, "failed");
	assert_string_equal(tap.cases[0].name, "one: with a colon");
	assert_int_equal(tap.cases[0].verdict, VERDICT_PASS);
	assert_string_equal(tap.cases[1].name, "#GP for all");
	assert_string_equal(tap.cases[1].reason, "no KVM here");
	assert_int_equal(tap.cases[1].verdict, VERDICT_SKIP);
	assert_string_equal(tap.cases[2].reason, "number: expected 1, got 2\nand more");
	assert_int_equal(tap.cases[2].verdict, VERDICT_FAIL);
	assert_null(tap.cases[3].reason);
	assert_int_equal(tap_count(&tap, VERDICT_PASS), 2);
	tap_free(&tap);
}

static void tap_may_be_anything(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"ok",
		"ok ",
		"ok \n# comment",
		"not ok ",
		"not ok 1",
		"1..",
		"1..x",
		"# exit: ",
		"ok 1 - # SKIP",
		"ok 99999999999999999999 - a",
		"Bail out!",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tap tap;

		tap_parse(&tap, texts[i]);
		assert_true(tap.count <= 1);
		assert_int_equal(tap.planned, -1);
		tap_free(&tap);
	}
}

/* As much as a guest may print, in time that grows with it and not with its square. */
static void tap_may_be_long(void **state)
{
	static const char begin[] = "not ok 1 - a\n";
	const size_t lines = 1 << 20;
	char *text = malloc(sizeof(begin) + 4 * lines);
	char *end;
	struct tap tap;

	(void)state;
	assert_non_null(text);
	end = stpcpy(text, begin);
	for (size_t i = 0; i < lines; i++)
		end = stpcpy(end, "# x\n");
	tap_parse(&tap, text);
	assert_int_equal(tap.count, 1);
	assert_int_equal(strlen(tap.cases[0].reason), 2 * lines - 1);
	assert_memory_equal(tap.cases[0].reason, "x\nx\nx", 5);
	tap_free(&tap);
	free(text);
}

static const char good_suite[] =
	"# comment\n\n[runs]\n"
	"kick | paracall,kvm | quick | --replace=keep | -M q35 -smp 4 | pass\n"
	"  kick|plain|long:300||-smp 2|skip  \n"
	"yield | plain | quick alone | | | pass\n"
	"yield | plain | long:7\talone | | | pass\n"
	"[differences]\n"
	"kvm,plain | kick | kick of * | -smp 4 | XFAIL | it can't\n"
	"plain | kick | halt | | KFAIL | a bug\n";

static void suite_is_read(void **state)
{
	struct suite suite;
	const struct suite_difference *difference;

	(void)state;
	assert_null(suite_parse(&suite, good_suite));
	assert_int_equal(suite.run_count, 4);
	assert_false(suite.runs[0].is_alone || suite.runs[1].is_alone);
	assert_true(suite.runs[2].is_alone && !suite.runs[2].is_long);
	assert_true(suite.runs[3].is_alone && suite.runs[3].is_long);
	assert_int_equal(suite.runs[3].seconds, 7);
	assert_int_equal(suite.runs[0].engines, ENGINE_PARACALL | ENGINE_KVM);
	assert_string_equal(suite.runs[0].options, "--replace=keep");
	assert_string_equal(suite.runs[0].arguments, "-M q35 -smp 4");
	assert_false(suite.runs[0].is_long || suite.runs[0].skips);
	assert_string_equal(suite.runs[1].program, "kick");
	assert_string_equal(suite.runs[1].options, "");
	assert_true(suite.runs[1].is_long && suite.runs[1].skips);
	assert_int_equal(suite.runs[0].seconds, 0);
	assert_int_equal(suite.runs[1].seconds, 300);
	assert_true(suite_has_engine(&suite, ENGINE_KVM));
	assert_false(suite_has_engine(&suite, ENGINE_KVM_IN_TCG));

	difference = suite_find_difference(&suite, &suite.runs[0], ENGINE_KVM, "kick of 255");
	assert_non_null(difference);
	assert_int_equal(difference->verdict, VERDICT_XFAIL);
	assert_string_equal(difference->reason, "it can't");
	/* Another engine, test or run. */
	assert_null(
		suite_find_difference(&suite, &suite.runs[0], ENGINE_PARACALL, "kick of 255"));
	assert_null(
		suite_find_difference(&suite, &suite.runs[0], ENGINE_KVM, "no kick of 255"));
	assert_null(suite_find_difference(&suite, &suite.runs[1], ENGINE_KVM, "kick of 255"));
	difference = suite_find_difference(&suite, &suite.runs[1], ENGINE_PLAIN, "halt");
	assert_int_equal(difference->verdict, VERDICT_KFAIL);
	suite_free(&suite);
}

#define GROUP \
	"line 2: the group is quick or long, may have a time limit, and may be alone, like 'long:300 alone'"

static void bad_suites_are_refused(void **state)
{
	static const struct {
		const char *text, *complaint;
	} bad[] = {
		{ "kick | paracall | quick | | | pass\n",
		  "line 1: what comes first is [runs], [differences] or [answers]" },
		{ "\n[run]\n", "line 2: the sections are [runs], [differences] and [answers]" },
		{ "[runs]\nkick | paracall | quick | | pass\n",
		  "line 2: there are six fields, with | between" },
		{ "[runs]\na|plain|quick|||pass|\n",
		  "line 2: there are six fields, with | between" },
		{ "[runs]\na | plain | quick:0 | | | pass\n", GROUP },
		{ "[runs]\na | plain | quick:1x | | | pass\n", GROUP },
		{ "[runs]\na | plain | quick lonely | | | pass\n", GROUP },
		{ "[runs]\na | plain | quick:1alone | | | pass\n", GROUP },
		{ "[runs]\na | plain | quick alone alone | | | pass\n", GROUP },
		{ "[runs]\na | plain | alone | | | pass\n", GROUP },
		{ "[runs]\na | plain | quicker:1 | | | pass\n", GROUP },
		{ "[runs]\n | paracall | quick | | | pass\n", "line 2: a run needs a program" },
		{ "[runs]\nkick | xen | quick | | | pass\n",
		  "line 2: the engines are paracall, plain, kvm, kvm-in-tcg and unicorn" },
		{ "[runs]\nkick | kvm, | quick | | | pass\n",
		  "line 2: the engines are paracall, plain, kvm, kvm-in-tcg and unicorn" },
		{ "[runs]\nkick | kvm | fast | | | pass\n", GROUP },
		{ "[runs]\nkick | kvm | long | | | fail\n",
		  "line 2: the outcome is pass, skip or compare" },
		{ "[differences]\nkvm | kick | a | | FAIL | b\n",
		  "line 2: the verdict is XFAIL or KFAIL" },
		{ "[differences]\nkvm | kick | a | | KFAIL |\n",
		  "line 2: a difference needs a reason" },
		{ "[answers]\na | kvm | 1 | paracall | 2 |\n",
		  "line 2: a difference needs a reason" },
		{ "[answers]\na | kvm | 1 | xen | 2 | b\n",
		  "line 2: the engines are paracall, plain, kvm, kvm-in-tcg and unicorn" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct suite suite;
		char *complaint = suite_parse(&suite, bad[i].text);

		assert_non_null(complaint);
		assert_string_equal(complaint, bad[i].complaint);
		free(complaint);
		suite_free(&suite);
	}
}

struct expectation {
	const char *text;
	int status;
	bool is_late;
	enum guest_exit way;
	enum check_engine engine;
	size_t run;
	enum trouble trouble;
	bool is_bad;
};

static void runs_are_judged(void **state)
{
	static const struct expectation all[] = {
		{ "ok 1 - a\n1..1\n", 33, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_NONE, false },
		{ "not ok 1 - a\n1..1\n", 35, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_NONE, true },
		/* It says one thing and the status another; QEMU's own statuses. */
		{ "ok 1 - a\n1..1\n", 35, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		{ "ok 1 - a\n1..1\n", 0, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		{ "ok 1 - a\n1..1\n# exit: passed\n", 0, false, GUEST_EXIT_LINE,
		  ENGINE_PARACALL, 0, TROUBLE_NONE, false },
		{ "ok 1 - a\n1..1\n# exit: passed\n", 1, false, GUEST_EXIT_LINE,
		  ENGINE_PARACALL, 0, TROUBLE_CRASH, true },
		{ "ok 1 - a\n1..1\n", 0, false, GUEST_EXIT_LINE, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		{ "not ok 1 - a\n1..1\n# exit: failed\n", 0, false, GUEST_EXIT_LINE,
		  ENGINE_PARACALL, 0, TROUBLE_CRASH, true },
		{ "not ok 1 - a\n1..1\n# exit: failed\n", 0, false, GUEST_EXIT_LINE_ALONE,
		  ENGINE_PARACALL, 0, TROUBLE_NONE, true },
		{ "ok 1 - a\n1..1\n# exit: passed\n", 0, false, GUEST_EXIT_LINE_ALONE,
		  ENGINE_PARACALL, 0, TROUBLE_NONE, false },
		{ "ok 1 - a\n1..1\n# exit: failed\n", 0, false, GUEST_EXIT_LINE_ALONE,
		  ENGINE_PARACALL, 0, TROUBLE_CRASH, true },
		{ "ok 1 - a\n1..1\n# exit: passed\n", 134, false, GUEST_EXIT_LINE_ALONE,
		  ENGINE_PARACALL, 0, TROUBLE_CRASH, true },
		{ "ok 1 - a\n1..1\n", 0, false, GUEST_EXIT_LINE_ALONE, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		/* No plan, or another one. */
		{ "ok 1 - a\n", 33, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0, TROUBLE_CRASH,
		  true },
		{ "ok 1 - a\n1..2\n", 33, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		{ "", 139, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0, TROUBLE_CRASH, true },
		{ "Bail out! page fault\n", 37, false, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0,
		  TROUBLE_CRASH, true },
		{ "ok 1 - a\n", 143, true, GUEST_EXIT_STATUS, ENGINE_PARACALL, 0, TROUBLE_LATE,
		  true },
		/* Against what the suite says of the run. */
		{ "ok 1 - a # SKIP b\n1..1\n", 187, false, GUEST_EXIT_STATUS, ENGINE_PARACALL,
		  0, TROUBLE_WRONG, true },
		{ "ok 1 - a # SKIP b\n1..1\n", 187, false, GUEST_EXIT_STATUS, ENGINE_PLAIN, 1,
		  TROUBLE_NONE, false },
		{ "ok 1 - a\n1..1\n", 33, false, GUEST_EXIT_STATUS, ENGINE_PLAIN, 1,
		  TROUBLE_WRONG, true },
		/* Known failures, and one that does not fail. */
		{ "not ok 1 - kick of 255\n1..1\n", 35, false, GUEST_EXIT_STATUS, ENGINE_KVM, 0,
		  TROUBLE_NONE, false },
		{ "ok 1 - kick of 255\n1..1\n", 33, false, GUEST_EXIT_STATUS, ENGINE_KVM, 0,
		  TROUBLE_NONE, true },
	};
	struct suite suite;

	(void)state;
	assert_null(suite_parse(&suite, good_suite));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct child_output output = { .text = (char *)all[i].text,
					       .status = all[i].status,
					       .is_late = all[i].is_late };
		struct result result = { .architecture = "x86_64",
					 .engine = all[i].engine,
					 .run = &suite.runs[all[i].run] };

		result_judge(&result, &suite, &output, all[i].way);
		assert_int_equal(result.trouble, all[i].trouble);
		assert_int_equal(!!result.reason, all[i].trouble != TROUBLE_NONE);
		assert_int_equal(result_is_bad(&result), all[i].is_bad);
		result_free(&result);
	}
	suite_free(&suite);
}

static void known_failures_are_counted(void **state)
{
	struct child_output output = {
		.text = "not ok 1 - kick of 1\n# x\nnot ok 2 - other\nok 3 - b\n1..3\n",
		.status = 35,
	};
	struct totals totals = { .unresolved = 0 };
	struct suite suite;
	struct result result = { .engine = ENGINE_KVM };

	(void)state;
	assert_null(suite_parse(&suite, good_suite));
	result.run = &suite.runs[0];
	result_judge(&result, &suite, &output, GUEST_EXIT_STATUS);
	totals_add(&totals, &result);
	assert_int_equal(totals.verdicts[VERDICT_PASS], 1);
	assert_int_equal(totals.verdicts[VERDICT_FAIL], 1);
	assert_int_equal(totals.verdicts[VERDICT_XFAIL], 1);
	assert_string_equal(result.tap.cases[0].reason, "it can't");
	result_free(&result);
	suite_free(&suite);
}

static const char compared_suite[] = "[answers]\n"
				     "call 5* | paracall | 0 | kvm | -1 | can't\n"
				     "only * | kvm | * | paracall | | has no such\n"
				     "same | paracall | 1 | kvm | 2 | not so\n"
				     "other | plain | * | kvm | * | not asked\n";

static void note_difference(const struct answer_difference *difference, void *argument)
{
	char *seen = argument;

	strcat(seen, difference->question);
	strcat(seen, difference->explanation ? "+" : "-");
	if (!difference->results[0])
		strcat(seen, "<");
	if (!difference->results[1])
		strcat(seen, ">");
}

static void answers_are_compared(void **state)
{
	struct answers one, other;
	const struct answers_side sides[2] = { { ENGINE_KVM, &one },
					       { ENGINE_PARACALL, &other } };
	struct answers_totals totals = { .compared = 0 };
	struct suite suite;
	char seen[128] = "";

	(void)state;
	assert_null(suite_parse(&suite, compared_suite));
	answers_parse(&one, "# text\r\nanswer same = 1\r\nanswer call 5(0) = -1\nok 1 - a\n"
			    "answer call 5(1) = -2\nanswer only here = 1 = 2\nanswer no\n");
	answers_parse(&other, "answer same = 1\nanswer call 5(1) = 0\nanswer call 5(0) = 0\n"
			      "answer late = 3");
	assert_int_equal(one.count, 4);
	assert_string_equal(one.items[0].result, "1");
	assert_string_equal(one.items[3].question, "only here");
	assert_string_equal(one.items[3].result, "1 = 2");
	answers_compare(&suite, sides, &totals, note_difference, seen);
	assert_string_equal(seen, "call 5(0)+call 5(1)-only here+>late-<");
	assert_int_equal(totals.compared, 5);
	assert_int_equal(totals.equal, 1);
	assert_int_equal(totals.explained, 2);
	assert_int_equal(totals.unexplained, 2);
	/* What is said to differ and does not, and what was not asked. */
	assert_int_equal(suite.answers[2].asked, 1);
	assert_int_equal(suite.answers[2].met, 0);
	assert_int_equal(suite.answers[3].asked, 0);
	answers_free(&one);
	answers_free(&other);
	suite_free(&suite);
}

/* A program of one loaded section, at ADDRESS, with tests and texts in it. */
#define ADDRESS 0x100000
#define SECTION_COUNT 4

/* The file's parts. */
#define SECTIONS_AT 64
#define NAMES_AT 320
#define LIST_AT 384
#define TESTS_AT 400
#define ROWS_AT 544
#define TEXTS_AT 576
#define IMAGE_SIZE 640

struct image {
	bool is_wide, is_big_endian;
	uint8_t bytes[IMAGE_SIZE];
};

static const struct image shapes[] = {
	{ .is_wide = true },
	{ .is_wide = true, .is_big_endian = true },
	{ .is_wide = false },
	{ .is_wide = false, .is_big_endian = true },
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void put(struct image *image, size_t at, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++) {
		unsigned int place = image->is_big_endian ? size - 1 - i : i;

		image->bytes[at + place] = value >> (8 * i);
	}
}

static void put_pointer(struct image *image, size_t at, size_t part)
{
	put(image, at, image->is_wide ? 8 : 4, ADDRESS + part - LIST_AT);
}

#define PUT_FIELD(image, at, type, field, value) \
	put(image, \
	    (at) + ((image)->is_wide ? offsetof(Elf64_##type, field) \
				     : offsetof(Elf32_##type, field)), \
	    (image)->is_wide ? sizeof(((Elf64_##type *)NULL)->field) \
			     : sizeof(((Elf32_##type *)NULL)->field), \
	    value)

static void put_section(struct image *image, unsigned int index, const Elf64_Shdr *section)
{
	size_t size = image->is_wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	size_t at = SECTIONS_AT + index * size;

	PUT_FIELD(image, at, Shdr, sh_name, section->sh_name);
	PUT_FIELD(image, at, Shdr, sh_type, section->sh_type);
	PUT_FIELD(image, at, Shdr, sh_flags, section->sh_flags);
	PUT_FIELD(image, at, Shdr, sh_addr, section->sh_addr);
	PUT_FIELD(image, at, Shdr, sh_offset, section->sh_offset);
	PUT_FIELD(image, at, Shdr, sh_size, section->sh_size);
}

static void put_headers(struct image *image)
{
	static const Elf64_Shdr names = { .sh_type = SHT_STRTAB, .sh_offset = NAMES_AT };
	static const Elf64_Shdr lists = { .sh_name = 1,
					  .sh_type = SHT_PROGBITS,
					  .sh_offset = LIST_AT,
					  .sh_size = TESTS_AT - LIST_AT };
	static const Elf64_Shdr data = { .sh_name = 16,
					 .sh_type = SHT_PROGBITS,
					 .sh_flags = SHF_ALLOC,
					 .sh_addr = ADDRESS,
					 .sh_offset = LIST_AT,
					 .sh_size = IMAGE_SIZE - LIST_AT };

	memcpy(image->bytes, ELFMAG, SELFMAG);
	image->bytes[EI_CLASS] = image->is_wide ? ELFCLASS64 : ELFCLASS32;
	image->bytes[EI_DATA] = image->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	PUT_FIELD(image, 0, Ehdr, e_shoff, SECTIONS_AT);
	PUT_FIELD(image, 0, Ehdr, e_shentsize,
		  image->is_wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	PUT_FIELD(image, 0, Ehdr, e_shnum, SECTION_COUNT);
	PUT_FIELD(image, 0, Ehdr, e_shstrndx, 1);
	memcpy(image->bytes + NAMES_AT, "\0paracall_tests\0.rodata", 23);
	put_section(image, 1, &names);
	put_section(image, 2, &lists);
	put_section(image, 3, &data);
}

static struct image make_image(const struct image *shape)
{
	struct image image = *shape;
	unsigned int pointer = image.is_wide ? 8 : 4;
	size_t second = TESTS_AT + (image.is_wide ? 72 : 44);

	put_headers(&image);
	memcpy(image.bytes + TEXTS_AT, "one\0KICK_CPU\0two\0row 0\0row 1\0MSR_%\0kick.c", 41);
	put_pointer(&image, LIST_AT, TESTS_AT);
	put(&image, LIST_AT + 8, 8, 2);
	put_pointer(&image, TESTS_AT, TEXTS_AT);
	put_pointer(&image, TESTS_AT + pointer, TEXTS_AT + 4);
	put_pointer(&image, TESTS_AT + 2 * pointer, TEXTS_AT + 35);
	put_pointer(&image, second, TEXTS_AT + 13);
	put_pointer(&image, second + pointer, TEXTS_AT + 29);
	put_pointer(&image, second + 5 * pointer, ROWS_AT);
	put(&image, second + 6 * pointer, 4, 2);
	put(&image, second + 6 * pointer + 4, 4, 16);
	put_pointer(&image, ROWS_AT, TEXTS_AT + 17);
	put_pointer(&image, ROWS_AT + 16, TEXTS_AT + 23);
	return image;
}

static void note_case(const struct check_case *item, void *argument)
{
	char *seen = argument;
	size_t length = strlen(seen);

	snprintf(seen + length, 256 - length, "%s (%s)%s%s; ", item->name, item->covers,
		 *item->rule ? " by " : "", item->rule);
}

static char *read_image(const void *image, size_t size, char seen[256])
{
	char path[] = "/tmp/paracall-test-XXXXXX";
	int file = mkstemp(path);
	char *wrong;

	assert_true(file >= 0);
	assert_int_equal(write(file, image, size), size);
	close(file);
	*seen = '\0';
	wrong = cases_read(path, note_case, seen);
	unlink(path);
	return wrong;
}

static void cases_are_found(void **state)
{
	char seen[256];

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct image image = make_image(&shapes[i]);

		assert_null(read_image(image.bytes, IMAGE_SIZE, seen));
		assert_string_equal(
			seen,
			"one (KICK_CPU) by kick.c; two, row 0 (MSR_row 0); two, row 1 (MSR_row 1); ");
	}
}

/* Cut anywhere, or with any byte wrong, it is read without harm. */
static void break_image(struct image *image)
{
	char seen[256];

	for (size_t size = 0; size < IMAGE_SIZE; size += 4)
		free(read_image(image->bytes, size, seen));
	for (size_t i = 0; i < IMAGE_SIZE; i++) {
		image->bytes[i] ^= 0xff;
		free(read_image(image->bytes, IMAGE_SIZE, seen));
		image->bytes[i] ^= 0xff;
	}
}

#define MANY 0xff00u

/*
 * Very many sections of tests, and each is the whole file, so that all of it is lists. To
 * look at everything that is in there would take years.
 */
static void cases_without_end(void **state)
{
	const size_t size = IMAGE_SIZE + MANY * sizeof(Elf64_Shdr);
	const Elf64_Shdr lists = { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_size = size };
	struct image image = make_image(&shapes[0]);
	uint8_t *bytes = calloc(1, size);
	char seen[256];
	char *wrong;

	(void)state;
	assert_non_null(bytes);
	PUT_FIELD(&image, 0, Ehdr, e_shoff, IMAGE_SIZE);
	PUT_FIELD(&image, 0, Ehdr, e_shnum, MANY);
	memcpy(bytes, image.bytes, IMAGE_SIZE);
	for (size_t i = 0; i < MANY; i++)
		memcpy(bytes + IMAGE_SIZE + i * sizeof(lists), &lists, sizeof(lists));
	memcpy(bytes + IMAGE_SIZE, image.bytes + SECTIONS_AT,
	       SECTION_COUNT * sizeof(Elf64_Shdr));
	wrong = read_image(bytes, size, seen);
	assert_non_null(wrong);
	assert_non_null(strstr(wrong, "has no end of tests"));
	free(wrong);
	free(bytes);
}

static void cases_of_broken_files(void **state)
{
	struct image image = make_image(&shapes[0]);
	char seen[256];
	char *wrong;

	(void)state;
	wrong = cases_read("/nonexistent/kick.elf", note_case, seen);
	assert_non_null(wrong);
	free(wrong);
	wrong = read_image("text", 4, seen);
	assert_non_null(strstr(wrong, "is not an ELF file"));
	free(wrong);
	image.bytes[EI_CLASS] = ELFCLASSNONE;
	wrong = read_image(image.bytes, IMAGE_SIZE, seen);
	assert_non_null(strstr(wrong, "is not an ELF file"));
	free(wrong);
	for (size_t i = 0; i < SHAPES; i++) {
		image = make_image(&shapes[i]);
		break_image(&image);
	}
}

static void seeds_are_read(void **state)
{
	static const char *const wrong[] = { "",
					     "-1",
					     "1x",
					     "0x1",
					     " 1",
					     "1 ",
					     "Random",
					     "9223372036854775808",
					     "99999999999999999999" };
	struct sequences sequences = { .count = 0 };
	struct sequences other = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(sequences_parse_seed(&sequences, wrong[i]));
		assert_false(sequences_parse_count(&sequences, wrong[i]));
	}
	assert_false(sequences_parse_count(&sequences, "0"));
	assert_false(sequences_parse_count(&sequences, "1000001"));
	assert_true(sequences_parse_count(&sequences, "1000000"));
	assert_int_equal(sequences.count, 1000000);
	assert_true(sequences_parse_seed(&sequences, "9223372036854775807"));
	assert_true(sequences.has_seed);
	assert_true(sequences.seed == INT64_MAX);
	/* Two random seeds are equal once in 2^64. */
	assert_true(sequences_parse_seed(&sequences, "random"));
	assert_true(sequences_parse_seed(&other, "random"));
	if (sequences.seed == other.seed)
		assert_true(sequences_parse_seed(&other, "random"));
	assert_true(sequences.seed != other.seed);
}

static void expect_arguments(const struct sequences *sequences, const char *arguments,
			     const char *expected)
{
	const struct suite_run run = { .arguments = (char *)arguments, .is_compared = true };
	char *got = sequences_arguments(sequences, &run);

	assert_string_equal(got, expected);
	free(got);
}

static void seeds_are_put_in(void **state)
{
	const struct sequences none = { .has_seed = false };
	const struct sequences seed = { .has_seed = true, .seed = 70 };
	const struct sequences both = { .has_seed = true, .seed = 0, .count = 40 };

	(void)state;
	expect_arguments(&none, "-smp 2 -append seed=1,count=600",
			 "-smp 2 -append seed=1,count=600");
	expect_arguments(&seed, "-smp 2 -append seed=1,count=600",
			 "-smp 2 -append seed=70,count=600");
	expect_arguments(&seed, "-append count=10000,seed=2,report",
			 "-append count=10000,seed=71,report");
	expect_arguments(&both, "-append seed=2,count=10000", "-append seed=1,count=40");
	/* Other words that end so; and no word of that name. */
	expect_arguments(&both, "-append unseed=2,recount=3", "-append unseed=2,recount=3");
	expect_arguments(&both, "-smp 2", "-smp 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tap_is_read),
		cmocka_unit_test(tap_may_be_anything),
		cmocka_unit_test(tap_may_be_long),
		cmocka_unit_test(suite_is_read),
		cmocka_unit_test(bad_suites_are_refused),
		cmocka_unit_test(runs_are_judged),
		cmocka_unit_test(known_failures_are_counted),
		cmocka_unit_test(cases_are_found),
		cmocka_unit_test(cases_of_broken_files),
		cmocka_unit_test(cases_without_end),
		cmocka_unit_test(answers_are_compared),
		cmocka_unit_test(seeds_are_read),
		cmocka_unit_test(seeds_are_put_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
