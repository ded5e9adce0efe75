/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU lets a plugin read and write at any guest-physical address, devices
 * included, and has no function that tells them from memory. But on PCs memory
 * goes on from address 0, and then from 4 GiB, without a gap but for the one
 * below 1 MiB; and before the firmware runs nothing answers right behind its
 * two ends. So these are searched for then.
 *
 * Memory that is plugged in later counts as none.
 */
#include "memory.h"

#include <string.h>

/* From here to 1 MiB are video memory, and memory that firmware makes ROM. */
#define GAP_START UINT64_C(0xa0000)
#define GAP_END UINT64_C(0x100000)

/* No PC has its memory reach the devices that are at fixed places above. */
#define LOW_LIMIT UINT64_C(0xf0000000)
#define HIGH_START (UINT64_C(1) << 32)

/* Devices that a running guest has placed are farther from the end of memory, mostly. */
#define STEP (UINT64_C(1) << 20)

static struct {
	uint64_t gap_start;
	uint64_t gap_end;
	uint64_t low_end;
	uint64_t high_end;
} memory;

bool physical_read(struct vcpu *vcpu, uint64_t address, void *data, size_t size)
{
	if (qemu_plugin_read_memory_hwaddr(address, vcpu->buffer, size))
		return false;
	memcpy(data, vcpu->buffer->data, size);
	return true;
}

bool physical_write(struct vcpu *vcpu, uint64_t address, const void *data, size_t size)
{
	vcpu->buffer->len = size;
	memcpy(vcpu->buffer->data, data, size);
	return !qemu_plugin_write_memory_hwaddr(address, vcpu->buffer);
}

static bool answers(struct vcpu *vcpu, uint64_t address)
{
	uint8_t byte;

	return physical_read(vcpu, address, &byte, sizeof(byte));
}

/* The first page from @start on, up to @limit, that does not answer. */
static uint64_t find_end(struct vcpu *vcpu, uint64_t start, uint64_t limit)
{
	uint64_t low = start >> 12;
	uint64_t high = limit >> 12;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (answers(vcpu, middle << 12))
			low = middle + 1;
		else
			high = middle;
	}
	return low << 12;
}

void memory_probe(struct vcpu *vcpu)
{
	memory.gap_start = GAP_START;
	memory.gap_end = GAP_END;
	memory.low_end = find_end(vcpu, GAP_END, LOW_LIMIT);
	memory.high_end = find_end(vcpu, HIGH_START, MEMORY_LIMIT);
}

bool memory_is_known(void)
{
	return memory.low_end > GAP_END;
}

/* As find_end(), but what is farther up does not mislead it. */
static uint64_t find_end_by_steps(struct vcpu *vcpu, uint64_t start, uint64_t limit)
{
	while (start < limit && answers(vcpu, start))
		start += STEP;
	return find_end(vcpu, start > STEP ? start - STEP : 0, start);
}

void memory_probe_late(struct vcpu *vcpu)
{
	memory.gap_start = GAP_START;
	memory.gap_end = GAP_END;
	memory.low_end = find_end_by_steps(vcpu, GAP_END, LOW_LIMIT);
	memory.high_end = find_end_by_steps(vcpu, HIGH_START, MEMORY_LIMIT);
}

void memory_probe_from_zero(struct vcpu *vcpu, uint64_t limit)
{
	/* Whoever comes at the same time finds the same. */
	if (!__atomic_load_n(&memory.low_end, __ATOMIC_RELAXED))
		__atomic_store_n(&memory.low_end, find_end(vcpu, 0, limit), __ATOMIC_RELAXED);
}

static bool is_between(uint64_t start, uint64_t end, uint64_t address, size_t size)
{
	return address >= start && address < end && size <= end - address;
}

static bool is_memory(uint64_t address, size_t size)
{
	return is_between(0, memory.gap_start, address, size) ||
	       is_between(memory.gap_end, memory.low_end, address, size) ||
	       is_between(HIGH_START, memory.high_end, address, size);
}

bool memory_read(void *context, struct paracall_gpa address, void *data, size_t size)
{
	return size <= MEMORY_LARGEST && is_memory(address.value, size) &&
	       physical_read(context, address.value, data, size);
}

bool memory_write(void *context, struct paracall_gpa address, const void *data, size_t size)
{
	return size <= MEMORY_LARGEST && is_memory(address.value, size) &&
	       physical_write(context, address.value, data, size);
}
