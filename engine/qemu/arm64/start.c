/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's machine virt makes a device tree, and makes it anew at each reset, for firmware
 * and ACPI, too (hw/arm/boot.c). Before the first instruction it says who calls whom:
 * "hvc" for PSCI means that the guest has no EL2, and so a hypervisor above it. And it is
 * changed in place: the end of the last memory is taken away, for the records of stolen
 * time (records.c). Firmware takes the memory that it reports to kernels from there, too.
 *
 * Where the first instruction was, there every reset begins again, with all registers 0.
 * A guest can make what looks like that.
 */
#include "start.h"

#include "../current.h"
#include "../load.h"
#include "../memory.h"
#include "counter.h"
#include "records.h"
#include "registers.h"
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU's loader for kernels: its first word, "ldr x0, ahead"; what is loaded is after it. */
#define LOADER 0x580000c0u
#define LOADER_TREE 0x18

#define PAGE_SIZE 4096u

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

/* Where the tree is, if there is one: where memory begins, unless a loader says where. */
static uint64_t tree_address(struct vcpu *vcpu, uint64_t pc)
{
	uint32_t word;
	uint64_t address;

	if (physical_read(vcpu, pc, &word, sizeof(word)) && GUINT32_FROM_LE(word) == LOADER &&
	    physical_read(vcpu, pc + LOADER_TREE, &address, sizeof(address)))
		return GUINT64_FROM_LE(address);
	return ARM64_MEMORY_START;
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
	if (tree->address < ARM64_MEMORY_START ||
	    tree->address % PARACALL_DEVICE_TREE_ALIGNMENT ||
	    !physical_read(vcpu, tree->address, header, sizeof(header)) ||
	    GUINT32_FROM_BE(header[0]) != MAGIC ||
	    GUINT32_FROM_BE(header[1]) > PARACALL_DEVICE_TREE_LARGEST)
		return false;
	tree->size = (GUINT32_FROM_BE(header[1]) + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	tree->original = malloc(tree->size);
	tree->changed = malloc(tree->size);
	if (!tree->original || !tree->changed ||
	    !physical_read_pages(vcpu, tree->address, tree->original, tree->size)) {
		free_tree(tree);
		return false;
	}
	memcpy(tree->changed, tree->original, tree->size);
	return true;
}

/* Takes @size bytes. They begin at a multiple of what is needed, wherever memory ends. */
static int cut_memory(struct tree *tree, struct paracall_gpa *place, uint64_t *size)
{
	int error =
		paracall_arm64_cut_memory(tree->changed, tree->size, ARM64_RECORDS_SIZE, place);
	uint64_t more = error ? 0 : place->value % ARM64_RECORDS_SIZE;

	*size = ARM64_RECORDS_SIZE + more;
	if (!more)
		return error;
	memcpy(tree->changed, tree->original, tree->size);
	return paracall_arm64_cut_memory(tree->changed, tree->size, *size, place);
}

static void make_records(struct vcpu *vcpu, struct tree *tree, bool is_first)
{
	struct paracall_gpa place;
	uint64_t size;
	int error = cut_memory(tree, &place, &size);

	if (error == PARACALL_ERROR_ROOM)
		warn("stolen time is not offered: the last memory node of the guest's device tree is missing, or cannot spare 64 KiB at a multiple of that; use a larger -m, or make the last NUMA node larger");
	else if (error || !arm64_records_may_be(vcpu, place.value, size, is_first) ||
		 !physical_write_pages(vcpu, tree->address, tree->changed, tree->original,
				       tree->size))
		warn("stolen time is not offered: the end of the guest's memory, 64 KiB and what is beyond a multiple of that, is used, as by -device loader; use a larger -m");
	else
		arm64_records_begin(vcpu, place.value);
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

bool arm64_is_at_start(struct vcpu *vcpu)
{
	return registers_are_zero(vcpu, ARM64_X30);
}

/* QEMU starts its first vCPU; the others begin where that one says. */
void arm64_start_reached(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);
	bool is_first;

	if (!vcpu || vcpu->index || !arm64_is_at_start(vcpu))
		return;
	load_note_start();
	current_begin(vcpu);
	is_first = !atomic_exchange(&engine->has_started, true);
	if (is_first)
		counter_begin(vcpu);
	else
		paracall_machine_reset(engine->machine, vcpu->cpu);
	learn(vcpu, (uintptr_t)userdata, is_first);
}
