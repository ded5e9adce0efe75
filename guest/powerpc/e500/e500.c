/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppce500, 32 bits and Book E: calls by KVM's own instructions, and the magic
 * page's fields as this CPU has them. arch/powerpc/kvm/booke.c.
 */
#include "common/test.h"

#include "shared/narrow.h"

void tests_start(const char *program)
{
	unsigned long values[8] = { 0 };

	interrupt_taken(NULL);
	paracall_guest_sc_call(TOKEN_FEATURES, values);
	kvm_found = interrupt_taken(NULL) == INTERRUPT_NONE;
	print("# %s: %s, features 0x%x\n", program, kvm_found ? "KVM" : "no KVM",
	      kvm_features());
}

static unsigned long cpu_version(void)
{
	unsigned long version;

	__asm__ volatile("mfpvr %0" : "=r"(version));
	return version >> 16;
}

/* From e500mc on: on these KVM ignores r0, and Linux calls by this. */
static bool has_hypervisor_calls(void)
{
	return cpu_version() >= 0x8023;
}

static void test_sc_1(void)
{
	register unsigned long r0 __asm__("r0") = 0;
	register unsigned long r3 __asm__("r3") = 0x77;
	register unsigned long r4 __asm__("r4") = 0x55;
	register unsigned long r11 __asm__("r11") = 0x1234;
	unsigned long result, output;

	__asm__ volatile(".long 0x44000022"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r11)
			 :
			 : "r12", "memory");
	result = r3;
	output = r4;
	if (has_hypervisor_calls()) {
		check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
		check_equal(result, PARACALL_EV_UNIMPLEMENTED, "unknown call");
		check_equal(output, 0, "unknown call, register 4");
	} else {
		check_equal(interrupt_taken(NULL), INTERRUPT_SYSTEM_CALL, "interrupt");
		check_equal(result, 0x77, "register 3");
	}
}

/* Those of KVM's that have a 64-bit mode: e5500 and e6500. */
static bool has_64_bits(void)
{
	return cpu_version() == 0x8024 || cpu_version() == 0x8040;
}

struct wide_row {
	const char *name;
	enum wide what;
};

static const struct wide_row wide_rows[] = {
	{ "sc", WIDE_SC },
	{ "sc 1", WIDE_SC_1 },
};

/* The guest continues after the instruction, not at that address cut to 32 bits. */
static void test_wide(const void *row)
{
	const struct wide_row *wide = row;

	if (!has_64_bits()) {
		skip("this CPU has no 64-bit mode");
		return;
	}
	check_equal(wide_run(wide->what), 0xc0000000, "upper half of the address after it");
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
}

static void test_wide_page(void)
{
	static const struct wide_row page = { "page", WIDE_PAGE };
	unsigned long answer;

	narrow_map(MAGIC_ADDRESS, &answer);
	test_wide(&page);
	narrow_map(0, &answer);
}

/* The low words of what has 8 bytes. */
static void test_page(void)
{
	unsigned long answer;

	check_equal(narrow_map(MAGIC_ADDRESS, &answer), PARACALL_EV_SUCCESS, "map");
	check(answer & PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7, "answer 0x%lx", answer);
	CHECK_REGISTER("sprg0", 272, 0x24, 0x11223344, 0x55667788);
	CHECK_REGISTER("sprg1", 273, 0x2c, 0x11223345, 0x55667789);
	CHECK_REGISTER("sprg2", 274, 0x34, 0x11223346, 0x5566778a);
	CHECK_REGISTER("sprg3", 275, 0x3c, 0x11223347, 0x5566778b);
	CHECK_REGISTER("srr0", 26, 0x44, 0x11223348, 0x5566778c);
	CHECK_REGISTER("srr1", 27, 0x4c, 0x00021000, 0x00029000);
	CHECK_REGISTER("dear", 61, 0x54, 0x1122334a, 0x5566778e);
	CHECK_REGISTER("esr", 62, 0xc8, 0x00800000, 0x02000000);
	CHECK_REGISTER("mas0", 624, 0xa8, 0x10010000, 0x10020000);
	CHECK_REGISTER("mas1", 625, 0xac, 0x80000500, 0x80000300);
	CHECK_REGISTER("mas2", 626, 0xbc, 0x12345000, 0x6789a000);
	CHECK_REGISTER("mas3", 627, 0xb4, 0x1234503f, 0x6789a015);
	CHECK_REGISTER("mas4", 628, 0xc0, 0x00010500, 0x00000300);
	CHECK_REGISTER("mas6", 630, 0xc4, 0x00030001, 0x00050000);
	CHECK_REGISTER("mas7", 944, 0xb0, 0x3, 0xf);
	CHECK_REGISTER("sprg4", 276, 0xd4, 0x21223344, 0x65667788);
	CHECK_REGISTER("sprg5", 277, 0xdc, 0x21223345, 0x65667789);
	CHECK_REGISTER("sprg6", 278, 0xe4, 0x21223346, 0x6566778a);
	CHECK_REGISTER("sprg7", 279, 0xec, 0x21223347, 0x6566778b);
	narrow_map(0, &answer);
}

