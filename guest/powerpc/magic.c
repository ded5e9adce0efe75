/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The magic page: each field, what a guest may change by it, where it is and
 * where not. Documentation/virt/kvm/ppc-pv.rst; struct kvm_vcpu_arch_shared in
 * arch/powerpc/include/uapi/asm/kvm_para.h. It is reached as Linux does it: by
 * loads and stores without a base register.
 */
#include "common/test.h"

#include "runtime/call.h"

/* The last page of all, and the one before it. */
#define LAST (-4096l)
#define BEFORE_LAST (-8192l)
/* One that is memory, too. */
#define LOW 0x5000l

#define ANSWER_KNOWN (PARACALL_KVM_MAGIC_FEAT_SR | PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7)

enum field {
	SCRATCH1 = 0x00,
	SCRATCH2 = 0x08,
	SCRATCH3 = 0x10,
	CRITICAL = 0x18,
	SPRG0 = 0x20,
	SPRG3 = 0x38,
	SRR0 = 0x40,
	SRR1 = 0x48,
	DAR = 0x50,
	MSR = 0x58,
	DSISR = 0x60,
	INT_PENDING = 0x64,
	SR = 0x68,
	MAS0 = 0xa8,
	ESR = 0xc8,
	PIR = 0xcc,
	SPRG4 = 0xd0,
};

/* Instructions. The registers that tests use are 3 to 10. */
/* clang-format off */
#define LD(rt, at) (0xe8000000u | (rt) << 21 | ((uint32_t)(at) & 0xfffc))
#define STD(rt, at) (0xf8000000u | (rt) << 21 | ((uint32_t)(at) & 0xfffc))
#define LWZ(rt, at) (0x80000000u | (rt) << 21 | ((uint32_t)(at) & 0xffff))
#define STW(rt, at) (0x90000000u | (rt) << 21 | ((uint32_t)(at) & 0xffff))
#define SPR(spr) (((uint32_t)(spr) & 31) << 16 | ((uint32_t)(spr) >> 5) << 11)
#define MFSPR(rt, spr) (0x7c0002a6u | (rt) << 21 | SPR(spr))
#define MTSPR(spr, rt) (0x7c0003a6u | (rt) << 21 | SPR(spr))
#define SPR_USPRG3 259
#define MFMSR(rt) (0x7c0000a6u | (rt) << 21)
/* Only EE and RI. */
#define MTMSRD_1(rt) (0x7c010164u | (rt) << 21)
#define ADDI(rt, ra, value) (0x38000000u | (rt) << 21 | (ra) << 16 | ((value) & 0xffff))
/* clang-format on */
#define BDNZ_SELF 0x42000000u

#define CODE_WORDS 24

/* Of each CPU; a zero ends the words given. */
static uint32_t codes[MAX_CPUS][CODE_WORDS];

static struct state run_words(uint64_t msr, const uint32_t *words, struct state *state)
{
	uint32_t *code = codes[this_cpu_number()];
	unsigned int count = 0;

	for (; words[count]; count++)
		code[count] = words[count];
	code[count] = TRAP;
	instructions_written(code, count + 1);
	state->msr = msr;
	state->pc = (uintptr_t)code;
	execute(state);
	return *state;
}

#define RUN(msr, state, ...) run_words(msr, (const uint32_t[]){ __VA_ARGS__, 0 }, state)

static bool is_trap(const struct state *state)
{
	return check_equal(state->vector, VECTOR_PROGRAM,
			   "interrupt after the access (DAR 0x%lx)", state->dar);
}

/* Returns the call's result. */
static long map(unsigned long real, unsigned long effective, unsigned long *answer)
{
	unsigned long values[8] = { real, effective };
	long result = paracall_guest_call(call_code, TOKEN_MAGIC_PAGE, values);

	if (answer)
		*answer = values[0];
	return result;
}

static void map_at(long address)
{
	unsigned long answer = 0;

	check_equal(map((unsigned long)address,
			(unsigned long)address | PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX,
			&answer),
		    PARACALL_EV_SUCCESS, "map at %ld", address);
	check(answer & PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7 &&
		      !(answer & ~(unsigned long)ANSWER_KNOWN),
	      "answer 0x%lx", answer);
}

static void unmap(void)
{
	map(0, 0, NULL);
}

/* Both modes, or real mode alone if there is no other. */
#define MODES(msr) \
	for (uint64_t msr = MSR_REAL; msr; \
	     msr = msr == MSR_REAL && mmu_is_there ? MSR_VIRTUAL : 0)

/* Whether a load there hits the page, which has a number in a field of its own. */
static bool hits(uint64_t msr, long address)
{
	struct state state = call_state(msr, NULL);

	RUN(msr, &state, LD(4, address + SCRATCH2));
	return state.vector == VECTOR_PROGRAM && state.gpr[4] == 0x6d61676963;
}

static void mark(uint64_t msr, long address)
{
	struct state state = call_state(msr, NULL);

	state.gpr[4] = 0x6d61676963;
	RUN(msr, &state, STD(4, address + SCRATCH2));
	is_trap(&state);
}

