/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as lines, which of them are shown, and symbols. */
#include "../../inject/parse.h"
#include "../../report/decode.h"
#include "../../report/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct event_classes classes;

static int make_classes(void **state)
{
	(void)state;
	return event_classes_make(&classes) ? 0 : -1;
}

static int free_classes(void **state)
{
	(void)state;
	event_classes_free(&classes);
	return 0;
}

static const struct event_class *class_of(const char *name)
{
	for (size_t i = 0; i < classes.count; i++)
		if (!strcmp(classes.items[i].name, name))
			return &classes.items[i];
	fail_msg("no class %s", name);
	return NULL;
}

/* On vCPU 3, at 1.5 s, in the kernel. */
#define NO_RESULT PARACALL_EVENT_NO_RESULT

static struct event make_event(const char *name, int64_t result, uint64_t a0, uint64_t a1,
			       uint64_t a2, uint64_t a3)
{
	const struct event_class *class = class_of(name);
	struct paracall_event raw = {
		.time = 1500000000,
		.id = class->id,
		.pc = UINT64_C(0xffffffff81000010),
		.result = result,
		.arguments = { a0, a1, a2, a3 },
	};
	struct event event;

	event_begin(&event, 3, &raw, class, &classes);
	return event;
}

static void expect_text(const struct event *event, const struct symbols *symbols,
			void (*print)(FILE *output, const struct event *event,
				      const struct symbols *symbols),
			const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *output = open_memstream(&text, &size);

	print(output, event, symbols);
	fclose(output);
	assert_string_equal(text, expected);
	free(text);
}

#define PLACE "   1.500000 cpu 3 0xffffffff81000010 "

static void expect_line(const struct event *event, const char *expected)
{
	expect_text(event, NULL, decode_line, expected);
}

static void test_calls(void **state)
{
	struct event event = make_event("KICK_CPU", 0, 0, 2, 0, 0);

	(void)state;
	event.duration = 1250;
	expect_line(&event, PLACE "KICK_CPU(flags=0, apic_id=2) = 0 <0.000001250>\n");
	event = make_event("SEND_IPI", 4, 0x8f, 5, 4, 0x40fd);
	expect_line(
		&event, PLACE
		"SEND_IPI(bitmap_low={4-7,11}, bitmap_high={68,70}, lowest_apic_id=4, icr=fixed|assert|vector 0xfd) = 4\n");
	event = make_event("SCHED_YIELD", -1000, 1, 0, 0, 0);
	expect_line(&event, PLACE "SCHED_YIELD(apic_id=1) = -ENOSYS\n");
	event = make_event("MAP_GPA_RANGE", -22, 0x1000, 2, 0x31, 0);
	expect_line(
		&event, PLACE
		"MAP_GPA_RANGE(address=0x1000, pages=2, attributes=2M|encrypted|0x20) = -EINVAL\n");
	event = make_event("unknown_call", -1000, 77, 1, 2, 3);
	expect_line(&event,
		    PLACE "unknown_call(number=0x4d, a0=0x1, a1=0x2, a2=0x3) = -ENOSYS\n");
	event = make_event("DIAG_9C_DIRECTED_YIELD", PARACALL_DIAG_DONE, 5, 0, 0, 0);
	expect_line(&event, PLACE "DIAG_9C_DIRECTED_YIELD(cpu_address=5) = done\n");
}

