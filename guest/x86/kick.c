/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_KICK_CPU and the halts that it ends: Documentation/virt/kvm/x86/
 * hypercalls.rst; arch/x86/kvm/lapic.c, APIC_DM_REMRD; arch/x86/kvm/x86.c,
 * __kvm_emulate_halt and kvm_arch_vcpu_runnable (Linux 6.19).
 */
#include "kick.h"

/* Generous: a busy host may leave a CPU alone for long. */
#define LIMIT_MS 10000
/* With very many CPUs. */
#define STORM_LIMIT_MS 60000
/* How long a CPU is watched that should stay where it is. */
#define QUIET_MS 50
/* To be sure that a CPU that announced its halt does halt. */
#define HALT_MS 5

#define ABSENT_ID 0xfe
#define BROADCAST_ID 0xff
#define VECTOR 0x41
#define ROUNDS 1000

static long kick(long apic_id)
{
	return hypercall(PARACALL_KVM_HC_KICK_CPU, 0, apic_id, 0, 0);
}

/* What a CPU under test does, step by step. */
struct halter {
	/* Steps that it took; it reports them before it acts. */
	volatile uint32_t stage;
	/* Steps that it may take; it spins till then. */
	volatile uint32_t go;
	/* Interrupts and NMIs that it took while at it. */
	volatile uint32_t interrupts;
	volatile uint32_t begun_with;
};

static void begin(struct halter *halter)
{
	halter->begun_with = interrupts_total(this_cpu());
}

static void end(struct halter *halter)
{
	halter->interrupts = interrupts_total(this_cpu()) - halter->begun_with;
	halter->stage++;
}

/* Report that it has come to the next step, and wait for permission. */
static void step(struct halter *halter)
{
	uint32_t stage = ++halter->stage;

	while (halter->go < stage)
		relax();
}

/* Stage 1: halts with interrupts off. 2: did. */
void halt_deaf(void *argument)
{
	struct halter *halter = argument;

	interrupts_off();
	begin(halter);
	halter->stage = 1;
	halt();
	end(halter);
	interrupts_on();
}

/* The same with interrupts on. */
static void halt_open(void *argument)
{
	struct halter *halter = argument;

	interrupts_off();
	begin(halter);
	halter->stage = 1;
	interrupts_on_halt();
	end(halter);
}

/* Stage 1: runs, waits for .go. 2: halted once. 3: halted twice. */
static void halt_twice(void *argument)
{
	struct halter *halter = argument;

	interrupts_off();
	begin(halter);
	step(halter);
	halt();
	halter->stage = 2;
	halt();
	end(halter);
	interrupts_on();
}

/* The same, taking interrupts while it waits. */
static void halt_twice_interrupted(void *argument)
{
	struct halter *halter = argument;

	interrupts_on();
	step(halter);
	interrupts_off();
	begin(halter);
	halt();
	halter->stage = 2;
	halt();
	end(halter);
	interrupts_on();
}

/* Start it on the second CPU, and see it get to its first stage. */
static bool start(struct halter *halter, void (*work)(void *))
{
	*halter = (struct halter){ 0 };
	/* An idle CPU uses up what kicks are left from before. */
	delay_ms(1);
	cpu_post(cpu_at(1), work, halter);
	return check(wait_for(&halter->stage, 1, LIMIT_MS), "the CPU does not start");
}

static bool expect_stage(struct halter *halter, uint32_t stage, const char *what)
{
	return check(wait_for(&halter->stage, stage, LIMIT_MS), "%s: not in %u ms", what,
		     LIMIT_MS);
}

static void expect_quiet(struct halter *halter, uint32_t stage, const char *what)
{
	delay_ms(QUIET_MS);
	check_equal(halter->stage, stage, "%s: stage", what);
}

/* An id that no CPU has: nothing happens, and that is no error. */
static void test_unknown(void)
{
	check_equal(kick(ABSENT_ID), 0, "id 0x%x", ABSENT_ID);
	check_equal(kick(0x7fffffff), 0, "id 0x7fffffff");
	check_equal(kick(-1), 0, "id -1");
}

