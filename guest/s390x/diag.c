/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each DIAGNOSE that KVM has: its answers and exceptions.
 * Documentation/virt/kvm/s390/s390-diag.rst; arch/s390/kvm/diag.c; and for what
 * the kernel leaves to QEMU, target/s390x/diag.c and hw/s390x/s390-hypercall.c.
 */
#include "common/test.h"
#include "runtime/call.h"

#define EINVAL_RESULT ((uint64_t)-PARACALL_KVM_EINVAL)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t modes[] = { PSW_64, PSW_31, PSW_24 };

/* A call of 0x500 with these in registers 1 and 2. */
static void init_500(struct call *call, uint64_t subcode, uint64_t argument)
{
	call_init(call, 0x500);
	/* As Linux has them; they mean nothing. */
	call->r1 = 2;
	call->r3 = 4;
	call->in.gpr[1] = subcode;
	call->in.gpr[2] = argument;
}

struct value {
	const char *name;
	uint64_t value;
};

/* clang-format off */
#define VALUE(number) { #number, number }
/* clang-format on */

/* The codes that KVM has, and some that do not exist. */
static const struct value all_codes[] = {
	VALUE(0x010), VALUE(0x044), VALUE(0x09c), VALUE(0x258), VALUE(0x288),
	VALUE(0x308), VALUE(0x318), VALUE(0x500), VALUE(0x501), VALUE(0x000),
	VALUE(0x008), VALUE(0x2fc), VALUE(0xabc), VALUE(0xfff),
};

static void test_problem_state(const void *row)
{
	struct call call;

	for (unsigned int mode = 0; mode < COUNT(modes); mode++)
		for (enum call_form form = 0; form < CALL_FORMS; form++) {
			call_init(&call, (uint16_t)((const struct value *)row)->value);
			call.form = form;
			call.in.psw_mask = modes[mode] | PSW_PROBLEM | 1ul << PSW_CC_SHIFT;
			/* Good operands for most. */
			call.in.gpr[0] = 0x200000;
			call.in.gpr[1] = 3;
			call_expect(&call, INTERRUPTION_PRIVILEGED, NOTHING, "the call");
		}
}

/* Also z/VM's. */
static const struct value unknown_codes[] = {
	VALUE(0x000), VALUE(0x004), VALUE(0x008), VALUE(0x00c), VALUE(0x00f), VALUE(0x011),
	VALUE(0x014), VALUE(0x043), VALUE(0x045), VALUE(0x09b), VALUE(0x09d), VALUE(0x204),
	VALUE(0x210), VALUE(0x257), VALUE(0x259), VALUE(0x26c), VALUE(0x2fc), VALUE(0x4ff),
	VALUE(0x502), VALUE(0xabc), VALUE(0xfff),
};

static void test_unknown_code(const void *row)
{
	const struct value *code = row;
	struct call call;

	for (uint64_t cc = 0; cc < 4; cc++) {
		call_init(&call, (uint16_t)code->value);
		call.r1 = (uint8_t)(code->value & 15);
		call.r3 = (uint8_t)(cc * 5);
		call.in.psw_mask = modes[cc % 3] | cc << PSW_CC_SHIFT;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "the call");
	}
}

static const struct value unknown_subcodes[] = {
	VALUE(5),
	VALUE(6),
	VALUE(0xff),
	VALUE(0x500),
	VALUE(0x80000000),
	VALUE(0x100000000),
	VALUE(0x100000003),
	VALUE(0x8000000000000003),
	VALUE(0xffffffff00000003),
	VALUE(0xffffffffffffffff),
};

static void test_unknown_subcode(const void *row)
{
	struct call call;

	init_500(&call, ((const struct value *)row)->value, 0x10000);
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "the call");
}

/* Bit 16 must be one; subchannel set, CSS; and numbers that no machine here has. */
static const struct value bad_subchannels[] = {
	VALUE(0),
	VALUE(1),
	VALUE(0xffff),
	VALUE(0x1fffe),
	VALUE(0x1ffff),
	VALUE(0x20000),
	VALUE(0x7ffff),
	VALUE(0x01010000),
	VALUE(0xfe000000),
	VALUE(0xffffffff),
	VALUE(0x123456780001fffe),
	VALUE(0xffffffffffffffff),
};

static void test_notify_nobody(const void *row)
{
	struct call call;

	for (uint64_t cc = 0; cc < 4; cc++) {
		init_500(&call, 3, ((const struct value *)row)->value);
		call.in.psw_mask = PSW_64 | cc << PSW_CC_SHIFT;
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "the call");
		check_equal((int64_t)call.out.gpr[2], (int64_t)EINVAL_RESULT, "result");
	}
}

/* The fields of the instruction mean nothing. */
static void test_notify_fields(void)
{
	struct call call;

	for (uint8_t field = 0; field < 16; field++) {
		init_500(&call, 3, 0);
		call.r1 = field;
		call.r3 = 15 - field;
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "other fields");
		check_equal((int64_t)call.out.gpr[2], (int64_t)EINVAL_RESULT, "its result");
	}
}

/* All 64 bits of the result, in any mode. */
static void test_notify_modes(void)
{
	struct call call;

	for (unsigned int i = 0; i < COUNT(modes); i++) {
		init_500(&call, 3, 0);
		call.in.psw_mask = modes[i];
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "a mode");
		check_equal((int64_t)call.out.gpr[2], (int64_t)EINVAL_RESULT, "mode %u", i);
	}
}

/* "Device number valid", in word 1 of what STORE SUBCHANNEL gives. */
#define SCHIB_VALID 0x00010000u

static bool subchannel_is_there(uint32_t id)
{
	uint32_t schib[13] __attribute__((aligned(8))) = { 0 };
	register uint64_t r1 __asm__("1") = id;
	int cc;

	__asm__ volatile("stsch %1\n"
			 "ipm %0\n"
			 "srl %0,28"
			 : "=&d"(cc), "=Q"(schib)
			 : "d"(r1)
			 : "cc");
	return cc == 0 && schib[1] & SCHIB_VALID;
}

