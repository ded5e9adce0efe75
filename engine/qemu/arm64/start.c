/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's machine virt makes a device tree, and makes it anew at each reset, for firmware
 * and ACPI, too (hw/arm/boot.c). Before the first instruction it says who calls whom:
 * "hvc" for PSCI means that the guest has no EL2, and so a hypervisor above it. And it is
 * changed in place: the end of the last memory is taken away, for the records of stolen
 * time. A guest is told where these are, it can't choose, so they have to be in
 * memory that it does not use. It is 64 KiB, because a kernel can have such pages.
 *
 * Where the first instruction was, there every reset begins again, with all registers 0.
 * A guest can make what looks like that. So the records' place is found once, and never
 * changes.
 */
#include "start.h"

#include "../memory.h"
#include "counter.h"
#include "registers.h"
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where virt's memory begins, and the device tree is, unless a loader says where. */
#define MEMORY_START UINT64_C(0x40000000)

/* QEMU's loader for kernels: its first word, "ldr x0, ahead"; what is loaded is behind it. */
#define LOADER 0x580000c0u
#define LOADER_TREE 0x18

#define PAGE_SIZE 4096u
#define RECORDS_SIZE 0x10000u
#define MAX_RECORDS (RECORDS_SIZE / PARACALL_STOLEN_TIME_SIZE)

/* Of a flattened device tree its magic number and its size are in front. */
#define MAGIC 0xd00dfeedu
#define HEADER_WORDS 2

struct tree {
	uint64_t address;
	/* Whole pages; .original is what is in memory. */
	size_t size;
	uint8_t *original;
	uint8_t *changed;
};

static void warn(const char *reason)
{
	static atomic_flag is_said = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&is_said))
		fprintf(stderr, "paracall: %s\n", reason);
}

/* Where the tree is, if there is one. */
static uint64_t tree_address(struct vcpu *vcpu, uint64_t pc)
{
	uint32_t word;
	uint64_t address;

	if (physical_read(vcpu, pc, &word, sizeof(word)) && GUINT32_FROM_LE(word) == LOADER &&
	    physical_read(vcpu, pc + LOADER_TREE, &address, sizeof(address)))
		return GUINT64_FROM_LE(address);
	return MEMORY_START;
}

static bool read_pages(struct vcpu *vcpu, uint64_t address, uint8_t *data, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE_SIZE)
		if (!physical_read(vcpu, address + at, data + at, PAGE_SIZE))
			return false;
	return true;
}

static void free_tree(struct tree *tree)
{
	free(tree->original);
	free(tree->changed);
}

/* Below memory there are devices, which are not to be read. */
static bool read_tree(struct vcpu *vcpu, uint64_t pc, struct tree *tree)
{
	uint32_t header[HEADER_WORDS];

	*tree = (struct tree){ .address = tree_address(vcpu, pc) };
	if (tree->address < MEMORY_START || tree->address % PARACALL_DEVICE_TREE_ALIGNMENT ||
	    !physical_read(vcpu, tree->address, header, sizeof(header)) ||
	    GUINT32_FROM_BE(header[0]) != MAGIC ||
	    GUINT32_FROM_BE(header[1]) > PARACALL_DEVICE_TREE_LARGEST)
		return false;
	tree->size = (GUINT32_FROM_BE(header[1]) + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	tree->original = malloc(tree->size);
	tree->changed = malloc(tree->size);
	if (!tree->original || !tree->changed ||
	    !read_pages(vcpu, tree->address, tree->original, tree->size)) {
		free_tree(tree);
		return false;
	}
	memcpy(tree->changed, tree->original, tree->size);
	return true;
}

static bool write_tree(struct vcpu *vcpu, const struct tree *tree)
{
	for (size_t at = 0; at < tree->size; at += PAGE_SIZE)
		if (memcmp(tree->original + at, tree->changed + at, PAGE_SIZE) &&
		    !physical_write(vcpu, tree->address + at, tree->changed + at, PAGE_SIZE))
			return false;
	return true;
}

static bool is_empty(struct vcpu *vcpu, uint64_t address)
{
	static const uint8_t zeros[PAGE_SIZE];
	uint8_t page[PAGE_SIZE];

	for (uint64_t at = 0; at < RECORDS_SIZE; at += PAGE_SIZE)
		if (!physical_read(vcpu, address + at, page, PAGE_SIZE) ||
		    memcmp(page, zeros, PAGE_SIZE))
			return false;
	return true;
}

/*
 * The place where memory ends. Only the first time nobody can have made the tree but
 * QEMU, and nobody can have used the memory.
 */
static bool is_good_place(struct vcpu *vcpu, uint64_t address, bool is_first)
{
	uint64_t before = atomic_load(&arm64_machine()->records);

	return is_first ? address >= MEMORY_START && address % RECORDS_SIZE == 0 &&
				  is_empty(vcpu, address)
			: address == before;
}

static void clear_records(struct vcpu *vcpu, uint64_t address)
{
	static const uint8_t zeros[PAGE_SIZE];

	for (uint64_t at = 0; at < RECORDS_SIZE; at += PAGE_SIZE)
		physical_write(vcpu, address + at, zeros, PAGE_SIZE);
}

void arm64_place_record(struct vcpu *vcpu)
{
	uint64_t records = atomic_load(&arm64_machine()->records);

	if (records && vcpu->index < MAX_RECORDS)
		paracall_arm64_place_stolen_time(vcpu->cpu,
						 (struct paracall_gpa){
							 records +
							 (uint64_t)vcpu->index *
								 PARACALL_STOLEN_TIME_SIZE });
}

static void place_records(struct vcpu *vcpu, uint64_t address)
{
	struct engine *engine = &paracall_qemu_engine;

	clear_records(vcpu, address);
	atomic_store(&arm64_machine()->records, address);
	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i))
			arm64_place_record(vcpu_by_index(i));
}

