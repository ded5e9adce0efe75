/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mac99 and g3beige, 32 bits and not Book E: the device tree of a kernel that came by
 * Open Firmware, calls by its instructions and by KVM's own, and the magic page's
 * fields as these CPUs have them. arch/powerpc/kvm/book3s_pr.c.
 */
#include "common/test.h"

#include "shared/narrow.h"
#include "shared/tree.h"

static uint8_t tree[4096] __attribute__((aligned(8)));
static uint32_t call_code[PARACALL_GUEST_CODE_WORDS];

static const void *hypervisor(const char *property, uint32_t *length)
{
	return tree_find(tree, "hypervisor", property, length);
}

void tests_start(const char *program)
{
	static const struct tree_plan plan = { .version = 17, .room = 1024 };
	uint32_t length;

	tree_make(tree, &plan);
	enter_with_tree(tree);
	kvm_found = hypervisor("compatible", &length);
	print("# %s: %s, features 0x%x\n", program, kvm_found ? "KVM" : "no KVM",
	      kvm_features());
}

/* By the instructions in the device tree. */
static void test_instructions(void)
{
	unsigned long values[8] = { 0 };
	uint32_t length;
	const void *property = hypervisor("hcall-instructions", &length);

	if (!check(property && paracall_guest_set_instructions(call_code, property, length),
		   "there are none"))
		return;
	check_equal(paracall_guest_call(call_code, TOKEN_FEATURES, values), PARACALL_EV_SUCCESS,
		    "result");
	check_equal(values[0], kvm_features(), "features");
	values[0] = 0x55;
	check_equal(paracall_guest_call(call_code, 0x1234, values), PARACALL_EV_UNIMPLEMENTED,
		    "unknown call");
	check_equal(values[0], 0, "unknown call, register 4");
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
}

/* The low words of what has 8 bytes. */
static void test_page(void)
{
	unsigned long answer;

	check_equal(narrow_map(MAGIC_ADDRESS, &answer), PARACALL_EV_SUCCESS, "map");
	CHECK_REGISTER("sprg0", 272, 0x24, 0x11223344, 0x55667788);
	CHECK_REGISTER("sprg1", 273, 0x2c, 0x11223345, 0x55667789);
	CHECK_REGISTER("sprg2", 274, 0x34, 0x11223346, 0x5566778a);
	CHECK_REGISTER("sprg3", 275, 0x3c, 0x11223347, 0x5566778b);
	CHECK_REGISTER("srr0", 26, 0x44, 0x11223348, 0x5566778c);
	CHECK_REGISTER("srr1", 27, 0x4c, 0x00001000, 0x00009000);
	CHECK_REGISTER("dar", 19, 0x54, 0x1122334a, 0x5566778e);
	CHECK_REGISTER("dsisr", 18, 0x60, 0x40000000, 0x02000000);
	narrow_map(0, &answer);
}

#define CHECK_KEPT(name, offset) \
	do { \
		unsigned long read_; \
\
		__asm__ volatile("stw %1,-4096+" #offset "(0)\n\t" \
				 "lwz %0,-4096+" #offset "(0)" \
				 : "=&r"(read_) \
				 : "r"(0x12340000ul + (offset)) \
				 : "memory"); \
		check_equal(read_, 0x12340000 + (offset), "%s", name); \
	} while (0)

/*
 * Of what these CPUs have no register for; and segment registers, which address nothing
 * in real mode. In KVM these are the registers (book3s_32_mmu.c, kvmppc_mmu_book3s_32_mtsrin).
 */
static void test_page_kept(void)
{
	unsigned long answer;

	narrow_map(MAGIC_ADDRESS, &answer);
	CHECK_KEPT("scratch1", 0x04);
	CHECK_KEPT("scratch2", 0x0c);
	CHECK_KEPT("scratch3", 0x14);
	CHECK_KEPT("sr 0", 0x68);
	CHECK_KEPT("sr 15", 0xa4);
	CHECK_KEPT("mas0", 0xa8);
	CHECK_KEPT("esr", 0xc8);
	CHECK_KEPT("sprg4", 0xd4);
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
	narrow_map(0, &answer);
}

