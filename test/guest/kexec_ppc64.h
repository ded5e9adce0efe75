/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's ppc64el kernels have no kexec_file_load(2): what that does is done here,
 * for kexec_load(2). The next kernel gets the device tree of this one, with its own
 * command line and initramfs, and begins behind a few instructions that load r3.
 */
#ifndef PARACALL_TEST_KEXEC_PPC64_H
#define PARACALL_TEST_KEXEC_PPC64_H

#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

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

/* Of a flattened device tree: all numbers are big-endian. */
enum {
	TREE_MAGIC = 0xd00dfeed,
	TREE_BEGIN_NODE = 1,
	TREE_END_NODE = 2,
	TREE_PROPERTY = 3,
	TREE_NOP = 4,
	TREE_END = 9,
};

struct tree_header {
	uint32_t magic;
	uint32_t total_size;
	uint32_t structure;
	uint32_t strings;
	uint32_t reservations;
	uint32_t version;
	uint32_t last_compatible;
	uint32_t boot_cpu;
	uint32_t strings_size;
	uint32_t structure_size;
};

struct tree_copy {
	const uint8_t *old;
	const struct tree_header *old_header;
	uint8_t *new;
	size_t size;
	const char *command_line;
	uint64_t initrd;
	uint64_t initrd_end;
};

static void *map_file(const char *name, size_t *size)
{
	const int file = open(name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *bytes;

	if (file < 0 || fstat(file, &status))
		return NULL;
	*size = (size_t)status.st_size;
	bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	return bytes == MAP_FAILED ? NULL : bytes;
}

static void tree_add(struct tree_copy *copy, const void *bytes, size_t size)
{
	memcpy(copy->new + copy->size, bytes, size);
	copy->size += (size + 3) & ~(size_t)3;
}

static void tree_add_word(struct tree_copy *copy, uint32_t word)
{
	word = htobe32(word);
	tree_add(copy, &word, sizeof(word));
}

/* A property of /chosen, with another value if it is one of ours. */
static void tree_add_chosen(struct tree_copy *copy, uint32_t name, const void *value,
			    uint32_t size)
{
	const char *string =
		(const char *)copy->old + be32toh(copy->old_header->strings) + name;
	const uint64_t start = htobe64(copy->initrd);
	const uint64_t end = htobe64(copy->initrd_end);

	if (strcmp(string, "bootargs") == 0) {
		value = copy->command_line;
		size = (uint32_t)strlen(copy->command_line) + 1;
	} else if (strcmp(string, "linux,initrd-start") == 0) {
		value = &start;
		size = sizeof(start);
	} else if (strcmp(string, "linux,initrd-end") == 0) {
		value = &end;
		size = sizeof(end);
	}
	tree_add_word(copy, TREE_PROPERTY);
	tree_add_word(copy, size);
	tree_add_word(copy, name);
	tree_add(copy, value, size);
}

/* Returns the token's size. */
static size_t tree_copy_token(struct tree_copy *copy, const uint8_t *token, int *depth,
			      int *chosen)
{
	const char *name = (const char *)token + 4;
	uint32_t words[3] = { 0 };
	size_t size = 4;

	memcpy(words, token, 4);
	if (be32toh(words[0]) == TREE_PROPERTY) {
		memcpy(words, token, sizeof(words));
		size = sizeof(words) + ((be32toh(words[1]) + 3) & ~3u);
		if (*chosen) {
			tree_add_chosen(copy, be32toh(words[2]), token + sizeof(words),
					be32toh(words[1]));
			return size;
		}
	} else if (be32toh(words[0]) == TREE_BEGIN_NODE) {
		size += (strlen(name) + 4) & ~(size_t)3;
		if (++*depth == 2 && strcmp(name, "chosen") == 0)
			*chosen = 1;
	} else if (be32toh(words[0]) == TREE_END_NODE) {
		if ((*depth)-- == 2)
			*chosen = 0;
	}
	tree_add(copy, token, size);
	return size;
}

static int tree_copy_structure(struct tree_copy *copy)
{
	const uint8_t *token = copy->old + be32toh(copy->old_header->structure);
	int depth = 0, chosen = 0;
	uint32_t kind;

	do {
		memcpy(&kind, token, sizeof(kind));
		kind = be32toh(kind);
		if (kind != TREE_END && (kind < TREE_BEGIN_NODE || kind > TREE_NOP))
			return -1;
		token += tree_copy_token(copy, token, &depth, &chosen);
	} while (kind != TREE_END);
	return 0;
}

/* Where the kernel keeps what it was started with. Returns the copy's size, or 0. */
static size_t make_tree(uint8_t *tree, size_t room, const char *command_line, uint64_t initrd,
			uint64_t initrd_size)
{
	static uint8_t old[1 << 20];
	const int file = open("/sys/firmware/fdt", O_RDONLY | O_CLOEXEC);
	const struct tree_header *old_header = (const struct tree_header *)old;
	struct tree_header header = { .magic = htobe32(TREE_MAGIC) };
	struct tree_copy copy = { old,	  old_header,	       tree, 48, command_line,
				  initrd, initrd + initrd_size };
	ssize_t got, size = 0;

	while (file >= 0 && (got = read(file, old + size, sizeof(old) - (size_t)size)) > 0)
		size += got;
	if (size < (ssize_t)sizeof(header) || old_header->magic != header.magic ||
	    (size_t)size + strlen(command_line) + 64 > room)
		return 0;
	header.version = htobe32(17);
	header.last_compatible = htobe32(16);
	header.boot_cpu = old_header->boot_cpu;
	header.strings_size = old_header->strings_size;
	header.reservations = htobe32((uint32_t)copy.size);
	for (const uint64_t *entry =
		     (const uint64_t *)(old + be32toh(old_header->reservations));
	     ; entry += 2) {
		tree_add(&copy, entry, 16);
		if (!entry[0] && !entry[1])
			break;
	}
	header.structure = htobe32((uint32_t)copy.size);
	if (tree_copy_structure(&copy))
		return 0;
	header.structure_size = htobe32((uint32_t)copy.size - be32toh(header.structure));
	header.strings = htobe32((uint32_t)copy.size);
	tree_add(&copy, old + be32toh(old_header->strings), be32toh(old_header->strings_size));
	header.total_size = htobe32((uint32_t)copy.size);
	memcpy(tree, &header, sizeof(header));
	return copy.size;
}

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

/* One after the other. */
static void place(struct kexec_segment *segments, uint64_t address)
{
	for (int i = 0; i < SEGMENTS; i++) {
		segments[i].mem = (void *)address;
		segments[i].memsz =
			(segments[i].memsz + SEGMENT_ALIGNMENT - 1) & ~(SEGMENT_ALIGNMENT - 1);
		address += segments[i].memsz;
	}
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
	place(segments, first);
	segments[SEGMENT_TREE].bufsz =
		make_tree(tree, sizeof(tree), files[2], (uintptr_t)segments[SEGMENT_INITRD].mem,
			  initrd_size);
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