static void test_sbi(void **state)
{
	struct event event = make_event("SBI_BASE_PROBE_EXT", 1, PARACALL_SBI_STA, 0, 0, 0);

	(void)state;
	expect_line(&event, PLACE "SBI_BASE_PROBE_EXT(extension=STA) = 0x1\n");
	assert_true(event_has_result(&event));
	/* The firmware's answers nobody sees. */
	event = make_event("SBI_BASE_PROBE_EXT", NO_RESULT, PARACALL_SBI_BASE, 0, 0, 0);
	expect_line(&event, PLACE "SBI_BASE_PROBE_EXT(extension=BASE) = ?\n");
	assert_false(event_has_result(&event));
	event = make_event("SBI_BASE_PROBE_EXT", 0, PARACALL_SBI_STA, 0, 0, 0);
	expect_line(&event, PLACE "SBI_BASE_PROBE_EXT(extension=STA) = 0\n");
	event = make_event("SBI_BASE_PROBE_EXT", NO_RESULT, 0x0a0b0c0d, 0, 0, 0);
	expect_line(&event, PLACE "SBI_BASE_PROBE_EXT(extension=0xa0b0c0d) = ?\n");
	event = make_event("SBI_TIME_SET_TIMER", NO_RESULT, 12345, 0, 0, 0);
	expect_line(&event, PLACE "SBI_TIME_SET_TIMER(time=12345) = ?\n");
	assert_false(event_has_result(&event));
	event = make_event("SBI_STA_STEAL_TIME_SET_SHMEM", 0, 0x1000, 0, 0, 0);
	expect_line(
		&event, PLACE
		"SBI_STA_STEAL_TIME_SET_SHMEM(address=0x1000, address_high=0, flags=0) = 0\n");
	assert_true(event_has_result(&event));
	event = make_event("SBI_STA_STEAL_TIME_SET_SHMEM", PARACALL_SBI_ERR_INVALID_PARAM,
			   0x1001, 0, 0, 0);
	expect_line(
		&event, PLACE
		"SBI_STA_STEAL_TIME_SET_SHMEM(address=0x1001, address_high=0, flags=0) = INVALID_PARAM\n");
	assert_true(event_has_failed(&event));
	event = make_event("unknown_sbi", NO_RESULT, PARACALL_SBI_TIME, 7, 1, 2);
	expect_line(&event,
		    PLACE "unknown_sbi(extension=TIME, function=0x7, a0=0x1, a1=0x2) = ?\n");
	assert_false(event_has_result(&event));
	event = make_event("unknown_sbi", PARACALL_SBI_ERR_NOT_SUPPORTED, UINT64_C(0x100535441),
			   0, 1, 2);
	expect_line(
		&event, PLACE
		"unknown_sbi(extension=0x100535441, function=0, a0=0x1, a1=0x2) = NOT_SUPPORTED\n");
}

/* PSCI is QEMU's. */
static void test_smccc(void **state)
{
	struct event event = make_event("PSCI_CPU_ON_64", NO_RESULT, 1, 0x40000000, 0, 0);

	(void)state;
	expect_line(&event,
		    PLACE "PSCI_CPU_ON_64(mpidr=0x1, entry=0x40000000, context=0) = ?\n");
	assert_false(event_has_result(&event));
	assert_false(event_has_failed(&event));
	/* It answers one question of this function's, and the library another. */
	event = make_event("PSCI_FEATURES", NO_RESULT, PARACALL_PSCI_VERSION, 0, 0, 0);
	expect_line(&event, PLACE "PSCI_FEATURES(function=PSCI_VERSION) = ?\n");
	event = make_event("PSCI_FEATURES", 0, PARACALL_SMCCC_VERSION, 0, 0, 0);
	expect_line(&event, PLACE "PSCI_FEATURES(function=SMCCC_VERSION) = 0\n");
	event = make_event("SMCCC_VERSION", 0x10001, 0, 0, 0, 0);
	expect_line(&event, PLACE "SMCCC_VERSION() = 0x10001\n");
	assert_true(event_has_result(&event));
	event = make_event("SMCCC_ARCH_FEATURES", 0, PARACALL_SMCCC_VERSION, 0, 0, 0);
	expect_line(&event, PLACE "SMCCC_ARCH_FEATURES(function=SMCCC_VERSION) = 0\n");
	assert_true(event_has_result(&event));
}