#define FIRST_SUBCHANNEL 0x10000
#define SUBCHANNELS 64

/* The first queue of a device of virtio is there even before its driver is. */
static void test_notify_device(void)
{
	uint64_t cookies[] = { 0, 1, 12345, 0x8000000000000000, 0xffffffffffffffff };
	uint32_t id = FIRST_SUBCHANNEL;
	struct call call;

	while (id < FIRST_SUBCHANNEL + SUBCHANNELS && !subchannel_is_there(id))
		id++;
	if (id == FIRST_SUBCHANNEL + SUBCHANNELS) {
		skip("no device on the channel subsystem");
		return;
	}
	for (unsigned int i = 0; i < COUNT(cookies); i++) {
		init_500(&call, 3, id);
		call.in.gpr[3] = 0;
		call.in.gpr[4] = cookies[i];
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "a cookie");
		check((int64_t)call.out.gpr[2] >= 0, "result %ld with cookie 0x%lx",
		      (int64_t)call.out.gpr[2], cookies[i]);
	}
	init_500(&call, 3, id);
	call.in.gpr[3] = 0xffff;
	call_expect(&call, INTERRUPTION_NONE, WROTE(2), "no such queue");
	check_equal((int64_t)call.out.gpr[2], (int64_t)EINVAL_RESULT, "no such queue");
}

/* What is left of the old virtio: below the end of memory it is text to print. */
static void test_notify_old(void)
{
	const struct {
		uint64_t address, result;
	} cases[] = {
		{ 0, 0 },
		{ LC_FREE, 0 },
		{ memory_end() - 1, 0 },
		{ memory_end(), EINVAL_RESULT },
		{ memory_end() + PAGE, EINVAL_RESULT },
		{ 0xffffffffffffffff, EINVAL_RESULT },
	};
	struct call call;

	for (unsigned int i = 0; i < COUNT(cases); i++) {
		init_500(&call, 0, cases[i].address);
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "an address");
		check_equal((int64_t)call.out.gpr[2], (int64_t)cases[i].result,
			    "result for 0x%lx", cases[i].address);
	}
}

static void read_limit(void *argument)
{
	volatile uint64_t *limit = argument;
	struct call call;

	init_500(&call, 4, 0);
	call_run(&call);
	if (call.out.interruption == INTERRUPTION_NONE)
		*limit = call.out.gpr[2];
}

/* A user space without it refuses it like any other subcode; QEMU before 10.0 does. */
static void test_storage_limit(void)
{
	volatile uint64_t elsewhere = 0;
	struct call call;
	uint64_t limit;

	init_500(&call, 4, 0);
	call_run(&call);
	if (call.out.interruption == INTERRUPTION_SPECIFICATION) {
		call_check(&call, INTERRUPTION_SPECIFICATION, NOTHING, "refused");
		skip("this user space does not have it");
		return;
	}
	call_expect(&call, INTERRUPTION_NONE, WROTE(2), "the first time");
	limit = call.out.gpr[2];
	check(limit >= memory_end() - 1, "0x%lx, and memory ends at 0x%lx", limit,
	      memory_end());
	init_500(&call, 4, 0x1234);
	call_expect(&call, INTERRUPTION_NONE, WROTE(2), "again");
	check_equal((int64_t)call.out.gpr[2], (int64_t)limit, "again");
	if (cpu_count > 1) {
		cpu_post(cpu_at(1), read_limit, (void *)&elsewhere);
		check(cpu_wait(cpu_at(1), 10000), "the other CPU does not finish");
		check_equal((int64_t)elsewhere, (int64_t)limit, "on another CPU");
	}
}

static void test_time_slice_end(void)
{
	struct call call;

	for (uint8_t field = 0; field < 16; field++) {
		call_init(&call, 0x44);
		call.r1 = field;
		call.r3 = field ^ 5;
		call.in.psw_mask = modes[field % 3] | (uint64_t)(field / 4) << PSW_CC_SHIFT;
		call_expect(&call, INTERRUPTION_NONE, NOTHING, "time slice end");
	}
}

static void init_308(struct call *call, uint64_t subcode)
{
	call_init(call, 0x308);
	call->r1 = 2;
	call->r3 = 4;
	call->in.gpr[2] = 0x200000;
	call->in.gpr[4] = subcode;
}

static const struct value bad_ipl_subcodes[] = {
	VALUE(2),
	VALUE(7),
	VALUE(0xb),
	VALUE(0x101),
	VALUE(0x106),
	VALUE(0xffff),
	VALUE(0x10001),
	VALUE(0x10006),
	VALUE(0x80000006),
	VALUE(0x100000006),
	VALUE(0xffffffffffffffff),
};

static void test_bad_ipl(const void *row)
{
	struct call call;

	init_308(&call, ((const struct value *)row)->value);
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "the call");
}

static void test_ipl(void)
{
	struct call call;

	for (uint64_t subcode = 5; subcode <= 6; subcode++) {
		init_308(&call, subcode);
		call.in.gpr[2] = 0x200800;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "unaligned");
		call.in.gpr[2] = 0x200000;
		call.in.gpr[3] = 0x200000;
		call.r1 = 3;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "odd register");
		call.r1 = 2;
		call.in.gpr[2] = memory_end();
		call_expect(&call, INTERRUPTION_ADDRESSING, NOTHING, "after the end of memory");
	}
}

#define IPL_OK 1
#define IPL_NOT_CONFIGURED 0x102

static uint8_t ipl_block[PAGE] __attribute__((aligned(PAGE)));

