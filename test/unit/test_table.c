/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table, the features by name, CPUID, and what machines can be made of. */
#include "fake_engine.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

/* KVM's own; a number's architecture is one. */
static void check_hypercall(const struct paracall_call_info *info)
{
	assert_in_range(info->number, 1, 31);
	assert_int_equal(info->id, info->number);
	/* Only what the library's architectures have can be served. */
	assert_int_equal(info->server == PARACALL_SERVED_BY_LIBRARY,
			 info->architecture != PARACALL_MIPS);
	assert_int_not_equal(info->server, PARACALL_SERVED_BY_ENGINE);
}

static void check_diagnose(const struct paracall_call_info *info)
{
	char code[16];

	assert_int_equal(info->architecture, PARACALL_S390);
	assert_true(info->subcode < 0 || info->number == 0x258 || info->number == 0x288 ||
		    info->number == 0x308 || info->number == 0x500);
	assert_int_not_equal(info->server, PARACALL_SERVED_BY_NOBODY);
	snprintf(code, sizeof(code), "DIAG_%X_", info->number);
	assert_memory_equal(info->name, code, strlen(code));
	assert_non_null(info->needs);
}

static void check_epapr(const struct paracall_call_info *info)
{
	assert_int_equal(info->architecture, PARACALL_POWERPC);
	assert_int_equal(info->number >> 16, PARACALL_EPAPR_VENDOR_EPAPR);
	assert_int_equal(info->server, strcmp(info->name, "EV_IDLE")
					       ? PARACALL_SERVED_BY_NOBODY
					       : PARACALL_SERVED_BY_LIBRARY);
	assert_memory_equal(info->name, "EV_", 3);
	assert_non_null(info->needs);
}

static void check_papr(const struct paracall_call_info *info)
{
	assert_int_equal(info->architecture, PARACALL_POWERPC);
	assert_int_equal(info->server, PARACALL_SERVED_BY_ENGINE);
	assert_non_null(strstr(info->name, "H_"));
	assert_non_null(info->needs);
}

static void check_smccc(const struct paracall_call_info *info)
{
	assert_int_equal(info->architecture, PARACALL_ARM64);
	assert_int_equal(info->number >> 31, 1);
	assert_non_null(info->needs);
	/* PSCI's that QEMU has are QEMU's. */
	assert_true(info->server != PARACALL_SERVED_BY_ENGINE || strstr(info->name, "PSCI_"));
}

/* KVM has all of them; here it is the firmware that does what is not named. */
static void check_sbi(const struct paracall_call_info *info)
{
	assert_int_equal(info->architecture, PARACALL_RISCV);
	assert_int_equal(info->subcode < 0, info->number <= PARACALL_SBI_LEGACY_LAST);
	assert_memory_equal(info->name, "SBI_", 4);
	assert_non_null(info->needs);
	assert_int_not_equal(info->server, PARACALL_SERVED_BY_NOBODY);
	assert_int_equal(info->server == PARACALL_SERVED_BY_LIBRARY,
			 info->number == PARACALL_SBI_STA ||
				 (info->number == PARACALL_SBI_BASE && info->subcode >= 1 &&
				  info->subcode <= 3));
}

static void check_hvcl(const struct paracall_call_info *info)
{
	assert_int_equal(info->architecture, PARACALL_LOONGARCH);
	assert_in_range(info->number, PARACALL_HCALL_SERVICE, PARACALL_HCALL_USER_SERVICE);
	assert_int_equal(info->subcode < 0, info->number != PARACALL_HCALL_SERVICE);
	assert_memory_equal(info->name, "HCALL_", 6);
	assert_non_null(info->needs);
}

