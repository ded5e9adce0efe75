/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the plugin notices loads: vCPUs fall asleep and go on, in QEMU's place, and another
 * state of the machine lacks the mark, or has other registers. And who yields meanwhile.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "../../engine/qemu/callbacks.h"
#include "../../engine/qemu/clock.h"
#include "../../engine/qemu/load.h"
#include "../../engine/qemu/registers.h"
#include "../../engine/qemu/spin.h"
#include "../../engine/qemu/yield.h"

#include <cmocka.h>

#define CPUS 4
#define REGISTERS 4
#define SLOT_OF_NONE 99

struct engine paracall_qemu_engine;

static _Atomic(struct vcpu *) slots[CPUS];
static struct vcpu vcpus[CPUS];
static uint64_t registers[CPUS][REGISTERS];
static _Atomic(unsigned int) registers_read;
static bool is_at_start[CPUS];

/* Of the guest's memory: a page for marks, and which one is there. */
static bool has_page;
static _Atomic(unsigned int) set_marks, kept_mark;
static _Atomic(unsigned int) loads, loads_taken;

/*
 * The record, of targets that have one: which one is there, and which one was made or taken
 * last. And how often the state that was loaded had none.
 */
static bool has_certain_record;
static unsigned int record, own_record, last_record;
static unsigned int records_saved, states_lost;

/* How often the target heard that all vCPUs sleep. */
static unsigned int sleeps;

/* How often a vCPU that spins yielded. */
static unsigned int yields;

/* While that vCPU is asked where it is, the machine begins on another one. */
static unsigned int begins_during;
/* And while one forgets the machine, that one goes on. */
static unsigned int goes_on_during;

static qemu_plugin_vcpu_cb *idle, *resume;
static qemu_plugin_simple_cb *flushed;

/* Of the block that a thread translates: what its first instruction calls, in order. */
#define CALLBACKS 2
static struct qemu_plugin_insn {
	int unused;
} first_insn;
static _Thread_local struct {
	qemu_plugin_vcpu_cb *callback;
	enum qemu_plugin_cb_flags flags;
	void *userdata;
} callbacks[CALLBACKS];
static _Thread_local unsigned int callback_count;
/* QEMU has the lock of the page that it is in. */
static _Thread_local bool is_translating;

/* ---- in place of QEMU and the library ---------------------------------------- */

void callbacks_on_vcpu_idle(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	(void)id;
	idle = callback;
}

void callbacks_on_vcpu_resume(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback)
{
	(void)id;
	resume = callback;
}

void callbacks_on_flush(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback)
{
	(void)id;
	flushed = callback;
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index)
{
	(void)tb;
	assert_true(is_translating);
	assert_int_equal(index, 0);
	return &first_insn;
}

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    qemu_plugin_vcpu_cb *callback,
					    enum qemu_plugin_cb_flags flags, void *userdata)
{
	assert_true(is_translating);
	assert_ptr_equal(insn, &first_insn);
	assert_true(callback_count < CALLBACKS);
	callbacks[callback_count].callback = callback;
	callbacks[callback_count].flags = flags;
	callbacks[callback_count++].userdata = userdata;
}

uint64_t register_read(struct vcpu *vcpu, unsigned int number)
{
	registers_read++;
	return registers[vcpu->index][number];
}

bool paracall_set_mark(struct paracall_cpu *cpu)
{
	(void)cpu;
	assert_false(is_translating);
	if (has_page)
		kept_mark = ++set_marks;
	return has_page;
}

enum paracall_mark paracall_check_mark(struct paracall_cpu *cpu)
{
	(void)cpu;
	if (!has_page || !set_marks)
		return PARACALL_MARK_NONE;
	return kept_mark == set_marks ? PARACALL_MARK_KEPT : PARACALL_MARK_GONE;
}

/* Nothing is registered in what was loaded. */
void paracall_machine_loaded(struct paracall_machine *machine, struct paracall_cpu *by)
{
	(void)machine;
	(void)by;
	assert_false(is_translating);
	loads++;
	set_marks = 0;
}

/* Each look is a moment later: in a yield others ran. */
uint64_t clock_nanoseconds(void)
{
	static uint64_t now;

	return now += 10000;
}

uint64_t paracall_spin_begin(struct paracall_cpu *cpu)
{
	(void)cpu;
	return 0;
}

