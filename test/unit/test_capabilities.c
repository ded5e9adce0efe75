/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin can do depends on how QEMU's clocks go. */
#include "../../engine/qemu/capabilities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void icount(void **state)
{
	(void)state;
	assert_true(qemu_capabilities(true) & PARACALL_CAN_WAKE);
	assert_false(qemu_capabilities(true) & PARACALL_CAN_REPORT_RUN_DELAY);
	assert_int_equal(qemu_capabilities(false) & ~(uint32_t)PARACALL_CAN_REPORT_RUN_DELAY,
			 qemu_capabilities(true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(icount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