/* The control for all that follows: hlt with interrupts off lasts. */
static void test_no_kick(void)
{
	struct halter halter;

	if (!start(&halter, halt_deaf))
		return;
	delay_ms(HALT_MS);
	expect_quiet(&halter, 1, "halted CPU without a kick");
}

void kick_halted(void (*work)(void *), long apic_id, long flags)
{
	struct halter halter;

	if (!start(&halter, work))
		return;
	delay_ms(HALT_MS);
	check_equal(halter.stage, 1, "stage before the kick");
	check_equal(hypercall(PARACALL_KVM_HC_KICK_CPU, flags, apic_id, 0, 0), 0, "result");
	if (expect_stage(&halter, 2, "end of the halt"))
		check_equal(halter.interrupts, 0, "interrupts and NMIs seen by the kicked CPU");
}

/*
 * The main purpose: Linux's waiters for a lock halt with interrupts off
 * (arch/x86/kernel/kvm.c, kvm_wait), and no interrupt is to be seen.
 */
static void test_halted_deaf(void)
{
	kick_halted(halt_deaf, cpu_ids[1], 0);
}

/* The waiters' other way, when interrupts were on. */
static void test_halted_open(void)
{
	kick_halted(halt_open, cpu_ids[1], 0);
}

/* The first argument is reserved; KVM never looked at it. */
static void test_flags(void)
{
	kick_halted(halt_deaf, cpu_ids[1], -1);
}

/* One wake-up after the other, of both kinds. */
static void test_again(void)
{
	for (int i = 0; i < 20; i++)
		kick_halted(i & 1 ? halt_open : halt_deaf, cpu_ids[1], 0);
}

/* The others stay as they are. */
static void test_right_one(void)
{
	struct halter first, second = { 0 };

	if (!start(&first, halt_deaf))
		return;
	cpu_post(cpu_at(2), halt_deaf, &second);
	check(wait_for(&second.stage, 1, LIMIT_MS), "the second CPU does not start");
	delay_ms(HALT_MS);
	kick(cpu_ids[2]);
	expect_stage(&second, 2, "end of the halt");
	expect_quiet(&first, 1, "CPU that was not kicked");
}

/*
 * A waiter looks at the lock, and is kicked before it halts: the kick is kept,
 * and ends that halt at once.
 */
static void test_running(void)
{
	struct halter halter;

	if (!start(&halter, halt_twice))
		return;
	kick(cpu_ids[1]);
	halter.go = 1;
	if (expect_stage(&halter, 2, "end of the first halt"))
		expect_quiet(&halter, 2, "second halt, with no kick left");
}

/* It is kept as a flag, not as a number. */
static void test_running_twice(void)
{
	struct halter halter;

	if (!start(&halter, halt_twice))
		return;
	kick(cpu_ids[1]);
	kick(cpu_ids[1]);
	halter.go = 1;
	if (!expect_stage(&halter, 2, "end of the first halt"))
		return;
	expect_quiet(&halter, 2, "second halt, after two kicks");
	kick(cpu_ids[1]);
	if (expect_stage(&halter, 3, "end of the second halt, by a third kick"))
		check_equal(halter.interrupts, 0, "interrupts and NMIs seen by the kicked CPU");
}

/* An interrupt in between does not use the kick up: only a halt does. */
static void test_interrupt_between(void)
{
	struct cpu *cpu = cpu_at(1);
	uint32_t before = cpu->interrupts[VECTOR];
	struct halter halter;

	if (!start(&halter, halt_twice_interrupted))
		return;
	kick(cpu_ids[1]);
	apic_send(cpu_ids[1], VECTOR);
	check(wait_for(&cpu->interrupts[VECTOR], before + 1, LIMIT_MS),
	      "the interrupt is lost");
	halter.go = 1;
	if (expect_stage(&halter, 2, "end of the first halt"))
		expect_quiet(&halter, 2, "second halt, with no kick left");
}

/* A halt that an interrupt ended leaves nothing that affects a later one. */
static void test_after_interrupt(void)
{
	struct halter halter;

	if (!start(&halter, halt_open))
		return;
	delay_ms(HALT_MS);
	apic_send(cpu_ids[1], VECTOR);
	if (!expect_stage(&halter, 2, "end of the halt by an interrupt"))
		return;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the CPU does not become idle");
	if (!start(&halter, halt_deaf))
		return;
	delay_ms(HALT_MS);
	expect_quiet(&halter, 1, "halt after one that an interrupt ended");
	kick(cpu_ids[1]);
	expect_stage(&halter, 2, "end of the halt by a kick");
}