static void test_ipl_store(void)
{
	struct call call;

	call_init(&call, 0x308);
	call.r1 = 2;
	call.r3 = 4;
	call.in.gpr[2] = (uintptr_t)ipl_block;
	call.in.gpr[4] = 6;
	call_expect(&call, INTERRUPTION_NONE, WROTE(3), "store");
	check(call.out.gpr[3] == IPL_OK || call.out.gpr[3] == IPL_NOT_CONFIGURED,
	      "result 0x%lx", call.out.gpr[3]);
}

static void test_watchdog(void)
{
	struct call call;

	call_init(&call, 0x288);
	call.r1 = 2;
	call.r3 = 4;
	call.in.gpr[2] = 0;
	call.in.gpr[3] = 14;
	call.in.gpr[4] = 0;
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "short timeout");
	call.in.gpr[3] = 30;
	call.in.gpr[4] = 1;
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "action");
	call.in.gpr[4] = 0;
	call.in.gpr[2] = 77;
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "function");
	call.r1 = 3;
	call.in.gpr[3] = 2;
	call.in.gpr[4] = 0;
	call.r3 = 5;
	call.in.gpr[5] = 0;
	call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "odd register");
}

/*
 * A base register and a displacement that make a function code together. Bits to
 * the left of 16 mean nothing, before or after the addition.
 */
static const struct {
	uint64_t high;
	uint16_t displacement;
} bases[] = {
	{ 0, 0 },
	{ 0, 0x10 },
	{ 0, 0xfff },
	{ 0x1234567800010000, 0 },
	{ 0xffffffffffff0000, 0x123 },
};

/* With any register as the base, in any mode. Register 2 is an argument of 0. */
static void try_bases(uint32_t function, uint32_t interruption, uint32_t written)
{
	struct call call;

	for (unsigned int i = 0; i < COUNT(bases); i++)
		for (uint8_t base = 5; base < 16; base++) {
			init_500(&call, 3, 0);
			call.displacement = bases[i].displacement;
			call.base = base;
			call.in.gpr[base] = bases[i].high + function - bases[i].displacement;
			call.in.psw_mask = modes[(base + i) % 3];
			if (call_expect(&call, interruption, written, "by base register"))
				continue;
			print("# it was 0x%x by 0x%lx + 0x%x\n", function, call.in.gpr[base],
			      bases[i].displacement);
			return;
		}
}

/* Functions that QEMU serves. */
static void test_base_register(void)
{
	try_bases(0x500, INTERRUPTION_NONE, WROTE(2));
	try_bases(0x44, INTERRUPTION_NONE, NOTHING);
}

static void test_base_register_kvm(void)
{
	try_bases(0x9c, INTERRUPTION_NONE, NOTHING);
	/* Register 2 is 0 and register 4 not aligned. */
	try_bases(0x10, INTERRUPTION_SPECIFICATION, NOTHING);
	try_bases(0x501, INTERRUPTION_OPERATION, NOTHING);
	/* A displacement that is a function, but only without its base. */
	for (unsigned int i = 0; i < COUNT(all_codes); i++) {
		struct call call;

		call_init(&call, (uint16_t)all_codes[i].value);
		call.base = 5;
		call.in.gpr[5] = 0x1000;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "not without its base");
	}
}

/* EXECUTE ORs the low byte of its register to R1 and R3; register 0 is none. */
static void test_execute(void)
{
	struct call call;

	for (enum call_form form = CALL_EX; form < CALL_FORMS; form++) {
		init_500(&call, 3, 0);
		call.form = form;
		call_expect(&call, INTERRUPTION_NONE, WROTE(2), "executed 0x500");
		check_equal((int64_t)call.out.gpr[2], (int64_t)EINVAL_RESULT, "result");
		init_500(&call, 77, 0);
		call.form = form;
		call.ex_register = 9;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "executed subcode");
		call_init(&call, 0x44);
		call.form = form;
		call_expect(&call, INTERRUPTION_NONE, NOTHING, "executed 0x44");
		call_init(&call, 0xabc);
		call.form = form;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING,
			    "executed unknown code");
		/* 2 | 1 is an odd register. */
		call_init(&call, 0x308);
		call.form = form;
		call.r1 = 2;
		call.ex_register = 9;
		call.in.gpr[9] = 0x1234567890abcd14;
		call.in.gpr[2] = call.in.gpr[3] = (uintptr_t)ipl_block;
		call.in.gpr[4] = 6;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "executed with others");
	}
}

/* Across the boundary of two pages, and at the end of memory, wherever that is. */
static void try_places(uint32_t function, uint32_t written)
{
	static uint8_t near[2 * PAGE] __attribute__((aligned(PAGE)));
	struct call call;

	for (unsigned int i = 0; i < 8; i++)
		for (enum call_form form = 0; form < CALL_FORMS; form++) {
			uintptr_t boundary =
				i & 1 ? memory_end() - PAGE : (uintptr_t)near + PAGE;

			init_500(&call, 3, 0);
			call.displacement = (uint16_t)function;
			call.form = form;
			call.at = (uint16_t *)(boundary - (i & 6));
			call_expect(&call, INTERRUPTION_NONE, written, "somewhere");
		}
	call.at = (uint16_t *)(memory_end() - sizeof(call.code));
	call_expect(&call, INTERRUPTION_NONE, written, "at the end");
}

static void test_places(void)
{
	try_places(0x500, WROTE(2));
	try_places(0x44, NOTHING);
}

static void test_places_kvm(void)
{
	try_places(0x9c, NOTHING);
}

/*
 * ---- What only KVM has -----------------------------------------------------
 */

static const uint64_t nobody[] = { MAX_CPUS,   0xff,	     0xffff,	  0x10000,
				   0x7fffffff, 0x80000000,   0xffffffff,  0x100000000000000,
				   1ul << 63,  (uint64_t)-2, (uint64_t)-1 };

static void try_yield(uint8_t field, uint64_t address, uint64_t mode, const char *what)
{
	struct call call;

	call_init(&call, 0x9c);
	call.r1 = field;
	/* Not used, and as often as not the same register. */
	call.r3 = field ^ (uint8_t)(address & 3);
	call.in.gpr[field] = address;
	call.in.psw_mask = mode | (uint64_t)(field & 3) << PSW_CC_SHIFT;
	call_expect(&call, INTERRUPTION_NONE, NOTHING, what);
}

