/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM for LoongArch: how it is found, its calls, and steal time. Rules are those of the
 * kernel's Documentation/virt/kvm/loongarch/hypercalls.rst and arch/loongarch/kvm/.
 */
#include "common/test.h"
#include "runtime/runtime.h"

#define LIMIT_MS 5000
#define PAGE_SIZE 4096u
#define WORDS (PAGE_SIZE / 4)

/* Numbers of registers. */
#define ZERO 0
#define A0 4
#define A1 5
#define A2 6
#define S0 23

#define STEAL_TIME (1ul << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME)
#define NOTIFY PARACALL_HCALL_FUNC_NOTIFY
#define VALID PARACALL_KVM_STEAL_PHYS_VALID

/* All registers have these before an instruction, but for those that it is given. */
static uint64_t pattern(unsigned int number)
{
	return number ? 0xa5a5000000000000 + number * 0x0101010101010101 : 0;
}

/* Two pages of each CPU's, so that an instruction can be the last one of a page. */
static uint32_t code[MAX_CPUS][2 * WORDS] __attribute__((aligned(PAGE_SIZE)));

/* One instruction at that place, and then what ends it. */
static void run_at(unsigned int place, uint32_t instruction, uint64_t mode, struct state *state)
{
	uint32_t *mine = &code[this_cpu_number()][place];

	mine[0] = instruction;
	mine[1] = BREAK;
	instructions_written();
	state->pc = mode == MODE_USER ? user_address(mine) : (uintptr_t)mine;
	state->mode = mode;
	execute(state);
}

static void fill(struct state *state)
{
	for (unsigned int i = 0; i < 32; i++)
		state->r[i] = pattern(i);
}

static void check_kept(const struct state *state, unsigned int but, unsigned int too,
		       const char *what)
{
	for (unsigned int i = 1; i < 32; i++)
		if (i != but && i != too)
			check_equal((int64_t)state->r[i], (int64_t)pattern(i), "%s: r%u", what,
				    i);
}

/* What a reading gives: of register @from, into @to; nothing else changes. */
static uint64_t read_at(unsigned int place, uint32_t instruction, uint64_t mode,
			unsigned int to, unsigned int from, uint64_t index, const char *what)
{
	struct state state;

	fill(&state);
	if (from != ZERO)
		state.r[from] = index;
	run_at(place, instruction, mode, &state);
	check_equal(exception_code(&state), CODE_BREAK, "%s: how it ended", what);
	check_kept(&state, to, from, what);
	if (from != to && from != ZERO)
		check_equal((int64_t)state.r[from], (int64_t)index, "%s: the index", what);
	return to == ZERO ? 0 : state.r[to];
}

/*
 * ---- How it is found -------------------------------------------------------
 */

#define IOCSR PARACALL_LOONGARCH_IOCSR_FEATURES
#define VM ((int64_t)PARACALL_LOONGARCH_IOCSR_VM)

/* Even pages whose next ones are absent. */
#define LOWER_PAGE 0x0000000040000000
#define UPPER_PAGE 0xffff900000000000

/* All others are there on QEMU's virt: MSI, the extended controller, interrupts by CSR. */
#define VIRT_FEATURES 0x1c

static void check_iocsr(unsigned int place, uint32_t instruction, unsigned int to,
			unsigned int from, const char *what)
{
	int64_t value =
		(int64_t)read_at(place, instruction, MODE_KERNEL, to, from, IOCSR, what);

	check_equal(value & VM, VM, "%s: bit 11", what);
	check_equal(value & VIRT_FEATURES, VIRT_FEATURES, "%s: others", what);
}

struct nothing {
	uint32_t instruction;
	uint64_t address;
	const char *what;
};

/*
 * QEMU's registers have at least 32 bits, with KVM, too (hw/loongarch/virt.c,
 * virt_iocsr_misc_ops); without it all 64 bits of an address count.
 */