/* Each owner of functions has its own errors. */
static void test_smccc_errors(void **state)
{
	struct event event = make_event("TRNG_RND64", -3, 64, 0, 0, 0);

	(void)state;
	expect_line(&event, PLACE "TRNG_RND64(bits=64) = NO_ENTROPY\n");
	event = make_event("TRNG_RND64", -2, 193, 0, 0, 0);
	expect_line(&event, PLACE "TRNG_RND64(bits=193) = INVALID_PARAMETERS\n");
	event = make_event("VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS", -3, 7, 0, 0, 0);
	expect_line(
		&event, PLACE
		"VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS(index=7, reserved2=0, reserved3=0) = INVALID_PARAMETER\n");
	assert_true(event_has_failed(&event));
	event = make_event("VENDOR_HYP_KVM_PTP", -1, 2, 0, 0, 0);
	expect_line(&event, PLACE "VENDOR_HYP_KVM_PTP(counter=2) = NOT_SUPPORTED\n");
	event = make_event("unknown_smccc", -1, 7, 0, 0, 0);
	expect_line(&event,
		    PLACE "unknown_smccc(number=0x7, x1=0, x2=0, x3=0) = NOT_SUPPORTED\n");
}

/* KVM's numbers come as x86's calls, too. */
static const struct event_class *epapr_class(const char *name)
{
	for (size_t i = 0; i < classes.count; i++)
		if (!strcmp(classes.items[i].name, name) &&
		    paracall_event_kind(classes.items[i].id) == PARACALL_EVENT_EPAPR)
			return &classes.items[i];
	fail_msg("no class %s", name);
	return NULL;
}

static struct event make_epapr(const char *name, int64_t result, uint64_t a0, uint64_t a1,
			       uint64_t output)
{
	const struct event_class *class = epapr_class(name);
	uint32_t row = paracall_event_row(class->id);
	struct paracall_event raw = { .time = 1500000000, .pc = UINT64_C(0xffffffff81000010) };
	struct event event;

	raw.result = result;
	raw.arguments[0] = a0;
	raw.arguments[1] = a1;
	raw.id = class->id;
	event_begin(&event, 3, &raw, class, &classes);
	raw.id = paracall_event_id(PARACALL_EVENT_OUTPUT, row);
	raw.arguments[0] = output;
	class = event_class_find(&classes, raw.id);
	if (class && !result)
		event_continue(&event, &raw, class);
	return event;
}

static void test_powerpc(void **state)
{
	struct event event = make_epapr("FEATURES", 0, 0, 0, 2);

	(void)state;
	expect_line(&event, PLACE "FEATURES() = 0 {features=magic-page}\n");
	event = make_epapr("FEATURES", PARACALL_EV_UNIMPLEMENTED, 0, 0, 0);
	assert_true(event_has_failed(&event));
	expect_line(&event, PLACE "FEATURES() = EV_UNIMPLEMENTED\n");
	event = make_epapr("PPC_MAP_MAGIC_PAGE", 0, UINT64_C(0xfffffffffffff000),
			   UINT64_C(0xfffffffffffff001), 3);
	expect_line(
		&event, PLACE
		"PPC_MAP_MAGIC_PAGE(address=0xfffffffffffff000, effective_address_and_flags=0xfffffffffffff000|not-mapped-nx) = 0 {page_features=sr|mas0-to-sprg7}\n");
	event = make_epapr("KICK_CPU", PARACALL_EV_UNIMPLEMENTED, 0, 2, 0);
	expect_line(&event, PLACE "KICK_CPU(flags=0, apic_id=2) = EV_UNIMPLEMENTED\n");
	event = make_event("EV_IDLE", 99, 0, 0, 0, 0);
	expect_line(&event, PLACE "EV_IDLE() = 99\n");
	event = make_event("H_ENTER", NO_RESULT, 1, 2, 3, 4);
	assert_false(event_has_failed(&event));
	expect_line(&event, PLACE "H_ENTER(flags=0x1, index=0x2, high=0x3, low=0x4) = ?\n");
	event = make_event("H_CONFER", NO_RESULT, UINT64_MAX, 0, 0, 0);
	expect_line(&event, PLACE "H_CONFER(processor=all, dispatch_count=0) = ?\n");
	event = make_event("H_CONFER", NO_RESULT, 3, 5, 0, 0);
	expect_line(&event, PLACE "H_CONFER(processor=3, dispatch_count=0x5) = ?\n");
	event = make_event("unknown_papr", NO_RESULT, 0x7ff8, 1, 2, 3);
	expect_line(&event, PLACE "unknown_papr(number=0x7ff8, a0=0x1, a1=0x2, a2=0x3) = ?\n");
}