static void test_yield(void)
{
	for (uint8_t field = 0; field < 16; field++) {
		uint64_t mode = modes[field % 3];

		try_yield(field, this_cpu_address(), mode, "to itself");
		try_yield(field, 1ul << 32 | this_cpu_address(), mode, "to itself, 33 bits");
		for (uint32_t i = 0; i < cpu_count; i++)
			try_yield(field, cpu_addresses[i], mode, "to a CPU");
		for (unsigned int i = 0; i < COUNT(nobody); i++)
			try_yield(field, nobody[i], mode, "to no CPU");
	}
}

static void test_execute_kvm(void)
{
	struct call call;

	for (enum call_form form = CALL_EX; form < CALL_FORMS; form++) {
		call_init(&call, 0x9c);
		call.form = form;
		call.r1 = 2;
		call.in.gpr[2] = this_cpu_address();
		call_expect(&call, INTERRUPTION_NONE, NOTHING, "executed 0x9c");
		call_init(&call, 0x10);
		call.form = form;
		call.r1 = 2;
		call.r3 = 4;
		call.in.gpr[2] = call.in.gpr[4] = 0x1000;
		call_expect(&call, INTERRUPTION_SPECIFICATION, NOTHING, "executed 0x10");
		call_init(&call, 0x501);
		call.form = form;
		call_expect(&call, INTERRUPTION_OPERATION, NOTHING, "executed 0x501");
	}
}

static void test_breakpoint(void)
{
	struct call call;

	for (uint64_t cc = 0; cc < 4; cc++) {
		call_init(&call, 0x501);
		call.r1 = (uint8_t)(cc * 3);
		call.in.psw_mask = modes[cc % 3] | cc << PSW_CC_SHIFT;
		call_expect(&call, INTERRUPTION_OPERATION, NOTHING, "without a breakpoint");
	}
}

/*
 * ---- 0x10 ------------------------------------------------------------------
 */

#define PAGES 8
#define PATTERN 0x7061676573000001ul

static uint64_t pages[PAGES][PAGE / 8] __attribute__((aligned(PAGE)));

static void fill(volatile uint64_t *page)
{
	for (unsigned int i = 0; i < PAGE / 8; i++)
		page[i] = PATTERN + i;
}

enum contents {
	CONTENTS_KEPT,
	CONTENTS_ZERO,
	CONTENTS_MIXED
};

static enum contents contents_of(const volatile uint64_t *page)
{
	unsigned int kept = 0, zero = 0;

	for (unsigned int i = 0; i < PAGE / 8; i++) {
		kept += page[i] == PATTERN + i;
		zero += page[i] == 0;
	}
	if (kept == PAGE / 8)
		return CONTENTS_KEPT;
	return zero == PAGE / 8 ? CONTENTS_ZERO : CONTENTS_MIXED;
}

static void release(uint64_t first, uint64_t last, uint32_t interruption, const char *what)
{
	struct call call;

	call_init(&call, 0x10);
	call.r1 = 3;
	call.r3 = 12;
	call.in.gpr[3] = first;
	call.in.gpr[12] = last;
	if (!call_expect(&call, interruption, NOTHING, what))
		print("# it was 0x%lx to 0x%lx\n", first, last);
}

static void test_release_bad(void)
{
	const uint64_t good = (uintptr_t)pages[2];
	const uint64_t cases[][2] = {
		{ 0, 0 },
		{ 0x1000, 0x1000 },
		{ 0, 0x1000 },
		{ 0, good },
		{ 0x1000, good },
		{ good, good - PAGE },
		{ good, 0 },
		{ good + 8, good + PAGE },
		{ good + 1, good + PAGE },
		{ good, good + PAGE + 2048 },
		{ good, good + 1 },
		{ good + 2048, good + 2048 },
		/* The end is 2 to the 64th, which is 0. */
		{ good, 0xfffffffffffff000 },
	};

	for (unsigned int i = 0; i < PAGES; i++)
		fill(pages[i]);
	for (unsigned int i = 0; i < COUNT(cases); i++)
		release(cases[i][0], cases[i][1], INTERRUPTION_SPECIFICATION, "a bad range");
	for (unsigned int i = 0; i < PAGES; i++)
		check_equal(contents_of(pages[i]), CONTENTS_KEPT, "page %u", i);
}

static void check_released(unsigned int first, unsigned int last)
{
	for (unsigned int i = 0; i < PAGES; i++)
		check_equal(contents_of(pages[i]),
			    i >= first && i <= last ? CONTENTS_ZERO : CONTENTS_KEPT,
			    "pages %u to %u: page %u", first, last, i);
}

static void test_release(void)
{
	for (unsigned int first = 1; first < PAGES - 1; first++)
		for (unsigned int last = first; last < PAGES - 1; last += 2) {
			for (unsigned int i = 0; i < PAGES; i++)
				fill(pages[i]);
			release((uintptr_t)pages[first], (uintptr_t)pages[last],
				INTERRUPTION_NONE, "a good range");
			check_released(first, last);
			/* They are memory as before. */
			fill(pages[first]);
			check_equal(contents_of(pages[first]), CONTENTS_KEPT, "used again");
		}
}

/* What the fields of the instruction may name, and both the same register. */
static void test_release_registers(void)
{
	for (uint8_t field = 0; field < 16; field++)
		for (enum call_form form = 0; form < CALL_FORMS; form++) {
			struct call call;

			/* That one has an address already. */
			if (field == CALL_EX_BASE && form == CALL_EX)
				continue;
			fill(pages[4]);
			call_init(&call, 0x10);
			call.r1 = call.r3 = field;
			call.form = form;
			call.in.gpr[field] = (uintptr_t)pages[4];
			call.in.psw_mask = modes[field % 3] | 3ul << PSW_CC_SHIFT;
			call_expect(&call, INTERRUPTION_NONE, NOTHING, "one register");
			check_equal(contents_of(pages[4]), CONTENTS_ZERO, "register %u", field);
		}
}