void paracall_spin_end(struct paracall_cpu *cpu, uint64_t began, uint64_t hints,
		       uint64_t nanoseconds)
{
	(void)cpu;
	(void)began;
	(void)hints;
	(void)nanoseconds;
	yields++;
}

void yield_turn(void)
{
	fail();
}

/* It takes a while. */
static void take_time(void)
{
	struct timespec pause = { .tv_nsec = 10000000 };

	nanosleep(&pause, NULL);
}

static bool at_start(struct vcpu *vcpu)
{
	bool is = is_at_start[vcpu->index];

	if (vcpu->index == begins_during)
		load_note_start();
	return is;
}

static const char *forget_machine(struct vcpu *vcpu)
{
	unsigned int other = goes_on_during;

	(void)vcpu;
	goes_on_during = SLOT_OF_NONE;
	if (other != SLOT_OF_NONE)
		resume(other, NULL);
	return NULL;
}

static void forget_vcpu(struct vcpu *vcpu)
{
	(void)vcpu;
}

static const char *restore_slowly(struct vcpu *vcpu, bool has_record)
{
	(void)vcpu;
	(void)has_record;
	take_time();
	loads_taken++;
	return NULL;
}

static void save(struct vcpu *vcpu)
{
	(void)vcpu;
	assert_false(is_translating);
	records_saved++;
	record = own_record = ++last_record;
}

static bool is_other_record(struct vcpu *vcpu)
{
	(void)vcpu;
	return record != own_record;
}

static bool record_is_certain(void)
{
	return has_certain_record;
}

static const char *restore(struct vcpu *vcpu, bool has_record)
{
	(void)vcpu;
	own_record = record;
	states_lost += !has_record;
	return NULL;
}

static void note_sleep(void)
{
	sleeps++;
}

static const struct target target = {
	.register_count = REGISTERS,
	.is_at_start = at_start,
	.note_sleep = note_sleep,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
};

static const struct target slow_target = {
	.register_count = REGISTERS,
	.is_at_start = at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
	.restore = restore_slowly,
};

static const struct target target_with_record = {
	.register_count = REGISTERS,
	.is_at_start = at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
	.save = save,
	.has_other_record = is_other_record,
	.record_is_certain = record_is_certain,
	.restore = restore,
};

/* ---- the machine --------------------------------------------------------------- */

static void plug(unsigned int index)
{
	atomic_store(&slots[index], &vcpus[index]);
	load_vcpu_init(&vcpus[index]);
}

static void unplug(unsigned int index)
{
	load_vcpu_exit(&vcpus[index]);
	atomic_store(&slots[index], NULL);
}

static void sleep_all(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		idle(i, NULL);
}

/* And then they run. */
static void wake_all(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		resume(i, NULL);
	for (unsigned int i = 0; i < count; i++)
		registers[i][0]++;
}

/* Returns how much its first instruction calls. */
static unsigned int translate(bool may_be_first)
{
	callback_count = 0;
	is_translating = true;
	load_note_block(NULL, may_be_first);
	is_translating = false;
	return callback_count;
}

static void run_block(void)
{
	for (unsigned int i = 0; i < callback_count; i++) {
		/* It may write registers. */
		assert_int_equal(callbacks[i].flags, QEMU_PLUGIN_CB_RW_REGS);
		callbacks[i].callback(SLOT_OF_NONE, callbacks[i].userdata);
	}
}

static void enter_block(bool may_be_first)
{
	translate(may_be_first);
	run_block();
}

/* Another state, in which each vCPU has other registers. */
static void load(void)
{
	kept_mark = 0;
	for (unsigned int i = 0; i < CPUS; i++)
		registers[i][REGISTERS - 1] += 100;
}

/* The program is in memory anew, without a mark. */
static void reset(void)
{
	kept_mark = 0;
	memset(is_at_start, true, sizeof(is_at_start));
}

static int begin(const struct target *chosen)
{
	memset(vcpus, 0, sizeof(vcpus));
	memset(slots, 0, sizeof(slots));
	memset(is_at_start, false, sizeof(is_at_start));
	for (unsigned int i = 0; i < CPUS; i++)
		vcpus[i].index = registers[i][0] = i;
	has_page = true;
	has_certain_record = false;
	record = own_record = last_record = records_saved = states_lost = 0;
	set_marks = kept_mark = loads = sleeps = yields = 0;
	registers_read = 0;
	begins_during = SLOT_OF_NONE;
	goes_on_during = SLOT_OF_NONE;
	paracall_qemu_engine = (struct engine){
		.max_vcpus = CPUS, .vcpus = slots, .reports_idle = true, .has_started = true
	};
	load_init(0, chosen);
	plug(0);
	plug(1);
	return 0;
}