static void test_output(void **state)
{
	struct event event = make_event("CLOCK_PAIRING", 0, 0x2000, 0, 0, 0);
	struct paracall_event raw = { .arguments = { 10, 20, 30, 0 } };
	const struct event_class *class = class_of("CLOCK_PAIRING_output");

	(void)state;
	raw.id = class->id;
	event_continue(&event, &raw, class);
	expect_line(
		&event, PLACE
		"CLOCK_PAIRING(address=0x2000, clock_type=wallclock) = 0 {sec=10, nsec=20, tsc=30, flags=0}\n");
}

static void test_others(void **state)
{
	struct event event = make_event("wrmsr", 0, PARACALL_KVM_MSR_STEAL_TIME, 0x7001, 0, 0);

	(void)state;
	expect_line(&event, PLACE "wrmsr(STEAL_TIME, 0x7000|enabled) = 0\n");
	event = make_event("wrmsr", -1, PARACALL_KVM_MSR_STEAL_TIME, 0x700b, 0, 0);
	expect_line(&event, PLACE
		    "wrmsr(STEAL_TIME, 0x7000|enabled|0xa) = general protection exception\n");
	event = make_event("wrmsr", 0, PARACALL_KVM_MSR_ASYNC_PF_EN, 0x700b, 0, 0);
	expect_line(&event,
		    PLACE "wrmsr(ASYNC_PF_EN, 0x7000|enabled|send-always|as-int) = 0\n");
	event = make_event("rdmsr", -1, 0x4b564dff, 0, 0, 0);
	expect_line(&event, PLACE "rdmsr(0x4b564dff) = general protection exception\n");
	event = make_event("cpuid", 1 << 7 | 1 << 11, PARACALL_KVM_CPUID_FEATURES, 0, 0, 0);
	expect_line(&event, PLACE "cpuid(0x40000001) = pv-unhalt|pv-send-ipi\n");
	event = make_event("halt", 0, 0, 0, 0, 0);
	expect_line(&event, PLACE "halt\n");
	event = make_event("wake", 0, PARACALL_WAKE_KICK, 2, 180000, 0);
	event.pc = 0;
	expect_line(&event, "   1.500000 cpu 3 wake: kick from cpu 2, waited 180 us\n");
	event = make_event("interrupt", 0, 1, 0xfd, PARACALL_ICR_MODE_NMI, 1);
	expect_line(&event,
		    PLACE "interrupt: target=cpu 1, vector=0xfd, mode=NMI, taken=yes\n");
}

static void print_ftrace(FILE *output, const struct event *event, const struct symbols *symbols)
{
	(void)symbols;
	decode_ftrace(output, event);
}

static void test_ftrace(void **state)
{
	struct event event = make_event("KICK_CPU", 0, 0, 2, 0xdd, 0x55);

	(void)state;
	expect_text(
		&event, NULL, print_ftrace,
		"       CPU 3/KVM-3       [003] .....     1.500000: kvm_hypercall: nr 0x5 a0 0x0 a1 0x2 a2 0xdd  a3 0x55\n");
	event = make_event("halt", 0, 0, 0, 0, 0);
	expect_text(&event, NULL, print_ftrace, "");
}

/* Whether an expression takes an event. */
static bool takes(const char *expression, struct event event)
{
	struct filter *filter = filter_new();
	char error[512] = "";
	bool is_taken;

	assert_true(filter_set_expression(filter, expression, &classes, error, sizeof(error)));
	is_taken = filter_accepts(filter, &event);
	/* What is taken is asked for. */
	assert_true(!is_taken || filter_kinds(filter, &classes) >> event.kind & 1);
	filter_free(filter);
	return is_taken;
}