struct field_row {
	const char *name;
	uint32_t offset;
	/* The register, or 0. */
	uint32_t spr;
	uint32_t size;
};

static const struct field_row register_fields[] = {
	{ "sprg0", SPRG0, 272, 8 },	 { "sprg1", SPRG0 + 8, 273, 8 },
	{ "sprg2", SPRG0 + 16, 274, 8 }, { "sprg3", SPRG3, 275, 8 },
	{ "srr0", SRR0, 26, 8 },	 { "srr1", SRR1, 27, 8 },
	{ "dar", DAR, 19, 8 },		 { "dsisr", DSISR, 18, 4 },
};

/* The register's value is the page's, and vice versa, at once. */
static void test_register(const void *row)
{
	const struct field_row *field = row;
	long at = LAST + field->offset;
	uint64_t mask = field->size == 4 ? 0xffffffff : ~0ul;

	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		state.gpr[3] = 0x1122334455667788 & mask;
		state.gpr[4] = 0x99aabbccddeeff00 & mask;
		RUN(msr, &state, MTSPR(field->spr, 3),
		    field->size == 4 ? LWZ(5, at) : LD(5, at),
		    field->size == 4 ? STW(4, at) : STD(4, at), MFSPR(6, field->spr));
		is_trap(&state);
		check_equal(state.gpr[5], 0x1122334455667788 & mask, "read");
		check_equal(state.gpr[6], 0x99aabbccddeeff00 & mask, "written");
	}
	unmap();
}

/* The last write counts, in any order. */
static void test_in_turns(const void *row)
{
	const struct field_row *field = row;
	long at = LAST + field->offset;
	uint64_t mask = field->size == 4 ? 0xffffffff : ~0ul;
	uint32_t load = field->size == 4 ? LWZ(9, at) : LD(9, at);
	uint32_t load_again = field->size == 4 ? LWZ(10, at) : LD(10, at);
	uint32_t store = field->size == 4 ? STW(3, at) : STD(3, at);
	uint32_t store_other = field->size == 4 ? STW(4, at) : STD(4, at);

	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		state.gpr[3] = 0x0123456789abcdef & mask;
		state.gpr[4] = 0xfedcba9876543210 & mask;
		RUN(msr, &state, store, MTSPR(field->spr, 4), MFSPR(5, field->spr),
		    field->size == 4 ? LWZ(6, at) : LD(6, at), store, store_other,
		    MFSPR(7, field->spr), MFSPR(8, field->spr), MTSPR(field->spr, 3), load,
		    MTSPR(field->spr, 4), load_again);
		is_trap(&state);
		check_equal(state.gpr[5], state.gpr[4], "mtspr after a store");
		check_equal(state.gpr[6], state.gpr[4], "the same by the page");
		check_equal(state.gpr[7], state.gpr[4], "two stores");
		check_equal(state.gpr[8], state.gpr[4], "two stores, read again");
		check_equal(state.gpr[9], state.gpr[3], "mtspr after all");
		check_equal(state.gpr[10], state.gpr[4], "mtspr after a load");
	}
	unmap();
}

/* A field of 8 bytes is two of 4, in the guest's order. */
static void test_halves(void)
{
	long high = LAST + SPRG0 + (MSR_ORDER ? 4 : 0);
	long low = LAST + SPRG0 + (MSR_ORDER ? 0 : 4);

	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		state.gpr[3] = 0x1122334455667788;
		state.gpr[4] = 0x99aabbcc;
		state.gpr[5] = 0xddeeff00;
		RUN(msr, &state, MTSPR(272, 3), LWZ(6, high), LWZ(7, low), STW(4, high),
		    MFSPR(8, 272), STW(5, low), MFSPR(9, 272));
		is_trap(&state);
		check_equal(state.gpr[6], 0x11223344, "high half");
		check_equal(state.gpr[7], 0x55667788, "low half");
		check_equal(state.gpr[8], 0x99aabbcc55667788, "high half written");
		check_equal(state.gpr[9], 0x99aabbccddeeff00, "both written");
	}
	unmap();
}

static const struct field_row kept_fields[] = {
	{ "scratch1", SCRATCH1, 0, 8 },
	{ "scratch2", SCRATCH2, 0, 8 },
	{ "scratch3", SCRATCH3, 0, 8 },
	{ "scratch3's first half", SCRATCH3, 0, 4 },
	{ "sr 0", SR, 0, 4 },
	{ "sr 15", SR + 60, 0, 4 },
	{ "mas0", MAS0, 0, 4 },
	{ "mas1", MAS0 + 4, 0, 4 },
	{ "mas7 and mas3", MAS0 + 8, 0, 8 },
	{ "mas2", MAS0 + 16, 0, 8 },
	{ "mas4", MAS0 + 24, 0, 4 },
	{ "mas6", MAS0 + 28, 0, 4 },
	{ "esr", ESR, 0, 4 },
	{ "sprg4", SPRG4, 0, 8 },
	{ "sprg5", SPRG4 + 8, 0, 8 },
	{ "sprg6", SPRG4 + 16, 0, 8 },
	{ "sprg7", SPRG4 + 24, 0, 8 },
};