static int setup(void **test_state)
{
	(void)test_state;
	return begin(&target);
}

static int setup_with_record(void **test_state)
{
	(void)test_state;
	begin(&target_with_record);
	has_page = false;
	return 0;
}

static int teardown(void **test_state)
{
	(void)test_state;
	load_note_start();
	for (unsigned int i = 0; i < CPUS; i++)
		if (atomic_load(&slots[i])) {
			resume(i, NULL);
			unplug(i);
			spin_note_halt(&vcpus[i]);
		}
	return 0;
}

static void *flush_thread(void *unused)
{
	(void)unused;
	flushed(NULL);
	return NULL;
}

/* In a thread that is no vCPU's. */
static void flush(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, flush_thread, NULL), 0);
	pthread_join(thread, NULL);
}

/* ---- loads ----------------------------------------------------------------------- */

static void sleep_alone_is_none(void **test_state)
{
	(void)test_state;
	for (unsigned int round = 0; round < 3; round++) {
		sleep_all(2);
		wake_all(2);
		has_page = !has_page;
	}
	assert_int_equal(loads, 0);
}

static void another_state_is_noticed_once(void **test_state)
{
	(void)test_state;
	for (unsigned int round = 1; round <= 3; round++) {
		sleep_all(2);
		load();
		wake_all(2);
		assert_int_equal(loads, round);
		has_page = !has_page;
	}
}

/* On a host with one processor. */
static void init_spin(void)
{
	cpu_set_t before, first;

	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&first);
	for (unsigned int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&first); i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &first);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	spin_init(true);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

/* More hints than the largest window. */
static bool yields_when_it_spins(unsigned int index)
{
	unsigned int before = yields;

	for (unsigned int i = 0; i < 10000; i++)
		spin_call_hint(index, NULL);
	return yields > before;
}

/* Whatever it waits for: the guest does not always say, nor is it always an interrupt. */
static void nobody_yields_to_one_that_sleeps(void **test_state)
{
	(void)test_state;
	init_spin();
	assert_false(yields_when_it_spins(0));
	assert_true(yields_when_it_spins(1));
	assert_true(yields_when_it_spins(0));
	for (unsigned int round = 0; round < 2; round++) {
		idle(1, NULL);
		assert_false(yields_when_it_spins(0));
		/* It hints no more, and takes no interrupt. */
		resume(1, NULL);
		assert_true(yields_when_it_spins(0));
	}
}

/* But to those that run in the state that was loaded. */
static void who_takes_a_state_over_is_awake(void **test_state)
{
	(void)test_state;
	init_spin();
	sleep_all(2);
	load();
	wake_all(2);
	assert_int_equal(loads, 1);
	assert_true(yields_when_it_spins(1));
}

/* What one of them does next is traced with its own place, and not with the former state's. */
static void where_vcpus_are_is_forgotten(void **test_state)
{
	(void)test_state;
	for (unsigned int i = 0; i < 2; i++) {
		vcpus[i].site = &vcpus;
		vcpus[i].site_pc = 0x1000;
	}
	sleep_all(2);
	load();
	wake_all(2);
	assert_int_equal(loads, 1);
	for (unsigned int i = 0; i < 2; i++) {
		assert_null(vcpus[i].site);
		assert_int_equal(vcpus[i].site_pc, 0);
	}
}

/* The target hears of each, also where no mark is left since another state may be there. */
static void sleep_is_noted_without_a_mark(void **test_state)
{
	unsigned int marks;

	(void)test_state;
	idle(0, NULL);
	assert_int_equal(sleeps, 0);
	idle(1, NULL);
	assert_int_equal(sleeps, 1);
	marks = set_marks;
	reset();
	resume(0, NULL);
	idle(0, NULL);
	assert_int_equal(sleeps, 2);
	plug(2);
	idle(2, NULL);
	assert_int_equal(sleeps, 3);
	plug(2);
	unplug(2);
	assert_int_equal(sleeps, 4);
	assert_int_equal(set_marks, marks);
	load_note_start();
	kept_mark = set_marks;
	wake_all(2);
	assert_int_equal(loads, 0);
}

/* ---- a record in the guest's memory --------------------------------------------------- */