static uint64_t place_of(const char *name)
{
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (!strncmp(name, "MSR_", 4) && !strcmp(paracall_msr_info(i)->name, name + 4))
			return paracall_msr_info(i)->number;
	return class_of(name)->id;
}

/* The line is a rule that means the same. */
static void expect_injected(const char *place, enum paracall_fault fault, int64_t value,
			    const char *expected)
{
	struct event event = make_event("injected", 0, fault, place_of(place), value, 7);
	struct paracall_injection injection = { .size = sizeof(injection) };
	enum paracall_architecture architecture =
		strncmp(place, "DIAG", 4) ? PARACALL_X86 : PARACALL_S390;
	char line[256];

	snprintf(line, sizeof(line), PLACE "injected: %s\n", expected);
	expect_line(&event, line);
	assert_null(injection_parse(&injection, architecture, expected));
	assert_int_equal(injection.rules[0].fault, fault);
	assert_true(injection.rules[0].value == value);
	assert_int_equal(injection.rules[0].first, 7);
	assert_int_equal(injection.rules[0].last, 7);
}

static void test_clock(void **state)
{
	struct event event = make_event("clock", 0, 77, 1234, UINT64_C(0xfff4a3e72e),
					PARACALL_PVCLOCK_TSC_STABLE);

	(void)state;
	expect_line(
		&event, PLACE
		"clock: counter=77, system_time=1234 ns, scale=4104382254>>1, flags=stable\n");
	event = make_event("clock", 0, 77, 1234, UINT64_C(0x180000000),
			   PARACALL_PVCLOCK_TSC_STABLE | PARACALL_PVCLOCK_GUEST_STOPPED);
	expect_line(
		&event, PLACE
		"clock: counter=77, system_time=1234 ns, scale=2147483648<<1, flags=stable|stopped\n");
	event = make_event("clock", 0, 77, 1234, UINT64_C(0x80000000), 0);
	expect_line(&event, PLACE
		    "clock: counter=77, system_time=1234 ns, scale=2147483648, flags=0\n");
}

static void test_injected(void **state)
{
	struct event event = make_event("injected", 0, 99, 0xffff1234, 1, 2);

	(void)state;
	expect_injected("KICK_CPU", PARACALL_FAULT_DROP, 0, "KICK_CPU:drop:when=7");
	expect_injected("KICK_CPU", PARACALL_FAULT_LATE, 3000, "KICK_CPU:late=3us:when=7");
	expect_injected("SEND_IPI", PARACALL_FAULT_RESULT, -PARACALL_KVM_EINVAL,
			"SEND_IPI:error=EINVAL:when=7");
	expect_injected("SEND_IPI", PARACALL_FAULT_RESULT, -77, "SEND_IPI:retval=-77:when=7");
	expect_injected("SEND_IPI", PARACALL_FAULT_UNKNOWN, 0, "SEND_IPI:enosys:when=7");
	expect_injected("DIAG_10_RELEASE_PAGES", PARACALL_FAULT_DELAY, 2000000,
			"DIAG_10_RELEASE_PAGES:delay=2ms:when=7");
	expect_injected("MSR_STEAL_TIME", PARACALL_FAULT_EXCEPTION, 0,
			"MSR_STEAL_TIME:fault:when=7");
	expect_injected("cpuid", PARACALL_FAULT_WITHDRAW,
			1 << PARACALL_KVM_FEATURE_PV_UNHALT |
				1 << PARACALL_KVM_FEATURE_PV_SEND_IPI,
			"cpuid:withdraw=pv-unhalt+pv-send-ipi:when=7");
	expect_injected("clock", PARACALL_FAULT_JUMP, -5000000, "clock:jump=-5ms:when=7");
	expect_injected("clock", PARACALL_FAULT_JUMP, 1000000000, "clock:jump=+1s:when=7");
	expect_injected("steal", PARACALL_FAULT_BURST, 200000000, "steal:burst=200ms:when=7");
	/* What no version of today has. */
	expect_line(&event, PLACE "injected: MSR_0xffff1234:99:when=2\n");
	assert_true(takes("injected", event));
	assert_false(takes("!injected", event));
	assert_true(takes("%injected", event));
}