/* What this CPU has no register for is kept as it was stored. */
static void test_kept(const void *row)
{
	const struct field_row *field = row;
	long at = LAST + field->offset;
	uint64_t mask = field->size == 4 ? 0xffffffff : ~0ul;

	map_at(LAST);
	MODES(msr)
	{
		struct state before = call_state(msr, NULL);
		struct state state = before;

		state.gpr[4] = before.gpr[4] = 0x1020304050607080 + field->offset;
		RUN(msr, &state, field->size == 4 ? STW(4, at) : STD(4, at),
		    field->size == 4 ? LWZ(5, at) : LD(5, at));
		is_trap(&state);
		check_equal(state.gpr[5], before.gpr[4] & mask, "read back");
		for (unsigned int i = 0; i < 32; i++)
			if (i != 5)
				check_equal(state.gpr[i], before.gpr[i], "register %u", i);
		check_equal(state.cr, before.cr, "CR");
		check_equal(state.lr, before.lr, "LR");
		check_equal(state.ctr, before.ctr, "CTR");
	}
	unmap();
}

/*
 * KVM fills it in on Book E alone (arch/powerpc/kvm/booke.c, kvmppc_core_vcpu_create);
 * else it is 0 there. Never another CPU's.
 */
static bool is_pir(uint64_t in_page, uint64_t pir)
{
	return in_page == pir || !in_page;
}

static void test_pir(void)
{
	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		RUN(msr, &state, LWZ(4, LAST + PIR), MFSPR(5, SPR_PIR));
		is_trap(&state);
		check(is_pir(state.gpr[4], state.gpr[5]), "PIR 0x%lx, in the page 0x%lx",
		      state.gpr[5], state.gpr[4]);
	}
	unmap();
}

static void test_msr(void)
{
	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		RUN(msr, &state, LD(4, LAST + MSR), MFMSR(5));
		is_trap(&state);
		check_equal(state.gpr[4], state.gpr[5], "MSR");
		check_equal(state.gpr[4] & ~MSR_FP, msr, "its bits");
		/* RI off and on. */
		state.gpr[6] = msr & ~MSR_RI;
		state.gpr[7] = msr;
		RUN(msr, &state, STD(6, LAST + MSR), MFMSR(8), LD(9, LAST + MSR),
		    STD(7, LAST + MSR), MFMSR(10));
		is_trap(&state);
		check_equal(state.gpr[8] & MSR_RI, 0, "RI cleared");
		check_equal(state.gpr[9] & MSR_RI, 0, "RI cleared, in the page");
		check_equal(state.gpr[10] & MSR_RI, MSR_RI, "RI set");
	}
	unmap();
}

/*
 * All other bits need the instruction (ppc-pv.rst, "MSR bits"). What happens to them is not
 * specified: in KVM the page then shows them, and they count from the next exit on. Undone
 * at once, they are forgotten.
 */
static void test_msr_others(void)
{
	static const uint64_t bits[] = { MSR_SF, MSR_PR, MSR_FP, MSR_ME,
					 MSR_IR, MSR_DR, MSR_LE, 1ul << 60 };

	map_at(LAST);
	MODES(msr)
	{
		for (unsigned int i = 0; i < TEST_COUNT(bits); i++) {
			struct state state = call_state(msr, NULL);

			state.gpr[4] = msr ^ bits[i];
			state.gpr[5] = msr;
			RUN(msr, &state, STD(4, LAST + MSR), STD(5, LAST + MSR), MFMSR(6),
			    LD(7, LAST + MSR));
			if (!is_trap(&state))
				continue;
			check_equal(state.gpr[6], msr, "MSR after bits 0x%lx", bits[i]);
			check_equal(state.gpr[7], msr, "in the page");
		}
	}
	unmap();
}

/*
 * An emulator's own thread may be late with what the decrementer does: this much longer
 * is the wait at each further try, in ms.
 */
#define TRIES(wait) for (unsigned int wait = 1; wait <= 1000; wait *= 10)

/* A decrementer that has long run out. */
static void make_pending(unsigned int wait)
{
	set_decrementer(100);
	delay_ms(wait);
}

/*
 * How Linux enables interrupts by the page: what is pending has to come at once,
 * by itself or, if int_pending says so, by the instruction proper.
 */
static struct state enable(uint64_t msr, unsigned int wait)
{
	struct state state = call_state(msr, NULL);
	uint64_t pending;

	make_pending(wait);
	state.gpr[4] = msr | MSR_EE;
	RUN(msr, &state, STD(4, LAST + MSR), LWZ(5, LAST + INT_PENDING));
	pending = state.gpr[5];
	if (state.vector == VECTOR_PROGRAM && pending) {
		state = call_state(msr, NULL);
		state.gpr[4] = msr | MSR_EE;
		RUN(msr, &state, STD(4, LAST + MSR), LWZ(5, LAST + INT_PENDING), MTMSRD_1(4));
	}
	set_decrementer(0x7fffffff);
	return state;
}