/* What was stored, read by the register's number for user mode. */
#define CHECK_READ_ONLY(name, spr, offset, value) \
	do { \
		unsigned long read_; \
\
		__asm__ volatile("stw %1,-4096+" #offset "(0)\n\t" \
				 "mfspr %0," #spr \
				 : "=&r"(read_) \
				 : "r"((unsigned long)(value)) \
				 : "memory"); \
		check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "%s: interrupt", name); \
		check_equal(read_, value, "%s", name); \
	} while (0)

static void test_user_numbers(void)
{
	unsigned long answer;

	check_equal(narrow_map(MAGIC_ADDRESS, &answer), PARACALL_EV_SUCCESS, "map");
	CHECK_READ_ONLY("usprg3", 259, 0x3c, 0x31223347);
	CHECK_READ_ONLY("usprg4", 260, 0xd4, 0x31223344);
	CHECK_READ_ONLY("usprg5", 261, 0xdc, 0x31223345);
	CHECK_READ_ONLY("usprg6", 262, 0xe4, 0x31223346);
	CHECK_READ_ONLY("usprg7", 263, 0xec, 0x31223347);
	narrow_map(0, &answer);
}

/* What is there is for the supervisor only. */
static void test_page_user(void)
{
	unsigned long answer, msr, value = 0;
	uint32_t address;

	narrow_map(MAGIC_ADDRESS, &answer);
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	__asm__ volatile("stw %1,-4096+0x04(0)\n\t"
			 "mtsrr1 %2\n\t"
			 "bcl 20,31,1f\n"
			 "1:\tmflr 12\n\t"
			 "addi 12,12,2f-1b\n\t"
			 "mtsrr0 12\n\t"
			 "rfi\n"
			 "2:\tlwz %0,-4096+0x04(0)"
			 : "+r"(value)
			 : "r"(0x6d616769ul), "r"(msr | MSR_PR)
			 : "r12", "lr", "memory");
	check_equal(interrupt_taken(&address), INTERRUPT_DATA_TLB, "interrupt");
	check_equal(address, 0xfffff004, "its address");
	check_equal(value, 0, "read");
	narrow_map(0, &answer);
}

/* The effective address alone counts. */
static void test_no_real_address(void)
{
	unsigned long values[8] = { 0, MAGIC_ADDRESS | PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX };
	unsigned long answer, value = 0;

	check_equal(paracall_guest_sc_call(TOKEN_MAGIC_PAGE, values), PARACALL_EV_SUCCESS,
		    "map");
	__asm__ volatile("stw %1,-4096+0x04(0)\n\tlwz %0,-4096+0x04(0)"
			 : "=&r"(value)
			 : "r"(0x6d616769ul)
			 : "memory");
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
	check_equal(value, 0x6d616769, "read back");
	narrow_map(0, &answer);
}

