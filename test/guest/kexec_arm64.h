/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's arm64 kernels have no kexec_file_load(2): what that does is done here, for
 * kexec_load(2). The next kernel gets the device tree of this one, which after EFI
 * firmware says where its memory map and ACPI's tables are, and begins after a few
 * instructions that load x0 (Documentation/arch/arm64/booting.rst).
 */
#ifndef PARACALL_TEST_KEXEC_ARM64_H
#define PARACALL_TEST_KEXEC_ARM64_H

#include "kexec_tree.h"

/* Of the kernel; the other segments may begin at any page, which has up to 64 KiB. */
#define KERNEL_ALIGNMENT UINT64_C(0x200000)

enum segment {
	SEGMENT_KERNEL,
	SEGMENT_INITRD,
	SEGMENT_TREE,
	SEGMENT_START,
	SEGMENTS
};

/* How a kernel's file begins; all numbers are little-endian. */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint64_t reserved[3];
	char magic[4];
};

struct start {
	uint32_t code[6];
	uint64_t tree;
	uint64_t kernel;
};

/* From its first byte to the one after its last. */
struct range {
	uint64_t begin;
	uint64_t end;
};

static void take_larger(struct range *best, uint64_t begin, uint64_t end)
{
	if (end > begin && end - begin > best->end - best->begin)
		*best = (struct range){ begin, end };
}

/*
 * Of memory, the largest part in which nothing is that this kernel reports; or what it
 * has put aside for a crash.
 */
static struct range find_memory(int is_for_crash)
{
	FILE *file = fopen("/proc/iomem", "re");
	struct range best = { 0, 0 };
	uint64_t free_from = 0, end = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		const int is_top = line[0] != ' ';
		unsigned long long first, last;
		char name[128];

		if (sscanf(line, "%llx-%llx : %127[^\n]", &first, &last, name) != 3)
			continue;
		if (is_for_crash) {
			if (strcmp(name, "Crash kernel") == 0)
				take_larger(&best, first, last + 1);
			continue;
		}
		take_larger(&best, free_from, is_top || first > end ? end : first);
		if (is_top) {
			free_from = first;
			end = strcmp(name, "System RAM") == 0 ? last + 1 : first;
		} else if (last + 1 > free_from) {
			free_from = last + 1;
		}
	}
	take_larger(&best, free_from, end);
	if (file)
		fclose(file);
	return best;
}

static void make_start(struct start *start, uint64_t tree, uint64_t kernel)
{
	static const uint32_t code[] = {
		0x580000c0, /* ldr	x0,tree */
		0xaa1f03e1, /* mov	x1,xzr */
		0xaa1f03e2, /* mov	x2,xzr */
		0xaa1f03e3, /* mov	x3,xzr */
		0x58000084, /* ldr	x4,kernel */
		0xd61f0080, /* br	x4 */
	};

	memcpy(start->code, code, sizeof(start->code));
	start->tree = tree;
	start->kernel = kernel;
}

/* A crash kernel must use no memory but its own. */
static size_t make_next_tree(uint8_t *tree, size_t room, const char *command_line,
			     const struct kexec_segment *initrd, const struct range *crash)
{
	const uint64_t initrd_start = htobe64((uintptr_t)initrd->mem);
	const uint64_t initrd_end = htobe64((uintptr_t)initrd->mem + initrd->bufsz);
	const uint64_t usable[2] = { htobe64(crash->begin),
				     htobe64(crash->end - crash->begin) };
	const struct tree_property properties[] = {
		{ "bootargs", command_line, strlen(command_line) + 1 },
		{ "linux,initrd-start", &initrd_start, sizeof(initrd_start) },
		{ "linux,initrd-end", &initrd_end, sizeof(initrd_end) },
		{ "linux,usable-memory-range", usable, sizeof(usable) },
	};

	return make_tree(tree, room, properties, crash->end ? 4 : 3);
}

static int load(char **files, unsigned long flags)
{
	static uint8_t tree[1 << 20];
	static struct start start;
	const struct range memory = find_memory(flags != 0);
	struct kexec_segment segments[SEGMENTS] = { { NULL, 0, NULL, 0 } };
	size_t kernel_size, initrd_size;
	const struct image_header *kernel = map_file(files[0], &kernel_size);
	const uint8_t *initrd = map_file(files[1], &initrd_size);
	uint64_t first = (memory.begin + KERNEL_ALIGNMENT - 1) & ~(KERNEL_ALIGNMENT - 1);

	if (!kernel || !initrd || kernel_size < sizeof(*kernel) ||
	    memcmp(kernel->magic, "ARM\x64", 4) != 0 || kernel->text_offset ||
	    kernel->image_size < kernel_size) {
		fputs("kexec: this kernel or initramfs can't be loaded\n", stderr);
		return 1;
	}
	segments[SEGMENT_KERNEL] =
		(struct kexec_segment){ kernel, kernel_size, NULL, kernel->image_size };
	segments[SEGMENT_INITRD] =
		(struct kexec_segment){ initrd, initrd_size, NULL, initrd_size };
	segments[SEGMENT_TREE] = (struct kexec_segment){ tree, 0, NULL, sizeof(tree) };
	segments[SEGMENT_START] =
		(struct kexec_segment){ &start, sizeof(start), NULL, sizeof(start) };
	place(segments, SEGMENTS, first, 0x10000);
	if ((uintptr_t)segments[SEGMENT_START].mem + 0x10000 > memory.end) {
		fputs("kexec: there is no room for the next kernel\n", stderr);
		return 1;
	}
	segments[SEGMENT_TREE].bufsz =
		make_next_tree(tree, sizeof(tree), files[2], &segments[SEGMENT_INITRD],
			       flags ? &memory : &(const struct range){ 0, 0 });
	if (!segments[SEGMENT_TREE].bufsz) {
		fputs("kexec: no device tree could be made\n", stderr);
		return 1;
	}
	make_start(&start, (uintptr_t)segments[SEGMENT_TREE].mem,
		   (uintptr_t)segments[SEGMENT_KERNEL].mem);
	if (syscall(SYS_kexec_load, segments[SEGMENT_START].mem, SEGMENTS, segments,
		    KEXEC_ARCH_DEFAULT | (flags ? KEXEC_ON_CRASH : 0)))
		return fail("kexec_load");
	return 0;
}

#endif /* PARACALL_TEST_KEXEC_ARM64_H */