static void test_enable(void)
{
	map_at(LAST);
	MODES(msr)
	{
		struct state state;

		TRIES(wait)
		{
			state = enable(msr, wait);
			if (state.vector == VECTOR_DECREMENTER)
				break;
		}
		check_equal(state.vector, VECTOR_DECREMENTER, "interrupt");
	}
	unmap();
}

/* Cleared by the page, it keeps interrupts off. */
static void test_disable(void)
{
	map_at(LAST);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		set_decrementer(0x7fffffff);
		state.gpr[4] = msr | MSR_EE;
		state.gpr[5] = msr;
		state.gpr[6] = 100;
		state.ctr = 100000;
		RUN(msr, &state, MTMSRD_1(4), LD(7, LAST + MSR), STD(5, LAST + MSR), MFMSR(8),
		    LD(9, LAST + MSR), MTSPR(SPR_DEC, 6), BDNZ_SELF);
		set_decrementer(0x7fffffff);
		is_trap(&state);
		check_equal(state.gpr[7] & MSR_EE, MSR_EE, "EE, in the page");
		check_equal(state.gpr[8] & MSR_EE, 0, "EE cleared");
		check_equal(state.gpr[9] & MSR_EE, 0, "EE cleared, in the page");
	}
	unmap();
}

/* None can, while they are delivered. */
static void test_none_pending(void)
{
	map_at(LAST);
	set_decrementer(0x7fffffff);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		RUN(msr | MSR_EE, &state, LWZ(4, LAST + INT_PENDING));
		is_trap(&state);
		check_equal(state.gpr[4], 0, "int_pending");
	}
	unmap();
}

/* As in Linux, with the instruction if the page says so. */
static struct state leave_critical(uint64_t msr, unsigned int wait)
{
	struct state state = call_state(msr, NULL);

	state.gpr[4] = msr | MSR_EE;
	state.gpr[6] = 100;
	state.ctr = 100000 * (uint64_t)wait;
	RUN(msr, &state, STD(1, LAST + CRITICAL), STD(4, LAST + MSR), MTSPR(SPR_DEC, 6),
	    BDNZ_SELF, LWZ(10, LAST + INT_PENDING), ADDI(8, 0, 1), STD(2, LAST + CRITICAL),
	    ADDI(8, 0, 2), MTMSRD_1(4), ADDI(8, 0, 3));
	set_decrementer(0x7fffffff);
	return state;
}

/* EE is on already, or comes by the page. */
static void check_held(uint64_t msr, uint64_t begin)
{
	struct state state = call_state(msr, NULL);

	set_decrementer(0x7fffffff);
	state.gpr[4] = msr | MSR_EE;
	state.gpr[6] = 100;
	state.ctr = 100000;
	RUN(begin, &state, STD(1, LAST + CRITICAL), STD(4, LAST + MSR), LD(7, LAST + MSR),
	    MTSPR(SPR_DEC, 6), BDNZ_SELF, ADDI(8, 0, 1), LD(9, LAST + CRITICAL));
	is_trap(&state);
	check_equal(state.gpr[7] & MSR_EE, MSR_EE, "EE, in the page");
	check_equal(state.gpr[8], 1, "went on");
	check_equal(state.gpr[9], state.gpr[1], "critical");
	set_decrementer(0x7fffffff);
	RUN(MSR_REAL, &state, STD(2, LAST + CRITICAL));
}

/* While "critical" is what register 1 is, nothing comes, EE or not; then it does. */
static void test_critical(void)
{
	map_at(LAST);
	MODES(msr)
	{
		struct state state;

		check_held(msr, msr);
		check_held(msr, msr | MSR_EE);
		unmap();
		map_at(LAST);
		TRIES(wait)
		{
			state = leave_critical(msr, wait);
			if (state.vector == VECTOR_DECREMENTER)
				break;
		}
		check_equal(state.vector, VECTOR_DECREMENTER, "interrupt");
		check(state.gpr[8] == 1 || state.gpr[8] == 2, "it came at step %lu",
		      state.gpr[8]);
		check(state.gpr[10], "int_pending is 0 while one waits");
	}
	unmap();
}

/* The guest's own instruction counts inside, too, and what the page is given after it. */
static void test_load_inside(void)
{
	map_at(LAST);
	set_decrementer(0x7fffffff);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		state.gpr[4] = msr & ~MSR_RI;
		state.gpr[5] = msr;
		RUN(msr, &state, STD(1, LAST + CRITICAL), MTMSRD_1(4), LD(6, LAST + MSR),
		    STD(5, LAST + MSR), STD(2, LAST + CRITICAL), MFMSR(7));
		is_trap(&state);
		check_equal(state.gpr[6] & MSR_RI, 0, "RI cleared inside, in the page");
		check_equal(state.gpr[7] & MSR_RI, MSR_RI, "RI set by the page after that");
		RUN(msr | MSR_EE, &state, STD(1, LAST + CRITICAL), MTMSRD_1(5),
		    LD(6, LAST + MSR), STD(2, LAST + CRITICAL), MFMSR(7));
		is_trap(&state);
		check_equal(state.gpr[6] & MSR_EE, 0, "EE cleared inside, in the page");
		check_equal(state.gpr[7] & MSR_EE, 0, "EE cleared inside, after the section");
	}
	unmap();
}