static void table_is_complete(void **state)
{
	static const struct {
		void (*check)(const struct paracall_call_info *info);
		size_t count;
	} kinds[PARACALL_CALL_KINDS] = {
		[PARACALL_CALL_HYPERCALL] = { check_hypercall, 12 },
		[PARACALL_CALL_DIAGNOSE] = { check_diagnose, 28 },
		[PARACALL_CALL_EPAPR] = { check_epapr, 15 },
		[PARACALL_CALL_PAPR] = { check_papr, 91 },
		[PARACALL_CALL_SMCCC] = { check_smccc, 40 },
		[PARACALL_CALL_SBI] = { check_sbi, 50 },
		[PARACALL_CALL_HVCL] = { check_hvcl, 4 },
	};
	size_t counts[PARACALL_CALL_KINDS] = { 0 }, all = 0;
	const struct paracall_call_info *info, *last = NULL;

	(void)state;
	for (size_t i = 0; (info = paracall_call_info(i)); i++, last = info) {
		assert_true(strlen(info->name) && strlen(info->purpose));
		assert_true(!last || info->kind != last->kind ||
			    info->architecture != last->architecture ||
			    info->number >= last->number);
		kinds[info->kind].check(info);
		counts[info->kind]++;
	}
	/* None is ever taken out. */
	for (size_t i = 0; i < PARACALL_CALL_KINDS; i++) {
		assert_true(counts[i] >= kinds[i].count);
		all += counts[i];
	}
	assert_int_equal(paracall_call_count(), all);
}

static void numbers_are_the_abis(void **state)
{
	static const struct {
		const char *name;
		uint32_t number;
	} expected[] = {
		{ "VAPIC_POLL_IRQ", PARACALL_KVM_HC_VAPIC_POLL_IRQ },
		{ "MMU_OP", PARACALL_KVM_HC_MMU_OP },
		{ "FEATURES", PARACALL_KVM_HC_FEATURES },
		{ "PPC_MAP_MAGIC_PAGE", PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE },
		{ "KICK_CPU", PARACALL_KVM_HC_KICK_CPU },
		{ "MIPS_GET_CLOCK_FREQ", PARACALL_KVM_HC_MIPS_GET_CLOCK_FREQ },
		{ "MIPS_EXIT_VM", PARACALL_KVM_HC_MIPS_EXIT_VM },
		{ "MIPS_CONSOLE_OUTPUT", PARACALL_KVM_HC_MIPS_CONSOLE_OUTPUT },
		{ "CLOCK_PAIRING", PARACALL_KVM_HC_CLOCK_PAIRING },
		{ "SEND_IPI", PARACALL_KVM_HC_SEND_IPI },
		{ "SCHED_YIELD", PARACALL_KVM_HC_SCHED_YIELD },
		{ "MAP_GPA_RANGE", PARACALL_KVM_HC_MAP_GPA_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct paracall_call_info *info = paracall_call_by_id(expected[i].number);

		assert_non_null(info);
		assert_string_equal(info->name, expected[i].name);
	}
}

/* An id is one call's, and so is its place among an architecture's counters. */
static void ids_are_unique(void **state)
{
	const struct paracall_call_info *info;

	(void)state;
	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		assert_ptr_equal(paracall_call_by_id(info->id), info);
		assert_true(info->id < PARACALL_EVENT_UNKNOWN_ROW);
		assert_true(paracall_call_slot(info->id) < PARACALL_STATISTICS_UNKNOWN);
		assert_ptr_equal(paracall_call_in_slot(info->architecture,
						       paracall_call_slot(info->id)),
				 info);
	}
	assert_null(paracall_call_by_id(0));
	assert_null(paracall_call_by_id(PARACALL_EVENT_UNKNOWN_ROW));
	assert_null(paracall_call_in_slot(PARACALL_X86, PARACALL_STATISTICS_UNKNOWN));
}

/* Arguments first; what is given back has a place of its own in the call. */
static void fields_are_in_order(void **state)
{
	const struct paracall_call_info *info;

	(void)state;
	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		unsigned int counts[3] = { 0 };
		char place[8];

		for (size_t j = 0; j < PARACALL_MAX_FIELDS && info->fields[j].name; j++) {
			const struct paracall_field *field = &info->fields[j];

			assert_true(field->direction == PARACALL_OUT || !counts[PARACALL_OUT]);
			counts[field->direction]++;
			assert_in_range(field->format, PARACALL_FORMAT_HEX,
					PARACALL_FORMATS - 1);
			assert_true(paracall_field_place(info, field, place, sizeof(place)) >
				    1);
		}
		assert_true(counts[PARACALL_IN] <= PARACALL_MAX_ARGUMENTS);
		assert_true(counts[PARACALL_OUT] <= PARACALL_MAX_OUTPUTS);
	}
}