/*
 * Where there is no memory there is nothing to release. Not up to the end of all
 * addresses: KVM of Linux 6.12 takes a step for each MiB of the range, memory or not
 * (arch/s390/mm/gmap.c, gmap_discard), and would be at it for days.
 */
#define FAR_BEHIND (16ul << 30)

static void test_release_end(void)
{
	volatile uint64_t *last = (volatile uint64_t *)(memory_end() - PAGE);
	uint64_t end = memory_end();

	fill(last);
	fill(last - PAGE / 8);
	release(end, end + 16 * PAGE, INTERRUPTION_NONE, "after the end of memory");
	release(end, end + FAR_BEHIND, INTERRUPTION_NONE, "much after the end of memory");
	release(0x8000000000000000, 0x8000000000000000, INTERRUPTION_NONE,
		"far after the end of memory");
	check_equal(contents_of(last), CONTENTS_KEPT, "the last page");
	release(end - PAGE, end + 16 * PAGE, INTERRUPTION_NONE, "across memory's end");
	check_equal(contents_of(last), CONTENTS_ZERO, "the last page");
	fill(last);
	release(end - PAGE, end + FAR_BEHIND, INTERRUPTION_NONE, "much from memory's end");
	check_equal(contents_of(last), CONTENTS_ZERO, "the last page");
	check_equal(contents_of(last - PAGE / 8), CONTENTS_KEPT, "the one before");
}

/*
 * The CPU's prefix area. At its address a CPU sees absolute pages 0 and 1, which
 * are the ones released in its place; its own lowcore, at real 0, stays. What
 * else is in the range is released as ever.
 */
static void test_release_prefix(void)
{
	uint64_t prefix = (uintptr_t)lowcore_of(this_cpu_address());
	volatile uint64_t *absolute = (volatile uint64_t *)prefix;
	uint64_t stack, stack_after;

	try_read(LC_STACK, &stack);
	fill(absolute);
	fill(absolute + PAGE / 8);
	release(prefix, prefix, INTERRUPTION_NONE, "the first page of the prefix area");
	check_equal(contents_of(absolute), CONTENTS_ZERO, "first alone: absolute page 0");
	check_equal(contents_of(absolute + PAGE / 8), CONTENTS_KEPT,
		    "first alone: absolute page 1");
	fill(absolute);
	release(prefix + PAGE, prefix + PAGE, INTERRUPTION_NONE, "the second page of it");
	check_equal(contents_of(absolute), CONTENTS_KEPT, "second alone: absolute page 0");
	check_equal(contents_of(absolute + PAGE / 8), CONTENTS_ZERO,
		    "second alone: absolute page 1");
	fill(absolute + PAGE / 8);
	release(prefix, prefix + PAGE, INTERRUPTION_NONE, "both pages of it");
	check_equal(contents_of(absolute), CONTENTS_ZERO, "both: absolute page 0");
	check_equal(contents_of(absolute + PAGE / 8), CONTENTS_ZERO, "both: absolute page 1");
	try_read(LC_STACK, &stack_after);
	check_equal((int64_t)stack_after, (int64_t)stack, "the CPU's own lowcore");
}

/*
 * ---- 0x258 -----------------------------------------------------------------
 */

#define ZARCH 0x8000000000000000ul
#define PROBLEM_BIT (1ul << 48)

enum subcode {
	SUBCODE_TOKEN,
	SUBCODE_CANCEL
};

static uint64_t token __attribute__((aligned(8)));

static struct paracall_guest_page_reference block_of(enum subcode subcode)
{
	struct paracall_guest_page_reference block = {
		.code = 0x258,
		.subcode = (uint16_t)subcode,
		.length = 5,
		.version = 2,
	};

	if (subcode == SUBCODE_TOKEN) {
		block.token = (uintptr_t)&token;
		block.select = block.compare = PROBLEM_BIT;
		block.zarch = ZARCH;
	}
	return block;
}

/* The block is at @address; returns what came in the second register. */
static int64_t refer_at(uint64_t address, uint32_t interruption, const char *what)
{
	struct call call;

	call_init(&call, 0x258);
	call.r1 = 3;
	call.r3 = 12;
	call.in.gpr[3] = address;
	call_expect(&call, interruption, interruption ? NOTHING : WROTE(12), what);
	return (int64_t)call.out.gpr[12];
}

static int64_t refer(const struct paracall_guest_page_reference *block, uint32_t interruption,
		     const char *what)
{
	struct paracall_guest_page_reference copy __attribute__((aligned(8))) = *block;

	__asm__ volatile("" : : "Q"(copy) : "memory");
	return refer_at((uintptr_t)&copy, interruption, what);
}

static int64_t refer_simply(enum subcode subcode, const char *what)
{
	struct paracall_guest_page_reference block = block_of(subcode);

	return refer(&block, INTERRUPTION_NONE, what);
}

static void test_token(void)
{
	/* Whatever was before. */
	refer_simply(SUBCODE_CANCEL, "cancel");
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 4, "cancel without a token");
	check_equal(refer_simply(SUBCODE_TOKEN, "token"), 0, "token");
	check_equal(refer_simply(SUBCODE_TOKEN, "token"), 8, "token, twice");
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 0, "cancel");
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 4, "cancel, twice");
}

