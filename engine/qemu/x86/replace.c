/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replace.h"

#include "../memory.h"

#include <stdatomic.h>

/*
 * Opcodes 0f 01 c1 (vmcall), 0f 01 d9 (vmmcall), and 0f 1f with the same last
 * byte: a no-op with a register operand, an encoding that no assembler emits.
 * One byte differs, so that other vCPUs see either the old or the new one.
 */
#define OFFSET_FAST 1
#define BYTE_FAST 0x1f
#define OFFSET_VENDOR 2
#define BYTE_VMCALL 0xc1
#define BYTE_VMMCALL 0xd9

#define BYTE_PLAIN 0x01

/* Guest-physical addresses of the changed bytes, for replace_was_here(). */
#define MAX_PLACES 1024
static _Atomic(uint64_t) places[MAX_PLACES];
static _Atomic(uint32_t) place_count;

/* The byte that changes: where, from what, to what. */
struct change {
	unsigned int offset;
	uint8_t from;
	uint8_t to;
};

/* The policy, with that of the vendor in the place of "native". */
static enum replacement replacement(void)
{
	enum replacement chosen = x86_machine()->replacement;

	if (chosen != REPLACE_NATIVE)
		return chosen;
	switch (atomic_load_explicit(&x86_machine()->own, memory_order_relaxed)) {
	case OWN_VMCALL:
		return REPLACE_VMCALL;
	case OWN_VMMCALL:
		return REPLACE_VMMCALL;
	default:
		return REPLACE_KEEP;
	}
}

static bool change_of(const struct site *site, struct change *change)
{
	switch (replacement()) {
	case REPLACE_KEEP:
	case REPLACE_NATIVE:
	case REPLACE_REFUSE:
		return false;
	case REPLACE_VMCALL:
		*change = (struct change){ OFFSET_VENDOR, BYTE_VMMCALL, BYTE_VMCALL };
		return site->is_vmmcall && !site->has_refining_prefix;
	case REPLACE_VMMCALL:
		*change = (struct change){ OFFSET_VENDOR, BYTE_VMCALL, BYTE_VMMCALL };
		return !site->is_vmmcall;
	case REPLACE_FAST:
		*change = (struct change){ OFFSET_FAST, BYTE_PLAIN, BYTE_FAST };
		return true;
	}
	return false;
}

/* True if it is there now: firmware's memory cannot be written. */
static bool write_byte(struct vcpu *vcpu, uint64_t address, uint8_t byte)
{
	uint8_t written;

	return physical_write(vcpu, address, &byte, sizeof(byte)) &&
	       physical_read(vcpu, address, &written, sizeof(written)) && written == byte;
}

static bool is_remembered(uint64_t address)
{
	uint32_t count = atomic_load(&place_count);

	for (uint32_t i = 0; i < count; i++)
		if (atomic_load(&places[i]) == address)
			return true;
	return false;
}

/* False if there is no room: then no more no-ops are put in. */
static bool remember(uint64_t address)
{
	uint32_t place = atomic_load(&place_count);

	if (is_remembered(address))
		return true;
	do {
		if (place == MAX_PLACES)
			return false;
	} while (!atomic_compare_exchange_weak(&place_count, &place, place + 1));
	atomic_store(&places[place], address);
	return true;
}

/*
 * Privileged code only: pages of user programs can be shared with files. Real
 * mode is left out, too, where code is the firmware's; but KVM makes no such
 * exception.
 */
static bool is_left_alone(const struct site *site)
{
	return site->mode & PARACALL_MODE_USER || !site->is_flat ||
	       (site->is_real && x86_machine()->replacement != REPLACE_NATIVE);
}

bool replace_instruction(struct vcpu *vcpu, const struct site *site, uint64_t next_pc)
{
	struct change change;
	uint64_t address;
	uint8_t byte;

	if (is_left_alone(site) || !change_of(site, &change))
		return false;
	/* Another vCPU may have been first, or the guest changed it itself. */
	if (!qemu_plugin_translate_vaddr(next_pc - HYPERCALL_SIZE + change.offset, &address) ||
	    !physical_read(vcpu, address, &byte, sizeof(byte)) || byte != change.from)
		return false;
	/* A CPU's own instruction needs no slot. */
	if (change.to == BYTE_FAST && !remember(address))
		return false;
	if (!write_byte(vcpu, address, change.to))
		return false;
	paracall_statistics_add(&vcpu->statistics->replaced, 1);
	return true;
}

bool replace_was_here(uint64_t vaddr)
{
	uint64_t address;

	return qemu_plugin_translate_vaddr(vaddr + OFFSET_FAST, &address) &&
	       is_remembered(address);
}

/* QEMU forgets what it translated from a page that is written to. */
void replace_retranslate(struct vcpu *vcpu, uint64_t vaddr)
{
	uint64_t address;
	uint8_t byte;

	if (qemu_plugin_translate_vaddr(vaddr, &address) &&
	    physical_read(vcpu, address, &byte, sizeof(byte)))
		write_byte(vcpu, address, byte);
}

void replace_reset(void)
{
	atomic_store(&place_count, 0);
}