/* What is there in real mode is no memory. */
static void test_page_gone(void)
{
	unsigned long answer, page, value = 0x6d616769;

	narrow_map(MAGIC_ADDRESS, &answer);
	__asm__ volatile("stw %1,-4096+0x04(0)\n\tlwz %0,-4096+0x04(0)"
			 : "=&r"(page)
			 : "r"(value)
			 : "memory");
	check_equal(page, value, "mapped");
	narrow_map(0, &answer);
	__asm__ volatile("lwz %0,-4096+0x04(0)" : "=r"(page) : : "memory");
	check(page != value, "still there");
}

#define PAGE_TEST \
	.covers = "PPC_MAP_MAGIC_PAGE", .kvm = true, \
	.features = 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE

/* The source of what is expected: see struct test. */
#define PV "arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv"
#define EXIT "arch/powerpc/kvm/book3s_pr.c, kvmppc_handle_exit_pr: BOOK3S_INTERRUPT_SYSCALL"
#define SHARED "arch/powerpc/include/uapi/asm/kvm_para.h, struct kvm_vcpu_arch_shared"
#define REGISTERS \
	SHARED "; arch/powerpc/kvm/emulate.c, kvmppc_emulate_mtspr; " \
	       "arch/powerpc/kvm/book3s_emulate.c, kvmppc_core_emulate_mtspr_pr"
#define MSR_FIELD \
	"arch/powerpc/kvm/book3s_emulate.c, kvmppc_core_emulate_op_pr: OP_31_XOP_MFMSR"
#define PENDING \
	"arch/powerpc/kvm/book3s.c, kvmppc_book3s_irqprio_deliver, kvmppc_critical_section " \
	"and kvmppc_update_int_pending"
#define NODE \
	"arch/powerpc/kernel/firmware.c, check_kvm_guest; " \
	"arch/powerpc/kernel/epapr_paravirt.c, early_init_dt_scan_epapr; " PV

/* clang-format off */
static const struct test tests[] = {
	{ .name = "FEATURES", .rule = PV,
	  .covers = "FEATURES", .run = narrow_test_features, .kvm = true },
	{ .name = "the device tree's instructions", .rule = NODE,
	  .covers = "FEATURES", .run = test_instructions, .kvm = true },
	{ .name = "unknown calls", .rule = PV,
	  .run = narrow_test_unknown, .kvm = true },
	{ .name = "other system calls", .rule = EXIT,
	  .run = narrow_test_system_call, .kvm = true },
	{ .name = "user mode gets no call", .rule = EXIT,
	  .run = narrow_test_user, .kvm = true },
	{ .name = "magic page, registers", .rule = REGISTERS,
	  .run = test_page, PAGE_TEST },
	{ .name = "magic page, kept", .rule = SHARED,
	  .run = test_page_kept, PAGE_TEST },
	{ .name = "magic page, MSR", .rule = MSR_FIELD,
	  .run = narrow_test_page_msr, PAGE_TEST },
	{ .name = "magic page, enabling interrupts", .rule = PENDING,
	  .run = narrow_test_page_enable, PAGE_TEST },
	{ .name = "magic page, disabling interrupts", .rule = PENDING,
	  .run = narrow_test_page_disable, PAGE_TEST },
	{ .name = "magic page, critical section", .rule = PENDING,
	  .run = narrow_test_page_critical, PAGE_TEST },
	{ .name = "magic page, mapped nowhere",
	  .rule = PV "; arch/powerpc/kvm/book3s.c, kvmppc_gpa_to_pfn",
	  .run = test_page_gone, PAGE_TEST },
};
/* clang-format on */

TESTS_MAIN("mac", tests)