static void test_iocsr_others(void)
{
	static const struct nothing all[] = {
		{ IOCSRRD_B(A0, A1), IOCSR, "8 bits" },
		{ IOCSRRD_B(A0, A1), IOCSR + 1, "8 bits, the second byte" },
		{ IOCSRRD_H(A0, A1), IOCSR, "16 bits" },
		{ IOCSRRD_W(A0, A1), IOCSR + 1, "32 bits, not aligned" },
		{ IOCSRRD_W(A0, A1), IOCSR + 4, "the upper half" },
		{ IOCSRRD_W(A0, A1), IOCSR | 1ul << 32, "32 bits, far away" },
		{ IOCSRRD_D(A0, A1), IOCSR | 1ul << 63, "64 bits, far away" },
	};

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check_equal((int64_t)read_at(0, all[i].instruction, MODE_KERNEL, A0, A1,
					     all[i].address, all[i].what),
			    0, "%s", all[i].what);
}

static void test_iocsr(void)
{
	struct state state;

	check_iocsr(0, IOCSRRD_W(A0, A1), A0, A1, "32 bits");
	check_iocsr(0, IOCSRRD_D(A0, A1), A0, A1, "64 bits");
	check_iocsr(0, IOCSRRD_W(A1, A1), A1, A1, "where the address was");
	check_iocsr(WORDS - 1, IOCSRRD_W(S0, A1), S0, A1, "at the end of a page");
	check_iocsr(WORDS - 1, IOCSRRD_D(A1, A1), A1, A1, "at the end, where the address was");
	/* Register 0 stays 0, and another is not changed. */
	read_at(0, IOCSRRD_W(ZERO, A1), MODE_KERNEL, ZERO, A1, IOCSR, "thrown away");
	check_equal((int64_t)read_at(0, IOCSRRD_D(A0, A1), MODE_KERNEL, A0, A1, 0x20,
				     "another"),
		    (int64_t)read_at(0, IOCSRRD_D(A0, A1), MODE_KERNEL, A0, A1, 0x20,
				     "another"),
		    "the CPU's name");
	fill(&state);
	state.r[A1] = IOCSR;
	run_at(0, IOCSRRD_W(A0, A1), MODE_USER, &state);
	check_equal(exception_code(&state), CODE_PRIVILEGE, "user mode");
	check_equal((int64_t)state.r[A0], (int64_t)pattern(A0), "user mode: a0");
}

struct index {
	const char *name;
	uint64_t index;
	int64_t value;
};

static const struct index indices[] = {
	{ "signature", PARACALL_KVM_CPUCFG_SIGNATURE, PARACALL_KVM_CPUCFG_KVM },
	{ "signature, 32 bits count", 0xffffffff00000000 | PARACALL_KVM_CPUCFG_SIGNATURE,
	  PARACALL_KVM_CPUCFG_KVM },
	{ "after the signature", PARACALL_KVM_CPUCFG_SIGNATURE + 1, 0 },
	{ "after the features", PARACALL_KVM_CPUCFG_FEATURES + 1, 0 },
	{ "last", PARACALL_KVM_CPUCFG_LAST, 0 },
	{ "not KVM's, behind", PARACALL_KVM_CPUCFG_LAST + 1, 0 },
	{ "not KVM's, before", PARACALL_KVM_CPUCFG_SIGNATURE - 1, 0 },
	{ "all bits", UINT64_MAX, 0 },
};

static void run_index(const void *row)
{
	const struct index *index = row;
	const uint64_t modes[] = { MODE_KERNEL, MODE_USER };

	for (unsigned int i = 0; i < TEST_COUNT(modes); i++) {
		const char *what = i ? "user mode" : "kernel";

		check_equal((int64_t)read_at(0, CPUCFG(A0, A1), modes[i], A0, A1, index->index,
					     what),
			    index->value, "%s", what);
		check_equal((int64_t)read_at(0, CPUCFG(A1, A1), modes[i], A1, A1, index->index,
					     what),
			    index->value, "%s, where the index was", what);
		check_equal((int64_t)read_at(WORDS - 1, CPUCFG(S0, A1), modes[i], S0, A1,
					     index->index, what),
			    index->value, "%s, at the end of a page", what);
	}
	read_at(0, CPUCFG(ZERO, A1), MODE_KERNEL, ZERO, A1, index->index, "thrown away");
}

