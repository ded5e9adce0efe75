/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of /dev/kvm's for one program, with as little in it as that needs. Each
 * architecture's folder has its machine, and what its programs find where they begin.
 */
#ifndef PARACALL_KVM_MACHINE_H
#define PARACALL_KVM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define MEMORY_SIZE (128u << 20)
#define MOST_CPUS 16

struct program {
	/* A guest-physical address. */
	uint64_t entry;
	const char *command_line;
};

/* A part of an ELF file, of either width. */
struct part {
	uint32_t type;
	uint64_t offset, address, file_size, memory_size;
};

/* The @index'th that the file has; false if there is none, or it ends too early. */
bool program_part(const uint8_t *file, size_t size, uint32_t index, struct part *part);

/*
 * Loads an ELF file into guest memory, which is MEMORY_SIZE bytes, and calls
 * program_prepare(). Returns NULL, or what is wrong with it.
 */
const char *program_load(struct program *program, const uint8_t *file, size_t size,
			 uint8_t *memory);

/*
 * ---- Each architecture's ---------------------------------------------------
 */

/* Where the guest's memory begins. */
extern const uint64_t memory_start;

/* Finds the entry, and puts into memory what a program expects. Returns NULL, or what is wrong. */
const char *program_prepare(struct program *program, const uint8_t *file, size_t size,
			    uint8_t *memory);

/* Runs it until it ends; then calls finish(). */
noreturn void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus);

/* Ends the outer machine, with what the program said at its end, or END_CRASHED. */
#define END_CRASHED UINT32_MAX
void machine_end(uint32_t value);

/*
 * ---- Of init.c -------------------------------------------------------------
 */

/* Everything was printed: ends the machine. */
noreturn void finish(uint32_t value);
noreturn void fail(const char *what);

#endif /* PARACALL_KVM_MACHINE_H */