/* An exception inside saves the MSR as the guest has set it, and its return loads another. */
static void test_exception_inside(void)
{
	map_at(LAST);
	set_decrementer(0x7fffffff);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		RUN(msr | MSR_EE, &state, STD(1, LAST + CRITICAL));
		is_trap(&state);
		check_equal(state.msr & MSR_EE, MSR_EE, "EE in SRR1");
		RUN(msr, &state, LD(4, LAST + MSR), STD(2, LAST + CRITICAL), MFMSR(5));
		is_trap(&state);
		check_equal(state.gpr[4] & MSR_EE, 0, "EE cleared by the return, in the page");
		check_equal(state.gpr[5] & MSR_EE, 0, "the same after the section");
	}
	unmap();
}

/* The page mapped again where it is, inside: the section goes on, and MSR[EE] with it. */
static void test_map_inside(void)
{
	map_at(LAST);
	set_decrementer(0x7fffffff);
	MODES(msr)
	{
		struct state state = call_state(msr, NULL);

		state.gpr[0] = PARACALL_KVM_SC_MAGIC;
		state.gpr[3] = (uint64_t)LAST;
		state.gpr[4] = (uint64_t)LAST | PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX;
		state.gpr[11] = TOKEN_MAGIC_PAGE;
		RUN(msr | MSR_EE, &state, STD(1, LAST + CRITICAL), SC, LD(5, LAST + MSR),
		    STD(2, LAST + CRITICAL), LD(6, LAST + MSR), LWZ(7, LAST + INT_PENDING));
		is_trap(&state);
		check_equal(state.gpr[3], PARACALL_EV_SUCCESS, "result");
		check_equal(state.gpr[5] & MSR_EE, MSR_EE, "EE inside");
		check(state.gpr[6] & MSR_EE || state.gpr[7], "EE is lost");
	}
	unmap();
}

static void test_user(void)
{
	struct state state;

	if (!mmu_is_there) {
		skip("no user mode without page tables");
		return;
	}
	map_at(LAST);
	mark(MSR_REAL, LAST);
	state = call_state(MSR_USER, NULL);
	RUN(MSR_USER, &state, LD(4, LAST + SCRATCH2));
	check(state.vector == VECTOR_DATA || state.vector == VECTOR_DATA_SEGMENT,
	      "load: interrupt 0x%lx", state.vector);
	check_equal(state.dar, (uint64_t)(LAST + SCRATCH2), "DAR");
	state = call_state(MSR_USER, NULL);
	RUN(MSR_USER, &state, STD(4, LAST + SCRATCH2));
	check(state.vector == VECTOR_DATA || state.vector == VECTOR_DATA_SEGMENT,
	      "store: interrupt 0x%lx", state.vector);
	check(hits(MSR_REAL, LAST), "it was written to");
	unmap();
}

/* The machine's own call that writes it, after a store and after a load by the page. */
static void test_set_sprg0(void)
{
	struct state state = call_state(MSR_REAL, NULL);

	map_at(LAST);
	state.gpr[4] = 0x1111;
	RUN(MSR_REAL, &state, STD(4, LAST + SPRG0));
	check_equal(hcall(H_SET_SPRG0, 0x2222, 0, 0, 0), H_SUCCESS, "call after a store");
	RUN(MSR_REAL, &state, MFSPR(5, 272), LD(6, LAST + SPRG0));
	check_equal(state.gpr[5], 0x2222, "after a store, the register");
	check_equal(state.gpr[6], 0x2222, "after a store, the page");
	check_equal(hcall(H_SET_SPRG0, 0x3333, 0, 0, 0), H_SUCCESS, "call after a load");
	RUN(MSR_REAL, &state, LD(5, LAST + SPRG0), MFSPR(6, 272));
	check_equal(state.gpr[5], 0x3333, "after a load, the page");
	check_equal(state.gpr[6], 0x3333, "after a load, the register");
	/* What another register is to have is not lost by it. */
	RUN(MSR_REAL, &state, STD(4, LAST + SPRG3));
	hcall(H_SET_SPRG0, 0x4444, 0, 0, 0);
	RUN(MSR_REAL, &state, MFSPR(5, 275));
	check_equal(state.gpr[5], 0x1111, "another register");
	unmap();
}

/* What was stored, while nothing but user mode has tried the register since. */
static void check_user_sprg(const struct field_row *field, uint64_t value)
{
	long at = LAST + field->offset;
	struct state state = call_state(MSR_REAL, NULL);

	state.gpr[4] = value;
	RUN(MSR_REAL, &state, STD(4, at));
	is_trap(&state);
	state = call_state(MSR_USER, NULL);
	RUN(MSR_USER, &state, MTSPR(field->spr, 5));
	check_equal(state.vector, VECTOR_PROGRAM, "interrupt of mtspr");
	check_equal(state.msr & PROGRAM_PRIVILEGED, PROGRAM_PRIVILEGED, "its reason");
	if (field->offset == SPRG3) {
		state = call_state(MSR_USER, NULL);
		RUN(MSR_USER, &state, MFSPR(6, SPR_USPRG3));
		is_trap(&state);
		check_equal(state.gpr[6], value, "read in user mode");
		state = call_state(MSR_USER, NULL);
		RUN(MSR_USER, &state, MTSPR(SPR_USPRG3, 5));
		check_equal(state.msr & PROGRAM_TRAP, 0, "written by that number");
	}
	state = call_state(MSR_REAL, NULL);
	RUN(MSR_REAL, &state, MFSPR(7, field->spr), LD(8, at));
	is_trap(&state);
	check_equal(state.gpr[7], value, "the register");
	check_equal(state.gpr[8], value, "the page");
}