static void test_features(void)
{
	int64_t features = (int64_t)read_at(0, CPUCFG(A0, A1), MODE_KERNEL, A0, A1,
					    PARACALL_KVM_CPUCFG_FEATURES, "features");

	check_equal(features, kvm_features(), "as at the beginning");
	/* Bit 0 is nothing, and 32 bits are all. */
	check_equal(features & 1, 0, "bit 0");
	check_equal(features >> 32, 0, "the upper half");
}

/* The CPU's own stay: there is a crystal, and 64-bit code. */
static void test_cpu(void)
{
	check(cpucfg(4) != 0, "CPUCFG 4 is 0");
	check_equal((int64_t)(cpucfg(1) & 3), 2, "CPUCFG 1");
}

/*
 * ---- Calls -----------------------------------------------------------------
 */

struct hcall {
	const char *name;
	uint32_t code;
	uint64_t a0, a1, a2;
	int64_t result;
};

#define SERVICE PARACALL_HCALL_SERVICE
#define INVALID_CODE PARACALL_HCALL_INVALID_CODE
#define INVALID_PARAMETER PARACALL_HCALL_INVALID_PARAMETER

static void run_hcall(const void *row)
{
	const struct hcall *hcall = row;
	const unsigned int places[] = { 0, WORDS - 1 };

	for (unsigned int i = 0; i < TEST_COUNT(places); i++) {
		struct state state;

		fill(&state);
		state.r[A0] = hcall->a0;
		state.r[A1] = hcall->a1;
		state.r[A2] = hcall->a2;
		run_at(places[i], HVCL(hcall->code), MODE_KERNEL, &state);
		check_equal(exception_code(&state), CODE_BREAK, "how it ended");
		check_equal((int64_t)state.r[A0], hcall->result, "a0");
		check_equal((int64_t)state.r[A1], (int64_t)hcall->a1, "a1");
		check_equal((int64_t)state.r[A2], (int64_t)hcall->a2, "a2");
		for (unsigned int number = 1; number < 32; number++)
			if (number < A0 || number > A2)
				check_equal((int64_t)state.r[number], (int64_t)pattern(number),
					    "r%u", number);
	}
}

static const struct hcall unknown[] = {
	{ "code 0", 0, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "code 1", 1, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "code 0xff", 0xff, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "code 0x103", 0x103, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "code 0x4100", 0x4100, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "code 0x7fff", 0x7fff, NOTIFY, STEAL_TIME, 0, INVALID_CODE },
	{ "breakpoint", PARACALL_HCALL_SWDBG, 1, 2, 3, INVALID_CODE },
	{ "service 0", SERVICE, 0, STEAL_TIME, 0, INVALID_CODE },
	{ "service 3", SERVICE, 3, STEAL_TIME, 0, INVALID_CODE },
	{ "service -1", SERVICE, UINT64_MAX, STEAL_TIME, 0, INVALID_CODE },
	{ "service 2, 64 bits count", SERVICE, 0x100000000 | NOTIFY, STEAL_TIME, 0,
	  INVALID_CODE },
};

static const struct hcall refused[] = {
	{ "nothing", SERVICE, NOTIFY, 0, 0, INVALID_CODE },
	{ "another feature", SERVICE, NOTIFY, 1ul << PARACALL_KVM_FEATURE_LOONGARCH_IPI, 0,
	  INVALID_CODE },
	{ "two features", SERVICE, NOTIFY, STEAL_TIME | 2, 0, INVALID_CODE },
	{ "64 bits count", SERVICE, NOTIFY, 0x100000000 | STEAL_TIME, 0, INVALID_CODE },
	{ "its number", SERVICE, NOTIFY, PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME, 0,
	  INVALID_CODE },
	{ "feature before address", SERVICE, NOTIFY, 0, 0x3e, INVALID_CODE },
	{ "bit 1", SERVICE, NOTIFY, STEAL_TIME, 0x1002, INVALID_PARAMETER },
	{ "bit 2", SERVICE, NOTIFY, STEAL_TIME, 0x1005, INVALID_PARAMETER },
	{ "bit 3", SERVICE, NOTIFY, STEAL_TIME, 0x1008, INVALID_PARAMETER },
	{ "bit 4", SERVICE, NOTIFY, STEAL_TIME, 0x1011, INVALID_PARAMETER },
	{ "bit 5", SERVICE, NOTIFY, STEAL_TIME, 0x1020, INVALID_PARAMETER },
	{ "all bits", SERVICE, NOTIFY, STEAL_TIME, UINT64_MAX, INVALID_PARAMETER },
};

