/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU has no call for plugins that wakes or interrupts a vCPU, but its local
 * APICs can be written to at their guest-physical address, in the context of
 * the current vCPU: as registers of that vCPU's own APIC, or as messages
 * (MSI) to any APIC.
 */
#include "apic.h"

#include "../memory.h"
#include "../replay.h"
#include "../spin.h"
#include "apic_ids.h"
#include "deferred.h"

#include <stdatomic.h>

#define APIC_BASE 0xfee00000u
#define APIC_ID (APIC_BASE + 0x20)
#define APIC_SPURIOUS (APIC_BASE + 0xf0)
#define APIC_ICR_LOW (APIC_BASE + 0x300)
#define APIC_ICR_HIGH (APIC_BASE + 0x310)

#define APIC_ID_SHIFT 24
#define APIC_ENABLED (1u << 8)
#define MSI_DESTINATION_SHIFT 12

/* Wider ids need x2APIC mode, in which the registers are no memory. */
#define MAX_XAPIC_ID 0xfe

static bool read_word(struct vcpu *vcpu, uint64_t address, uint32_t *value)
{
	if (!physical_read(vcpu, address, value, sizeof(*value)))
		return false;
	*value = GUINT32_FROM_LE(*value);
	return true;
}

static bool write_word(struct vcpu *vcpu, uint64_t address, uint32_t value)
{
	value = GUINT32_TO_LE(value);
	return physical_write(vcpu, address, &value, sizeof(value));
}

/* False in x2APIC mode, where QEMU has all bits set in what is read here. */
static bool read_id(struct vcpu *vcpu, uint32_t *id)
{
	uint32_t value;

	if (!read_word(vcpu, APIC_ID, &value) || value == UINT32_MAX)
		return false;
	*id = value >> APIC_ID_SHIFT;
	return true;
}

static void set_id(struct vcpu *vcpu, uint32_t id)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	x86->apic_id = id;
	x86->has_apic_id = !paracall_cpu_set_apic_id(vcpu->cpu, id);
	if (x86->has_apic_id)
		atomic_store(&x86_machine()->by_apic_id[id], vcpu);
}

void apic_learn_id(struct vcpu *vcpu)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);
	uint32_t id;

	if ((x86->has_apic_id && !x86->is_apic_id_guessed) || !read_id(vcpu, &id))
		return;
	if (x86->is_apic_id_guessed && id != x86->apic_id)
		apic_forget_id(vcpu);
	x86->is_apic_id_guessed = false;
	if (!x86->has_apic_id)
		set_id(vcpu, id);
}

void apic_guess_id(struct vcpu *vcpu)
{
	const struct x86_machine *machine = x86_machine();
	uint64_t id = machine->has_cpus ? command_cpus_apic_id(&machine->cpus, vcpu->index)
					: vcpu->index;

	if (x86_vcpu(vcpu)->has_apic_id || id > MAX_XAPIC_ID)
		return;
	set_id(vcpu, (uint32_t)id);
	x86_vcpu(vcpu)->is_apic_id_guessed = x86_vcpu(vcpu)->has_apic_id;
}

void apic_assume_id(struct vcpu *vcpu, uint32_t id)
{
	struct x86_vcpu *x86 = x86_vcpu(vcpu);

	if (id > MAX_XAPIC_ID || (x86->has_apic_id && x86->apic_id == id))
		return;
	apic_forget_id(vcpu);
	set_id(vcpu, id);
	x86->is_apic_id_guessed = x86->has_apic_id;
}

void apic_forget_id(struct vcpu *vcpu)
{
	if (x86_vcpu(vcpu)->has_apic_id)
		atomic_store(&x86_machine()->by_apic_id[x86_vcpu(vcpu)->apic_id], NULL);
	x86_vcpu(vcpu)->has_apic_id = false;
	x86_vcpu(vcpu)->is_apic_id_guessed = false;
}

/* The only vCPU whose id is not known yet, if there is just one. */
static struct vcpu *vcpu_without_id(void)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *found = NULL;

	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu || x86_vcpu(vcpu)->has_apic_id)
			continue;
		if (found)
			return NULL;
		found = vcpu;
	}
	return found;
}

struct vcpu *vcpu_current(unsigned int index)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);
	struct vcpu *current;
	uint32_t id;

	if (!vcpu)
		return NULL;
	if (!engine->is_single_threaded) {
		if (!x86_vcpu(vcpu)->has_apic_id)
			apic_learn_id(vcpu);
		return vcpu;
	}
	if (!read_id(vcpu, &id))
		return vcpu;
	current = atomic_load(&x86_machine()->by_apic_id[id]);
	if (!current)
		current = vcpu_without_id();
	return current ? current : vcpu;
}

/*
 * Send by the current vCPU's own interrupt command register. Its high half is
 * put back: the guest may have been interrupted between writing the halves.
 */