/* SPRG3 has a number by which user mode can read it; and it can write none. */
static void test_user_sprg(void)
{
	if (!mmu_is_there) {
		skip("no user mode without page tables");
		return;
	}
	map_at(LAST);
	for (size_t i = 0; register_fields[i].offset <= SPRG3; i++) {
		check_user_sprg(&register_fields[i], 0x7573657220737072);
		check_user_sprg(&register_fields[i], i);
	}
	unmap();
}

/*
 * Memory at its effective address is the program's own. The real address is none that a
 * program has: KVM shows the page to all whose translation leads there, without checking
 * MSR[PR] (arch/powerpc/kvm/book3s.c, kvmppc_gpa_to_pfn).
 */
static void test_user_memory(void)
{
	struct state state;

	if (!mmu_is_there) {
		skip("no user mode without page tables");
		return;
	}
	if (map((unsigned long)LAST, LOW | 1, NULL) != PARACALL_EV_SUCCESS) {
		skip("this KVM can't map it there");
		return;
	}
	mark(MSR_VIRTUAL, LOW);
	state = call_state(MSR_USER, NULL);
	state.gpr[4] = 0x757365727370616e;
	RUN(MSR_USER, &state, STD(4, LOW + SCRATCH2), LD(5, LOW + SCRATCH2),
	    STD(4, LOW + SPRG0));
	is_trap(&state);
	check_equal(state.gpr[5], state.gpr[4], "its own memory");
	check(hits(MSR_VIRTUAL, LOW), "it was written to");
	state = call_state(MSR_REAL, NULL);
	RUN(MSR_REAL, &state, MFSPR(6, 272));
	check(state.gpr[6] != 0x757365727370616e, "SPRG0 was written to");
	unmap();
	state = call_state(MSR_REAL, NULL);
	RUN(MSR_REAL, &state, LD(5, LOW + SCRATCH2));
	check_equal(state.gpr[5], 0x757365727370616e, "memory after the page");
}

/* The low bits of both addresses, and other flags, mean nothing. */
static void test_low_bits(void)
{
	check_equal(map((unsigned long)LAST | 0xabc, (unsigned long)LAST | 0xffe, NULL),
		    PARACALL_EV_SUCCESS, "map");
	MODES(msr)
	{
		mark(msr, LAST);
		check(hits(msr, LAST), "not at its address");
	}
	unmap();
}

static void test_move(void)
{
	map_at(LAST);
	mark(MSR_REAL, LAST);
	map_at(LAST);
	check(hits(MSR_REAL, LAST), "mapped twice, it is another");
	/*
	 * Without the flag, so that KVM forgets what it has translated: else the old address
	 * may lead there for a while (arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv).
	 */
	map((unsigned long)BEFORE_LAST, (unsigned long)BEFORE_LAST, NULL);
	MODES(msr)
	{
		check(hits(msr, BEFORE_LAST), "not at its new address");
		check(!hits(msr, LAST), "still at its old address");
	}
	unmap();
	MODES(msr)
	{
		check(!hits(msr, BEFORE_LAST), "still there when it is mapped nowhere");
		check(!hits(msr, LAST), "at its first address when it is mapped nowhere");
	}
}

/*
 * Where no displacement reaches. KVM accepts it; a host that cannot reports that it has no
 * such call, and changes nothing.
 */
static void test_elsewhere(void)
{
	unsigned long answer = 0x55;
	long result;

	map_at(LAST);
	mark(MSR_REAL, LAST);
	result = map(0x12340000, 0x12340001, &answer);
	if (result == PARACALL_EV_SUCCESS) {
		check(!hits(MSR_REAL, LAST), "it is at both addresses");
	} else {
		check_equal(result, PARACALL_EV_UNIMPLEMENTED, "refused with");
		check_equal(answer, 0, "refused, register 4");
		check(hits(MSR_REAL, LAST), "refused, and no longer where it was");
	}
	unmap();
}

/* One address counts in real mode, the other elsewhere. */
static void test_two_addresses(void)
{
	if (map((unsigned long)BEFORE_LAST, (unsigned long)LAST | 1, NULL) !=
	    PARACALL_EV_SUCCESS) {
		skip("this KVM can't map it so");
		return;
	}
	mark(MSR_REAL, BEFORE_LAST);
	check(hits(MSR_REAL, BEFORE_LAST), "real mode: not at its real address");
	check(!hits(MSR_REAL, LAST), "real mode: at its effective address");
	if (mmu_is_there) {
		check(hits(MSR_VIRTUAL, LAST), "translated: not at its effective address");
		check(!hits(MSR_VIRTUAL, BEFORE_LAST), "translated: at its real address");
	}
	unmap();
}

