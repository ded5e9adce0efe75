/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU lets a plugin read and write at any guest-physical address, devices
 * included, and has no function that distinguishes them from memory. But before the
 * firmware runs, nothing responds just after the end of memory. So the end is
 * searched then.
 *
 * Memory that is plugged in later is ignored.
 */
#include "memory.h"

#include <string.h>

/* Devices that a running guest has placed are farther from the end of memory, mostly. */
#define STEP (UINT64_C(1) << 20)

static struct {
	uint64_t start;
	uint64_t end;
} places[MEMORY_PLACES];

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

bool physical_read_pages(struct vcpu *vcpu, uint64_t address, uint8_t *data, size_t size)
{
	for (size_t at = 0; at < size; at += MEMORY_LARGEST)
		if (!physical_read(vcpu, address + at, data + at, MEMORY_LARGEST))
			return false;
	return true;
}

bool physical_write_pages(struct vcpu *vcpu, uint64_t address, const uint8_t *data,
			  uint8_t *before, size_t size)
{
	for (size_t at = 0; at < size; at += MEMORY_LARGEST) {
		if (!memcmp(before + at, data + at, MEMORY_LARGEST))
			continue;
		if (!physical_write(vcpu, address + at, data + at, MEMORY_LARGEST))
			return false;
		memcpy(before + at, data + at, MEMORY_LARGEST);
	}
	return true;
}

static bool answers(struct vcpu *vcpu, uint64_t address)
{
	uint8_t byte;

	return physical_read(vcpu, address, &byte, sizeof(byte));
}

uint64_t memory_find_end(struct vcpu *vcpu, uint64_t start, uint64_t limit)
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

uint64_t memory_find_end_by_steps(struct vcpu *vcpu, uint64_t start, uint64_t limit)
{
	uint64_t end = start;

	while (end < limit && answers(vcpu, end))
		end += STEP;
	return end == start ? start : memory_find_end(vcpu, end - STEP, end);
}

void memory_set(unsigned int place, uint64_t start, uint64_t end)
{
	places[place].start = start;
	/* Concurrent callers find the same. */
	__atomic_store_n(&places[place].end, end, __ATOMIC_RELEASE);
}

void memory_probe_from_zero(struct vcpu *vcpu, uint64_t limit)
{
	if (!__atomic_load_n(&places[0].end, __ATOMIC_RELAXED))
		memory_set(0, 0, memory_find_end(vcpu, 0, limit));
}

void memory_probe_from_zero_late(struct vcpu *vcpu, uint64_t limit)
{
	if (!__atomic_load_n(&places[0].end, __ATOMIC_RELAXED))
		memory_set(0, 0, memory_find_end_by_steps(vcpu, 0, limit));
}

static bool is_between(uint64_t start, uint64_t end, uint64_t address, size_t size)
{
	return address >= start && address < end && size <= end - address;
}

static bool is_memory(uint64_t address, size_t size)
{
	for (unsigned int i = 0; i < MEMORY_PLACES; i++)
		if (is_between(places[i].start,
			       __atomic_load_n(&places[i].end, __ATOMIC_ACQUIRE), address,
			       size))
			return true;
	return false;
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
