/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel begins with r3 = its flattened device tree and r5 = 0: either a loader
 * made the tree (ePAPR), or the kernel itself did out of Open Firmware's
 * (arch/powerpc/kernel/prom_init.c), and has then entered itself once more. The
 * tree is changed in place at that moment, in what its maker left free.
 *
 * Reading each block's registers would cost too much. A kernel's first
 * instructions are known: those of 64-bit Book3S ones make the processor change to
 * the kernel's order of bytes, so that they are the same in either order; 32-bit
 * ones compare r5 with 0.
 */
#include "device_tree.h"

#include "../memory.h"
#include "current.h"
#include "registers.h"
#include "words.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0xd00dfeedu

/* Its magic number, and then its size. */
#define HEADER 8u
#define SMALLEST 40u

#define R5 5u

/* As memory has them: tdi 0,0,0x48; b ahead; mfmsr r11, in one order or the other. */
static const uint8_t little_endian_kernel[] = { 0x48, 0x00, 0x00, 0x08, 0x2c, 0x00,
						0x00, 0x48, 0x7d, 0x60, 0x00, 0xa6 };
static const uint8_t big_endian_kernel[] = { 0x08, 0x00, 0x00, 0x48, 0x48, 0x00,
					     0x00, 0x2c, 0xa6, 0x00, 0x60, 0x7d };
/* cmpwi r5,0; beq ahead, but for how far. */
static const uint8_t kernel_of_32bit[] = { 0x2c, 0x05, 0x00, 0x00, 0x41, 0x82, 0x00 };

bool device_tree_may_begin(uint32_t bytes)
{
	return !memcmp(&bytes, little_endian_kernel, sizeof(bytes)) ||
	       !memcmp(&bytes, big_endian_kernel, sizeof(bytes)) ||
	       !memcmp(&bytes, kernel_of_32bit, sizeof(bytes));
}

bool device_tree_begins(struct vcpu *translator, const struct powerpc_site *site)
{
	uint8_t bytes[sizeof(little_endian_kernel)];
	uint64_t address;

	if (!qemu_plugin_translate_vaddr(site->pc, &address) ||
	    !physical_read(translator, address, bytes, sizeof(bytes)))
		return false;
	return !memcmp(bytes, little_endian_kernel, sizeof(little_endian_kernel)) ||
	       !memcmp(bytes, big_endian_kernel, sizeof(big_endian_kernel)) ||
	       (!site->is_64bit && !memcmp(bytes, kernel_of_32bit, sizeof(kernel_of_32bit)));
}

/* What is done with each page of a piece of the guest's memory. */
typedef bool copy_function(void *context, struct paracall_gpa address, uint8_t *data,
			   size_t size);

static bool read_page(void *context, struct paracall_gpa address, uint8_t *data, size_t size)
{
	return memory_read(context, address, data, size);
}

static bool write_page(void *context, struct paracall_gpa address, uint8_t *data, size_t size)
{
	return memory_write(context, address, data, size);
}

/* By the addresses that the guest uses now, page by page. */
static bool copy(struct vcpu *vcpu, copy_function *function, uint64_t vaddr, uint8_t *data,
		 size_t size)
{
	while (size) {
		size_t step = MEMORY_LARGEST - vaddr % MEMORY_LARGEST;
		struct paracall_gpa address;

		step = step < size ? step : size;
		if (!qemu_plugin_translate_vaddr(vaddr, &address.value) ||
		    !function(vcpu, address, data, step))
			return false;
		vaddr += step;
		data += step;
		size -= step;
	}
	return true;
}

/* Reports it only once; a guest could repeat it forever. */
static void warn(const char *reason)
{
	static atomic_flag is_reported = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&is_reported))
		fprintf(stderr,
			"paracall: the guest's device tree is left unchanged, so that the guest will not find KVM: %s\n",
			reason);
}

/* NULL, or why the tree at @vaddr is as it was. @tree and @result have @size bytes. */
static const char *change(struct vcpu *vcpu, uint64_t vaddr, void *tree, void *result,
			  size_t size)
{
	static const uint32_t waiting[] = POWERPC_WORDS_WITH_IDLE;
	static const uint32_t plain[] = POWERPC_WORDS;
	bool can_wait = powerpc_machine()->has_papr;
	int error;

	if (!tree || !result)
		return paracall_strerror(PARACALL_ERROR_MEMORY);
	if (!copy(vcpu, read_page, vaddr, tree, size))
		return "not all of it is in memory";
	error = paracall_device_tree_add(tree, size, result, size, can_wait ? waiting : plain,
					 can_wait);
	if (error)
		return paracall_strerror(error);
	return copy(vcpu, write_page, vaddr, result, size) ? NULL : "it can't be written to";
}

static void change_or_warn(struct vcpu *vcpu, uint64_t vaddr, uint32_t size)
{
	const char *reason = "its size is impossible";
	void *tree, *result;

	if (size >= SMALLEST && size <= PARACALL_DEVICE_TREE_LARGEST) {
		tree = malloc(size);
		result = malloc(size);
		reason = change(vcpu, vaddr, tree, result, size);
		free(tree);
		free(result);
	}
	if (reason)
		warn(reason);
}

void device_tree_reached(unsigned int index, void *userdata)
{
	struct powerpc_site site = powerpc_site_unpack(userdata);
	struct vcpu *vcpu = powerpc_vcpu_current(index, site.is_big_endian);
	uint32_t header[HEADER / sizeof(uint32_t)];
	uint64_t vaddr;

	if (!vcpu || register_read(vcpu, R5))
		return;
	vaddr = register_read(vcpu, PARACALL_POWERPC_R3);
	if (!site.is_64bit)
		vaddr = (uint32_t)vaddr;
	if (copy(vcpu, read_page, vaddr, (uint8_t *)header, sizeof(header)) &&
	    GUINT32_FROM_BE(header[0]) == MAGIC)
		change_or_warn(vcpu, vaddr, GUINT32_FROM_BE(header[1]));
}
