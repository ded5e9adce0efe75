/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine must not do. A function for another architecture's machine does nothing, and
 * reports it. In a build with checks, meson's option, each of these ends the program, which
 * here is one that was forked for it.
 */
#include "fake_engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fake_machine fake;
static unsigned int reports;
static char message_before_end[256];

static void note_report(void *machine, void *cpu, int error, const char *message)
{
	assert_ptr_equal(machine, &fake);
	assert_true(!cpu || cpu == &fake.cpus[0]);
	assert_int_equal(error, PARACALL_ERROR_USE);
	reports++;
	strncpy(message_before_end, message, sizeof(message_before_end) - 1);
}

static void begin(enum paracall_architecture architecture)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = fake_options();

	engine.report = note_report;
	options.engine_machine = &fake;
	options.architecture = architecture;
	options.features = paracall_features_available(architecture, FAKE_CAPABILITIES);
	fake_machine_create(&fake, &engine, &options);
	reports = 0;
}

#ifdef PARACALL_CHECKS

/* Whether the program ends by an abort, and says so of that function. */
static void expect_end(void (*wrong)(struct fake_cpu *cpu), const char *function)
{
	char said[512] = "";
	ssize_t size;
	int pipes[2];
	int status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(pipes[1], STDERR_FILENO);
		wrong(&fake.cpus[0]);
		_exit(0);
	}
	close(pipes[1]);
	size = read(pipes[0], said, sizeof(said) - 1);
	close(pipes[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (size <= 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("%s: went on", function);
	if (strncmp(said, "libparacall: ", 13) || !strstr(said, function))
		fail_msg("%s: %s", function, said);
}

#endif

/* ---- another architecture's functions ------------------------------------------ */

static void hypercall(struct fake_cpu *cpu)
{
	paracall_hypercall(cpu->cpu, PARACALL_MODE_64BIT);
}

static void hypercall_number(struct fake_cpu *cpu)
{
	paracall_hypercall_number(cpu->cpu, PARACALL_MODE_64BIT, 1);
}

static void cpuid(struct fake_cpu *cpu)
{
	struct paracall_cpuid result = { .eax = 1 };

	assert_false(paracall_cpuid(cpu->cpu, PARACALL_KVM_CPUID_FEATURES, &result));
	assert_int_equal(result.eax, 1);
}

static void read_msr(struct fake_cpu *cpu)
{
	uint64_t value;

	assert_int_equal(paracall_rdmsr(cpu->cpu, PARACALL_KVM_MSR_STEAL_TIME, &value),
			 PARACALL_MSR_NOT_OURS);
}

static void write_msr(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_wrmsr(cpu->cpu, PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001),
			 PARACALL_MSR_NOT_OURS);
}

static void adjust_clock(struct fake_cpu *cpu)
{
	paracall_adjust_clock(cpu->cpu, 1);
}

static void continue_clock(struct fake_cpu *cpu)
{
	paracall_clock_continue(cpu->cpu, 1, 2);
}

static void begin_fault(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_async_pf_begin(cpu->cpu), 0);
}

static void cancel_fault(struct fake_cpu *cpu)
{
	paracall_async_pf_cancel(cpu->cpu, 1);
}

static void end_fault(struct fake_cpu *cpu)
{
	paracall_async_pf_end(cpu->cpu);
}

static void ask_for_private(struct fake_cpu *cpu)
{
	assert_false(paracall_machine_is_private(cpu->machine->machine,
						 (struct paracall_gpa){ 0x1000 }));
}

static void diagnose(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_diag(cpu->cpu, 0x44, 0, 0), PARACALL_DIAG_NOT_OURS);
}

static void call_epapr(struct fake_cpu *cpu)
{
	assert_false(paracall_epapr_hypercall(cpu->cpu, PARACALL_MODE_64BIT));
}

static void call_smccc(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_smccc(cpu->cpu, PARACALL_SMCCC_HVC), PARACALL_SMCCC_NOT_OURS);
}

static void place_stolen_time(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_arm64_place_stolen_time(cpu->cpu,
							  (struct paracall_gpa){ 0x1000 }),
			 PARACALL_ERROR_USE);
}

static void call_sbi(struct fake_cpu *cpu)
{
	assert_int_equal(paracall_sbi(cpu->cpu), PARACALL_SBI_NOT_OURS);
}

static void call_hvcl(struct fake_cpu *cpu)
{
	paracall_hvcl(cpu->cpu, PARACALL_HCALL_SERVICE);
}