static void make_records(struct vcpu *vcpu, struct tree *tree, bool is_first)
{
	struct paracall_gpa place;
	int error = paracall_arm64_cut_memory(tree->changed, tree->size, RECORDS_SIZE, &place);

	if (error == PARACALL_ERROR_ROOM)
		warn("stolen time is not offered: the guest's last memory node cannot spare 64 KiB; use a larger -m");
	else if (error || !is_good_place(vcpu, place.value, is_first) ||
		 !write_tree(vcpu, tree))
		warn("stolen time is not offered: the end of the guest's memory is used");
	else
		place_records(vcpu, place.value);
}

/* A guest that has a hypervisor of its own, or none: its kernel's hvc are not for us. */
static void learn(struct vcpu *vcpu, uint64_t pc, bool is_first)
{
	struct tree tree;
	bool is_served = false;

	if (!read_tree(vcpu, pc, &tree)) {
		warn("nothing is offered to the guest: there is no device tree where QEMU's machine 'virt' has it; use -machine virt, and leave the first 2 MiB of memory free");
	} else {
		is_served = paracall_arm64_calls_by_hvc(tree.original, tree.size);
		if (!is_served)
			warn("nothing is offered to the guest: it has an EL2 of its own, or firmware at EL3; leave out virtualization=on");
		else if (engine_offers(PARACALL_KVM_FEATURE_PV_TIME))
			make_records(vcpu, &tree, is_first);
		free_tree(&tree);
	}
	atomic_store(&arm64_machine()->is_served, is_served);
}

/* QEMU starts its first vCPU; the others begin where that one says. */
void arm64_start_reached(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);
	bool is_first;

	if (!vcpu || vcpu->index || !registers_are_zero(vcpu, ARM64_X30))
		return;
	is_first = !atomic_exchange(&engine->has_started, true);
	if (!is_first)
		paracall_machine_reset(engine->machine, vcpu->cpu);
	learn(vcpu, (uintptr_t)userdata, is_first);
}

static bool is_record(uint64_t address, size_t size)
{
	uint64_t records =
		atomic_load_explicit(&arm64_machine()->records, memory_order_relaxed);

	return records && address >= records && size <= RECORDS_SIZE &&
	       address - records <= RECORDS_SIZE - size;
}

bool arm64_read_record(void *context, struct paracall_gpa address, void *data, size_t size)
{
	return is_record(address.value, size) &&
	       physical_read(context, address.value, data, size);
}

bool arm64_write_record(void *context, struct paracall_gpa address, const void *data,
			size_t size)
{
	return is_record(address.value, size) &&
	       physical_write(context, address.value, data, size);
}