static bool send_by_icr(struct vcpu *vcpu, uint32_t apic_id, uint32_t icr)
{
	uint32_t high;

	return read_word(vcpu, APIC_ICR_HIGH, &high) &&
	       write_word(vcpu, APIC_ICR_HIGH, apic_id << APIC_ID_SHIFT) &&
	       write_word(vcpu, APIC_ICR_LOW, icr) && write_word(vcpu, APIC_ICR_HIGH, high);
}

/*
 * A STARTUP interrupt means nothing to a processor that does not wait for one
 * (Intel SDM vol. 3, "Interrupt Command Register"), but QEMU ends a halt for
 * it: no vector, no stack frame, nothing visible to the guest, whatever the
 * state of its interrupt flag.
 *
 * There is one vCPU that would be started by it: one that got an INIT while
 * halted, which QEMU leaves pending until something else wakes the vCPU. That
 * one begins at a vector that no guest uses (it is in the video memory of PCs),
 * where call_wake_vector() sends it back.
 */
void apic_wake(void *context, void *target_context, uint32_t apic_id)
{
	struct vcpu *target = target_context;

	if (apic_id > MAX_XAPIC_ID)
		return;
	atomic_fetch_add(&x86_vcpu(target)->wakers, 1);
	atomic_store(&x86_vcpu(target)->was_woken, true);
	spin_note_wake(target);
	send_by_icr(context, apic_id,
		    PARACALL_ICR_MODE_STARTUP << PARACALL_ICR_MODE_SHIFT | PARACALL_ICR_ASSERT |
			    APIC_WAKE_VECTOR);
	/* With one thread for all the target is between two blocks, and drops it there. */
	if (!paracall_qemu_engine.is_single_threaded)
		atomic_store(&x86_vcpu(target)->has_wakeup, true);
	atomic_fetch_sub(&x86_vcpu(target)->wakers, 1);
}

static bool send(struct vcpu *vcpu, uint32_t apic_id,
		 const struct paracall_interrupt *interrupt)
{
	uint32_t data = interrupt->vector |
			interrupt->delivery_mode << PARACALL_ICR_MODE_SHIFT |
			(interrupt->assert_level ? PARACALL_ICR_ASSERT : 0) |
			(interrupt->level_triggered ? PARACALL_ICR_LEVEL_TRIGGERED : 0);
	uint32_t own_id;

	/* Messages cannot carry it, and in x2APIC mode there is no such register. */
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_STARTUP)
		return read_id(vcpu, &own_id) && send_by_icr(vcpu, apic_id, data);
	return write_word(vcpu, APIC_BASE | apic_id << MSI_DESTINATION_SHIFT, data);
}

/* The state of another vCPU's APIC is not visible. */
static bool takes_interrupt(struct vcpu *self, const struct paracall_interrupt *interrupt)
{
	uint32_t spurious;

	return interrupt->delivery_mode > PARACALL_ICR_MODE_LOWEST ||
	       (read_word(self, APIC_SPURIOUS, &spurious) && spurious & APIC_ENABLED);
}

/*
 * With -icount QEMU takes an interrupt from a vCPU to itself only where it knows how
 * many instructions ran: at the last one of a block. In a replay it must be pending
 * by then, since the next event in the recording is that the vCPU took it.
 */
static bool must_defer(struct vcpu *vcpu)
{
	return deferred_is_needed() && !(replay_is_on() && x86_vcpu(vcpu)->is_at_end);
}

bool apic_send_interrupt(void *context, void *target, uint32_t apic_id,
			 const struct paracall_interrupt *interrupt)
{
	struct vcpu *vcpu = context;

	if (apic_id > MAX_XAPIC_ID || (target == context && !takes_interrupt(vcpu, interrupt)))
		return false;
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_INIT)
		atomic_store(&x86_vcpu(target)->was_sent_init, true);
	if (target == context && must_defer(vcpu)) {
		x86_vcpu(vcpu)->deferred = *interrupt;
		x86_vcpu(vcpu)->has_deferred = true;
		x86_machine()->has_deferred = true;
		return true;
	}
	return send(vcpu, apic_id, interrupt);
}

void apic_send_init_to_self(struct vcpu *vcpu)
{
	static const struct paracall_interrupt init = {
		.delivery_mode = PARACALL_ICR_MODE_INIT,
		.assert_level = true,
	};

	apic_send_interrupt(vcpu, vcpu, x86_vcpu(vcpu)->apic_id, &init);
}

void apic_send_deferred(void)
{
	struct engine *engine = &paracall_qemu_engine;

	x86_machine()->has_deferred = false;
	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu || !x86_vcpu(vcpu)->has_deferred)
			continue;
		x86_vcpu(vcpu)->has_deferred = false;
		send(vcpu, x86_vcpu(vcpu)->apic_id, &x86_vcpu(vcpu)->deferred);
	}
}