static void read_cpucfg(struct fake_cpu *cpu)
{
	uint32_t value;

	assert_false(paracall_cpucfg(cpu->cpu, PARACALL_KVM_CPUCFG_SIGNATURE, &value));
}

static const struct other {
	enum paracall_architecture architecture;
	void (*use)(struct fake_cpu *cpu);
	const char *function;
} others[] = {
	{ PARACALL_X86, hypercall, "paracall_hypercall" },
	{ PARACALL_X86, hypercall_number, "paracall_hypercall_number" },
	{ PARACALL_X86, cpuid, "paracall_cpuid" },
	{ PARACALL_X86, read_msr, "paracall_rdmsr" },
	{ PARACALL_X86, write_msr, "paracall_wrmsr" },
	{ PARACALL_X86, adjust_clock, "paracall_adjust_clock" },
	{ PARACALL_X86, continue_clock, "paracall_clock_continue" },
	{ PARACALL_X86, begin_fault, "paracall_async_pf_begin" },
	{ PARACALL_X86, cancel_fault, "paracall_async_pf_cancel" },
	{ PARACALL_X86, end_fault, "paracall_async_pf_end" },
	{ PARACALL_X86, ask_for_private, "paracall_machine_is_private" },
	{ PARACALL_S390, diagnose, "paracall_diag" },
	{ PARACALL_POWERPC, call_epapr, "paracall_epapr_hypercall" },
	{ PARACALL_ARM64, call_smccc, "paracall_smccc" },
	{ PARACALL_ARM64, place_stolen_time, "paracall_arm64_place_stolen_time" },
	{ PARACALL_RISCV, call_sbi, "paracall_sbi" },
	{ PARACALL_LOONGARCH, call_hvcl, "paracall_hvcl" },
	{ PARACALL_LOONGARCH, read_cpucfg, "paracall_cpucfg" },
};

#define OTHERS (sizeof(others) / sizeof(others[0]))

static const enum paracall_architecture architectures[] = {
	PARACALL_X86,	PARACALL_S390,	PARACALL_POWERPC,
	PARACALL_ARM64, PARACALL_RISCV, PARACALL_LOONGARCH
};

#define ARCHITECTURES (sizeof(architectures) / sizeof(architectures[0]))

static void expect_nothing_done(const struct other *other)
{
	struct fake_cpu *cpu = &fake.cpus[0];
	struct paracall_cpu_statistics before =
		paracall_machine_statistics(fake.machine)->cpu[0];

#ifdef PARACALL_CHECKS
	expect_end(other->use, other->function);
#else
	reports = 0;
	other->use(cpu);
	assert_int_equal(reports, 1);
	assert_int_equal(strncmp(message_before_end, other->function, strlen(other->function)),
			 0);
	assert_int_equal(message_before_end[strlen(other->function)], ':');
#endif
	assert_int_equal(cpu->reads + cpu->writes, 0);
	assert_memory_equal(&paracall_machine_statistics(fake.machine)->cpu[0], &before,
			    sizeof(before));
}

static void another_architectures_do_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARCHITECTURES; i++) {
		begin(architectures[i]);
		for (size_t k = 0; k < OTHERS; k++)
			if (others[k].architecture != architectures[i])
				expect_nothing_done(&others[k]);
		fake_machine_destroy(&fake);
	}
}

static void ones_own_report_nothing(void **state)
{
	(void)state;
	begin(PARACALL_X86);
	fake_call(&fake.cpus[0], PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
	ask_for_private(&fake.cpus[0]);
	fake_wrmsr(&fake.cpus[0], PARACALL_KVM_MSR_SYSTEM_TIME_NEW, 0x1001);
	assert_int_equal(reports, 0);
	fake_machine_destroy(&fake);
}

/* ---- the order of a machine's life ---------------------------------------------- */

#ifdef PARACALL_CHECKS

static void use_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	hypercall(cpu);
}

static void remove_twice(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_machine_remove_cpu(cpu->cpu);
}

static void name_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_cpu_set_apic_id(cpu->cpu, 9);
}

static void halt_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_halt(cpu->cpu);
}

static void mark_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_set_mark(cpu->cpu);
}

static void check_mark_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_check_mark(cpu->cpu);
}

static void report_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_trace_report(cpu->cpu, PARACALL_EVENT_KERNEL_ENTRY, 0, 0, NULL, 0);
}

static void seek_page_of_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_magic_page_is_at(cpu->cpu, 0, PARACALL_MODE_64BIT);
}

static void ask_for_critical_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_magic_page_is_critical(cpu->cpu);
}

