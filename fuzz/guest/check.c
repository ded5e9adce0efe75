/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be so whatever the guest did. */
#include "guest.h"

#include <string.h>

void check_vcpu(const struct vcpu *vcpu)
{
	const struct paracall_cpu *cpu = vcpu->cpu;
	/* Nobody is on the way to wake it. */
	uint32_t state = atomic_load(&cpu->halt_word);

	FUZZ_CHECK(!vcpu->is_busy);
	FUZZ_CHECK(state <= HALTED);
	FUZZ_CHECK((state == HALTED) == vcpu->is_halted);
	if (vcpu->kicked != PERHAPS_KICKED && !vcpu->guest->has_rules)
		FUZZ_CHECK((state == RUNNING_KICKED) == (vcpu->kicked == KICKED));
	FUZZ_CHECK(cpu->late_call_count <= MAX_LATE_CALLS);
	FUZZ_CHECK(cpu->apic_id == vcpu->apic_id);
	if (vcpu->guest->kind->check_vcpu)
		vcpu->guest->kind->check_vcpu(vcpu);
}

/* Every call has one result, and is in one place. */
static void check_counters(const struct vcpu *vcpu)
{
	const struct paracall_cpu_statistics *statistics =
		&paracall_machine_statistics(vcpu->guest->machine)->cpu[vcpu->index];
	uint64_t calls = 0, errors = 0;

	for (size_t i = 0; i < PARACALL_STATISTICS_ROWS; i++) {
		const struct paracall_call_statistics *call = &statistics->calls[i];

		calls += call->calls;
		errors += call->errors;
		FUZZ_CHECK(call->errors <= call->calls);
		FUZZ_CHECK(call->timed_calls <= call->calls);
		if (i != PARACALL_STATISTICS_UNKNOWN &&
		    !paracall_call_in_slot(vcpu->guest->kind->architecture, (uint32_t)i))
			FUZZ_CHECK(!call->calls);
	}
	FUZZ_CHECK(calls == vcpu->calls);
	if (!vcpu->guest->has_rules)
		FUZZ_CHECK(errors == vcpu->errors);
	FUZZ_CHECK(statistics->halts_skipped <= statistics->halts);
	FUZZ_CHECK(statistics->async_pf_ended <= statistics->async_pf_begun);
}

void check_machine(struct guest *guest)
{
	const struct paracall_statistics *statistics =
		paracall_machine_statistics(guest->machine);
	uint64_t wakes = 0;

	FUZZ_CHECK(!guest->depth);
	if (guest->kind->check_machine)
		guest->kind->check_machine(guest);
	for (unsigned int i = 0; i < guest->cpus; i++) {
		check_counters(&guest->vcpus[i]);
		wakes += guest->vcpus[i].wakes;
	}
	FUZZ_CHECK(paracall_statistics_total(statistics, kicks_woke) == wakes);
	FUZZ_CHECK(statistics->magic == PARACALL_STATISTICS_MAGIC);
	FUZZ_CHECK(statistics->max_cpus == guest->cpus);
}

/* The engine is asked meanwhile, in whatever vCPU's name. */
static void load(struct guest *guest, const void *record, size_t size)
{
	guest->refuses_pages = false;
	guest->nest_in = 0;
	for (unsigned int i = 0; i < guest->cpus; i++)
		guest->vcpus[i].is_busy = true;
	FUZZ_CHECK(!paracall_machine_load(guest->machine, record, size));
	for (unsigned int i = 0; i < guest->cpus; i++)
		guest->vcpus[i].is_busy = false;
}

/*
 * What is left until a late call is due is in the record. As time passes it becomes less, and
 * the record shorter or longer, since fields are guessed; so the two are of one moment.
 */
void check_saved(struct guest *guest)
{
	static uint8_t before[1u << 16], after[1u << 16];
	size_t size;

	guest_stop_time(true);
	size = paracall_machine_save(guest->machine, before, sizeof(before));
	FUZZ_CHECK(size <= sizeof(before));
	load(guest, before, size);
	FUZZ_CHECK(paracall_machine_save(guest->machine, after, sizeof(after)) == size);
	FUZZ_CHECK(!memcmp(before, after, size));
	guest_stop_time(false);
}
