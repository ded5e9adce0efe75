/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replace.h"

#include "instructions.h"

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

static bool change_of(enum replacement replacement, struct change *change)
{
	switch (replacement) {
	case REPLACE_KEEP:
		return false;
	case REPLACE_VMCALL:
		*change = (struct change){ OFFSET_VENDOR, BYTE_VMMCALL, BYTE_VMCALL };
		return true;
	case REPLACE_VMMCALL:
		*change = (struct change){ OFFSET_VENDOR, BYTE_VMCALL, BYTE_VMMCALL };
		return true;
	case REPLACE_FAST:
		*change = (struct change){ OFFSET_FAST, BYTE_PLAIN, BYTE_FAST };
		return true;
	}
	return false;
}

static bool read_byte(struct vcpu *vcpu, uint64_t address, uint8_t *byte)
{
	if (qemu_plugin_read_memory_hwaddr(address, vcpu->buffer, 1))
		return false;
	*byte = vcpu->buffer->data[0];
	return true;
}

/* True if it is there now: firmware's memory, for one, can't be written. */
static bool write_byte(struct vcpu *vcpu, uint64_t address, uint8_t byte)
{
	uint8_t written;

	vcpu->buffer->len = 1;
	vcpu->buffer->data[0] = byte;
	return !qemu_plugin_write_memory_hwaddr(address, vcpu->buffer) &&
	       read_byte(vcpu, address, &written) && written == byte;
}

/* False if there is no room: then nothing more is replaced. */
static bool remember(uint64_t address)
{
	uint32_t place = atomic_load(&place_count);

	do {
		if (place == MAX_PLACES)
			return false;
	} while (!atomic_compare_exchange_weak(&place_count, &place, place + 1));
	atomic_store(&places[place], address);
	return true;
}

/*
 * Privileged code only: pages of user programs can be shared with files. Real
 * mode is left out too: its code is the firmware's.
 */
void replace_instruction(struct vcpu *vcpu, const struct site *site, uint64_t next_pc)
{
	struct change change;
	uint64_t address;
	uint8_t byte;

	if (site->mode & PARACALL_MODE_USER || site->is_real || !site->is_flat)
		return;
	if (!change_of(paracall_qemu_engine.replacement, &change))
		return;
	/* The guest may have changed it itself since it was executed. */
	if (!qemu_plugin_translate_vaddr(next_pc - HYPERCALL_SIZE + change.offset, &address) ||
	    !read_byte(vcpu, address, &byte) || byte != change.from)
		return;
	if (remember(address) && write_byte(vcpu, address, change.to))
		paracall_statistics_add(&vcpu->statistics->replaced, 1);
}

bool replace_was_here(uint64_t vaddr)
{
	uint32_t count = atomic_load(&place_count);
	uint64_t address;

	if (!qemu_plugin_translate_vaddr(vaddr + OFFSET_FAST, &address))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (atomic_load(&places[i]) == address)
			return true;
	return false;
}

/* QEMU forgets what it translated from a page that is written to. */
void replace_retranslate(struct vcpu *vcpu, uint64_t vaddr)
{
	uint64_t address;
	uint8_t byte;

	if (qemu_plugin_translate_vaddr(vaddr, &address) && read_byte(vcpu, address, &byte))
		write_byte(vcpu, address, byte);
}

void replace_reset(void)
{
	atomic_store(&place_count, 0);
}