/* As for each invalidation of a TLB entry by the other one. */
static void wake_and_sleep(void)
{
	for (int i = 0; i < 100; i++) {
		idle(1, NULL);
		resume(1, NULL);
	}
}

static void certain_record_spares_the_registers(void **test_state)
{
	(void)test_state;
	has_certain_record = true;
	wake_and_sleep();
	assert_int_equal(registers_read, 0);
	assert_int_equal(records_saved, 0);
	sleep_all(2);
	assert_int_equal(registers_read, 0);
	assert_int_equal(records_saved, 1);
}

static void load_is_noticed_by_its_record(void **test_state)
{
	(void)test_state;
	has_certain_record = true;
	sleep_all(2);
	resume(0, NULL);
	assert_int_equal(loads, 0);
	idle(0, NULL);
	record--;
	resume(1, NULL);
	assert_int_equal(loads, 1);
	assert_int_equal(states_lost, 0);
}

static void load_is_noticed_by_registers_without_a_record(void **test_state)
{
	(void)test_state;
	wake_and_sleep();
	sleep_all(2);
	assert_int_not_equal(registers_read, 0);
	resume(0, NULL);
	idle(0, NULL);
	assert_int_equal(loads, 0);
	registers[0][REGISTERS - 1]++;
	resume(0, NULL);
	assert_int_equal(loads, 1);
}

/* ---- vCPUs that are plugged in ------------------------------------------------------ */

static void one_plugged_in_hides_no_load(void **test_state)
{
	(void)test_state;
	sleep_all(2);
	load();
	plug(2);
	idle(2, NULL);
	wake_all(2);
	assert_int_equal(loads, 1);
}

/* Nor does one that was not asleep when the others went on. */
static void nor_one_that_runs(void **test_state)
{
	(void)test_state;
	sleep_all(2);
	load();
	plug(2);
	wake_all(2);
	assert_int_equal(loads, 1);
}

/* Its own registers say nothing: the next one that goes on is asked, too. */
static void nor_one_that_goes_on_first(void **test_state)
{
	(void)test_state;
	has_page = false;
	sleep_all(2);
	load();
	plug(2);
	idle(2, NULL);
	plug(3);
	idle(3, NULL);
	resume(3, NULL);
	resume(2, NULL);
	assert_int_equal(loads, 0);
	resume(1, NULL);
	assert_int_equal(loads, 1);
	resume(0, NULL);
	assert_int_equal(loads, 1);
}

/* Without a load there is none, and later ones are noticed again. */
static void one_plugged_in_is_no_load(void **test_state)
{
	(void)test_state;
	for (unsigned int round = 0; round < 2; round++) {
		unsigned int before = set_marks;

		sleep_all(2);
		plug(2);
		idle(2, NULL);
		wake_all(3);
		assert_int_equal(loads, round);
		sleep_all(3);
		assert_true(set_marks > before || !has_page);
		load();
		wake_all(3);
		assert_int_equal(loads, round + 1);
		unplug(2);
		has_page = false;
	}
}

/* ---- resets ---------------------------------------------------------------------- */

static void a_reset_is_none(void **test_state)
{
	(void)test_state;
	sleep_all(2);
	reset();
	wake_all(2);
	load_note_start();
	is_at_start[0] = is_at_start[1] = false;
	sleep_all(2);
	wake_all(2);
	assert_int_equal(loads, 0);
}

/* The first vCPU begins just while another one is asked: that shows nothing any more. */
static void a_reset_that_is_over_stays_none(void **test_state)
{
	(void)test_state;
	sleep_all(2);
	reset();
	resume(0, NULL);
	begins_during = 1;
	resume(1, NULL);
	begins_during = SLOT_OF_NONE;
	is_at_start[0] = is_at_start[1] = false;
	idle(1, NULL);
	resume(1, NULL);
	assert_int_equal(loads, 0);
}

/* One that was never started is as after a reset, but another one is not. */
static void a_load_that_looks_like_one_is_noticed(void **test_state)
{
	(void)test_state;
	sleep_all(2);
	load();
	is_at_start[1] = true;
	resume(1, NULL);
	assert_int_equal(loads, 0);
	resume(0, NULL);
	assert_int_equal(loads, 1);
}

/* ---- a machine that begins in a state that was loaded ------------------------------------ */

static pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;

static int setup_beginning(void **test_state)
{
	(void)test_state;
	begin(&slow_target);
	loads_taken = 0;
	unplug(0);
	unplug(1);
	atomic_store(&paracall_qemu_engine.has_started, false);
	return 0;
}

