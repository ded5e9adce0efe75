/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of /dev/kvm's for one program, with as little in it as that needs. */
#ifndef PARACALL_KVM_MACHINE_H
#define PARACALL_KVM_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define MEMORY_SIZE (128u << 20)
#define MOST_CPUS 16

/* Where things go that the program finds by the PVH boot protocol. */
#define START_INFO 0x7000
#define COMMAND_LINE 0x7100

struct program {
	/* In guest memory, which is MEMORY_SIZE bytes. */
	uint32_t entry;
	const char *command_line;
};

/*
 * Load an ELF file into guest memory, with what a PVH program expects there.
 * Returns NULL, or what is wrong with it.
 */
const char *program_load(struct program *program, const uint8_t *file, size_t size,
			 uint8_t *memory);

/* Run it until it ends; ends this process's machine as finish() of init.c does. */
noreturn void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus);

/* Of init.c: tell the outer machine what the program wrote to port 0xf4, and stop. */
noreturn void finish(uint32_t value);
noreturn void fail(const char *what);

#endif /* PARACALL_KVM_MACHINE_H */
