/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's part of x86's hlt: where a halt ends at once, or is repeated. In QEMU's and
 * the library's place there are functions of the test's, so that anything can come in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../engine/qemu/clock.h"
#include "../../engine/qemu/load.h"
#include "../../engine/qemu/readings.h"
#include "../../engine/qemu/spin.h"
#include "../../engine/qemu/x86/apic.h"
#include "../../engine/qemu/x86/async_pf.h"
#include "../../engine/qemu/x86/calls.h"
#include "../../engine/qemu/x86/halt.h"
#include "../../engine/qemu/x86/load.h"
#include "../../engine/qemu/x86/memory_map.h"
#include "../../engine/qemu/x86/registers.h"
#include "../../engine/qemu/x86/replace.h"
#include "../../engine/qemu/x86/site.h"

#include <cmocka.h>

/* Two places with a hlt, each of a byte; and stacks. */
#define OUTER 0x1000
#define INNER 0x2000
#define STACK 0x9000
#define LOWER_STACK 0x8f00

struct engine paracall_qemu_engine;

static struct x86_vcpu x86;
static struct vcpu *const vcpu = &x86.vcpu;

/* Where it executes hlt, with which stack; and where it goes on, 0 if it sleeps. */
static uint64_t pc, stack, next_pc;
static jmp_buf left;
static unsigned int stack_reads;

/* How often it was noted that it sleeps, for those that spin. */
static unsigned int noted_halts;

/* As in the library's word: it halts; it was kicked; another vCPU is on its way to wake it. */
static bool is_halted, is_kicked, is_being_woken;

/* A page is there for which it waited: it gets an interrupt that cannot be sent at once. */
static bool ends_async_pf;

/* What comes while it is about to halt, after it looked whether one is under way. */
static void (*comes_between)(void);

/* ---- in place of QEMU and the library ---------------------------------------- */

struct vcpu *vcpu_current(unsigned int index)
{
	return index ? NULL : vcpu;
}

uint64_t register_read(struct vcpu *of, unsigned int number)
{
	assert_ptr_equal(of, vcpu);
	if (number == X86_RIP)
		return pc;
	assert_int_equal(number, X86_RSP);
	stack_reads++;
	return stack;
}

void register_write(struct vcpu *of, unsigned int number, uint64_t value)
{
	(void)of;
	(void)number;
	(void)value;
	fail();
}

/* It leaves the callback. */
void qemu_plugin_set_pc(uint64_t vaddr)
{
	next_pc = vaddr;
	longjmp(left, 1);
}

void call_begin(struct vcpu *of, void *userdata)
{
	(void)of;
	(void)userdata;
}

void async_pf_halt(struct vcpu *of)
{
	assert_ptr_equal(of, vcpu);
	x86.has_deferred |= ends_async_pf;
	ends_async_pf = false;
}

/* The block at that address is translated anew, and then it is sent. */
void replace_retranslate(struct vcpu *of, uint64_t vaddr)
{
	assert_ptr_equal(of, vcpu);
	assert_int_equal(vaddr, pc + 1);
	x86.has_deferred = false;
}

void load_mark(struct vcpu *of)
{
	void (*comes)(void) = comes_between;

	(void)of;
	comes_between = NULL;
	if (comes)
		comes();
}

void spin_note_halt(struct vcpu *of)
{
	assert_ptr_equal(of, vcpu);
	noted_halts++;
}

void spin_note_wake(struct vcpu *of)
{
	(void)of;
}

bool paracall_halt(struct paracall_cpu *cpu)
{
	(void)cpu;
	is_halted = !is_kicked && !is_being_woken;
	is_kicked = false;
	return is_halted;
}

void paracall_resume(struct paracall_cpu *cpu)
{
	(void)cpu;
	is_halted = false;
}

void call_forget(struct vcpu *of)
{
	halt_forget(of);
}

void readings_end(struct vcpu *of)
{
	(void)of;
}