static void test_page_gone(void)
{
	unsigned long answer, value = 0;
	uint32_t address;

	narrow_map(MAGIC_ADDRESS, &answer);
	narrow_map(0, &answer);
	__asm__ volatile("lwz %0,-4096+0x24(0)" : "+r"(value) : : "memory");
	check_equal(interrupt_taken(&address), INTERRUPT_DATA_TLB, "interrupt");
	check_equal(address, 0xfffff024, "its address");
}

#define PAGE_TEST \
	.covers = "PPC_MAP_MAGIC_PAGE", .kvm = true, \
	.features = 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE

/* The source of what is expected: see struct test. */
#define PV "arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv"
#define EXIT "arch/powerpc/kvm/booke.c, kvmppc_handle_exit: BOOKE_INTERRUPT_SYSCALL"
#define SC_1 \
	"arch/powerpc/kvm/booke.c, kvmppc_handle_exit: BOOKE_INTERRUPT_HV_SYSCALL; " \
	"Power ISA, Book III-E, System Call"
#define MODE "Power ISA, Book III-E, Machine State Register: CM"
#define REGISTERS \
	"arch/powerpc/kvm/e500_emulate.c, kvmppc_core_emulate_mtspr_e500; " \
	"arch/powerpc/kvm/booke_emulate.c, kvmppc_booke_emulate_mtspr; " \
	"arch/powerpc/kvm/emulate.c, kvmppc_emulate_mtspr"
#define USER_NUMBERS \
	"arch/powerpc/kvm/bookehv_interrupts.S, lightweight_exit: SPRN_SPRG4W; " \
	"Power ISA, Book III-E, Software-use SPRs"
#define MSR_FIELD "arch/powerpc/kvm/booke_emulate.c, kvmppc_booke_emulate_op: OP_31_XOP_MFMSR"
#define PENDING \
	"arch/powerpc/kvm/booke.c, kvmppc_booke_irqprio_deliver and kvmppc_core_prepare_to_enter"
#define MISS "arch/powerpc/kvm/booke.c, kvmppc_handle_exit: BOOKE_INTERRUPT_DTLB_MISS"

/* clang-format off */
static const struct test tests[] = {
	{ .name = "FEATURES", .rule = PV,
	  .covers = "FEATURES", .run = narrow_test_features, .kvm = true },
	{ .name = "unknown calls", .rule = PV,
	  .run = narrow_test_unknown, .kvm = true },
	{ .name = "other system calls", .rule = EXIT,
	  .run = narrow_test_system_call, .kvm = true },
	{ .name = "sc 1", .rule = SC_1,
	  .run = test_sc_1, .kvm = true },
	{ .name = "user mode gets no call", .rule = EXIT,
	  .run = narrow_test_user, .kvm = true },
	{ .name = "64-bit mode", .rule = MODE,
	  .run_row = test_wide, TEST_ROWS(wide_rows), .kvm = true },
	{ .name = "magic page, 64-bit mode", .rule = MODE,
	  .run = test_wide_page, PAGE_TEST },
	{ .name = "magic page, registers", .rule = REGISTERS,
	  .run = test_page, PAGE_TEST },
	{ .name = "magic page, SPRGs by their numbers for user mode", .rule = USER_NUMBERS,
	  .run = test_user_numbers, PAGE_TEST },
	{ .name = "magic page, MSR", .rule = MSR_FIELD,
	  .run = narrow_test_page_msr, PAGE_TEST },
	{ .name = "magic page, enabling interrupts", .rule = PENDING,
	  .run = narrow_test_page_enable, PAGE_TEST },
	{ .name = "magic page, disabling interrupts", .rule = PENDING,
	  .run = narrow_test_page_disable, PAGE_TEST },
	{ .name = "magic page, critical section", .rule = PENDING,
	  .run = narrow_test_page_critical, PAGE_TEST },
	{ .name = "magic page, user mode has none", .rule = MISS,
	  .run = test_page_user, PAGE_TEST },
	{ .name = "magic page, no real address", .rule = MISS,
	  .run = test_no_real_address, PAGE_TEST },
	{ .name = "magic page, mapped nowhere", .rule = MISS,
	  .run = test_page_gone, PAGE_TEST },
};
/* clang-format on */

TESTS_MAIN("e500", tests)