/* The effective address leads to memory then, if to anything. */
static void test_no_real_address(void)
{
	if (!mmu_is_there) {
		skip("no translation without page tables");
		return;
	}
	map_at(LAST);
	mark(MSR_VIRTUAL, LAST);
	if (map(0, (unsigned long)LAST | 1, NULL) == PARACALL_EV_SUCCESS)
		check(!hits(MSR_VIRTUAL, LAST), "it is there without a real address");
	unmap();
}

/* Addresses are 32 bits wide there. */
static void test_narrow(void)
{
	struct state state = call_state(MSR_REAL & ~MSR_SF, call_code_trap);

	state.gpr[3] = 0xabcdef00fffff000;
	state.gpr[4] = 0x12345678fffff001;
	state.gpr[11] = TOKEN_MAGIC_PAGE;
	execute(&state);
	if (state.gpr[3] != PARACALL_EV_SUCCESS) {
		skip("this KVM can't map it there");
		return;
	}
	state = call_state(MSR_REAL & ~MSR_SF, NULL);
	state.gpr[4] = 0x55443322;
	RUN(MSR_REAL & ~MSR_SF, &state, STW(4, LAST + SCRATCH1), LWZ(5, LAST + SCRATCH1));
	is_trap(&state);
	check_equal(state.gpr[5], 0x55443322, "read back");
	unmap();
}

struct share {
	long address;
	uint64_t value;
	/* Bits of what went wrong. */
	uint32_t wrong;
};

#define ROUNDS 300

/* Its own page has what it wrote, and its registers. */
static void use_page(void *argument)
{
	struct share *share = argument;

	if (map((unsigned long)share->address, (unsigned long)share->address | 1, NULL)) {
		share->wrong |= 1;
		return;
	}
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct state state = call_state(MSR_REAL, NULL);
		uint64_t value = share->value + i;

		state.gpr[4] = value;
		state.gpr[5] = ~value;
		RUN(MSR_REAL, &state, STD(4, share->address + SCRATCH1),
		    STD(5, share->address + SPRG0), LD(6, share->address + SCRATCH1),
		    MFSPR(7, 272), LWZ(8, share->address + PIR), MFSPR(9, SPR_PIR));
		share->wrong |= (uint32_t)(state.vector != VECTOR_PROGRAM) << 1 |
				(uint32_t)(state.gpr[6] != value) << 2 |
				(uint32_t)(state.gpr[7] != ~value) << 3 |
				(uint32_t)!is_pir(state.gpr[8], state.gpr[9]) << 4;
	}
	unmap();
}

/* Each CPU has a page of its own, be it at one address or at two. */
static void test_cpus(void)
{
	static const long others[] = { LAST, BEFORE_LAST };

	for (unsigned int i = 0; i < TEST_COUNT(others); i++) {
		struct share shares[2] = {
			{ .address = LAST, .value = 0x1111000000000000 },
			{ .address = others[i], .value = 0x2222000000000000 },
		};

		cpu_post(cpu_at(1), use_page, &shares[1]);
		use_page(&shares[0]);
		check(cpu_wait(cpu_at(1), 60000), "the other CPU does not end");
		check_equal(shares[0].wrong, 0, "this CPU, wrong");
		check_equal(shares[1].wrong, 0, "the other CPU, wrong");
	}
}

static void look_there(void *argument)
{
	*(volatile uint32_t *)argument = hits(MSR_REAL, LAST) ? 2 : 1;
}

/* A CPU that has not asked for it has none. */
static void test_not_asked(void)
{
	volatile uint32_t seen = 0;

	map_at(LAST);
	mark(MSR_REAL, LAST);
	cpu_post(cpu_at(1), look_there, (void *)&seen);
	check(cpu_wait(cpu_at(1), 60000), "the other CPU does not end");
	check_equal(seen, 1, "on the other CPU");
	unmap();
}

#define PAGE_TEST \
	.covers = "PPC_MAP_MAGIC_PAGE", .kvm = true, \
	.features = 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/ppc-pv.rst, "
#define SHARED "arch/powerpc/include/uapi/asm/kvm_para.h, struct kvm_vcpu_arch_shared"
#define MAP "arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv"
#define TRANSLATE "arch/powerpc/kvm/book3s_64_mmu.c, kvmppc_mmu_book3s_64_xlate"
#define REGISTERS \
	SHARED "; arch/powerpc/kvm/emulate.c, kvmppc_emulate_mtspr; " \
	       "arch/powerpc/kvm/book3s_emulate.c, kvmppc_core_emulate_mtspr_pr"
#define PIR_FIELD \
	"arch/powerpc/kvm/emulate.c, kvmppc_emulate_mfspr; " \
	"arch/powerpc/kvm/booke.c, kvmppc_core_vcpu_create"
#define MSR_FIELD \
	DOCUMENT \
	"\"MSR bits\"; " \
	"arch/powerpc/kvm/book3s_emulate.c, kvmppc_core_emulate_op_pr: OP_31_XOP_MFMSR"