static void features_match_the_document(void **state)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} expected[] = {
		{ "clocksource", 0 },
		{ "nop-io-delay", 1 },
		{ "mmu-op", 2 },
		{ "clocksource2", 3 },
		{ "async-pf", 4 },
		{ "steal-time", 5 },
		{ "pv-eoi", 6 },
		{ "pv-unhalt", 7 },
		{ "pv-tlb-flush", 9 },
		{ "async-pf-vmexit", 10 },
		{ "pv-send-ipi", 11 },
		{ "poll-control", 12 },
		{ "pv-sched-yield", 13 },
		{ "async-pf-int", 14 },
		{ "msi-ext-dest-id", 15 },
		{ "hc-map-gpa-range", 16 },
		{ "migration-control", 17 },
		{ "clocksource-stable-bit", 24 },
	};
	size_t count = sizeof(expected) / sizeof(expected[0]);

	(void)state;
	assert_int_equal(paracall_feature_count(PARACALL_X86), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(paracall_feature_info(PARACALL_X86, i)->name,
				    expected[i].name);
		assert_int_equal(paracall_feature_info(PARACALL_X86, i)->bit, expected[i].bit);
	}
	assert_null(paracall_feature_info(PARACALL_X86, count));
}

#define UNHALT (1u << 7)
#define IPI (1u << 11)
#define YIELD (1u << 13)
#define ALL (UNHALT | IPI | YIELD)

/* Those that need nothing of the engine: NOP_IO_DELAY and POLL_CONTROL. */
#define ANYWHERE (1u << 1 | 1u << 12)
/* Of these, those that have to be asked for. */
#define ANYWHERE_ON_REQUEST (1u << 16 | 1u << 17)
#define MMU_OP (1u << 2)