/* Returns whether the state was taken when the guest's code was to run. */
static void *begin_on(void *vcpu)
{
	unsigned int index = ((struct vcpu *)vcpu)->index;
	bool is_taken;

	pthread_mutex_lock(&big_lock);
	plug(index);
	for (unsigned int i = 0; i < 100; i++) {
		idle(index, NULL);
		resume(index, NULL);
	}
	pthread_mutex_unlock(&big_lock);
	enter_block(false);
	is_taken = loads == 1 && loads_taken == 1;
	for (unsigned int i = 0; i < 100; i++) {
		pthread_mutex_lock(&big_lock);
		idle(index, NULL);
		resume(index, NULL);
		pthread_mutex_unlock(&big_lock);
	}
	return is_taken ? vcpu : NULL;
}

/* It is taken once, by any of them, and before one of them runs. */
static void all_that_begin_wait_for_the_state(void **test_state)
{
	pthread_t threads[CPUS];

	(void)test_state;
	for (unsigned int i = 0; i < CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, begin_on, &vcpus[i]), 0);
	for (unsigned int i = 0; i < CPUS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_ptr_equal(result, &vcpus[i]);
	}
	assert_int_equal(loads, 1);
}

static void nothing_is_taken_while_a_block_is_translated(void **test_state)
{
	(void)test_state;
	plug(0);
	assert_int_equal(translate(false), 1);
	assert_int_equal(loads, 0);
	assert_false(atomic_load(&paracall_qemu_engine.has_started));
	run_block();
	assert_int_equal(loads, 1);
	assert_int_equal(loads_taken, 1);
	run_block();
	assert_int_equal(loads, 1);
	assert_int_equal(translate(false), 0);
}

/* It may be that of a machine that begins, which says so itself. */
static void the_first_block_takes_nothing(void **test_state)
{
	(void)test_state;
	plug(0);
	assert_int_equal(translate(true), 0);
	assert_int_equal(loads, 0);
	assert_false(atomic_load(&paracall_qemu_engine.has_started));
	assert_true(load_is_open());
}

/* Nor by one that had slept in the machine before that state was loaded, and goes on then. */
static void one_that_goes_on_meanwhile_takes_nothing(void **test_state)
{
	(void)test_state;
	has_page = false;
	plug(0);
	idle(0, NULL);
	registers[0][1]++;
	plug(1);
	goes_on_during = 0;
	enter_block(false);
	assert_int_equal(loads, 1);
	assert_int_equal(loads_taken, 1);
	idle(0, NULL);
	resume(0, NULL);
	assert_int_equal(loads, 1);
}

/* ---- one thread for all vCPUs --------------------------------------------------------- */

static int setup_single(void **test_state)
{
	setup(test_state);
	paracall_qemu_engine.reports_idle = false;
	load_init(0, &target);
	return 0;
}

static int teardown_single(void **test_state)
{
	paracall_qemu_engine.reports_idle = true;
	return teardown(test_state);
}

static void what_is_translated_anew_is_a_load(void **test_state)
{
	(void)test_state;
	load_mark(&vcpus[1]);
	flush();
	enter_block(true);
	assert_int_equal(loads, 0);
	load();
	enter_block(true);
	assert_int_equal(loads, 0);
	flush();
	enter_block(true);
	enter_block(true);
	assert_int_equal(loads, 1);
}

/* Nothing is taken from a state, nor written, until the block runs. */
static void what_is_translated_is_asked_when_it_runs(void **test_state)
{
	(void)test_state;
	load_mark(&vcpus[1]);
	assert_int_equal(translate(true), 0);
	assert_int_equal(translate(false), 0);
	assert_false(load_is_open());
	load();
	flush();
	assert_true(load_is_open());
	assert_int_equal(translate(true), 1);
	assert_int_equal(loads, 0);
	/* It did not run yet, so the next one is asked, too. */
	assert_int_equal(translate(true), 1);
	run_block();
	assert_int_equal(loads, 1);
	/* One that was translated before shows nothing more. */
	run_block();
	assert_int_equal(loads, 1);
	assert_false(load_is_open());
	assert_int_equal(translate(true), 0);
}

