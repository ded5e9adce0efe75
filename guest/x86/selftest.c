/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime's own tests, for which no KVM is needed: what the other programs
 * take for granted. If one of these fails, doubt the others' results.
 */
#include "runtime/test.h"

#define VECTOR 0x41
#define LIMIT_MS 5000

static void raise_ud(void *argument)
{
	(void)argument;
	__asm__ volatile("ud2");
}

static void raise_pf(void *argument)
{
	*(volatile uint64_t *)argument = 0;
}

static void raise_nothing(void *argument)
{
	*(volatile uint32_t *)argument += 1;
}

static void test_exceptions(void)
{
	uint32_t ran = 0;

	check_equal(catch_exception(raise_ud, NULL), VECTOR_UD, "ud2");
	check_equal((int64_t)this_cpu()->exception.rip, (int64_t)(uintptr_t)raise_ud,
		    "its address");
	check_equal(catch_exception(raise_pf, (void *)NOT_MAPPED), VECTOR_PF, "bad address");
	check_equal((int64_t)this_cpu()->exception.error_code, 2, "error code of a write");
	check_equal(catch_exception(raise_nothing, &ran), -1, "no exception");
	check_equal(ran, 1, "ran");
}

static void read_privilege(void *argument)
{
	uint16_t selector;

	__asm__ volatile("mov %%cs, %0" : "=r"(selector));
	*(volatile uint32_t *)argument = selector & 3;
}

static void raise_gp(void *argument)
{
	(void)argument;
	__asm__ volatile("cli; hlt");
}

static void test_user_mode(void)
{
	uint32_t privilege = 99;

	check_equal(run_user(read_privilege, &privilege), -1, "no exception");
	check_equal(privilege, 3, "privilege level");
	check_equal(run_user(raise_gp, NULL), VECTOR_GP, "privileged instruction");
	read_privilege(&privilege);
	check_equal(privilege, 0, "privilege level after it");
}

static void test_time(void)
{
	uint64_t begin = rdtsc();

	delay_ms(10);
	check(rdtsc() - begin >= 10000 * cycles_per_us, "delay too short");
	check(cycles_per_us >= 10 && cycles_per_us < 20000, "%" PRIu64 " cycles per us",
	      cycles_per_us);
}

static void test_timer(void)
{
	const volatile uint32_t *timer = &this_cpu()->interrupts[VECTOR_TIMER];
	uint32_t before = *timer;

	apic_timer(20);
	interrupts_off();
	check_equal(*timer, before, "interrupts before the time");
	while (*timer == before) {
		interrupts_on_halt();
		interrupts_off();
	}
	interrupts_on();
	apic_timer_stop();
	check_equal(*timer, before + 1, "interrupts");
}

static void test_interrupts(void)
{
	for (uint32_t i = 0; i < cpu_count; i++) {
		struct cpu *cpu = cpu_at(i);
		uint32_t before = cpu->interrupts[VECTOR];
		uint32_t nmis = cpu->interrupts[VECTOR_NMI];

		apic_send(cpu->apic_id, VECTOR);
		check(wait_for(&cpu->interrupts[VECTOR], before + 1, LIMIT_MS),
		      "CPU %u: no interrupt", cpu->apic_id);
		apic_send(cpu->apic_id, PARACALL_ICR_MODE_NMI << PARACALL_ICR_MODE_SHIFT);
		check(wait_for(&cpu->interrupts[VECTOR_NMI], nmis + 1, LIMIT_MS),
		      "CPU %u: no NMI", cpu->apic_id);
	}
}

static void test_cpus(void)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		uint32_t ran = 0;

		cpu_post(cpu_at(i), raise_nothing, &ran);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", cpu_ids[i]);
		check_equal(ran, 1, "CPU %u: runs", cpu_ids[i]);
	}
}

static void halt_for_ever(void *argument)
{
	*(volatile uint32_t *)argument = 1;
	interrupts_off();
	while (1)
		halt();
}

static void test_restart(void)
{
	uint32_t stage = 0;

	cpu_post(cpu_at(1), halt_for_ever, &stage);
	check(wait_for(&stage, 1, LIMIT_MS), "CPU does not answer");
	cpus_recover();
	test_cpus();
}

static void call_vmcall(void *argument)
{
	(void)argument;
	paracall_guest_vmcall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

static void call_vmmcall(void *argument)
{
	(void)argument;
	paracall_guest_vmmcall(PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

/* Why guests look at CPUID first: Intel SDM and AMD APM, VMCALL and VMMCALL. */
static void test_no_hypercalls(void)
{
	if (kvm_found) {
		skip("KVM is there");
		return;
	}
	check_equal(catch_exception(call_vmcall, NULL), VECTOR_UD, "vmcall");
	check_equal(catch_exception(call_vmmcall, NULL), VECTOR_UD, "vmmcall");
}

/* The source of what is expected: see struct test. */
#define SYSTEM(section) "Intel SDM vol. 3, \"" section "\""
#define START SYSTEM("Multiple-Processor (MP) Initialization")
#define SEND SYSTEM("Issuing Interprocessor Interrupts")

static const struct test tests[] = {
	{ .name = "exceptions are caught",
	  .rule = SYSTEM("Exception and Interrupt Reference"),
	  .run = test_exceptions },
	{ .name = "user mode and back",
	  .rule = SYSTEM("Privilege Levels") " and \"Privileged Instructions\"",
	  .run = test_user_mode },
	{ .name = "time advances",
	  .rule = SYSTEM("Time-Stamp Counter") "; Intel 8254, counter 0",
	  .run = test_time },
	{ .name = "timer interrupt ends a halt",
	  .rule = SYSTEM("APIC Timer") "; Intel SDM vol. 2, \"HLT\"",
	  .run = test_timer },
	{ .name = "interrupts and NMIs by the APIC", .rule = SEND, .run = test_interrupts },
	{ .name = "other CPUs run work", .rule = START, .run = test_cpus, .cpus = 2 },
	{ .name = "halted CPU restarts with INIT",
	  .rule = START "; " SEND,
	  .run = test_restart,
	  .cpus = 2 },
	{ .name = "without KVM a hypercall is #UD",
	  .rule = SYSTEM("VMCALL") "; AMD APM vol. 3, \"VMMCALL\"",
	  .run = test_no_hypercalls },
};

TESTS_MAIN("selftest", tests)
