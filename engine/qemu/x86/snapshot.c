/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page is plain memory that QEMU saves with all other, at an address that never
 * changes, where no guest has anything else, and whose device uses only its beginning. Its
 * guest may write to it. What is there is believed as little as what it writes to KVM's
 * registers.
 *
 * The record gets a new stamp each time it is written. One that is not the last one written
 * here is another state's, whatever QEMU says or does not say. And one that is may have been
 * saved and loaded since. Then the device has changed its disruption marker, but for a state
 * that was saved without the device, which leaves all of the page as it is.
 */
#include "snapshot.h"

#include "../clock.h"
#include "../memory.h"
#include "../ticks.h"
#include "apic.h"
#include "snapshot_page.h"

#include <string.h>

/* The device's disruption_marker, 8 bytes. */
#define MARKER_OFFSET 16

#define HEAD (SNAPSHOT_PAGE + SNAPSHOT_HEAD_OFFSET)
#define BODY (SNAPSHOT_PAGE + SNAPSHOT_BODY_OFFSET)

/* "VCLK", as the device begins. */
#define MAGIC 0x4b4c4356u

static struct {
	bool is_wanted;
	/* The device was seen. */
	bool is_there;
	/* The last one used, and the one in the page; that is 0 if there is no record yet. */
	uint64_t last_stamp;
	uint64_t stamp;
	/* The device's disruption marker, little-endian, since the guest runs in this state. */
	uint64_t marker;
	/* The page's head and body, as far as that is known. */
	uint8_t head[SNAPSHOT_HEAD_SIZE];
	uint32_t size;
	uint64_t checksum;
	uint8_t body[SNAPSHOT_BODY_ROOM];
} state;

void snapshot_init(bool is_wanted)
{
	state.is_wanted = is_wanted;
	/* Processes that begin later have others: no record is written each nanosecond. */
	state.last_stamp = host_nanoseconds(CLOCK_REALTIME);
}

static void note_marker(struct vcpu *vcpu)
{
	physical_read(vcpu, SNAPSHOT_PAGE + MARKER_OFFSET, &state.marker, sizeof(state.marker));
}

/* QEMU maps it with the machine's first reset. */
static bool find_page(struct vcpu *vcpu)
{
	uint32_t magic;

	if (state.is_there || !state.is_wanted)
		return state.is_there;
	state.is_there = physical_read(vcpu, SNAPSHOT_PAGE, &magic, sizeof(magic)) &&
			 GUINT32_FROM_LE(magic) == MAGIC;
	if (state.is_there)
		note_marker(vcpu);
	return state.is_there;
}

/* ---- saving ----------------------------------------------------------------- */

static void put_ids(uint8_t *ids)
{
	const struct engine *engine = &paracall_qemu_engine;

	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		ids[i] = vcpu && x86_vcpu(vcpu)->has_apic_id ? (uint8_t)x86_vcpu(vcpu)->apic_id
							     : SNAPSHOT_NO_ID;
	}
}

/* Where vCPUs sleep, their exceptions do, too; else they are further on than the record. */
static void put_raised(uint8_t *body)
{
	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);
		const struct raised *raised = vcpu ? &x86_vcpu(vcpu)->raised : NULL;

		if (!raised || !raised->trap)
			continue;
		snapshot_add_raised(body, &(struct snapshot_raised){
						  .cpu = (uint16_t)i,
						  .token = x86_vcpu(vcpu)->async_pf.token,
						  .raised = *raised,
					  });
	}
}

/* Returns its size, which may be more than there is room for. */
static uint32_t make_body(uint8_t *body)
{
	const struct engine *engine = &paracall_qemu_engine;
	uint8_t *ids = snapshot_begin_body(body, (uint16_t)engine->max_vcpus,
					   (uint8_t)atomic_load(&x86_machine()->own),
					   engine->reports_idle);
	uint8_t *record;

	if (!ids)
		return UINT32_MAX;
	put_ids(ids);
	if (engine->reports_idle)
		put_raised(body);
	record = snapshot_record_of(body);
	return (uint32_t)(record - body +
			  paracall_machine_save(engine->machine, record,
						(size_t)(body + SNAPSHOT_BODY_ROOM - record)));
}

/* Most of the time only the clock has gone on. */
static void write_body(struct vcpu *vcpu, const uint8_t *body, uint32_t size)
{
	if (size == state.size && size <= SNAPSHOT_BODY_ROOM && !memcmp(body, state.body, size))
		return;
	state.size = size;
	if (size > SNAPSHOT_BODY_ROOM)
		return;
	memcpy(state.body, body, size);
	state.checksum = snapshot_checksum(body, size);
	physical_write(vcpu, BODY, body, size);
}

void snapshot_save(struct vcpu *vcpu)
{
	uint8_t body[SNAPSHOT_BODY_ROOM];
	struct snapshot_head head;

	if (!find_page(vcpu))
		return;
	write_body(vcpu, body, make_body(body));
	state.stamp = ++state.last_stamp;
	head = (struct snapshot_head){
		.stamp = state.stamp,
		.tsc = clock_most(),
		.size = state.size,
		.checksum = state.checksum,
	};
	snapshot_put_head(state.head, &head);
	physical_write(vcpu, HEAD, state.head, sizeof(state.head));
}

/* ---- loading ---------------------------------------------------------------- */

/*
 * With a thread for each vCPU a record is made whenever all of them sleep, as they do while
 * a state is loaded; and QEMU may wake one before it has changed the marker.
 */
static bool has_other_marker(const uint8_t *page)
{
	return !paracall_qemu_engine.reports_idle &&
	       memcmp(page + MARKER_OFFSET, &state.marker, sizeof(state.marker));
}

