/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What paracall check reads: its data, what guests print, and their files. */
#include "../../cli/check/cases.h"
#include "../../cli/check/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <endian.h>
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

static const char good_suite[] =
	"# comment\n\n[runs]\n"
	"kick | paracall,kvm | quick | --replace=keep | -M q35 -smp 4 | pass\n"
	"  kick|plain|long||-smp 2|skip  \n"
	"[differences]\n"
	"kvm,plain | kick | kick of * | -smp 4 | XFAIL | it can't\n"
	"plain | kick | halt | | KFAIL | a bug\n";

static void suite_is_read(void **state)
{
	struct suite suite;
	const struct suite_difference *difference;

	(void)state;
	assert_null(suite_parse(&suite, good_suite));
	assert_int_equal(suite.run_count, 2);
	assert_int_equal(suite.runs[0].engines, ENGINE_PARACALL | ENGINE_KVM);
	assert_string_equal(suite.runs[0].options, "--replace=keep");
	assert_string_equal(suite.runs[0].arguments, "-M q35 -smp 4");
	assert_false(suite.runs[0].is_long || suite.runs[0].skips);
	assert_string_equal(suite.runs[1].program, "kick");
	assert_string_equal(suite.runs[1].options, "");
	assert_true(suite.runs[1].is_long && suite.runs[1].skips);

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

static void bad_suites_are_refused(void **state)
{
	static const struct {
		const char *text, *complaint;
	} bad[] = {
		{ "kick | paracall | quick | | | pass\n",
		  "line 1: what comes first is [runs] or [differences]" },
		{ "\n[run]\n", "line 2: the sections are [runs] and [differences]" },
		{ "[runs]\nkick | paracall | quick | | pass\n",
		  "line 2: there are six fields, with | between" },
		{ "[runs]\na|plain|quick|||pass|\n",
		  "line 2: there are six fields, with | between" },
		{ "[runs]\n | paracall | quick | | | pass\n", "line 2: a run needs a program" },
		{ "[runs]\nkick | xen | quick | | | pass\n",
		  "line 2: the engines are paracall, plain, kvm and kvm-in-tcg" },
		{ "[runs]\nkick | kvm, | quick | | | pass\n",
		  "line 2: the engines are paracall, plain, kvm and kvm-in-tcg" },
		{ "[runs]\nkick | kvm | fast | | | pass\n",
		  "line 2: the group is quick or long" },
		{ "[runs]\nkick | kvm | long | | | fail\n",
		  "line 2: the outcome is pass or skip" },
		{ "[differences]\nkvm | kick | a | | FAIL | b\n",
		  "line 2: the verdict is XFAIL or KFAIL" },
		{ "[differences]\nkvm | kick | a | | KFAIL |\n",
		  "line 2: a difference needs a reason" },
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

/* A program of one loaded section, at ADDRESS, with tests and texts in it. */
#define ADDRESS 0x100000
#define SECTION_COUNT 4

struct image {
	Elf64_Ehdr header;
	Elf64_Shdr sections[SECTION_COUNT];
	char names[64];
	struct {
		uint64_t lists[2];
		struct {
			uint64_t name, covers, run, run_row, rows;
			uint32_t row_count, row_size, cpus, flags, features, padding;
		} tests[2];
		uint64_t rows[2][2];
		char texts[64];
	} data;
};

#define AT(member) \
	(ADDRESS + offsetof(struct image, data.member) - offsetof(struct image, data))

/* In the byte order of the host. */
static struct image make_image(void)
{
	struct image image = { .header = { .e_shoff = offsetof(struct image, sections),
					   .e_shentsize = sizeof(Elf64_Shdr),
					   .e_shnum = SECTION_COUNT,
					   .e_shstrndx = 1 } };

	memcpy(image.header.e_ident, ELFMAG, SELFMAG);
	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	image.header.e_ident[EI_DATA] = BYTE_ORDER == BIG_ENDIAN ? ELFDATA2MSB : ELFDATA2LSB;
	memcpy(image.names, "\0paracall_tests\0.rodata", 23);
	image.sections[1] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
					  .sh_offset = offsetof(struct image, names) };
	image.sections[2] = (Elf64_Shdr){ .sh_name = 1,
					  .sh_type = SHT_PROGBITS,
					  .sh_offset = offsetof(struct image, data.lists),
					  .sh_size = sizeof(image.data.lists) };
	image.sections[3] = (Elf64_Shdr){ .sh_name = 16,
					  .sh_type = SHT_PROGBITS,
					  .sh_flags = SHF_ALLOC,
					  .sh_addr = ADDRESS,
					  .sh_offset = offsetof(struct image, data),
					  .sh_size = sizeof(image.data) };
	memcpy(image.data.texts, "one\0KICK_CPU\0two\0row 0\0row 1\0MSR_%", 34);
	image.data.lists[0] = AT(tests);
	image.data.lists[1] = 2;
	image.data.tests[0].name = AT(texts);
	image.data.tests[0].covers = AT(texts[4]);
	image.data.tests[1].name = AT(texts[13]);
	image.data.tests[1].covers = AT(texts[29]);
	image.data.tests[1].rows = AT(rows);
	image.data.tests[1].row_count = 2;
	image.data.tests[1].row_size = sizeof(image.data.rows[0]);
	image.data.rows[0][0] = AT(texts[17]);
	image.data.rows[1][0] = AT(texts[23]);
	return image;
}

static void note_case(const struct check_case *item, void *argument)
{
	char *seen = argument;
	size_t length = strlen(seen);

	snprintf(seen + length, 256 - length, "%s (%s); ", item->name, item->covers);
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
	struct image image = make_image();
	char seen[256];

	(void)state;
	assert_null(read_image(&image, sizeof(image), seen));
	assert_string_equal(seen,
			    "one (KICK_CPU); two, row 0 (MSR_row 0); two, row 1 (MSR_row 1); ");
}

/* Cut anywhere, or with any byte wrong, it is read without harm. */
static void cases_of_broken_files(void **state)
{
	struct image image = make_image();
	uint8_t *bytes = (uint8_t *)&image;
	char seen[256];
	char *wrong;

	(void)state;
	wrong = cases_read("/nonexistent/kick.elf", note_case, seen);
	assert_non_null(wrong);
	free(wrong);
	wrong = read_image("text", 4, seen);
	assert_non_null(strstr(wrong, "is no 64-bit ELF file"));
	free(wrong);
	for (size_t size = 0; size < sizeof(image); size += 8)
		free(read_image(&image, size, seen));
	for (size_t i = 0; i < sizeof(image); i++) {
		bytes[i] ^= 0xff;
		free(read_image(&image, sizeof(image), seen));
		bytes[i] ^= 0xff;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tap_is_read),	   cmocka_unit_test(tap_may_be_anything),
		cmocka_unit_test(suite_is_read),   cmocka_unit_test(bad_suites_are_refused),
		cmocka_unit_test(runs_are_judged), cmocka_unit_test(known_failures_are_counted),
		cmocka_unit_test(cases_are_found), cmocka_unit_test(cases_of_broken_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