static void test_filter(void **state)
{
	struct event kick = make_event("KICK_CPU", 0, 0, 0, 0, 0);
	struct event halt = make_event("halt", 0, 0, 0, 0, 0);
	struct event steal = make_event("wrmsr", 0, PARACALL_KVM_MSR_STEAL_TIME, 0, 0, 0);
	struct event poll = make_event("wrmsr", 0, PARACALL_KVM_MSR_POLL_CONTROL, 0, 0, 0);

	(void)state;
	assert_true(takes("KICK_CPU,SEND_IPI", kick));
	assert_true(takes("kvm_hc_kick_cpu", kick));
	assert_false(takes("SEND_IPI", kick));
	assert_true(takes("!halt", kick));
	assert_false(takes("!halt", halt));
	assert_true(takes("%ipi", kick));
	assert_false(takes("%ipi,!KICK_CPU", kick));
	assert_true(takes("%clock", steal));
	assert_false(takes("%clock", poll));
	assert_true(takes("POLL_CONTROL", poll));
	assert_true(takes("MSR_POLL_CONTROL", poll));
	assert_true(takes("msr_kvm_poll_control", poll));
	assert_false(takes("MSR_STEAL_TIME", poll));
	assert_true(takes("%register,!%clock", poll));
	assert_false(takes("%register,!%clock", steal));
	assert_true(takes("%all", halt));
	assert_true(takes("FEATURES", make_epapr("FEATURES", 0, 0, 0, 0)));
	assert_true(takes("%epapr,!EV_IDLE", make_epapr("FEATURES", 0, 0, 0, 0)));
	assert_true(takes("%papr", make_event("H_ENTER", 0, 0, 0, 0, 0)));
	assert_false(takes("%papr", make_epapr("FEATURES", 0, 0, 0, 0)));
}

/* Of a recording by a later version, or of a damaged one: kinds are numbers of 16 bits. */
static void test_filter_unknown_kinds(void **state)
{
	static const uint32_t kinds[] = {
		32 + PARACALL_EVENT_WRMSR,
		63,
		64 + PARACALL_EVENT_CALL,
		0xffff,
	};
	const uint64_t registers = 1u << PARACALL_EVENT_RDMSR | 1u << PARACALL_EVENT_WRMSR;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct event_class class = { .name = "later" };
		const struct event_classes later = { &class, 1 };
		struct event event = make_event("halt", 0, 0, 0, 0, 0);
		struct filter *filter = filter_new();
		char error[512];

		event.kind = kinds[i];
		class.id = paracall_event_id(event.kind, 0);
		event.class = &class;
		/* Of no group but all, whatever their numbers' last bits are. */
		assert_true(filter_set_expression(filter, "%register,%call,%injected", &later,
						  error, sizeof(error)));
		assert_false(filter_accepts(filter, &event));
		assert_true(
			filter_set_expression(filter, "%all", &later, error, sizeof(error)));
		assert_true(filter_accepts(filter, &event));
		/* Registers are always asked for then. */
		assert_int_equal(filter_kinds(filter, &later) & ~registers,
				 event.kind < 64 ? UINT64_C(1) << event.kind : 0);
		filter_free(filter);
	}
}