static void kick_self(void *argument)
{
	struct halter *halter = argument;

	interrupts_off();
	begin(halter);
	step(halter);
	kick(this_cpu()->apic_id);
	halt();
	halter->stage = 2;
	halt();
	end(halter);
	interrupts_on();
}

/* One's own next halt, then. On another CPU than the boot CPU, which watches. */
static void test_self(void)
{
	struct halter halter;

	if (!start(&halter, kick_self))
		return;
	halter.go = 1;
	if (expect_stage(&halter, 2, "end of the halt"))
		expect_quiet(&halter, 2, "second halt, with no kick left");
}

/* Both CPUs halt for the other's kick, in turn. */
struct ping_pong {
	/* Odd: it is the second CPU's turn. */
	volatile uint32_t turn;
	uint32_t first_id;
	volatile uint32_t interrupts;
};

static void pong(void *argument)
{
	struct ping_pong *game = argument;
	uint32_t before;

	interrupts_off();
	before = interrupts_total(this_cpu());
	for (uint32_t turn = 0; turn < 2 * ROUNDS; turn += 2) {
		while (game->turn != turn + 1)
			halt();
		game->turn = turn + 2;
		kick(game->first_id);
	}
	game->interrupts = interrupts_total(this_cpu()) - before;
	interrupts_on();
}

/*
 * As Linux does it: look, halt, look again. A lost kick would leave both in
 * hlt forever; here the boot CPU's halt lets a timer interrupt in.
 */
static void test_ping_pong(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	struct ping_pong game = { .first_id = cpu_ids[0] };
	uint32_t alarms = *timer;

	cpu_post(cpu_at(1), pong, &game);
	for (uint32_t turn = 0; turn < 2 * ROUNDS; turn += 2) {
		apic_timer(LIMIT_MS);
		game.turn = turn + 1;
		kick(cpu_ids[1]);
		interrupts_off();
		while (game.turn != turn + 2 && *timer == alarms) {
			interrupts_on_halt();
			interrupts_off();
		}
		interrupts_on();
		if (game.turn != turn + 2)
			break;
	}
	apic_timer_stop();
	check_equal(game.turn, 2 * ROUNDS, "halves of rounds before a kick was lost");
	if (check(cpu_wait(cpu_at(1), LIMIT_MS), "the other CPU does not finish"))
		check_equal(game.interrupts, 0, "interrupts and NMIs seen by the other CPU");
	check_equal(*timer, alarms, "alarms");
}

/* All other CPUs kick one CPU, which counts its halts' ends; it must get to the end. */
#define CROWD_ROUNDS 200

struct crowd {
	volatile uint32_t passed;
	uint32_t target;
};

static void crowd_wait(void *argument)
{
	struct crowd *crowd = argument;

	interrupts_off();
	while (crowd->passed < CROWD_ROUNDS * (cpu_count - 2))
		halt();
	interrupts_on();
}

static void crowd_kick(void *argument)
{
	struct crowd *crowd = argument;

	for (int i = 0; i < CROWD_ROUNDS; i++) {
		__atomic_add_fetch(&crowd->passed, 1, __ATOMIC_SEQ_CST);
		kick(crowd->target);
	}
}

