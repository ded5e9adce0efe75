/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's ppc64el kernels have no kexec_file_load(2): what that does is done here,
 * for kexec_load(2). The next kernel gets the device tree of this one, with its own
 * command line and initramfs, and begins after a few instructions that load r3.
 */
#ifndef PARACALL_TEST_KEXEC_PPC64_H
#define PARACALL_TEST_KEXEC_PPC64_H

#include "kexec_tree.h"

#include <elf.h>
#include <stdlib.h>

/* The kernel's pages, which segments are made of. */
#define SEGMENT_ALIGNMENT UINT64_C(0x10000)
/* Above the running kernel, below the firmware's functions. */
#define FIRST_ADDRESS UINT64_C(0x08000000)

/* Of a kernel's beginning, what is copied to address 0: other CPUs wait in it. */
#define HOLD_BYTES 0x100

enum segment {
	SEGMENT_KERNEL,
	SEGMENT_INITRD,
	SEGMENT_TREE,
	SEGMENT_START,
	SEGMENTS
};

/* An ELF file's one part that is loaded: its bytes, and how many it has in memory. */
static const uint8_t *find_kernel(const uint8_t *file, size_t size,
				  struct kexec_segment *segment)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
	const Elf64_Phdr *part = (const Elf64_Phdr *)(file + header->e_phoff);

	if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	for (int i = 0; i < header->e_phnum; i++, part++) {
		if (part->p_type != PT_LOAD || part->p_paddr)
			continue;
		segment->bufsz = part->p_filesz;
		segment->memsz = part->p_memsz;
		segment->buf = file + part->p_offset;
		return segment->buf;
	}
	return NULL;
}

/*
 * What the kernel enters with r3 = the CPU's number and r4 = this address. Other CPUs
 * wait at 0x60 of its beginning, which is copied to 0; so that is the next kernel's.
 */
static void make_start(uint8_t *start, const uint8_t *kernel, uint64_t tree, uint64_t kernel_at)
{
	static const uint32_t code[] = {
		0xe9240180, /* ld	r9,0x180(r4): the tree */
		0xe9440188, /* ld	r10,0x188(r4): the kernel */
		0x3900001c, /* li	r8,28 */
		0x7c69452c, /* stwbrx	r3,r9,r8: the tree's boot CPU */
		0x7d234b78, /* mr	r3,r9 */
		0x7d445378, /* mr	r4,r10 */
		0x38a00000, /* li	r5,0 */
		0x38c00000, /* li	r6,0 */
		0x7d4903a6, /* mtctr	r10 */
		0x4e800420, /* bctr */
	};
	static const uint32_t ahead = 0x48000000 | HOLD_BYTES;

	memcpy(start, kernel, HOLD_BYTES);
	memcpy(start, &ahead, sizeof(ahead));
	memcpy(start + HOLD_BYTES, code, sizeof(code));
	memcpy(start + 0x180, &tree, sizeof(tree));
	memcpy(start + 0x188, &kernel_at, sizeof(kernel_at));
}

/* What the kernel has put aside for a crash, or 0. */
static uint64_t find_crash_memory(void)
{
	const int file =
		open("/proc/device-tree/chosen/linux,crashkernel-base", O_RDONLY | O_CLOEXEC);
	uint64_t start = 0;

	if (file >= 0 && read(file, &start, sizeof(start)) != sizeof(start))
		start = 0;
	return be64toh(start);
}

/*
 * A crash kernel has to leave all other memory as it is; this one gets all
 * of it, since nothing reads what the former one has left.
 */
static int load(char **files, unsigned long flags)
{
	static uint8_t tree[1 << 20], start[0x200];
	const uint64_t first = flags ? find_crash_memory() : FIRST_ADDRESS;
	struct kexec_segment segments[SEGMENTS] = { { NULL, 0, NULL, 0 } };
	uint64_t initrd_start, initrd_end;
	const struct tree_property properties[] = {
		{ "bootargs", files[2], strlen(files[2]) + 1 },
		{ "linux,initrd-start", &initrd_start, sizeof(initrd_start) },
		{ "linux,initrd-end", &initrd_end, sizeof(initrd_end) },
	};
	size_t kernel_size, initrd_size;
	const uint8_t *file = map_file(files[0], &kernel_size);
	const uint8_t *initrd = map_file(files[1], &initrd_size);
	const uint8_t *kernel =
		file ? find_kernel(file, kernel_size, &segments[SEGMENT_KERNEL]) : NULL;

	if (!kernel || !initrd || !first) {
		fputs("kexec: this kernel or initramfs can't be loaded\n", stderr);
		return 1;
	}
	segments[SEGMENT_INITRD] =
		(struct kexec_segment){ initrd, initrd_size, NULL, initrd_size };
	segments[SEGMENT_TREE] = (struct kexec_segment){ tree, 0, NULL, sizeof(tree) };
	segments[SEGMENT_START] =
		(struct kexec_segment){ start, sizeof(start), NULL, sizeof(start) };
	place(segments, SEGMENTS, first, SEGMENT_ALIGNMENT);
	initrd_start = htobe64((uintptr_t)segments[SEGMENT_INITRD].mem);
	initrd_end = htobe64((uintptr_t)segments[SEGMENT_INITRD].mem + initrd_size);
	segments[SEGMENT_TREE].bufsz = make_tree(tree, sizeof(tree), properties,
						 sizeof(properties) / sizeof(properties[0]));
	if (!segments[SEGMENT_TREE].bufsz) {
		fputs("kexec: no device tree could be made\n", stderr);
		return 1;
	}
	make_start(start, kernel, (uintptr_t)segments[SEGMENT_TREE].mem,
		   (uintptr_t)segments[SEGMENT_KERNEL].mem);
	if (syscall(SYS_kexec_load, segments[SEGMENT_START].mem, SEGMENTS, segments,
		    flags ? KEXEC_ON_CRASH : 0))
		return fail("kexec_load");
	return 0;
}

#endif /* PARACALL_TEST_KEXEC_PPC64_H */
