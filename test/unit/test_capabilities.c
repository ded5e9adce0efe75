/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's command tells of its machine. */
#include "../../engine/qemu/capabilities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MAX_WORDS 6

static void papr(void **state)
{
	static const struct {
		char *argv[MAX_WORDS];
		bool has_papr;
	} cases[] = {
		{ { NULL }, true },
		{ { "qemu-system-ppc64" }, true },
		{ { "qemu-system-ppc64", "-m", "1G" }, true },
		{ { "qemu-system-ppc64", "-M", "pseries,x-vof=on" }, true },
		{ { "qemu-system-ppc64", "-M", "pseries-9.2" }, true },
		{ { "qemu-system-ppc64", "--machine", "type=pseries" }, true },
		{ { "qemu-system-ppc64", "-machine", "accel=tcg" }, true },
		{ { "qemu-system-ppc64", "-machine", "usb=off,type=pseries" }, true },
		{ { "qemu-system-ppc64", "-M" }, true },
		{ { "qemu-system-ppc64", "-M", "mac99" }, false },
		{ { "qemu-system-ppc64", "-machine", "powernv10,accel=tcg" }, false },
		{ { "qemu-system-ppc64", "--M", "type=ppce500" }, false },
		{ { "qemu-system-ppc64", "-machine", "accel=tcg,type=ppce500" }, false },
		{ { "qemu-system-ppc64", "-M", "mac99", "-machine", "accel=tcg" }, false },
		{ { "qemu-system-ppc64", "-M", "mac99,subtype=pseries" }, false },
		/* A value that looks like an option's name is none. */
		{ { "qemu-system-ppc64", "-name", "-M" }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(qemu_has_papr(cases[i].argv), cases[i].has_papr);
}

static void icount(void **state)
{
	static char *const with[] = { "qemu", "-icount", "3", NULL };
	static char *const without[] = { "qemu", "-m", "icount", NULL };

	(void)state;
	assert_true(qemu_counts_instructions(with));
	assert_false(qemu_counts_instructions(without));
	assert_false(qemu_counts_instructions(NULL));
}

static void shared_thread(void **state)
{
	static const struct {
		char *argv[4];
		bool shares, may_share;
	} cases[] = {
		{ { "qemu-system-ppc64" }, false, false },
		{ { "qemu-system-ppc64", "-accel", "tcg" }, false, false },
		{ { "qemu-system-ppc64", "-accel", "tcg,thread=multi" }, false, false },
		{ { "qemu-system-ppc64", "-accel", "tcg,thread=single" }, true, true },
		{ { "qemu-system-ppc64", "--accel", "tcg,tb-size=8,thread=single" },
		  true,
		  true },
		{ { "qemu-system-ppc64", "-icount", "3" }, true, true },
		/* What it says is not looked at. */
		{ { "qemu-system-ppc64", "-readconfig", "file" }, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(qemu_shares_thread(cases[i].argv), cases[i].shares);
		assert_int_equal(qemu_may_share_thread(cases[i].argv), cases[i].may_share);
	}
	assert_false(qemu_shares_thread(NULL));
	assert_false(qemu_may_share_thread(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(papr),
		cmocka_unit_test(icount),
		cmocka_unit_test(shared_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
