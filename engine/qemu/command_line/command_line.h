/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's command line as QEMU reads it (system/vl.c, util/qemu-option.c,
 * util/keyval.c): which words are options and which are their values, what the
 * values say, and which one holds if something is given several times. The files of
 * -readconfig are part of it.
 *
 * Nothing here writes to the terminal or ends the process, whatever the words are.
 */
#ifndef PARACALL_COMMAND_LINE_H
#define PARACALL_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum key_form {
	/* key=value, or a value whose key is implied */
	KEY_VALUE,
	/* key alone; its value is "on", or "off" after "no" */
	KEY_FLAG,
	/* +key and -key, of -cpu */
	KEY_PLUS,
	KEY_MINUS,
};

struct command_key {
	enum key_form form;
	char *key;
	char *value;
};

/* An option with its value, or a section of a file of -readconfig. */
struct command_option {
	/*
	 * QEMU's name for what it sets: "machine", also of -M and -enable-kvm, or
	 * "smp-opts"; where it has none, the option's, without dashes.
	 */
	const char *group;
	/* As typed: "--accel"; for a section "[accel]". */
	const char *word;
	/* The word after it; NULL if it takes none. */
	const char *value;
	/* Where @word stands among the arguments; 0 of a section, as of the program. */
	size_t index;
	/* The file of a section; else NULL. */
	const char *file;
	/* What the value says, in its order; none for groups nobody asks about. */
	struct command_key *keys;
	size_t key_count;
	/* If it owns its words. */
	char *memory;
};

struct command_line {
	struct command_option *options;
	size_t count;
	/* The last, if its value is missing; else NULL. */
	const char *lacks_value;
	/* How much of the files of -readconfig was read. */
	size_t file_bytes;
	/* One sentence, if command_line_read() failed. */
	char error[512];
};

/*
 * Read the arguments after the program's name, argv[0]; NULL ends them. They
 * are kept by reference. Returns false if something can't be known: a file of
 * -readconfig can't be read (or not again by QEMU), or memory is short; @line's
 * error says so. To be freed in either case. What QEMU will refuse is no error.
 */
bool command_line_read(struct command_line *line, char *const argv[]);
void command_line_free(struct command_line *line);

/*
 * Where QEMU's own words begin, if this process was started by its dynamic loader,
 * "ld.so --library-path X qemu ...": at the program's name.
 */
char *const *command_line_behind_loader(char *const argv[]);

/* Whether QEMU knows an option of that name, without dashes. */
bool command_line_knows(const char *name);

/* The last option of that group; NULL if there is none. */
const struct command_option *command_line_last(const struct command_line *line,
					       const char *group);

/* The last value of that key in one option, or in all of a group; NULL if none. */
const char *command_option_value(const struct command_option *option, const char *key);
const char *command_line_value(const struct command_line *line, const char *group,
			       const char *key);

/* QEMU's words for yes; all others are no, or a mistake that it will refuse. */
bool command_line_is_yes(const char *value);

/* One of the accelerators that QEMU tries. To begin with all of it is 0. */
struct command_accelerator {
	/* "tcg"; not 0-terminated. */
	const char *name;
	size_t length;
	/* Which said so. */
	const struct command_option *option;
	/* How many options were read; what is left of the list of -machine. */
	size_t seen;
	const char *rest;
};

/* The next in QEMU's order; false after the last. Without any, QEMU uses TCG. */
bool command_line_next_accelerator(const struct command_line *line,
				   struct command_accelerator *accelerator);

/* Whether it is the one of that name; and whether one of all is. */
bool command_accelerator_is(const struct command_accelerator *accelerator, const char *name);
bool command_line_has_accelerator(const struct command_line *line, const char *name);

/* Instructions are QEMU's clock. */
bool command_line_counts_instructions(const struct command_line *line);

/* One thread runs all vCPUs, in turn. */
bool command_line_shares_thread(const struct command_line *line);

/* The machine's type, "q35"; NULL if QEMU has to choose. */
const char *command_line_machine(const struct command_line *line);

/* Whether a file with firmware is named. */
bool command_line_has_firmware(const struct command_line *line);

/* Whether a device of that type is asked for. */
bool command_line_has_device(const struct command_line *line, const char *driver);

/*
 * False if QEMU shows something and ends, or makes a machine without vCPUs, as those do
 * who ask it what it can do.
 */
bool command_line_has_guest(const struct command_line *line);

enum command_answer {
	COMMAND_SILENT,
	COMMAND_NO,
	COMMAND_YES,
};

/*
 * The value of a CPU's property, "x2apic", by -cpu, -device or -global, for
 * CPUs whose types end with @cpu_type; and the option that decides, if not NULL.
 * In its name "_" stands for "-", too, as in QEMU's aliases.
 */
enum command_answer command_line_cpu_property(const struct command_line *line,
					      const char *cpu_type, const char *property,
					      const struct command_option **option);

#endif /* PARACALL_COMMAND_LINE_H */