static void features_follow_the_engine(void **state)
{
	static const struct {
		uint32_t capabilities;
		uint32_t expected;
	} cases[] = {
		{ 0, 0 },
		{ PARACALL_CAN_WAKE, UNHALT },
		{ PARACALL_CAN_INTERRUPT, IPI },
		{ PARACALL_CAN_YIELD, YIELD },
		{ PARACALL_CAN_ACCESS_MEMORY, 0 },
		{ PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_READ_CLOCKS, 0x01000009 },
		{ PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_REPORT_RUN_DELAY, 0x20 },
		{ PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_INTERRUPT, IPI | 0x4010 },
		{ PARACALL_CAN_EXTEND_MSI, 0x8000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(paracall_features_default(PARACALL_X86, cases[i].capabilities),
				 cases[i].expected | ANYWHERE);
		assert_int_equal(paracall_features_available(PARACALL_X86,
							     cases[i].capabilities),
				 cases[i].expected | ANYWHERE | ANYWHERE_ON_REQUEST);
	}
	assert_int_equal(paracall_features_available(PARACALL_X86, FAKE_CAPABILITIES) &
				 ~paracall_features_default(PARACALL_X86, FAKE_CAPABILITIES),
			 ANYWHERE_ON_REQUEST | MMU_OP);
}

static void feature_lists(void **state)
{
	static const struct {
		const char *list;
		int error;
		uint32_t result;
	} cases[] = {
		{ "all", 0, ALL },
		{ "none", 0, 0 },
		{ "pv-unhalt", 0, UNHALT },
		{ "pv-unhalt,pv-send-ipi", 0, UNHALT | IPI },
		{ "-pv-send-ipi", 0, UNHALT | YIELD },
		{ "+pv-unhalt,-pv-send-ipi", 0, UNHALT | YIELD },
		{ "none,+pv-unhalt", 0, UNHALT },
		{ "all,-pv-unhalt", 0, IPI | YIELD },
		{ "-all,+pv-send-ipi", 0, IPI },
		/* Removing what does not exist is not a mistake. */
		{ "-steal-time", 0, ALL },
		{ "steal-time", PARACALL_ERROR_FEATURE, 0 },
		{ "all,+clocksource2", PARACALL_ERROR_FEATURE, 0 },
		{ "pv-unhal", PARACALL_ERROR_NAME, 0 },
		{ "", PARACALL_ERROR_NAME, 0 },
		{ "pv-unhalt,", PARACALL_ERROR_NAME, 0 },
		{ "-", PARACALL_ERROR_NAME, 0 },
		{ "PV-UNHALT", PARACALL_ERROR_NAME, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t features = ALL;

		assert_int_equal(paracall_features_parse(PARACALL_X86, cases[i].list, ALL,
							 &features, NULL, NULL),
				 cases[i].error);
		assert_int_equal(features, cases[i].error ? ALL : cases[i].result);
	}
}

static void feature_lists_say_what_is_wrong(void **state)
{
	const char *list = "+pv-unhalt,-nonsense,none";
	uint32_t features = ALL;
	const char *wrong;
	size_t length;

	(void)state;
	assert_int_equal(paracall_features_parse(PARACALL_X86, list, ALL, &features, &wrong,
						 &length),
			 PARACALL_ERROR_NAME);
	assert_ptr_equal(wrong, list + 12);
	assert_int_equal(length, strlen("nonsense"));
}

static void cpuid_leaves(void **state)
{
	struct fake_machine fake = { .machine = NULL };
	struct paracall_options options = fake_options();
	struct paracall_cpuid result = { .eax = 1 };
	struct paracall_statistics *statistics;

	(void)state;
	options.features = UNHALT;
	fake_machine_create(&fake, &fake_engine, &options);
	assert_true(paracall_cpuid(fake.cpus[0].cpu, 0x40000000, &result));
	assert_int_equal(result.eax, 0x40000001);
	assert_int_equal(result.ebx, PARACALL_KVM_SIGNATURE_EBX);
	assert_int_equal(result.ecx, PARACALL_KVM_SIGNATURE_ECX);
	assert_int_equal(result.edx, PARACALL_KVM_SIGNATURE_EDX);
	assert_true(paracall_cpuid(fake.cpus[0].cpu, 0x40000001, &result));
	assert_int_equal(result.eax, UNHALT);
	assert_int_equal(result.ebx | result.ecx | result.edx, 0);
	assert_false(paracall_cpuid(fake.cpus[0].cpu, 0x40000002, &result));
	assert_false(paracall_cpuid(fake.cpus[0].cpu, 0, &result));
	for (uint64_t leaf = 0x3ffffff0; leaf < 0x40000100; leaf++)
		assert_int_equal(paracall_cpuid_is_ours(leaf),
				 paracall_cpuid(fake.cpus[1].cpu, leaf, &result));
	statistics = paracall_machine_statistics(fake.machine);
	assert_int_equal(paracall_statistics_total(statistics, cpuid_signature), 2);
	assert_int_equal(paracall_statistics_total(statistics, cpuid_features), 2);
	fake_machine_destroy(&fake);
}

static int new_machine(struct paracall_options options, const struct paracall_engine *engine)
{
	struct paracall_machine *machine = (void *)1;
	int error = paracall_machine_new(&machine, engine, &options);

	assert_true(error ? !machine : !!machine);
	paracall_machine_free(machine);
	return error;
}

static void machines_are_checked(void **state)
{
	struct paracall_options good = fake_options();
	struct paracall_options options = good;
	struct paracall_engine engine = fake_engine;

	(void)state;
	assert_int_equal(new_machine(good, &fake_engine), 0);
	options.max_cpus = 0;
	assert_int_equal(new_machine(options, &fake_engine), PARACALL_ERROR_ARGUMENT);
	options.max_cpus = PARACALL_MAX_CPUS + 1;
	assert_int_equal(new_machine(options, &fake_engine), PARACALL_ERROR_ARGUMENT);
	options = good;
	options.architecture = PARACALL_MIPS;
	assert_int_equal(new_machine(options, &fake_engine), PARACALL_ERROR_ARGUMENT);
	options = good;
	options.features = 1 << 6;
	assert_int_equal(new_machine(options, &fake_engine), PARACALL_ERROR_FEATURE);
	engine.wake = NULL;
	assert_int_equal(new_machine(good, &engine), PARACALL_ERROR_ARGUMENT);
	engine.capabilities &= ~PARACALL_CAN_WAKE;
	assert_int_equal(new_machine(good, &engine), PARACALL_ERROR_FEATURE);
}

static void cpus_are_checked(void **state)
{
	struct fake_machine fake = { .machine = NULL };

	(void)state;
	fake_machine_create(&fake, &fake_engine, NULL);
	assert_null(paracall_machine_add_cpu(fake.machine, FAKE_CPUS, NULL));
	assert_null(paracall_machine_add_cpu(fake.machine, 1, &fake.cpus[1]));
	assert_null(paracall_machine_find_cpu(fake.machine, FAKE_CPUS));
	assert_ptr_equal(paracall_machine_find_cpu(fake.machine, 1), fake.cpus[1].cpu);
	assert_int_equal(paracall_machine_statistics(fake.machine)->cpus, FAKE_CPUS);
	assert_int_equal(paracall_cpu_set_apic_id(fake.cpus[1].cpu, 2), PARACALL_ERROR_CPU);
	assert_int_equal(paracall_cpu_set_apic_id(fake.cpus[1].cpu, PARACALL_MAX_APIC_ID + 1),
			 PARACALL_ERROR_CPU);
	assert_int_equal(paracall_cpu_set_apic_id(fake.cpus[1].cpu, 100), 0);
	fake_call(&fake.cpus[0], PARACALL_KVM_HC_SCHED_YIELD, 100, 0, 0, 0);
	fake_call(&fake.cpus[0], PARACALL_KVM_HC_SCHED_YIELD, 1, 0, 0, 0);
	assert_int_equal(fake.cpus[1].yields, 1);
	/* One without an id is given none by what stands for that. */
	paracall_machine_remove_cpu(fake.cpus[1].cpu);
	assert_null(paracall_machine_find_cpu(fake.machine, 1));
	assert_ptr_equal(paracall_machine_add_cpu(fake.machine, 1, &fake.cpus[1]),
			 fake.cpus[1].cpu);
	assert_int_equal(paracall_cpu_set_apic_id(fake.cpus[1].cpu, UINT32_MAX),
			 PARACALL_ERROR_CPU);
	fake_machine_destroy(&fake);
}

static void errors_have_words(void **state)
{
	(void)state;
	for (int error = PARACALL_ERROR_USE; error <= 0; error++)
		assert_string_not_equal(paracall_strerror(error), "unknown error");
	assert_string_equal(paracall_strerror(1), "unknown error");
	assert_string_equal(paracall_strerror(PARACALL_ERROR_USE - 1), "unknown error");
	assert_int_equal(strspn(paracall_version(), "0123456789."), strlen(paracall_version()));
}

/* What readers of the counters look for. */
static void a_machine_names_its_table(void **state)
{
	static struct fake_machine fake;

	(void)state;
	fake_machine_create(&fake, &fake_engine, NULL);
	assert_true(paracall_table_id() &&
		    paracall_machine_statistics(fake.machine)->table == paracall_table_id());
	fake_machine_destroy(&fake);
}

static const struct paracall_call_info *info_of(const char *name)
{
	for (size_t i = 0; i < paracall_call_count(); i++)
		if (!strcmp(paracall_call_info(i)->name, name))
			return paracall_call_info(i);
	fail_msg("there is no '%s'", name);
	return NULL;
}

static void rows_have_titles(void **state)
{
	static const struct {
		const char *name, *title, *places[2];
	} all[] = {
		{ "KICK_CPU", "5. KVM_HC_KICK_CPU", { "a0", "a1" } },
		{ "PPC_MAP_MAGIC_PAGE", "4. KVM_HC_PPC_MAP_MAGIC_PAGE", { "r3", "r4" } },
		{ "EV_IDLE", "ePAPR 0x10010: EV_IDLE", { NULL } },
		{ "H_CEDE", "PAPR 0xe0: H_CEDE", { NULL } },
		{ "DIAG_9C_DIRECTED_YIELD", "DIAG 0x9c: DIAG_9C_DIRECTED_YIELD", { "R1" } },
		{ "DIAG_258_CANCEL", "DIAG 0x258, subcode 1: DIAG_258_CANCEL", { "R1", "R3" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct paracall_call_info *info = info_of(all[i].name);
		char text[64];

		assert_int_equal(paracall_call_title(info, text, sizeof(text)),
				 strlen(all[i].title));
		assert_string_equal(text, all[i].title);
		for (size_t j = 0; j < 2; j++) {
			assert_int_equal(!info->fields[j].name, !all[i].places[j]);
			if (!all[i].places[j])
				continue;
			assert_int_equal(paracall_field_place(info, &info->fields[j], text,
							      sizeof(text)),
					 strlen(all[i].places[j]));
			assert_string_equal(text, all[i].places[j]);
		}
		/* Like snprintf(). */
		assert_int_equal(paracall_call_title(info, text, 3), strlen(all[i].title));
		assert_int_equal(strlen(text), 2);
	}
	assert_null(paracall_call_info(paracall_call_count()));
}

/* All values of an enumeration's bits or numbers, and one that is none. */
static void values_have_words(void **state)
{
	static const char *const architectures[] = { "x86", "s390", "PPC", "MIPS" };
	static const enum paracall_architecture bits[] = { PARACALL_X86, PARACALL_S390,
							   PARACALL_POWERPC, PARACALL_MIPS };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(paracall_architecture_name(bits[i]), architectures[i]);
	assert_string_equal(paracall_architecture_name(0), "unknown");
	assert_string_equal(paracall_status_name(PARACALL_ACTIVE), "active");
	assert_string_equal(paracall_status_name(PARACALL_DEPRECATED), "deprecated");
	assert_string_equal(paracall_status_name(PARACALL_OBSOLETE), "obsolete");
	assert_string_equal(paracall_status_name(99), "unknown");
}

/* If a feature cannot be offered, the missing capability is named: each by its own words. */
static void capabilities_have_words(void **state)
{
	uint32_t named = 0;

	(void)state;
	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = paracall_capability_name(1u << bit);

		if (!strcmp(name, "do something unknown"))
			continue;
		named |= 1u << bit;
		for (unsigned int other = 0; other < bit; other++)
			if (named & 1u << other)
				assert_string_not_equal(name,
							paracall_capability_name(1u << other));
	}
	for (size_t i = 0; i < paracall_feature_count(PARACALL_X86); i++)
		assert_int_equal(paracall_feature_info(PARACALL_X86, i)->capabilities & ~named,
				 0);
	assert_true(named & PARACALL_CAN_MAP_MAGIC_PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_complete),
		cmocka_unit_test(numbers_are_the_abis),
		cmocka_unit_test(ids_are_unique),
		cmocka_unit_test(fields_are_in_order),
		cmocka_unit_test(features_match_the_document),
		cmocka_unit_test(features_follow_the_engine),
		cmocka_unit_test(feature_lists),
		cmocka_unit_test(feature_lists_say_what_is_wrong),
		cmocka_unit_test(cpuid_leaves),
		cmocka_unit_test(machines_are_checked),
		cmocka_unit_test(cpus_are_checked),
		cmocka_unit_test(errors_have_words),
		cmocka_unit_test(a_machine_names_its_table),
		cmocka_unit_test(rows_have_titles),
		cmocka_unit_test(values_have_words),
		cmocka_unit_test(capabilities_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