/* What is wrong with a block's head is so for both subcodes. */
static void try_bad_head(enum subcode subcode)
{
	static const uint16_t codes[] = { 0, 0x257, 0x259, 0xffff };
	static const uint16_t subcodes[] = { 2, 3, 0x100, 0xffff };
	static const uint16_t versions[] = { 0, 1, 3, 0x102 };
	struct paracall_guest_page_reference block;

	for (unsigned int i = 0; i < 4; i++) {
		block = block_of(subcode);
		block.code = codes[i];
		refer(&block, INTERRUPTION_SPECIFICATION, "a bad code");
		block = block_of(subcode);
		block.subcode = subcodes[i];
		refer(&block, INTERRUPTION_SPECIFICATION, "a bad subcode");
		block = block_of(subcode);
		block.version = versions[i];
		refer(&block, INTERRUPTION_SPECIFICATION, "a bad version");
	}
	for (uint16_t length = 0; length < 5; length++) {
		block = block_of(subcode);
		block.length = length;
		refer(&block, INTERRUPTION_SPECIFICATION, "a bad length");
	}
}

static void test_bad_blocks(void)
{
	struct paracall_guest_page_reference block;

	refer_simply(SUBCODE_CANCEL, "cancel");
	try_bad_head(SUBCODE_TOKEN);
	try_bad_head(SUBCODE_CANCEL);
	block = block_of(SUBCODE_TOKEN);
	block.compare |= 1;
	refer(&block, INTERRUPTION_SPECIFICATION, "compare outside select");
	block = block_of(SUBCODE_TOKEN);
	block.token += 4;
	refer(&block, INTERRUPTION_SPECIFICATION, "token not aligned");
	block = block_of(SUBCODE_TOKEN);
	block.zarch = 0;
	refer(&block, INTERRUPTION_SPECIFICATION, "no zarch");
	block.zarch = ZARCH | 1;
	refer(&block, INTERRUPTION_SPECIFICATION, "zarch and more");
	block = block_of(SUBCODE_TOKEN);
	block.token = memory_end();
	refer(&block, INTERRUPTION_ADDRESSING, "token after the end of memory");
	block.token = 0x8000000000000000;
	refer(&block, INTERRUPTION_ADDRESSING, "token far after the end of memory");
	for (unsigned int field = 0; field < 4; field++) {
		block = block_of(SUBCODE_CANCEL);
		(&block.token)[field] = 8;
		refer(&block, INTERRUPTION_SPECIFICATION, "cancel with a field");
	}
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 4, "after all that");
}

/* These are what may be in a block. */
static void test_good_blocks(void)
{
	struct paracall_guest_page_reference block = block_of(SUBCODE_TOKEN);

	refer_simply(SUBCODE_CANCEL, "cancel");
	block.length = 6;
	block.select = ~0ul;
	block.compare = 0;
	check_equal(refer(&block, INTERRUPTION_NONE, "longer"), 0, "longer");
	/* With a token the rest isn't looked at. */
	block.zarch = 1;
	block.token = 3;
	check_equal(refer(&block, INTERRUPTION_NONE, "bad, with a token"), 8, "with a token");
	block = block_of(SUBCODE_CANCEL);
	block.length = 0xffff;
	check_equal(refer(&block, INTERRUPTION_NONE, "long cancel"), 0, "long cancel");
	block = block_of(SUBCODE_TOKEN);
	block.token = memory_end() - 8;
	check_equal(refer(&block, INTERRUPTION_NONE, "token at the end"), 0, "at the end");
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 0, "cancel");
}

static void test_block_addresses(void)
{
	struct paracall_guest_page_reference *last, block = block_of(SUBCODE_CANCEL);
	uint64_t end = memory_end();

	refer_simply(SUBCODE_CANCEL, "cancel");
	for (uint64_t offset = 1; offset < 8; offset++) {
		refer_at((uintptr_t)pages + offset, INTERRUPTION_SPECIFICATION, "not aligned");
		refer_at(end + offset, INTERRUPTION_SPECIFICATION, "not aligned, not there");
	}
	last = (struct paracall_guest_page_reference *)(end - sizeof(block));
	*last = block;
	check_equal(refer_at(end - sizeof(block), INTERRUPTION_NONE, "the last there is"), 4,
		    "the last there is");
	refer_at(end - sizeof(block) + 8, INTERRUPTION_ADDRESSING, "across memory's end");
	refer_at(end, INTERRUPTION_ADDRESSING, "after the end of memory");
	refer_at(0x8000000000000000, INTERRUPTION_ADDRESSING, "far after the end of memory");
	refer_at(0xfffffffffffffff8, INTERRUPTION_ADDRESSING, "around the end of all");
}

/* Addresses are real ones: 0 is the CPU's lowcore, and its prefix absolute 0. */
static void test_block_prefix(void)
{
	struct paracall_guest_page_reference block = block_of(SUBCODE_CANCEL);
	uint8_t *absolute = lowcore_of(this_cpu_address());
	uintptr_t real = LC_FREE;

	/* The compiler must not know what is so low. */
	__asm__ volatile("" : "+r"(real));
	refer_simply(SUBCODE_CANCEL, "cancel");
	memcpy((void *)real, &block, sizeof(block));
	memset(absolute + LC_FREE, 0, sizeof(block));
	check_equal(refer_at(LC_FREE, INTERRUPTION_NONE, "in the lowcore"), 4,
		    "in the lowcore");
	refer_at((uintptr_t)absolute + LC_FREE, INTERRUPTION_SPECIFICATION,
		 "not at absolute 0");
	memcpy(absolute + LC_FREE, &block, sizeof(block));
	memset((void *)real, 0, sizeof(block));
	check_equal(refer_at((uintptr_t)absolute + LC_FREE, INTERRUPTION_NONE, "at absolute 0"),
		    4, "at absolute 0");
	refer_at(LC_FREE, INTERRUPTION_SPECIFICATION, "not in the lowcore");
}

struct remote_token {
	volatile int64_t token, cancel;
	volatile uint32_t spins;
};

static void token_here(void *argument)
{
	struct paracall_guest_page_reference block = block_of(SUBCODE_TOKEN);
	struct remote_token *remote = argument;

	remote->token = paracall_guest_diag_page_reference(&block);
}