static void test_filter_others(void **state)
{
	struct filter *filter = filter_new();
	struct event good = make_event("KICK_CPU", 0, 0, 0, 0, 0);
	struct event bad = make_event("KICK_CPU", -1000, 0, 0, 0, 0);
	char error[512];

	(void)state;
	assert_true(filter_accepts(filter, &good));
	filter_set_failed(filter);
	assert_false(filter_accepts(filter, &good));
	assert_true(filter_accepts(filter, &bad));
	assert_true(filter_set_cpus(filter, "0,2-4", error, sizeof(error)));
	assert_true(filter_accepts(filter, &bad));
	assert_true(filter_set_cpus(filter, "0-2,4", error, sizeof(error)));
	assert_false(filter_accepts(filter, &bad));
	assert_false(filter_set_cpus(filter, "3-2", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "1,-2", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "1,x", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "99999", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "4294967296", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "0-4294967297", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "1-2-3", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "1- 2", error, sizeof(error)));
	assert_false(filter_set_cpus(filter, "1-", error, sizeof(error)));
	assert_false(
		filter_set_expression(filter, "KICK_CPUS", &classes, error, sizeof(error)));
	assert_non_null(strstr(error, "KICK_CPU;"));
	assert_false(filter_set_expression(filter, "%clocks", &classes, error, sizeof(error)));
	assert_non_null(strstr(error, "%clock,"));
	assert_false(filter_set_expression(filter, "halt,", &classes, error, sizeof(error)));
	filter_free(filter);
}

static char *write_map(const char *text)
{
	static char path[] = "/tmp/paracall-symbols.XXXXXX";
	int file;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
	return path;
}

static struct symbols *open_map(const char *text)
{
	char error[512] = "";
	char *path = write_map(text);
	struct symbols *symbols = symbols_open(path, error, sizeof(error));

	unlink(path);
	return symbols;
}

static void test_symbols(void **state)
{
	struct event event = make_event("halt", 0, 0, 0, 0, 0);
	struct symbols *symbols = open_map("ffffffff81000000 T startup_64\n"
					   "ffffffff80ffff00 D data\n"
					   "garbage\n"
					   "ffffffff81000400 t entry_SYSCALL_64\n");
	uint64_t offset;

	(void)state;
	assert_non_null(symbols);
	assert_false(symbols_are_placed(symbols));
	assert_null(symbols_find(symbols, UINT64_C(0xffffffff81000010), &offset));
	/* Of another register, and then where KASLR put it. */
	symbols_note_entry(symbols, 0x175, 1);
	assert_false(symbols_are_placed(symbols));
	symbols_note_entry(symbols, 0xc0000082, UINT64_C(0xffffffff92000400));
	assert_string_equal(symbols_find(symbols, UINT64_C(0xffffffff92000010), &offset),
			    "startup_64");
	assert_int_equal(offset, 0x10);
	assert_null(symbols_find(symbols, UINT64_C(0xffffffff91ffffff), &offset));
	assert_null(symbols_find(symbols, UINT64_MAX, &offset));
	event.pc = UINT64_C(0xffffffff92000011);
	expect_text(&event, symbols, decode_line, "   1.500000 cpu 3 startup_64+0x11 halt\n");
	symbols_close(symbols);
}

/* Another program's are where they are; this one's, too. */
static void test_other_symbols(void **state)
{
	struct symbols *symbols = open_map("0000000000001000 T main\n");
	char error[512];
	uint64_t offset;

	(void)state;
	assert_string_equal(symbols_find(symbols, 0x1000, &offset), "main");
	symbols_close(symbols);
	assert_null(open_map("ffffffffffffffff B The real System.map is elsewhere\n"));
	assert_null(open_map(""));
	assert_null(symbols_open("/dev/null/x", error, sizeof(error)));
	symbols = symbols_open("/proc/self/exe", error, sizeof(error));
	assert_non_null(symbols);
	assert_true(symbols_are_placed(symbols));
	symbols_close(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_sbi),
		cmocka_unit_test(test_smccc),
		cmocka_unit_test(test_smccc_errors),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_powerpc),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_injected),
		cmocka_unit_test(test_ftrace),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_others),
		cmocka_unit_test(test_filter_unknown_kinds),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_other_symbols),
	};

	return cmocka_run_group_tests(tests, make_classes, free_classes);
}