/* The kick after the last change counts, whoever's it is, and however they overlap. */
static void test_crowd(void)
{
	struct crowd crowd = { .target = cpu_ids[1] };

	cpu_post(cpu_at(1), crowd_wait, &crowd);
	for (uint32_t i = 2; i < cpu_count; i++)
		cpu_post(cpu_at(i), crowd_kick, &crowd);
	for (uint32_t i = 2; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check(cpu_wait(cpu_at(1), LIMIT_MS), "the kicked CPU does not finish");
}

/*
 * Id 255 means all CPUs to local APICs in xAPIC mode, the caller included
 * (arch/x86/kvm/lapic.c, kvm_apic_is_broadcast_dest).
 */
static struct halter everybody[MAX_CPUS];

static void test_broadcast(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint32_t alarms = *timer;

	for (uint32_t i = 1; i < cpu_count; i++) {
		everybody[i] = (struct halter){ 0 };
		cpu_post(cpu_at(i), halt_deaf, &everybody[i]);
	}
	for (uint32_t i = 1; i < cpu_count; i++)
		check(wait_for(&everybody[i].stage, 1, LIMIT_MS), "CPU %u does not start",
		      cpu_ids[i]);
	delay_ms(HALT_MS);
	for (uint32_t i = 1; i < cpu_count; i++)
		check_equal(everybody[i].stage, 1, "CPU %u: stage before", cpu_ids[i]);
	/* Only the low 32 bits are looked at. */
	check_equal(kick(0x1fe), 0, "id 0x1fe");
	check_equal(kick(0x1ff), 0, "id 0x1ff");
	delay_ms(QUIET_MS);
	check_equal(everybody[1].stage, 1, "stage after other ids that end in 0xff");
	check_equal(kick(BROADCAST_ID), 0, "result");
	for (uint32_t i = 1; i < cpu_count && !test_has_failed(); i++) {
		expect_stage(&everybody[i], 2, "end of the halt");
		check_equal(everybody[i].interrupts, 0, "interrupts at CPU %u", cpu_ids[i]);
	}
	/* One's own kick ends this, else the alarm does. */
	apic_timer(LIMIT_MS);
	interrupts_off();
	interrupts_on_halt();
	apic_timer_stop();
	check_equal(*timer, alarms, "alarms that ended the caller's halt");
}

/*
 * A storm: every CPU passes work to the next, by a number and a kick, and halts
 * until there is some for itself, while all the others do so, too, and kick
 * all CPUs now and then. A CPU that misses a kick never wakes.
 */
#define STORM_ROUNDS 300

static volatile uint32_t storm_work[MAX_CPUS];

static void storm(void *argument)
{
	uint32_t self = (uint32_t)(uintptr_t)argument;
	uint32_t next = self + 1 < cpu_count ? self + 1 : 1;

	interrupts_off();
	for (uint32_t round = 1; round <= STORM_ROUNDS; round++) {
		__atomic_store_n(&storm_work[next], round, __ATOMIC_SEQ_CST);
		kick(cpu_ids[next]);
		if (round % 64 == self % 64)
			kick(BROADCAST_ID);
		while (__atomic_load_n(&storm_work[self], __ATOMIC_SEQ_CST) < round)
			halt();
	}
	interrupts_on();
}

static void test_storm(void)
{
	for (uint32_t i = 0; i < cpu_count; i++)
		storm_work[i] = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), storm, (void *)(uintptr_t)i);
	for (uint32_t i = 1; i < cpu_count && !test_has_failed(); i++)
		check(cpu_wait(cpu_at(i), STORM_LIMIT_MS), "CPU %u sleeps forever: %u of %u",
		      cpu_ids[i], storm_work[i], STORM_ROUNDS);
}

/*
 * A CPU that waits for its startup IPI is not in a halt: a kick leaves it
 * there (arch/x86/kvm/x86.c: KVM_MP_STATE_INIT_RECEIVED is not HALTED).
 */
static void expect_not_started(struct halter *halter, uint32_t stage)
{
	cpu_init(cpu_at(1));
	traps_set();
	kick(cpu_ids[1]);
	delay_ms(QUIET_MS);
	kick(cpu_ids[1]);
	delay_ms(QUIET_MS);
	check_equal(traps_count(), 0, "starts in real mode");
	check_equal(halter->stage, stage, "stage");
	check(cpu_startup(cpu_at(1)), "a startup IPI does not start it any more");
}

static void test_init_halted(void)
{
	struct halter halter;

	if (!start(&halter, halt_deaf))
		return;
	delay_ms(HALT_MS);
	expect_not_started(&halter, 1);
}

static void test_init_running(void)
{
	struct halter halter;

	if (!start(&halter, halt_twice))
		return;
	expect_not_started(&halter, 1);
}

