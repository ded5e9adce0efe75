/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of rdmsr and wrmsr, as in arch/x86/kvm/x86.c, kvm_set_msr_common and
 * kvm_get_msr_common: unknown numbers of KVM's range and, if features are
 * enforced, registers that were not offered are general protection exceptions.
 */
#include "msr.h"

#include "../inject.h"
#include "../misuse.h"
#include "../trace/trace.h"
#include "feature_bits.h"

#include <assert.h>

struct msr {
	struct paracall_msr_info info;
	paracall_msr_reader *read;
	paracall_msr_writer *write;
};

#define REGISTER(msr_name, msr_number, msr_feature, msr_group, msr_read, msr_write, \
		 msr_purpose) \
	{ \
		.info.name = #msr_name, \
		.info.number = msr_number, \
		.info.feature = FEATURE_BIT_##msr_feature, \
		.info.group = PARACALL_GROUP_##msr_group, \
		.info.purpose = msr_purpose, \
		.read = msr_read, \
		.write = msr_write, \
	},
static const struct msr msrs[] = {
#include "registers.def"
};
#undef REGISTER

#define MSRS (sizeof(msrs) / sizeof(msrs[0]))

static_assert(MSRS <= PARACALL_STATISTICS_MSRS, "the statistics have room for every register");

/* The numbers are the ABI's. */
#define REGISTER(name, number, ...) \
	static_assert(number == PARACALL_KVM_MSR_##name, "as in abi/x86.h");
#include "registers.def"
#undef REGISTER

size_t paracall_msr_count(void)
{
	return MSRS;
}

const struct paracall_msr_info *paracall_msr_info(size_t index)
{
	return index < MSRS ? &msrs[index].info : NULL;
}

static const struct msr *msr_by_number(uint32_t number)
{
	for (size_t i = 0; i < MSRS; i++)
		if (msrs[i].info.number == number)
			return &msrs[i];
	return NULL;
}

static struct paracall_msr_statistics *statistics_of(struct paracall_cpu *cpu,
						     const struct msr *msr)
{
	return &cpu->statistics->msrs[msr - msrs];
}

/*
 * MIGRATION_CONTROL is user space's in KVM, and there at all only if that put
 * it into CPUID.
 */
static bool is_there(const struct paracall_cpu *cpu, const struct msr *msr)
{
	if (msr->info.number == PARACALL_KVM_MSR_MIGRATION_CONTROL)
		return cpu->machine->features & msr->info.feature;
	return has_feature(cpu, msr->info.feature);
}

bool paracall_msr_is_there(const struct paracall_cpu *cpu, uint32_t number)
{
	const struct msr *msr = msr_by_number(number);

	return msr && is_there(cpu, msr);
}

/*
 * The way of a register is that of a call: do, disturb, observe; see ../call.c. What was
 * done is counted, and then it is counted whether it was an exception.
 */
static enum paracall_msr_outcome outcome_of(struct paracall_msr_statistics *statistics,
					    bool is_done)
{
	if (is_done)
		return PARACALL_MSR_DONE;
	paracall_statistics_add(&statistics->faults, 1);
	return PARACALL_MSR_FAULT;
}

/* ---- do --------------------------------------------------------------------- */

static bool do_read(struct paracall_cpu *cpu, const struct msr *msr, uint64_t *value)
{
	if (!is_there(cpu, msr))
		return false;
	*value = msr->read(cpu);
	return true;
}

/* ---- disturb ---------------------------------------------------------------- */

static bool disturb_write(struct paracall_cpu *cpu, const struct msr *msr, uint64_t value)
{
	const struct paracall_rule *rule = injection_find(cpu, PARACALL_AT_MSR, msr - msrs,
							  statistics_of(cpu, msr)->writes);

	if (!rule)
		return msr->write(cpu, value);
	switch (rule->fault) {
	case PARACALL_FAULT_EXCEPTION:
		return false;
	case PARACALL_FAULT_DROP:
		return true;
	default:
		injection_delay(cpu, rule);
		return msr->write(cpu, value);
	}
}

/* What does not exist cannot be disturbed. */
static bool disturb_or_do_write(struct paracall_cpu *cpu, const struct msr *msr, uint64_t value)
{
	if (!is_there(cpu, msr))
		return false;
	return has_rules(cpu) ? disturb_write(cpu, msr, value) : msr->write(cpu, value);
}

/* ---- observe ---------------------------------------------------------------- */

static void observe(struct paracall_cpu *cpu, enum paracall_event_kind kind, uint64_t began,
		    enum paracall_msr_outcome outcome, uint32_t number, uint64_t value)
{
	const uint64_t arguments[] = { number, value };

	if (began)
		trace_event(cpu, paracall_event_id(kind, 0), began,
			    outcome == PARACALL_MSR_DONE ? 0 : -1, arguments, 2);
}

/* ---- all of it -------------------------------------------------------------- */

/* @msr is NULL if KVM has no such number. */
static enum paracall_msr_outcome read_msr(struct paracall_cpu *cpu, const struct msr *msr,
					  uint64_t *value)
{
	if (!msr)
		return PARACALL_MSR_FAULT;
	paracall_statistics_add(&statistics_of(cpu, msr)->reads, 1);
	return outcome_of(statistics_of(cpu, msr), do_read(cpu, msr, value));
}

static enum paracall_msr_outcome write_msr(struct paracall_cpu *cpu, const struct msr *msr,
					   uint64_t value)
{
	if (!msr)
		return PARACALL_MSR_FAULT;
	paracall_statistics_add(&statistics_of(cpu, msr)->writes, 1);
	return outcome_of(statistics_of(cpu, msr), disturb_or_do_write(cpu, msr, value));
}

enum paracall_msr_outcome paracall_rdmsr(struct paracall_cpu *cpu, uint32_t number,
					 uint64_t *value)
{
	enum paracall_msr_outcome outcome;
	uint64_t began;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_rdmsr") || !paracall_msr_is_ours(number))
		return PARACALL_MSR_NOT_OURS;
	take_reset(cpu);
	began = trace_begin(cpu, PARACALL_EVENT_RDMSR);
	outcome = read_msr(cpu, msr_by_number(number), value);
	observe(cpu, PARACALL_EVENT_RDMSR, began, outcome, number,
		outcome == PARACALL_MSR_DONE ? *value : 0);
	return outcome;
}

enum paracall_msr_outcome paracall_wrmsr(struct paracall_cpu *cpu, uint32_t number,
					 uint64_t value)
{
	enum paracall_msr_outcome outcome;
	uint64_t began;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_wrmsr") || !paracall_msr_is_ours(number))
		return PARACALL_MSR_NOT_OURS;
	take_reset(cpu);
	began = trace_begin(cpu, PARACALL_EVENT_WRMSR);
	outcome = write_msr(cpu, msr_by_number(number), value);
	observe(cpu, PARACALL_EVENT_WRMSR, began, outcome, number, value);
	return outcome;
}
