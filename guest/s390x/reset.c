/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x308 where it resets the machine: what then loads or starts is this program
 * itself. It notes in memory, which keeps its contents, what it was about to do, and reports
 * that at the end. arch/s390/kvm/diag.c, __diag_ipl_functions.
 */
#include "common/test.h"
#include "runtime/call.h"

struct load {
	const char *name;
	uint64_t subcode;
	bool by_base;
};

static const struct load loads[] = {
	{ "load clear", 3, false },
	{ "load", 4, false },
	{ "load clear, higher bits", 0x10003, false },
	{ "load, higher bits", 0xffffffff00000004, false },
	{ "load, code in a base register", 4, true },
	{ "clear reset", 0, false },
	{ "load normal reset", 1, false },
	{ "clear reset, code in a base register", 0, true },
};

#define LOADS TEST_COUNT(loads)
#define MAGIC 0x7061726163616c6cul

enum outcome {
	OUTCOME_NONE,
	/* If there is no more to say, it has not come back. */
	OUTCOME_CALLED,
	OUTCOME_CAME_BACK,
};

/* In the last page. */
struct note {
	uint64_t magic, next, outcomes[LOADS], interruptions[LOADS];
};

static volatile struct note *note(void)
{
	return (volatile struct note *)(memory_end() - PAGE);
}

/*
 * Where subcodes 0 and 1 continue: the short PSW at absolute address 0, which this CPU has at
 * its prefix. Addresses of 64 bits.
 */
static void put_start(void)
{
	extern const char start[];
	uint64_t *absolute_zero = (uint64_t *)lowcore_of(this_cpu_address());

	*absolute_zero = 0x0008000180000000 | (uintptr_t)start;
	__asm__ volatile("" : : : "memory");
}

static void load_again(uint64_t number)
{
	struct call call;

	call_init(&call, loads[number].by_base ? 0 : 0x308);
	if (loads[number].by_base) {
		call.base = 5;
		call.in.gpr[5] = 0x308;
	}
	call.r1 = 2;
	call.r3 = 4;
	call.in.gpr[4] = loads[number].subcode;
	note()->outcomes[number] = OUTCOME_CALLED;
	note()->next = number + 1;
	put_start();
	call_run(&call);
	note()->outcomes[number] = OUTCOME_CAME_BACK;
	note()->interruptions[number] = call.out.interruption;
}

static void begin_note(void)
{
	if (note()->magic == MAGIC)
		return;
	note()->magic = MAGIC;
	note()->next = 0;
	for (uint64_t i = 0; i < LOADS; i++)
		note()->outcomes[i] = OUTCOME_NONE;
}

static void test_load(const void *row)
{
	uint64_t number = (uint64_t)((const struct load *)row - loads);

	check_equal((int64_t)note()->outcomes[number], OUTCOME_CALLED,
		    "its outcome (interruption 0x%lx)", note()->interruptions[number]);
}

static const struct test tests[] = {
	{ .name = "0x308 resets",
	  .rule = "arch/s390/kvm/diag.c, __diag_ipl_functions; "
		  "QEMU: target/s390x/kvm/kvm.c, kvm_arch_handle_exit; "
		  "QEMU: target/s390x/diag.c, handle_diag_308",
	  .covers = "DIAG_308_CLEAR_RESET DIAG_308_LOAD_NORMAL_RESET DIAG_308_LOAD_CLEAR "
		    "DIAG_308_LOAD_NORMAL_DUMP",
	  .run_row = test_load,
	  TEST_ROWS(loads),
	  .kvm = true },
};

TEST_LIST(tests);

int main(void)
{
	cpus_start();
	tests_start("reset");
	begin_note();
	while (kvm_found && note()->next < LOADS)
		load_again(note()->next);
	tests_run(tests, TEST_COUNT(tests));
	return tests_finish();
}