void readings_init_vcpu(struct vcpu *of)
{
	(void)of;
}

void apic_guess_id(struct vcpu *of)
{
	(void)of;
}

/* What the machine is asked and told in a load is another test's. */
void memory_map_probe(struct vcpu *of)
{
	(void)of;
}

void memory_map_probe_late(struct vcpu *of)
{
	(void)of;
}

bool memory_map_is_known(void)
{
	return true;
}

void clock_loaded(void)
{
}

void replace_reset(void)
{
}

/* ---- the vCPU ------------------------------------------------------------------- */

static int setup(void **state)
{
	(void)state;
	memset(&x86, 0, sizeof(x86));
	is_halted = is_kicked = is_being_woken = false;
	stack_reads = noted_halts = 0;
	ends_async_pf = false;
	comes_between = NULL;
	return 0;
}

enum outcome {
	SLEEPS,
	AGAIN,
	GOES_ON
};

static enum outcome hlt_at(uint64_t at, uint64_t with_stack)
{
	struct site site = {
		.mode = PARACALL_MODE_64BIT, .block_offset = at % 0x1000, .size = 1, .next = 1
	};

	pc = at;
	stack = with_stack;
	next_pc = 0;
	if (!setjmp(left))
		call_hlt(0, site_pack(&site));
	if (!next_pc) {
		assert_true(is_halted);
		return SLEEPS;
	}
	assert_false(is_halted);
	if (next_pc == at)
		return AGAIN;
	assert_int_equal(next_pc, at + 1);
	return GOES_ON;
}

/* As apic_wake() leaves it: it was sent to this one, which runs. */
static void get_wakeup(void)
{
	atomic_store(&x86.was_woken, true);
	atomic_store(&x86.has_wakeup, true);
}

