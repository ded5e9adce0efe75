/* SPDX-License-Identifier: BSD-2-Clause */
#include "../mmu_op.h"

static long mmu_op_32(uint64_t length, uint64_t address, uint64_t high)
{
	struct registers registers = {
		.rax = PARACALL_KVM_HC_MMU_OP,
		.rbx = length,
		.rcx = address,
		.rdx = high,
		.rflags = 0x202,
	};

	(cpu_has_vmmcall() ? registers_vmmcall_32 : registers_vmcall_32)(&registers);
	return (long)registers.rax;
}

/* In long mode entries have 8 bytes, and the third argument means nothing. */
static void test_32(void)
{
	open_window(PAGE_FLAGS);
	table[0] = ~0ul;
	put_write(buffer.before, address_of(&table[0]), address_of(pages[1]) | PAGE_FLAGS);
	check_equal(mmu_op_32(0xful << 32 | 24, 0xful << 32 | address_of(&buffer), 1), 24,
		    "result");
	check_equal((int64_t)(table[0] & ~0xfful),
		    (int64_t)((address_of(pages[1]) | PAGE_FLAGS) & ~0xfful), "entry");
	check_equal((int64_t)*window, SECOND, "window");
}

static const struct test tests[] = {
	{ .name = "MMU: from compatibility mode",
	  .rule = "arch/x86/kvm/mmu.c (Linux 2.6.32), kvm_pv_mmu_write; "
		  "arch/x86/kvm/x86.c (Linux 2.6.32), kvm_emulate_hypercall and hc_gpa",
	  .run = test_32,
	  .kvm = true,
	  .features = FEATURE(MMU_OP) },
};

TEST_LIST(tests);