/* What is not offered is not there, whoever asks. */
static void test_not_offered(void)
{
	if (!(kvm_features() >> PARACALL_KVM_FEATURE_LOONGARCH_IPI & 1))
		check_equal(call(PARACALL_HCALL_FUNC_IPI, 1, 0, 0), INVALID_CODE, "IPI");
	if (!(kvm_features() >> PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME & 1))
		check_equal(call(NOTIFY, STEAL_TIME, 0, 0), INVALID_CODE, "NOTIFY");
	if (!(kvm_features() >> PARACALL_KVM_FEATURE_LOONGARCH_USER_HCALL & 1)) {
		struct state state = { .r[A0] = 1 };

		run_at(0, HVCL(PARACALL_HCALL_USER_SERVICE), MODE_KERNEL, &state);
		check_equal(exception_code(&state), CODE_BREAK, "USER_SERVICE: how it ended");
		check_equal((int64_t)state.r[A0], INVALID_CODE, "USER_SERVICE");
	}
}

/*
 * At a page's end, and the next page is absent. The result is there when the exception comes,
 * and what runs then, at the same place of another page, keeps its registers.
 */
static void read_before_absent(uint64_t page, uint64_t mode, uint32_t instruction,
			       uint64_t index, int64_t bits, const char *what)
{
	uint32_t *last = &code[this_cpu_number()][WORDS - 1];
	struct state state;

	*last = instruction;
	instructions_written();
	fill(&state);
	state.r[A1] = index;
	state.pc = page + PAGE_SIZE - sizeof(*last);
	state.mode = mode;
	map_page(page, code[this_cpu_number()]);
	execute(&state);
	unmap_page();
	check_equal(exception_code(&state), CODE_PAGE_INVALID_FETCH, "%s: how it ended", what);
	check_equal((int64_t)state.pc, (int64_t)(page + PAGE_SIZE), "%s: where", what);
	check_equal((int64_t)state.r[S0] & bits, bits, "%s: what it gave", what);
	check_kept(&state, S0, A1, what);
	fill(&state);
	run_at(0, OR(ZERO, ZERO, ZERO), MODE_KERNEL, &state);
	check_kept(&state, ZERO, ZERO, what);
}

static void test_absent(void)
{
	/* More than once: the place was not known before. */
	for (unsigned int i = 0; i < 2; i++) {
		read_before_absent(LOWER_PAGE, MODE_USER, CPUCFG(S0, A1),
				   PARACALL_KVM_CPUCFG_SIGNATURE, PARACALL_KVM_CPUCFG_KVM,
				   "CPUCFG in user mode");
		read_before_absent(UPPER_PAGE, MODE_KERNEL, CPUCFG(S0, A1),
				   PARACALL_KVM_CPUCFG_SIGNATURE, PARACALL_KVM_CPUCFG_KVM,
				   "CPUCFG");
		read_before_absent(UPPER_PAGE, MODE_KERNEL, IOCSRRD_W(S0, A1), IOCSR, VM,
				   "IOCSR");
	}
}

/* In user mode it fails in the upper half, too, and nothing remains of it. */
static void test_upper_user_mode(void)
{
	uint32_t *last = &code[this_cpu_number()][WORDS - 1];
	struct state state;

	*last = IOCSRRD_W(S0, A1);
	instructions_written();
	fill(&state);
	state.r[A1] = IOCSR;
	state.pc = UPPER_PAGE + PAGE_SIZE - sizeof(*last);
	state.mode = MODE_USER;
	map_page(UPPER_PAGE, code[this_cpu_number()]);
	execute(&state);
	unmap_page();
	check_equal(exception_code(&state), CODE_PRIVILEGE, "how it ended");
	check_equal((int64_t)state.r[S0], (int64_t)pattern(S0), "s0");
	fill(&state);
	run_at(0, OR(ZERO, ZERO, ZERO), MODE_KERNEL, &state);
	check_kept(&state, ZERO, ZERO, "what runs then");
}