static void a_halt_sleeps(void **state)
{
	(void)state;
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* It drops the wake-up, and then sleeps. */
static void one_after_a_wakeup_is_repeated_once(void **state)
{
	(void)state;
	get_wakeup();
	assert_int_equal(hlt_at(OUTER, STACK), AGAIN);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

static void an_interrupt_in_between_has_ended_it(void **state)
{
	(void)state;
	get_wakeup();
	assert_int_equal(hlt_at(OUTER, STACK), AGAIN);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* ---- handlers that come between a hlt and its repetition ------------------------------ */

static void begin_outer(void)
{
	get_wakeup();
	assert_int_equal(hlt_at(OUTER, STACK), AGAIN);
}

/* An NMI comes first, then the interrupt for which the guest waits, and its handler halts. */
static void a_halt_of_the_handler_leaves_it_ended(void **state)
{
	(void)state;
	begin_outer();
	halt_end(vcpu);
	halt_end(vcpu);
	assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* In a function that halts for both. */
static void nor_does_one_at_the_same_place(void **state)
{
	(void)state;
	begin_outer();
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, LOWER_STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* It is kicked, and halts again. */
static void nor_one_that_would_be_repeated(void **state)
{
	(void)state;
	begin_outer();
	halt_end(vcpu);
	get_wakeup();
	assert_int_equal(hlt_at(INNER, LOWER_STACK), GOES_ON);
	assert_false(atomic_load(&x86.has_wakeup));
	assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	halt_end(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	begin_outer();
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* Of a system management interrupt the end is seen, of an exception nothing. */
static void nor_one_before_an_interrupt_is_seen(void **state)
{
	(void)state;
	begin_outer();
	assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	call_rsm(0, NULL);
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	begin_outer();
	assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* Nothing returns to the halt any more. */
static void a_vcpu_that_begins_anew_has_begun_none(void **state)
{
	(void)state;
	begin_outer();
	halt_end(vcpu);
	halt_forget(vcpu);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	halt_end(vcpu);
	get_wakeup();
	assert_int_equal(hlt_at(INNER, LOWER_STACK), AGAIN);
}

/* Also where that cannot be seen: then kicks end halts early for a while only. */
static void nor_has_one_whose_handler_does_not_return(void **state)
{
	unsigned int early = 0;

	(void)state;
	begin_outer();
	for (int i = 0; i < 2000; i++) {
		halt_end(vcpu);
		get_wakeup();
		if (hlt_at(INNER, LOWER_STACK) == GOES_ON)
			early++;
		else
			assert_int_equal(hlt_at(INNER, LOWER_STACK), SLEEPS);
	}
	assert_in_range(early, 1, 1000);
	halt_end(vcpu);
	get_wakeup();
	assert_int_equal(hlt_at(INNER, LOWER_STACK), AGAIN);
}

/* Where it continues it runs, whatever QEMU has not reported; that is no interrupt. */
static void it_runs_after_a_hlt(void **state)
{
	(void)state;
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	call_after_hlt(0, NULL);
	assert_false(is_halted);
	begin_outer();
	call_after_hlt(0, NULL);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* With one thread for all: who halts translates nothing, and would never get it. */
static void an_interrupt_for_itself_ends_a_halt(void **state)
{
	(void)state;
	ends_async_pf = true;
	assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
	assert_false(x86.has_deferred);
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
}

/* Reading a register takes time. */
static void a_halt_reads_no_stack(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
		halt_end(vcpu);
	}
	assert_int_equal(stack_reads, 0);
}

/* ---- a wake-up that comes while it halts --------------------------------------------- */

/* The same before it is known that it was sent. */
static void begin_to_get_wakeup(void)
{
	atomic_store(&x86.was_woken, true);
	is_being_woken = true;
}

/*
 * QEMU has not dropped it. If an INIT comes first it starts the vCPU, and call_wake_vector()
 * has to know why.
 */
static void one_that_ends_a_halt_is_remembered(void **state)
{
	static void (*const ways[])(void) = { get_wakeup, begin_to_get_wakeup };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		comes_between = ways[i];
		assert_int_equal(hlt_at(OUTER, STACK), GOES_ON);
		assert_true(atomic_load(&x86.was_woken));
		atomic_store(&x86.has_wakeup, false);
		is_being_woken = false;
	}
	/* While it sleeps none is under way. */
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	assert_false(atomic_load(&x86.was_woken));
}

/* ---- loads ------------------------------------------------------------------------- */

/* QEMU says who sleeps in the state that was loaded: see load.c. The others run. */
static void a_load_puts_nobody_to_sleep(void **state)
{
	(void)state;
	begin_outer();
	halt_end(vcpu);
	x86_forget_vcpu(vcpu);
	assert_int_equal(noted_halts, 0);
	assert_true(atomic_load(&x86.was_woken));
	assert_int_equal(hlt_at(OUTER, STACK), SLEEPS);
	assert_int_equal(noted_halts, 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(a_halt_sleeps, setup),
	cmocka_unit_test_setup(one_after_a_wakeup_is_repeated_once, setup),
	cmocka_unit_test_setup(an_interrupt_in_between_has_ended_it, setup),
	cmocka_unit_test_setup(a_halt_of_the_handler_leaves_it_ended, setup),
	cmocka_unit_test_setup(nor_does_one_at_the_same_place, setup),
	cmocka_unit_test_setup(nor_one_that_would_be_repeated, setup),
	cmocka_unit_test_setup(nor_one_before_an_interrupt_is_seen, setup),
	cmocka_unit_test_setup(a_vcpu_that_begins_anew_has_begun_none, setup),
	cmocka_unit_test_setup(nor_has_one_whose_handler_does_not_return, setup),
	cmocka_unit_test_setup(it_runs_after_a_hlt, setup),
	cmocka_unit_test_setup(an_interrupt_for_itself_ends_a_halt, setup),
	cmocka_unit_test_setup(a_halt_reads_no_stack, setup),
	cmocka_unit_test_setup(one_that_ends_a_halt_is_remembered, setup),
	cmocka_unit_test_setup(a_load_puts_nobody_to_sleep, setup),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