/* Only a head that is damaged, or another's, is worth a closer look. */
bool snapshot_is_other(struct vcpu *vcpu)
{
	uint8_t page[SNAPSHOT_HEAD_OFFSET + SNAPSHOT_HEAD_SIZE];
	const uint8_t *bytes = page + SNAPSHOT_HEAD_OFFSET;
	struct snapshot_head head;

	if (!find_page(vcpu) || !physical_read(vcpu, SNAPSHOT_PAGE, page, sizeof(page)))
		return false;
	if (has_other_marker(page))
		return true;
	if (!memcmp(bytes, state.head, SNAPSHOT_HEAD_SIZE))
		return false;
	snapshot_get_head(bytes, &head);
	return head.stamp != state.stamp;
}

static const char *read_head(struct vcpu *vcpu, struct snapshot_head *head)
{
	*head = (struct snapshot_head){ .stamp = 0 };
	if (!physical_read(vcpu, HEAD, state.head, sizeof(state.head)))
		return "Paracall's state was not saved with it";
	return snapshot_get_head(state.head, head);
}

static const char *reason_of(int error)
{
	switch (error) {
	case PARACALL_OK:
		return NULL;
	case PARACALL_ERROR_VERSION:
		return "its record is from another version";
	case PARACALL_ERROR_CPU:
		return "it has a different number of vCPUs";
	case PARACALL_ERROR_FEATURE:
		return "it needs a feature or a counter's frequency that is not available now";
	default:
		return "its record is damaged";
	}
}

/* Those of vCPUs that sleep nobody else says; all of them are asked again when they run. */
static void take_ids(const uint8_t *ids)
{
	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++)
		if (vcpu_by_index(i) && ids[i] != SNAPSHOT_NO_ID)
			apic_assume_id(vcpu_by_index(i), ids[i]);
}

/* The vCPUs are where that sent them. */
static void take_raised(const struct snapshot_body *body)
{
	struct snapshot_raised kept;
	struct vcpu *vcpu;

	for (unsigned int i = 0; i < body->raised; i++) {
		snapshot_get_raised(body, i, &kept);
		vcpu = kept.cpu < body->cpus ? vcpu_by_index(kept.cpu) : NULL;
		if (!vcpu || !kept.raised.trap)
			continue;
		x86_vcpu(vcpu)->raised = kept.raised;
		x86_vcpu(vcpu)->async_pf.token = kept.token;
	}
}

/* All pages that it waits for are there. */
static void end_async_pfs(void)
{
	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu)
			continue;
		x86_vcpu(vcpu)->async_pf.is_waiting = true;
		x86_vcpu(vcpu)->async_pf.end_nanoseconds = 0;
	}
}

static const char *take_body(struct vcpu *vcpu, const struct snapshot_head *head)
{
	struct paracall_machine *machine = paracall_qemu_engine.machine;
	uint8_t bytes[SNAPSHOT_BODY_ROOM];
	struct snapshot_body body;
	const char *reason;

	if (head->size > sizeof(bytes))
		return "its record did not fit into its page";
	if (!head->size || !physical_read(vcpu, BODY, bytes, head->size) ||
	    snapshot_checksum(bytes, head->size) != head->checksum ||
	    !snapshot_get_body(bytes, head->size, &body) || body.own > OWN_VMMCALL)
		return "its record is damaged";
	if (body.cpus != paracall_qemu_engine.max_vcpus)
		return "it has a different number of vCPUs";
	reason = reason_of(paracall_machine_load(machine, body.record, body.record_size));
	if (reason)
		return reason;
	atomic_store(&x86_machine()->own, body.own);
	if (!body.is_exact || !paracall_qemu_engine.reports_idle)
		paracall_machine_forget_halts(machine);
	take_ids(body.apic_ids);
	/* With one thread for all a load is noticed too late for them. */
	if (body.is_exact && paracall_qemu_engine.reports_idle)
		take_raised(&body);
	end_async_pfs();
	return NULL;
}

/*
 * With a thread for each vCPU nothing has run since. Else a kick may have gone to a vCPU
 * that halts, of which that was not known yet. @vcpu is any of the thread's. The one that
 * executes code runs, and with -icount QEMU ends if one interrupts itself there.
 */
static void wake_others(struct vcpu *vcpu)
{
	const struct vcpu *self = vcpu_current(vcpu->index);

	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++) {
		struct vcpu *other = vcpu_by_index(i);

		if (other && other != self && x86_vcpu(other)->has_apic_id)
			apic_wake(vcpu, other, x86_vcpu(other)->apic_id);
	}
}

/* The counter goes on from where this process had it, if that is more. */
static void continue_clock(struct vcpu *vcpu, uint64_t saved_tsc)
{
	paracall_clock_continue(vcpu->cpu, saved_tsc, saved_tsc ? clock_least() : 0);
	paracall_machine_was_paused(paracall_qemu_engine.machine);
}

const char *snapshot_restore(struct vcpu *vcpu, bool has_record)
{
	struct snapshot_head head = { .stamp = 0 };
	const char *reason = "Paracall's state was not saved with it";

	if (find_page(vcpu)) {
		note_marker(vcpu);
		reason = has_record ? read_head(vcpu, &head)
				    : "it has no record of Paracall's state";
	}
	if (!reason)
		reason = take_body(vcpu, &head);
	if (!reason)
		continue_clock(vcpu, head.tsc);
	if (has_record) {
		state.stamp = head.stamp;
		state.size = 0;
	}
	if (!paracall_qemu_engine.reports_idle)
		wake_others(vcpu);
	return reason;
}
