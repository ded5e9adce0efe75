/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of /dev/kvm for one program, with only what the program needs. Each
 * architecture's folder has its machine, and what its programs find at their start.
 */
#ifndef PARACALL_KVM_MACHINE_H
#define PARACALL_KVM_MACHINE_H

#include <pthread.h>
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

bool is_within(uint64_t begin, uint64_t length, uint64_t size);

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

/* For architectures that have one: a device tree with the command line, where memory begins. */
void program_write_tree(const struct program *program, uint8_t *memory);

/*
 * ---- Of machine.c: what a machine of any architecture has ------------------
 */

struct kvm_run;

struct cpu {
	struct machine *machine;
	uint32_t id;
	int fd;
	struct kvm_run *run;
};

struct machine {
	int kvm, vm;
	size_t run_size;
	uint32_t cpus;
	struct cpu all[MOST_CPUS];
	/* Of the vCPU whose exit is handled; for all below. */
	pthread_mutex_t lock;
	/* A line of output. */
	char line[256];
	size_t length;
};

/* A machine without memory and vCPUs, in one that was all zeros. */
void machine_open(struct machine *machine);
void machine_add_memory(const struct machine *machine, uint32_t slot, uint64_t address,
			uint8_t *memory, uint64_t size);
/* The next one. */
struct cpu *machine_add_cpu(struct machine *machine);
/* Runs all vCPUs. */
noreturn void machine_start(struct machine *machine);
void put_char(struct machine *machine, char c);
/* Fails if @result is negative. */
void must(int result, const char *what);

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

/* Does what KVM leaves to user space; false if it can't. Under the machine's lock. */
bool do_exit(struct cpu *cpu);

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