/* Is stopped while it runs. */
static void token_and_spin(void *argument)
{
	struct remote_token *remote = argument;

	token_here(remote);
	remote->spins = 1;
	while (1)
		;
}

static void cancel_here(void *argument)
{
	struct paracall_guest_page_reference block = block_of(SUBCODE_CANCEL);
	struct remote_token *remote = argument;

	remote->cancel = paracall_guest_diag_page_reference(&block);
}

static void run_on(struct cpu *cpu, void (*work)(void *), struct remote_token *remote)
{
	cpu_post(cpu, work, remote);
	check(cpu_wait(cpu, 10000), "CPU %u does not finish", cpu->address);
}

static void test_token_of_each(void)
{
	struct remote_token remote = { -1, -1, 0 };
	struct cpu *cpu = cpu_at(1);

	refer_simply(SUBCODE_CANCEL, "cancel");
	run_on(cpu, token_here, &remote);
	check_equal(remote.token, 0, "token on another CPU");
	check_equal(refer_simply(SUBCODE_CANCEL, "cancel"), 4, "cancel here");
	run_on(cpu, token_here, &remote);
	check_equal(remote.token, 8, "token there, twice");
	run_on(cpu, cancel_here, &remote);
	check_equal(remote.cancel, 0, "cancel there");
}

static void try_token_and_reset(enum sigp_order reset, const char *what)
{
	struct remote_token remote = { -1, -1, 0 };
	struct cpu *cpu = cpu_at(1);

	cpu_post(cpu, token_and_spin, &remote);
	check(wait_for(&remote.spins, 1, 10000), "CPU %u does not start", cpu->address);
	check_equal(remote.token, 0, "token before %s", what);
	cpu_stop(cpu);
	check_equal(sigp(cpu->address, reset, 0, NULL), SIGP_ACCEPTED, "%s", what);
	if (!check(cpu_restart(cpu), "CPU does not restart after %s", what))
		return;
	run_on(cpu, cancel_here, &remote);
	check_equal(remote.cancel, 4, "cancel after %s", what);
}

/* kvm_arch_vcpu_ioctl_normal_reset, and what goes on to it from there. */
static void test_token_and_reset(void)
{
	try_token_and_reset(SIGP_INITIAL_RESET, "initial CPU reset");
	try_token_and_reset(SIGP_RESET, "CPU reset");
}

/* STSI 3.2.2: the control program's name, in EBCDIC. */
static void test_name(void)
{
	static const uint8_t name[16] = { 0xd2, 0xe5, 0xd4, 0x61, 0xd3, 0x89, 0x95, 0xa4,
					  0xa7, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40 };
	static uint8_t information[PAGE] __attribute__((aligned(PAGE)));
	register uint64_t r0 __asm__("0") = 0x30000002;
	register uint64_t r1 __asm__("1") = 2;
	int cc;

	__asm__ volatile("stsi %1\n"
			 "ipm %0\n"
			 "srl %0,28"
			 : "=&d"(cc), "=Q"(information), "+d"(r0)
			 : "d"(r1)
			 : "cc", "memory");
	check_equal(cc, 0, "condition code");
	check((information[31] & 15) >= 1, "no control program is named");
	for (unsigned int i = 0; i < sizeof(name); i++)
		check_equal(information[56 + i], name[i], "byte %u of the name", i);
}

/* The source of what is expected: see struct test. */
#define KVM(function) "arch/s390/kvm/diag.c, " function
#define DOCUMENT "Documentation/virt/kvm/s390/s390-diag.rst, "
/* The kernel lacks it, so that it is user space's. */
#define QEMU_DIAG KVM("kvm_s390_handle_diag") "; QEMU: target/s390x/kvm/kvm.c, handle_diag"
#define QEMU_500(function) "QEMU: hw/s390x/s390-hypercall.c, " function
#define NOTIFY KVM("__diag_virtio_hypercall") "; " QEMU_500("handle_virtio_ccw_notify")
#define IPL "QEMU: target/s390x/diag.c"
#define LIMIT QEMU_500("handle_storage_limit") "; " DOCUMENT "\"Subcode 4 - storage-limit\""
#define WATCHDOG \
	"QEMU: target/s390x/diag.c, handle_diag_288; " \
	"QEMU: hw/watchdog/wdt_diag288.c, wdt_diag288_handle_timer"
#define BREAKPOINT \
	"QEMU: target/s390x/kvm/kvm.c, handle_sw_breakpoint and handle_instruction; " DOCUMENT \
	"\"DIAGNOSE function code 'X'501\""
#define STSI \
	"arch/s390/kvm/priv.c, handle_stsi_3_2_2; " \
	"QEMU: target/s390x/tcg/misc_helper.c, helper_stsi"
#define FUNCTION_CODE \
	DOCUMENT "\"General remarks\"; arch/s390/kvm/kvm-s390.h, kvm_s390_get_base_disp_rs"
#define EXECUTE \
	"Principles of Operation, \"EXECUTE\"; arch/s390/kvm/intercept.c, kvm_s390_get_ilen"

