/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monitor on libunicorn for one bare-metal program on one vCPU: what its parts share.
 * Of Paracall it sees the public headers alone.
 */
#ifndef PARACALL_UNICORN_MACHINE_H
#define PARACALL_UNICORN_MACHINE_H

#include <paracall/paracall.h>
#include <unicorn/unicorn.h>

#define MEMORY_SIZE (128ull << 20)

struct machine {
	uc_engine *uc;
	struct paracall_machine *machine;
	struct paracall_cpu *cpu;
	const struct architecture *architecture;
	/* The guest's memory, from address 0. */
	uint8_t *memory;
	uint64_t entry;
	/* A part of it that is none to Paracall: a PC's screen and firmware. */
	uint64_t hole, hole_end;
	const char *command_line;
	/* The program counter was set, since Unicorn last began. */
	bool goes_on;
	/* It is over, with this exit status. */
	bool has_ended;
	int status;
	/* What it last wanted to read, write or execute, and Unicorn has no memory for. */
	uint64_t missing;
	uc_mem_type missing_for;
};

struct architecture {
	/* Of the programs: NULL ends a file's list of these. */
	const char *name;
	uint16_t elf_machine;
	/* The type of a note with the 32-bit address where a program begins; 0: none. */
	uint32_t entry_note;
	enum paracall_architecture paracall;
	uc_arch arch;
	uc_mode mode;
	const struct paracall_engine *engine;
	int program_counter;
	/* Registers, devices, and hooks of its own. */
	void (*start)(struct machine *machine);
	/* Before each instruction, and at what Unicorn takes for an interrupt. */
	void (*instruction)(struct machine *machine, uint64_t address);
	void (*interrupt)(struct machine *machine, uint32_t number);
	/* There is no memory at .missing. */
	void (*unmapped)(struct machine *machine);
};

uint64_t get(const struct machine *machine, int number);
/* Unicorn goes on at a program counter that is set, but not once the program has ended. */
void set(struct machine *machine, int number, uint64_t value);
void hook(struct machine *machine, int type, void *function, int instruction);
void map(struct machine *machine, uint64_t address, uint64_t size, void *memory);
/* Of the guest's memory, or NULL if not all of it is. */
void *memory_at(const struct machine *machine, uint64_t address, uint64_t size);
/* In big-endian order. */
uint64_t load(const uint8_t *bytes, unsigned int size);
void store(uint8_t *bytes, uint64_t value, unsigned int size);
/* Since the machine began. */
uint64_t nanoseconds(void);
void finish(struct machine *machine, int status);
/* Says why it can't go on, in one line, and ends with status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Engine functions that all have. */
bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size);
bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size);
void yield_to(void *cpu, void *target);
uint64_t host_clock(void *machine);

#endif /* PARACALL_UNICORN_MACHINE_H */
