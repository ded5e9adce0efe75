/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reset by the host, such as QMP's system_reset: it ends what the guest has requested by
 * DIAGNOSE 0x258. Says "ready: reset" when one may come, and waits; it is no run of
 * "paracall check", which does nothing to a guest.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define MAGIC 0x686f737472657365ul
#define WAIT_MS 60000

#define TAKEN 0

/* In the last page, which a reset leaves as it was. */
static volatile uint64_t *note(void)
{
	return (volatile uint64_t *)(memory_end() - PAGE);
}

static long take_token(void)
{
	static uint64_t token __attribute__((aligned(8)));
	const struct paracall_guest_page_reference block __attribute__((aligned(8))) = {
		.code = 0x258,
		.length = 5,
		.version = 2,
		.token = (uintptr_t)&token,
		.select = 1ul << 48,
		.compare = 1ul << 48,
		.zarch = 1ul << 63,
	};

	return paracall_guest_diag_page_reference(&block);
}

static void test_token(void)
{
	check_equal((int64_t)*note(), (int64_t)MAGIC, "there was a reset");
	check_equal(take_token(), TAKEN, "token");
}

static const struct test tests[] = {
	{ .name = "a reset by the host ends the token",
	  .covers = "DIAG_258_TOKEN",
	  .rule = "arch/s390/kvm/kvm-s390.c, kvm_arch_vcpu_ioctl_normal_reset",
	  .run = test_token,
	  .kvm = true },
};

TEST_LIST(tests);

static void wait_for_reset(void)
{
	take_token();
	*note() = MAGIC;
	print("paracall-guest: ready: reset\n");
	delay_ms(WAIT_MS);
	*note() = 0;
}

int main(void)
{
	cpus_start();
	tests_start("host_reset");
	if (kvm_found && *note() != MAGIC)
		wait_for_reset();
	tests_run(tests, TEST_COUNT(tests));
	return tests_finish();
}