static const struct test tests[] = {
	{ .name = "privileged",
	  .rule = KVM("kvm_s390_handle_diag") "; Principles of Operation, \"DIAGNOSE\"",
	  .run_row = test_problem_state,
	  TEST_ROWS(all_codes) },
	{ .name = "unknown code",
	  .rule = QEMU_DIAG,
	  .run_row = test_unknown_code,
	  TEST_ROWS(unknown_codes) },
	{ .name = "unknown subcode of 0x500",
	  .rule = QEMU_500("handle_diag_500") "; " DOCUMENT "\"DIAGNOSE function code 'X'500\"",
	  .covers = "DIAG_500_OTHER",
	  .run_row = test_unknown_subcode,
	  TEST_ROWS(unknown_subcodes) },
	{ .name = "0x500 notify no subchannel",
	  .rule = NOTIFY "; QEMU: target/s390x/ioinst.c, ioinst_disassemble_sch_ident",
	  .run_row = test_notify_nobody,
	  TEST_ROWS(bad_subchannels) },
	{ .name = "0x500 notify with any fields", .rule = NOTIFY, .run = test_notify_fields },
	{ .name = "0x500 notify in any addressing mode",
	  .rule = NOTIFY,
	  .run = test_notify_modes },
	{ .name = "0x500 notify a device",
	  .rule = NOTIFY "; virt/kvm/kvm_main.c, kvm_io_bus_write_cookie",
	  .covers = "DIAG_500_CCW_NOTIFY",
	  .run = test_notify_device },
	{ .name = "0x500 notify of the old virtio",
	  .rule = QEMU_500("handle_virtio_notify"),
	  .covers = "DIAG_500_NOTIFY",
	  .run = test_notify_old },
	{ .name = "0x500 storage limit",
	  .rule = LIMIT,
	  .covers = "DIAG_500_STORAGE_LIMIT",
	  .run = test_storage_limit },
	{ .name = "0x44 changes nothing",
	  .rule = KVM("__diag_time_slice_end"),
	  .run = test_time_slice_end },
	{ .name = "0x308 refuses", .rule = IPL ", diag308_parm_check", .run = test_ipl },
	{ .name = "0x308 refuses subcode",
	  .rule = IPL ", handle_diag_308; " KVM("__diag_ipl_functions"),
	  .covers = "DIAG_308_OTHER",
	  .run_row = test_bad_ipl,
	  TEST_ROWS(bad_ipl_subcodes) },
	{ .name = "0x308 stores the parameter block",
	  .rule = IPL ", handle_diag_308; arch/s390/include/asm/ipl.h, enum diag308_rc",
	  .covers = "DIAG_308_STORE",
	  .run = test_ipl_store },
	{ .name = "0x288 refuses",
	  .rule = WATCHDOG,
	  .covers = "DIAG_288_OTHER",
	  .run = test_watchdog },
	{ .name = "base register and displacement make the code",
	  .rule = FUNCTION_CODE,
	  .run = test_base_register },
	{ .name = "executed by EX and EXRL",
	  .rule = EXECUTE "; " QEMU_500("handle_diag_500") "; " IPL ", diag308_parm_check",
	  .run = test_execute },
	{ .name = "anywhere in memory",
	  .rule = "Principles of Operation, \"Instruction Fetching\"",
	  .run = test_places },
	{ .name = "STSI names KVM", .rule = STSI, .run = test_name },
	{ .name = "0x9c changes nothing",
	  .rule = KVM("__diag_time_slice_end_directed"),
	  .run = test_yield,
	  .kvm = true },
	{ .name = "0x501 is an operation exception",
	  .rule = BREAKPOINT,
	  .covers = "DIAG_501_BREAKPOINT",
	  .run = test_breakpoint,
	  .kvm = true },
	{ .name = "base register for KVM's own",
	  .rule = FUNCTION_CODE,
	  .run = test_base_register_kvm,
	  .kvm = true },
	{ .name = "KVM's own executed by EX and EXRL",
	  .rule = EXECUTE,
	  .run = test_execute_kvm,
	  .kvm = true },
	{ .name = "KVM's own anywhere in memory",
	  .rule = "Principles of Operation, \"Instruction Fetching\"",
	  .run = test_places_kvm,
	  .kvm = true },
	{ .name = "0x10 refuses bad ranges",
	  .rule = KVM("diag_release_pages"),
	  .run = test_release_bad,
	  .kvm = true },
	{ .name = "0x10 releases pages",
	  .rule = KVM("diag_release_pages") "; arch/s390/mm/gmap.c, gmap_discard",
	  .covers = "DIAG_10_RELEASE_PAGES",
	  .run = test_release,
	  .kvm = true },
	{ .name = "0x10 takes any register",
	  .rule = KVM("diag_release_pages"),
	  .run = test_release_registers,
	  .kvm = true },
	{ .name = "0x10 at the end of memory",
	  .rule = KVM("diag_release_pages") "; arch/s390/mm/gmap.c, gmap_discard",
	  .run = test_release_end,
	  .kvm = true },
	{ .name = "0x10 in the prefix area",
	  .rule = KVM("diag_release_pages") "; Principles of Operation, \"Prefixing\"",
	  .run = test_release_prefix,
	  .kvm = true },
	{ .name = "0x258 token and cancel",
	  .rule = KVM("__diag_page_ref_service"),
	  .covers = "DIAG_258_TOKEN DIAG_258_CANCEL",
	  .run = test_token,
	  .kvm = true },
	{ .name = "0x258 refuses bad blocks",
	  .rule = KVM("__diag_page_ref_service"),
	  .covers = "DIAG_258_OTHER",
	  .run = test_bad_blocks,
	  .kvm = true },
	{ .name = "0x258 takes good blocks",
	  .rule = KVM("__diag_page_ref_service"),
	  .run = test_good_blocks,
	  .kvm = true },
	{ .name = "0x258 block anywhere",
	  .rule = KVM("__diag_page_ref_service") "; arch/s390/kvm/gaccess.c, access_guest_real",
	  .run = test_block_addresses,
	  .kvm = true },
	{ .name = "0x258 block at a real address",
	  .rule = KVM(
		  "__diag_page_ref_service") "; arch/s390/kvm/gaccess.h, kvm_s390_real_to_abs",
	  .run = test_block_prefix,
	  .kvm = true },
	{ .name = "0x258 each CPU by itself",
	  .rule = KVM("__diag_page_ref_service") ": vcpu->arch.pfault_token",
	  .run = test_token_of_each,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "0x258 token ends with a reset",
	  .rule = "arch/s390/kvm/kvm-s390.c, kvm_arch_vcpu_ioctl_normal_reset and _initial_reset",
	  .run = test_token_and_reset,
	  .cpus = 2,
	  .kvm = true },
};

TESTS_MAIN("diag", tests)
