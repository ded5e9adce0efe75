/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU has no call for plugins that wakes or interrupts a vCPU, but its local
 * APICs can be written to at their guest-physical address, in the context of
 * the current vCPU: as registers of that vCPU's own APIC, or as messages
 * (MSI) to any APIC.
 */
#include "apic.h"

#include <string.h>

#define APIC_BASE 0xfee00000u
#define APIC_ID (APIC_BASE + 0x20)
#define APIC_ICR_LOW (APIC_BASE + 0x300)
#define APIC_ICR_HIGH (APIC_BASE + 0x310)

#define APIC_ID_SHIFT 24
#define MSI_DESTINATION_SHIFT 12

/* Wider ids need x2APIC mode, in which the registers are no memory. */
#define MAX_XAPIC_ID 0xfe

static bool read_word(struct vcpu *vcpu, uint64_t address, uint32_t *value)
{
	GByteArray *buffer = vcpu->buffer;

	if (qemu_plugin_read_memory_hwaddr(address, buffer, sizeof(*value)))
		return false;
	memcpy(value, buffer->data, sizeof(*value));
	*value = GUINT32_FROM_LE(*value);
	return true;
}

static bool write_word(struct vcpu *vcpu, uint64_t address, uint32_t value)
{
	GByteArray *buffer = vcpu->buffer;

	value = GUINT32_TO_LE(value);
	buffer->len = sizeof(value);
	memcpy(buffer->data, &value, sizeof(value));
	return !qemu_plugin_write_memory_hwaddr(address, buffer);
}

void apic_learn_id(struct vcpu *vcpu)
{
	uint32_t id;

	if (vcpu->has_apic_id || !read_word(vcpu, APIC_ID, &id))
		return;
	vcpu->has_apic_id = !paracall_cpu_set_apic_id(vcpu->cpu, id >> APIC_ID_SHIFT);
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
 * it: no vector, no stack frame, nothing for the guest to see, whatever the
 * state of its interrupt flag.
 */
void apic_wake(void *context, void *target, uint32_t apic_id)
{
	(void)target;
	if (apic_id <= MAX_XAPIC_ID)
		send_by_icr(context, apic_id,
			    PARACALL_ICR_MODE_STARTUP << PARACALL_ICR_MODE_SHIFT |
				    PARACALL_ICR_ASSERT);
}

bool apic_send_interrupt(void *context, void *target, uint32_t apic_id,
			 const struct paracall_interrupt *interrupt)
{
	uint32_t data = interrupt->vector |
			interrupt->delivery_mode << PARACALL_ICR_MODE_SHIFT |
			(interrupt->assert_level ? PARACALL_ICR_ASSERT : 0) |
			(interrupt->level_triggered ? PARACALL_ICR_LEVEL_TRIGGERED : 0);

	(void)target;
	if (apic_id > MAX_XAPIC_ID)
		return false;
	/* Messages can't carry it. */
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_STARTUP)
		return send_by_icr(context, apic_id, data);
	return write_word(context, APIC_BASE | apic_id << MSI_DESTINATION_SHIFT, data);
}