/* Code that all CPUs run, of which each one has changed a part. */
static uint32_t shared_code[2 * WORDS] __attribute__((aligned(PAGE_SIZE)));

struct shared_reading {
	uint32_t instruction;
	uint64_t index;
	uint64_t value;
	volatile uint32_t good;
};

/* The second page is written again, and the first one is not. */
static void read_shared(void *argument)
{
	struct shared_reading *reading = argument;
	uint32_t *place = &shared_code[WORDS - 1];
	struct state state;

	if (place[0] != reading->instruction)
		place[0] = reading->instruction;
	place[1] = OR(ZERO, ZERO, ZERO);
	place[2] = BREAK;
	instructions_written();
	fill(&state);
	state.r[A1] = reading->index;
	state.pc = (uintptr_t)place;
	state.mode = MODE_KERNEL;
	execute(&state);
	reading->good = exception_code(&state) == CODE_BREAK &&
			(state.r[S0] & reading->value) == reading->value &&
			state.r[A0] == pattern(A0);
}

static void test_shared(void)
{
	static struct shared_reading readings[] = {
		{ .instruction = CPUCFG(S0, A1),
		  .index = PARACALL_KVM_CPUCFG_SIGNATURE,
		  .value = PARACALL_KVM_CPUCFG_KVM },
		{ .instruction = IOCSRRD_D(S0, A1), .index = IOCSR, .value = VM },
	};

	for (unsigned int i = 0; i < TEST_COUNT(readings); i++) {
		read_shared(&readings[i]);
		check(readings[i].good, "reading %u on the first CPU", i);
		for (uint32_t cpu = 1; cpu < cpu_count; cpu++) {
			readings[i].good = 0;
			cpu_post(cpu_at(cpu), read_shared, &readings[i]);
			check(cpu_wait(cpu_at(cpu), LIMIT_MS) && readings[i].good,
			      "reading %u on CPU %u", i, cpu);
		}
	}
}

/*
 * ---- Steal time ------------------------------------------------------------
 */

static struct paracall_kvm_loongarch_steal_time records[MAX_CPUS][2]
	__attribute__((aligned(64)));

static volatile struct paracall_kvm_loongarch_steal_time *record(unsigned int number)
{
	return &records[this_cpu_number()][number];
}

static int64_t notify(const volatile struct paracall_kvm_loongarch_steal_time *place)
{
	return call(NOTIFY, STEAL_TIME, place ? physical(place) | VALID : 0, 0);
}

static void set(volatile struct paracall_kvm_loongarch_steal_time *place, uint64_t steal,
		uint32_t version)
{
	place->steal = steal;
	place->version = version;
	place->flags = 0x5a5a5a5a;
	for (unsigned int i = 0; i < sizeof(place->reserved); i++)
		place->reserved[i] = 0xa5;
}

/* It is reported at once, and added to what the record has. */
static void test_record(void)
{
	volatile struct paracall_kvm_loongarch_steal_time *place = record(0);

	set(place, 1000, 4);
	check_equal(notify(place), 0, "NOTIFY");
	check_equal(place->version % 2, 0, "version is odd");
	check(place->version >= 6, "version is %u: it was not written", place->version);
	check(place->steal >= 1000 && place->steal < 1000 + 10 * 1000000000ul,
	      "steal began with 1000, and is %lu", place->steal);
	check_equal(place->flags, 0x5a5a5a5a, "flags");
	for (unsigned int i = 0; i < sizeof(place->reserved); i++)
		check_equal(place->reserved[i], 0xa5, "byte %u after", i);
	set(place, 0, 7);
	check_equal(notify(place), 0, "NOTIFY of an odd version");
	check(place->version % 2 == 0 && place->version >= 10, "version is %u", place->version);
	check_equal(notify(NULL), 0, "NOTIFY of none");
}

