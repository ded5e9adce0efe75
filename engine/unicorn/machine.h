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
/* A page of the monitor's own, where no program has memory and x86's maps map it. */
#define STUB 0xfee01000ull

struct machine {
	uc_engine *uc;
	struct paracall_machine *machine;
	struct paracall_cpu *cpu;
	/* The guest's memory, from address 0, and the page at STUB. */
	uint8_t *memory, *stub;
	uint64_t entry;
	/* A part of it that is none to Paracall: a PC's screen and firmware. */
	uint64_t hole, hole_end;
	const char *command_line;
	/* It is over, with this exit status. */
	bool has_ended;
	int status;
	/* What it last wanted to read, write or execute, and Unicorn has no memory for. */
	uint64_t missing;
	uc_mem_type missing_for;
	/* It halts, and there is nothing that could wake it. */
	bool is_halted;
	union {
		struct {
			bool is_64bit;
			/* QEMU's configuration device, and the 8254's counter as it was latched. */
			uint16_t config, config_position, counter;
			bool counter_high;
			/* The exception that is on its way to the guest. */
			uint64_t vector, error, rip, rsp, rflags, rax;
			uint16_t cs, ss;
			bool has_error, is_inner;
			uc_x86_mmr gdtr;
		} x86;
		struct {
			/* Of the last instruction. */
			uint64_t address;
			uint64_t prefix;
		} s390;
	};
};

struct architecture {
	uint16_t elf_machine;
	enum paracall_architecture paracall;
	uc_arch arch;
	uc_mode mode;
	const struct paracall_engine *engine;
	int program_counter;
	/* Registers and hooks of its own. */
	void (*start)(struct machine *machine);
	/* Before each instruction, and at what Unicorn takes for an interrupt. */
	uc_cb_hookcode_t instruction;
	uc_cb_hookintr_t interrupt;
	/* There is no memory at .missing. */
	void (*unmapped)(struct machine *machine);
};

extern const struct architecture x86_64_architecture, i386_architecture, s390_architecture;

uint64_t get(const struct machine *machine, int number);
void set(const struct machine *machine, int number, uint64_t value);
void hook(struct machine *machine, int type, void *function, int instruction);
/* Of the guest's memory, or NULL if not all of it is. */
void *memory_at(const struct machine *machine, uint64_t address, uint64_t size);
/* Since the machine began. */
uint64_t nanoseconds(void);
void finish(struct machine *machine, int status);
/* Says why it can't go on, in one line, and ends with status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Engine functions that all have. */
bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size);
bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size);
void wake(void *cpu, void *target, uint32_t apic_id);
void yield_to(void *cpu, void *target);
uint64_t host_clock(void);

#endif /* PARACALL_UNICORN_MACHINE_H */