#define LOAD_MSR \
	"arch/powerpc/kvm/book3s_emulate.c, kvmppc_core_emulate_op_pr: OP_31_XOP_MTMSRD"
#define INJECT "arch/powerpc/kvm/book3s_pr.c, kvmppc_inject_interrupt_pr"
#define SET_SPRG0 SHARED "; QEMU: hw/ppc/spapr_hcall.c, h_set_sprg0"
#define USER_SPRG \
	"arch/powerpc/kvm/book3s_interrupts.S, __kvmppc_vcpu_run: VCPU_SHARED_SPRG3; " \
	"arch/powerpc/kvm/book3s_emulate.c, spr_allowed"
#define OWN MAP ": vcpu->arch.magic_page_ea; arch/powerpc/kernel/kvm.c, kvm_use_magic_page"
#define PENDING \
	"arch/powerpc/kvm/book3s.c, kvmppc_book3s_irqprio_deliver and kvmppc_update_int_pending"

/* clang-format off */
static const struct test tests[] = {
	{ .name = "register", .rule = REGISTERS,
	  .run_row = test_register, TEST_ROWS(register_fields), PAGE_TEST },
	{ .name = "register and page in turns", .rule = REGISTERS,
	  .run_row = test_in_turns, TEST_ROWS(register_fields), PAGE_TEST },
	{ .name = "SPRG0 by the machine's own call", .rule = SET_SPRG0,
	  .run = test_set_sprg0, PAGE_TEST },
	{ .name = "halves of a register",
	  .rule = SHARED "; arch/powerpc/kvm/powerpc.c, kvmppc_swab_shared",
	  .run = test_halves, PAGE_TEST },
	{ .name = "kept", .rule = SHARED "; " DOCUMENT "\"Magic page features\"",
	  .run_row = test_kept, TEST_ROWS(kept_fields), PAGE_TEST },
	{ .name = "PIR", .rule = PIR_FIELD,
	  .run = test_pir, PAGE_TEST },
	{ .name = "MSR", .rule = MSR_FIELD,
	  .run = test_msr, PAGE_TEST },
	{ .name = "MSR, other bits and back", .rule = DOCUMENT "\"MSR bits\"",
	  .run = test_msr_others, PAGE_TEST },
	{ .name = "enabling interrupts",
	  .rule = PENDING "; arch/powerpc/kernel/kvm_emul.S, kvm_emulate_mtmsrd",
	  .run = test_enable, PAGE_TEST },
	{ .name = "disabling interrupts", .rule = PENDING,
	  .run = test_disable, PAGE_TEST },
	{ .name = "no interrupt is pending", .rule = PENDING,
	  .run = test_none_pending, PAGE_TEST },
	{ .name = "critical section",
	  .rule = PENDING "; arch/powerpc/kvm/book3s.c, kvmppc_critical_section",
	  .run = test_critical, PAGE_TEST },
	{ .name = "MSR loaded in a critical section", .rule = LOAD_MSR,
	  .run = test_load_inside, PAGE_TEST },
	{ .name = "exception in a critical section", .rule = INJECT,
	  .run = test_exception_inside, PAGE_TEST },
	{ .name = "mapped in a critical section", .rule = MAP,
	  .run = test_map_inside, PAGE_TEST },
	{ .name = "user mode has none", .rule = TRANSLATE,
	  .run = test_user, PAGE_TEST },
	{ .name = "user mode reads SPRG3 and writes none", .rule = USER_SPRG,
	  .run = test_user_sprg, PAGE_TEST },
	{ .name = "user mode has its own memory there", .rule = TRANSLATE,
	  .run = test_user_memory, PAGE_TEST },
	{ .name = "low bits of its addresses", .rule = MAP "; " DOCUMENT "\"Magic page flags\"",
	  .run = test_low_bits, PAGE_TEST },
	{ .name = "moved, and mapped nowhere", .rule = MAP,
	  .run = test_move, PAGE_TEST },
	{ .name = "mapped where no displacement reaches", .rule = MAP,
	  .run = test_elsewhere, PAGE_TEST },
	{ .name = "real and effective address",
	  .rule = MAP "; " TRANSLATE "; arch/powerpc/kvm/book3s.c, kvmppc_gpa_to_pfn",
	  .run = test_two_addresses, PAGE_TEST },
	{ .name = "no real address",
	  .rule = TRANSLATE "; arch/powerpc/kvm/book3s.c, kvmppc_gpa_to_pfn",
	  .run = test_no_real_address, PAGE_TEST },
	{ .name = "32-bit mode", .rule = MAP "; arch/powerpc/kvm/book3s.c, kvmppc_gpa_to_pfn",
	  .run = test_narrow, PAGE_TEST },
	{ .name = "each CPU has its own", .rule = OWN,
	  .run = test_cpus, .cpus = 2, PAGE_TEST },
	{ .name = "a CPU that did not ask has none", .rule = OWN,
	  .run = test_not_asked, .cpus = 2, PAGE_TEST },
};
/* clang-format on */

TESTS_MAIN("magic", tests)