/* It takes an interrupt before any of its blocks runs. */
static void a_load_is_noticed_before_its_first_block(void **test_state)
{
	(void)test_state;
	load_mark(&vcpus[1]);
	load();
	load_note_interrupt(&vcpus[0]);
	load_check(&vcpus[0]);
	assert_int_equal(loads, 0);
	flush();
	assert_int_equal(translate(true), 1);
	load_note_interrupt(&vcpus[0]);
	assert_int_equal(loads, 1);
	run_block();
	load_note_interrupt(&vcpus[0]);
	assert_int_equal(loads, 1);
	load();
	flush();
	load_check(&vcpus[0]);
	assert_int_equal(loads, 2);
}

/* A vCPU that waits where a reset has left it shows nothing; the next one is asked, too. */
static void a_vcpu_at_the_start_hides_no_load(void **test_state)
{
	(void)test_state;
	load();
	flush();
	is_at_start[1] = true;
	enter_block(true);
	assert_int_equal(loads, 0);
	is_at_start[1] = false;
	enter_block(true);
	assert_int_equal(loads, 1);
}

static void nor_is_a_reset_one(void **test_state)
{
	(void)test_state;
	reset();
	flush();
	enter_block(true);
	load_note_start();
	is_at_start[1] = false;
	enter_block(true);
	assert_int_equal(loads, 0);
}

static int setup_single_with_record(void **test_state)
{
	setup_single(test_state);
	load_init(0, &target_with_record);
	return 0;
}

/* Its record is there each time, be a new one made in between or not. */
static void a_state_is_loaded_again_and_again(void **test_state)
{
	unsigned int saved;

	(void)test_state;
	load_mark(&vcpus[0]);
	saved = record;
	load_mark(&vcpus[1]);
	for (unsigned int round = 1; round <= 4; round++) {
		load();
		record = saved;
		flush();
		enter_block(true);
		assert_int_equal(loads, round);
		assert_int_equal(states_lost, 0);
		if (round % 2)
			load_mark(&vcpus[1]);
		load_check(&vcpus[1]);
		assert_int_equal(loads, round);
	}
}

/* A state that was saved without a place for it leaves the last one as it is. */
static void a_state_without_a_record_is_lost(void **test_state)
{
	(void)test_state;
	load_mark(&vcpus[0]);
	for (unsigned int round = 1; round <= 2; round++) {
		load();
		flush();
		enter_block(true);
		assert_int_equal(loads, round);
		assert_int_equal(states_lost, round);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sleep_alone_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(another_state_is_noticed_once, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_yields_to_one_that_sleeps, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_takes_a_state_over_is_awake, setup,
						teardown),
		cmocka_unit_test_setup_teardown(where_vcpus_are_is_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(sleep_is_noted_without_a_mark, setup, teardown),
		cmocka_unit_test_setup_teardown(certain_record_spares_the_registers,
						setup_with_record, teardown),
		cmocka_unit_test_setup_teardown(load_is_noticed_by_its_record,
						setup_with_record, teardown),
		cmocka_unit_test_setup_teardown(load_is_noticed_by_registers_without_a_record,
						setup_with_record, teardown),
		cmocka_unit_test_setup_teardown(one_plugged_in_hides_no_load, setup, teardown),
		cmocka_unit_test_setup_teardown(nor_one_that_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(nor_one_that_goes_on_first, setup, teardown),
		cmocka_unit_test_setup_teardown(one_plugged_in_is_no_load, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reset_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reset_that_is_over_stays_none, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_load_that_looks_like_one_is_noticed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(all_that_begin_wait_for_the_state,
						setup_beginning, teardown),
		cmocka_unit_test_setup_teardown(one_that_goes_on_meanwhile_takes_nothing,
						setup_beginning, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_taken_while_a_block_is_translated,
						setup_beginning, teardown),
		cmocka_unit_test_setup_teardown(the_first_block_takes_nothing, setup_beginning,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_translated_anew_is_a_load, setup_single,
						teardown_single),
		cmocka_unit_test_setup_teardown(what_is_translated_is_asked_when_it_runs,
						setup_single, teardown_single),
		cmocka_unit_test_setup_teardown(a_load_is_noticed_before_its_first_block,
						setup_single, teardown_single),
		cmocka_unit_test_setup_teardown(a_vcpu_at_the_start_hides_no_load, setup_single,
						teardown_single),
		cmocka_unit_test_setup_teardown(nor_is_a_reset_one, setup_single,
						teardown_single),
		cmocka_unit_test_setup_teardown(a_state_is_loaded_again_and_again,
						setup_single_with_record, teardown_single),
		cmocka_unit_test_setup_teardown(a_state_without_a_record_is_lost,
						setup_single_with_record, teardown_single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