/* Nobody knows of what is no memory until it is written to, and then nothing happens. */
static void test_no_memory(void)
{
	static const uint64_t places[] = {
		0x10000000,	0x1fe001c0,	    0x100e0000,		0x7fffffc0,
		0xffffffffffc0, 0xfffffffffffff000, 0xffffffffffffffc0,
	};

	for (unsigned int i = 0; i < TEST_COUNT(places); i++) {
		check_equal(call(NOTIFY, STEAL_TIME, places[i] | VALID, 0), 0, "0x%lx",
			    places[i]);
		check(take_interrupts(20) > 0, "no interrupt of the timer");
	}
	check_equal(notify(NULL), 0, "NOTIFY of none");
	check_equal(call(NOTIFY, STEAL_TIME, 0x1000, 0), 0, "an address, and none there");
}

static bool is_kept(const volatile struct paracall_kvm_loongarch_steal_time *place)
{
	uint32_t version = place->version;
	uint64_t steal = place->steal;

	check(take_interrupts(300) > 0, "no interrupt of the timer");
	return place->version == version && place->steal == steal;
}

/* A record that the guest has given up, or moved, is its own again. */
static void test_given_up(void)
{
	set(record(0), 0, 0);
	set(record(1), 0, 0);
	check_equal(notify(record(0)), 0, "NOTIFY");
	check_equal(notify(record(1)), 0, "NOTIFY of another");
	check(is_kept(record(0)), "the first one is written to");
	check_equal(notify(NULL), 0, "NOTIFY of none");
	check(is_kept(record(1)), "the second one is written to");
	check_equal(call(NOTIFY, STEAL_TIME, physical(record(0)), 0), 0,
		    "NOTIFY of an address without bit 0");
	check(is_kept(record(0)), "one without bit 0 is written to");
}

/* Where the machine began, user mode can have another page. That is no reset. */
#define MACHINE_BEGIN 0x1c000000

static void test_no_reset(void)
{
	uint32_t *mine = code[this_cpu_number()];
	struct state state;

	mine[0] = BREAK;
	instructions_written();
	set(record(0), 0, 0);
	check_equal(notify(record(0)), 0, "NOTIFY");
	fill(&state);
	state.pc = MACHINE_BEGIN;
	state.mode = MODE_USER;
	map_page(MACHINE_BEGIN, mine);
	execute(&state);
	unmap_page();
	check_equal(exception_code(&state), CODE_BREAK, "how it ended");
	check_equal((int64_t)state.pc, MACHINE_BEGIN, "where");
	check(!is_kept(record(0)), "the record is not written to any more");
	check_equal(notify(NULL), 0, "NOTIFY of none");
}

static void notify_here(void *argument)
{
	volatile uint32_t *good = argument;

	set(record(0), 0, 0);
	*good = !notify(record(0)) && record(0)->version >= 2;
}

static void give_up_here(void *argument)
{
	*(volatile uint32_t *)argument = !notify(NULL);
}

static void test_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		volatile uint32_t good = 0;

		cpu_post(cpu_at(i), notify_here, (void *)&good);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", i);
		check(good, "CPU %u: its record is not written", i);
		cpu_post(cpu_at(i), give_up_here, (void *)&good);
		check(cpu_wait(cpu_at(i), LIMIT_MS) && good, "CPU %u: can't give it up", i);
	}
}

/*
 * Whether the host keeps a vCPU waiting is its matter. An engine that can inject steal
 * time is asked to, by an option of the run's.
 */
static void test_steal(void)
{
	volatile struct paracall_kvm_loongarch_steal_time *place = record(0);
	uint64_t last = 0;

	set(place, 0, 0);
	check_equal(notify(place), 0, "NOTIFY");
	for (unsigned int i = 0; i < 50 && place->steal < 1000000000; i++) {
		check(take_interrupts(100) > 0, "no interrupt of the timer");
		check(place->steal >= last, "it went back from %lu to %lu", last, place->steal);
		check_equal(place->version % 2, 0, "version is odd");
		last = place->steal;
	}
	check(place->steal >= 1000000000, "only %lu ns were stolen", place->steal);
	check_equal(notify(NULL), 0, "NOTIFY of none");
}