static void place_for_removed(struct fake_cpu *cpu)
{
	paracall_machine_remove_cpu(cpu->cpu);
	paracall_arm64_place_stolen_time(cpu->cpu, (struct paracall_gpa){ 0x1000 });
}

/* What the engine does in .yield_to. */
static void (*inside)(struct fake_cpu *cpu);

static void yield_to(void *cpu, void *target)
{
	(void)target;
	inside(cpu);
}

static void call_and_then(struct fake_cpu *cpu, void (*then)(struct fake_cpu *cpu))
{
	inside = then;
	fake_call(cpu, PARACALL_KVM_HC_SCHED_YIELD, 1, 0, 0, 0);
}

static void call_inside(struct fake_cpu *cpu)
{
	call_and_then(cpu, hypercall);
}

static void halt(struct fake_cpu *cpu)
{
	paracall_halt(cpu->cpu);
}

static void halt_inside(struct fake_cpu *cpu)
{
	call_and_then(cpu, halt);
}

static void save(struct fake_cpu *cpu)
{
	paracall_machine_save(cpu->machine->machine, NULL, 0);
}

static void save_inside(struct fake_cpu *cpu)
{
	call_and_then(cpu, save);
}

static void load(struct fake_cpu *cpu)
{
	paracall_machine_load(cpu->machine->machine, "", 0);
}

static void load_inside(struct fake_cpu *cpu)
{
	call_and_then(cpu, load);
}

static void free_machine(struct fake_cpu *cpu)
{
	paracall_machine_free(cpu->machine->machine);
}

static void free_inside(struct fake_cpu *cpu)
{
	call_and_then(cpu, free_machine);
}

static void *update(void *cpu)
{
	paracall_update(((struct fake_cpu *)cpu)->cpu);
	return NULL;
}

static void in_another_thread(struct fake_cpu *cpu)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, update, cpu))
		pthread_join(thread, NULL);
}

static void two_threads(struct fake_cpu *cpu)
{
	call_and_then(cpu, in_another_thread);
}

/* And what is permitted there. */
static void resume(struct fake_cpu *cpu)
{
	struct paracall_cpuid leaf;

	paracall_resume(cpu->cpu);
	paracall_cpuid(cpu->cpu, PARACALL_KVM_CPUID_FEATURES, &leaf);
	paracall_update(cpu->cpu);
	/* Another vCPU of the same thread. */
	hypercall(&fake.cpus[2]);
}

static void begin_with_yield(void)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = fake_options();

	engine.report = note_report;
	engine.yield_to = yield_to;
	options.engine_machine = &fake;
	fake_machine_create(&fake, &engine, &options);
	reports = 0;
}

static void the_order_is_watched(void **state)
{
	static const struct {
		void (*use)(struct fake_cpu *cpu);
		const char *function;
	} cases[] = {
		{ use_removed, "paracall_hypercall: the vCPU was taken out" },
		{ remove_twice, "paracall_machine_remove_cpu: the vCPU was taken out" },
		{ name_removed, "paracall_cpu_set_apic_id: the vCPU was taken out" },
		{ halt_removed, "paracall_halt: the vCPU was taken out" },
		{ mark_removed, "paracall_set_mark: the vCPU was taken out" },
		{ check_mark_removed, "paracall_check_mark: the vCPU was taken out" },
		{ report_removed, "paracall_trace_report: the vCPU was taken out" },
		{ seek_page_of_removed, "paracall_magic_page_is_at: the vCPU was taken out" },
		{ ask_for_critical_removed,
		  "paracall_magic_page_is_critical: the vCPU was taken out" },
		{ place_for_removed,
		  "paracall_arm64_place_stolen_time: the vCPU was taken out" },
		{ call_inside, "paracall_hypercall: the vCPU is inside" },
		{ halt_inside, "paracall_halt: the vCPU is inside" },
		{ save_inside, "paracall_machine_save: a vCPU is in" },
		{ load_inside, "paracall_machine_load: a vCPU is in" },
		{ free_inside, "paracall_machine_free: a vCPU is in" },
		{ two_threads, "paracall_update: another thread" },
	};

	(void)state;
	begin_with_yield();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_end(cases[i].use, cases[i].function);
	call_and_then(&fake.cpus[0], resume);
	assert_int_equal(reports, 0);
	fake_machine_destroy(&fake);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_architectures_do_nothing),
		cmocka_unit_test(ones_own_report_nothing),
#ifdef PARACALL_CHECKS
		cmocka_unit_test(the_order_is_watched),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
