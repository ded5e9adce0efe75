/* SPDX-License-Identifier: BSD-2-Clause */
#include "../kick.h"

/* Cut to 32 bits. */
static void test_upper_bits(void)
{
	kick_halted(halt_deaf, (long)(1ul << 32 | cpu_ids[1]), 0);
}

static const struct test tests[] = {
	{ .name = "kick's id has 32 bits",
	  .rule = "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_KICK_CPU; "
		  "arch/x86/kvm/x86.c, kvm_pv_kick_cpu_op",
	  .run = test_upper_bits,
	  .cpus = 2,
	  .kvm = true,
	  .features = FEATURE(PV_UNHALT) },
};

TEST_LIST(tests);
