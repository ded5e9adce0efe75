/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vCPUs of all architectures do, and values to do it with. */
#include "guest.h"

#include <string.h>

/* ---- values ------------------------------------------------------------------------ */

uint8_t take_byte(struct guest *guest)
{
	return fuzz_take(&guest->input, 1);
}

/* In or near a page that there can be; mostly a multiple of 8. */
uint64_t take_address(struct guest *guest)
{
	uint8_t byte = take_byte(guest);
	uint64_t page = byte % LOW_PAGES;
	uint64_t offset = take_byte(guest) * 16;

	if (byte >= 240)
		page = HIGH_PAGE + (byte & 7);
	else if (byte >= 224)
		page = LAST_PAGE - (byte & 3);
	if (byte & 32)
		offset = PAGE - (take_byte(guest) & 63);
	return page * PAGE + offset;
}

uint64_t take_value(struct guest *guest)
{
	static const uint64_t values[] = {
		0,
		1,
		UINT64_MAX,
		INT64_MAX,
		(uint64_t)INT64_MIN,
		UINT32_MAX,
		INT32_MAX,
		(uint64_t)UINT32_MAX + 1,
		PAGE,
		UINT64_MAX - PAGE + 1,
		0xff,
		0x4b564d00,
	};
	uint8_t byte = take_byte(guest);

	if (byte < 64)
		return values[byte % (sizeof(values) / sizeof(values[0]))];
	if (byte < 128)
		return take_address(guest);
	if (byte < 192)
		return take_byte(guest);
	return fuzz_take(&guest->input, 8);
}

uint32_t take_apic_id(struct guest *guest)
{
	uint8_t byte = take_byte(guest);

	if (byte < 224)
		return guest->vcpus[byte % guest->cpus].apic_id;
	if (byte < 232)
		return 0xff;
	return take_value(guest);
}

/* ---- the library's entries -------------------------------------------------------- */

void enter(struct vcpu *vcpu, uint64_t may_write)
{
	FUZZ_CHECK(vcpu->cpu);
	FUZZ_CHECK(!vcpu->is_busy);
	vcpu->is_busy = true;
	vcpu->may_write = may_write;
	if (!vcpu->guest->depth++)
		vcpu->guest->has_nested = false;
}

void leave(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;

	vcpu->is_busy = false;
	vcpu->may_write = 0;
	vcpu->may_touch.size = 0;
	vcpu->may_touch_all = false;
	vcpu->may_mark = false;
	vcpu->may_clear = false;
	if (!--guest->depth)
		guest->left_count = 0;
}

void count_call(struct vcpu *vcpu, bool is_error)
{
	vcpu->calls++;
	if (is_error)
		vcpu->errors++;
	fuzz_count_guest_calls(1);
}

/* ---- vCPUs that come and go --------------------------------------------------------- */

void forget_pages(struct vcpu *vcpu)
{
	uint64_t poll_control = vcpu->msrs[MSR_POLL_CONTROL];

	memset(vcpu->msrs, 0, sizeof(vcpu->msrs));
	vcpu->msrs[MSR_POLL_CONTROL] = poll_control;
	/* That is as good as known, if it was. */
	vcpu->known_msrs |= ~(1u << MSR_POLL_CONTROL | 1u << MSR_WALL_CLOCK |
			      1u << MSR_WALL_CLOCK_NEW | 1u << MSR_MIGRATION_CONTROL);
	vcpu->clock.size = 0;
	vcpu->steal.size = 0;
	vcpu->async_pf.size = 0;
}

void step_plug(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int index = take_byte(guest) % guest->cpus;

	if (!guest->vcpus[index].cpu)
		guest_plug(guest, index);
}

/* All but the first, which is there as long as the machine. */
void step_unplug(struct vcpu *vcpu)
{
	if (vcpu->index)
		guest_unplug(vcpu);
}

void step_update(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_update(vcpu->cpu);
	leave(vcpu);
}

void step_reset(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_cpu_reset(vcpu->cpu);
	leave(vcpu);
	forget_pages(vcpu);
	vcpu->is_halted = false;
	vcpu->kicked = NOT_KICKED;
}

void step_reset_machine(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint32_t resets = paracall_machine_statistics(guest->machine)->resets;

	enter(vcpu, 0);
	paracall_machine_reset(guest->machine, vcpu->cpu);
	leave(vcpu);
	FUZZ_CHECK(paracall_machine_statistics(guest->machine)->resets == resets + 1);
	for (unsigned int i = 0; i < guest->cpus; i++) {
		vcpu = &guest->vcpus[i];
		forget_pages(vcpu);
		vcpu->msrs[MSR_POLL_CONTROL] = PARACALL_KVM_MSR_ENABLED;
		vcpu->known_msrs = UINT32_MAX;
		vcpu->is_halted = false;
		vcpu->kicked = NOT_KICKED;
	}
	guest->wall_clock = 0;
	guest->migration_control = PARACALL_KVM_MSR_ENABLED;
	memset(guest->is_private, 0, sizeof(guest->is_private));
	guest->knows_private = true;
}

/* Another one may have it. */
void step_set_apic_id(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint32_t apic_id = take_byte(guest);
	bool is_taken = false;

	if (apic_id >= 0xf0)
		apic_id = take_value(guest);
	for (unsigned int i = 0; i < guest->cpus; i++)
		is_taken |= guest->vcpus[i].cpu && i != vcpu->index &&
			    guest->vcpus[i].apic_id == apic_id;
	is_taken |= apic_id > PARACALL_MAX_APIC_ID;
	FUZZ_CHECK(paracall_cpu_set_apic_id(vcpu->cpu, apic_id) ==
		   (is_taken ? PARACALL_ERROR_CPU : PARACALL_OK));
	if (!is_taken)
		vcpu->apic_id = apic_id;
}

/* ---- memory, time and readers --------------------------------------------------------- */

void step_poke(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t address = take_address(guest);
	uint64_t value = take_value(guest);

	guest_poke(guest, address, &value, sizeof(value));
}

void step_change_memory(struct vcpu *vcpu)
{
	vcpu->guest->is_there ^= 1u << take_byte(vcpu->guest) % PAGES;
}

void step_nest(struct vcpu *vcpu)
{
	vcpu->guest->nest_in = take_byte(vcpu->guest) & 15;
}

/* The counter does not go quite evenly: it runs ahead a little. */
void step_pass_time(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;

	guest->now += fuzz_take(&guest->input, 3) * 5;
	guest->drift += take_byte(guest) * 16;
	vcpu->run_delay += take_byte(guest);
}

void step_trace(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);

	guest_take_events(guest);
	if (!guest->trace || byte < 192)
		return;
	if (byte < 224) {
		guest->trace->kinds = fuzz_take(&guest->input, 4);
		guest->has_reader = true;
	} else {
		guest->has_reader = false;
	}
}

/* A record of any vCPU's gets it, while no other vCPU runs. */
void step_mark(struct vcpu *vcpu)
{
	bool is_set;

	vcpu->guest->nest_in = 0;
	vcpu->may_mark = true;
	enter(vcpu, 0);
	is_set = paracall_set_mark(vcpu->cpu);
	FUZZ_CHECK(paracall_check_mark(vcpu->cpu) ==
		   (is_set ? PARACALL_MARK_KEPT : PARACALL_MARK_NONE));
	leave(vcpu);
}