/* User mode has no such instruction, and does nothing by it. */
static void test_user_mode(void)
{
	struct state state;

	set(record(0), 0, 0);
	fill(&state);
	state.r[A0] = NOTIFY;
	state.r[A1] = STEAL_TIME;
	state.r[A2] = physical(record(0)) | VALID;
	run_at(0, HVCL(SERVICE), MODE_USER, &state);
	check_equal(exception_code(&state), CODE_NOT_EXISTENT, "how it ended");
	check_equal((int64_t)state.r[A0], NOTIFY, "a0");
	check_equal(record(0)->version, 0, "version");
}

#define DOCUMENT "Documentation/virt/kvm/loongarch/hypercalls.rst"
#define EXIT "arch/loongarch/kvm/exit.c, "
#define UPDATE "arch/loongarch/kvm/vcpu.c, kvm_update_stolen_time"

static const struct test tests[] = {
	{ .name = "IOCSR 8 by other widths, and other addresses",
	  .rule = EXIT "kvm_emu_iocsr",
	  .run = test_iocsr_others },
	{ .name = "IOCSR 8 says that there is a hypervisor",
	  .rule = "arch/loongarch/kernel/cpu-probe.c, cpu_probe_loongson",
	  .run = test_iocsr,
	  .kvm = true },
	{ .name = "CPUCFG",
	  .rule = EXIT "kvm_emu_cpucfg",
	  .run_row = run_index,
	  TEST_ROWS(indices),
	  .kvm = true },
	{ .name = "CPUCFG: features",
	  .rule = EXIT "kvm_emu_cpucfg",
	  .run = test_features,
	  .kvm = true },
	{ .name = "before an absent page",
	  .rule = EXIT "kvm_emu_cpucfg",
	  .run = test_absent,
	  .kvm = true },
	{ .name = "user mode in the upper half",
	  .rule = "LoongArch Reference Manual, volume 1, \"Instruction Privilege Error\"",
	  .run = test_upper_user_mode,
	  .kvm = true },
	{ .name = "CPUs run the same code",
	  .rule = EXIT "kvm_emu_cpucfg",
	  .run = test_shared,
	  .cpus = 2,
	  .kvm = true },
	{ .name = "CPUCFG: the CPU's own", .rule = EXIT "kvm_emu_cpucfg", .run = test_cpu },
	{ .name = "there is no such call",
	  .rule = EXIT "kvm_handle_hypercall",
	  .run_row = run_hcall,
	  TEST_ROWS(unknown),
	  .kvm = true },
	{ .name = "what is not offered is not there",
	  .rule = EXIT "kvm_handle_service",
	  .run = test_not_offered,
	  .kvm = true },
	{ .name = "NOTIFY refuses",
	  .rule = EXIT "kvm_save_notify",
	  .run_row = run_hcall,
	  TEST_ROWS(refused),
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time: the record",
	  .rule = UPDATE,
	  .run = test_record,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time: what is no memory",
	  .rule = UPDATE,
	  .run = test_no_memory,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time: a record that is given up",
	  .rule = EXIT "kvm_save_notify",
	  .run = test_given_up,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time: where the machine began",
	  .rule = EXIT "kvm_save_notify",
	  .run = test_no_reset,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time: each CPU has a record",
	  .rule = DOCUMENT,
	  .run = test_cpus,
	  .cpus = 2,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "steal time is counted",
	  .covers = "HCALL_FUNC_NOTIFY",
	  .rule = UPDATE,
	  .run = test_steal,
	  .kvm = true,
	  .features = STEAL_TIME },
	{ .name = "user mode has no hvcl",
	  .rule = "QEMU: target/loongarch/tcg/translate.c, loongarch_tr_translate_insn",
	  .run = test_user_mode,
	  .kvm = true },
};

TESTS_MAIN("hypercalls", tests)