/* With its last halt ended by a kick, too. */
static void test_init_kicked(void)
{
	struct halter halter;

	if (!start(&halter, halt_twice))
		return;
	halter.go = 1;
	delay_ms(HALT_MS);
	kick(cpu_ids[1]);
	if (!expect_stage(&halter, 2, "end of the first halt"))
		return;
	delay_ms(HALT_MS);
	expect_not_started(&halter, 2);
}

/* Whatever happened to kicks in between, a restarted CPU works as before. */
static void test_after_restart(void)
{
	cpu_init(cpu_at(1));
	kick(cpu_ids[1]);
	if (!check(cpu_startup(cpu_at(1)), "the CPU does not start"))
		return;
	/* Kernels differ in whether it kept that kick; its first halt uses it up. */
	delay_ms(HALT_MS);
	kick_halted(halt_deaf, cpu_ids[1], 0);
}

/* The source of what is expected: see struct test. */
#define DOCUMENT "Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_KICK_CPU"
#define KICK "arch/x86/kvm/x86.c, kvm_pv_kick_cpu_op"
#define KEEP "arch/x86/kvm/lapic.c, __apic_accept_irq: APIC_DM_REMRD"
#define HALT "arch/x86/kvm/x86.c, __kvm_emulate_halt"
#define WAKE HALT " and kvm_vcpu_has_events: pv_unhalted"
#define HLT "Intel SDM vol. 2, \"HLT\""
#define INIT \
	"arch/x86/kvm/lapic.c, kvm_apic_accept_events; arch/x86/kvm/x86.h, kvm_set_mp_state"

#define COVERING_TEST(test_name, test_rule, function, least_cpus, what) \
	{ \
		.name = test_name, .rule = test_rule, .covers = what, .run = function, \
		.cpus = least_cpus, .kvm = true, .features = FEATURE(PV_UNHALT) \
	}
#define TEST(test_name, test_rule, function, least_cpus) \
	COVERING_TEST(test_name, test_rule, function, least_cpus, NULL)

static const struct test tests[] = {
	TEST("kick of an unknown id is no error", KICK, test_unknown, 1),
	TEST("without a kick a CPU stays halted", HLT "; " HALT, test_no_kick, 2),
	COVERING_TEST("kick ends cli; hlt, with no interrupt",
		      DOCUMENT "; " KEEP "; " WAKE "; arch/x86/kernel/kvm.c, kvm_wait",
		      test_halted_deaf, 2, "KICK_CPU"),
	TEST("kick ends sti; hlt, with no interrupt", DOCUMENT "; " KEEP "; " WAKE,
	     test_halted_open, 2),
	TEST("kick's flags are ignored", DOCUMENT "; " KICK, test_flags, 2),
	TEST("kick again and again", KEEP "; " WAKE, test_again, 2),
	TEST("kick ends the halt of one CPU only", DOCUMENT "; " KICK, test_right_one, 3),
	TEST("kick of a running CPU ends its next halt", KEEP "; " HALT, test_running, 2),
	TEST("two kicks of a running CPU are one", KEEP "; " HALT, test_running_twice, 2),
	TEST("kick outlives an interrupt", KEEP "; " WAKE, test_interrupt_between, 2),
	TEST("halt after one that an interrupt ended", HLT "; " WAKE, test_after_interrupt, 2),
	TEST("kick of the CPU itself", KICK "; " KEEP "; " HALT, test_self, 2),
	TEST("two CPUs kick each other awake", KEEP "; " WAKE, test_ping_pong, 2),
	TEST("many CPUs kick one", KEEP "; " WAKE, test_crowd, 3),
	TEST("kick of id 255 is for all CPUs",
	     KICK "; arch/x86/kvm/lapic.c, kvm_apic_is_broadcast_dest", test_broadcast, 2),
	TEST("all CPUs kick each other awake", KEEP "; " WAKE, test_storm, 3),
	TEST("kick does not start a halted CPU after INIT", INIT, test_init_halted, 2),
	TEST("kick does not start a running CPU after INIT", INIT, test_init_running, 2),
	TEST("kick does not start a kicked CPU after INIT", INIT, test_init_kicked, 2),
	TEST("kick works after INIT and startup", INIT, test_after_restart, 2),
};

TESTS_MAIN("kick", tests)
