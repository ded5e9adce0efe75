/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command's files share. */
#ifndef PARACALL_CLI_H
#define PARACALL_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
	EXIT_OK = 0,
	/*
	 * list: no such name. engines: none can be used. help: no man. dtb: not done. check: a test
	 * failed. top: no such guest. report: not all of a recording. Most others: could
	 * not print.
	 */
	EXIT_NOTHING = 1,
	/* The command line is wrong. */
	EXIT_USAGE = 2,
	/* check: none failed, but a guest crashed or did not finish in time. */
	EXIT_UNRESOLVED = 3,
	/* check: nothing could be tested. */
	EXIT_SKIPPED = 77,
	/*
	 * run: QEMU was not started; other than that its own status counts. check: no
	 * guests, or the results could not be written.
	 */
	EXIT_REFUSED = 125,
};

/* The subcommands; argv[0] is the subcommand's name. */
int run_main(int argc, char **argv);
int engines_main(int argc, char **argv);
int list_main(int argc, char **argv);
int dtb_main(int argc, char **argv);
int check_main(int argc, char **argv);
int top_main(int argc, char **argv);
int report_main(int argc, char **argv);
int diff_main(int argc, char **argv);
int help_main(int argc, char **argv);

/* argv[0] is the name, or path, of one of QEMU's programs. Returns only on errors. */
int drop_in_main(int argc, char **argv);

bool is_subcommand(const char *name);

/* Print one sentence to standard error, after "paracall: ". */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What getopt_long() did not recognize, after it returned '?'. */
const char *unknown_option(char *const argv[]);

enum output_state {
	OUTPUT_WRITTEN,
	/* Nobody reads the pipe any more. */
	OUTPUT_UNWANTED,
	/* Something is missing, and a message says so. */
	OUTPUT_FAILED,
};

/* Whether all output since the last time was written. */
enum output_state flush_output(void);

/* For memory that a command needs: ends it if @memory is NULL. */
void *must(void *memory);

/* A formatted string, the caller's to free. */
char *format_string(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "a, b or c", with @last before the last, and without words that are NULL. The same. */
char *join_words(const char *const *words, size_t count, const char *last);

/* A whole file and a 0 after it, the caller's to free; NULL with errno set. */
char *read_file(const char *path, size_t *size);

/*
 * The path of a file of Paracall's: in that folder of the build tree that the
 * command runs from, or else where it is installed, there or not. The caller's to
 * free.
 */
char *own_file(const char *built, const char *installed, const char *file);

/* Else the next file to be opened would be taken for standard output or error. */
void open_missing_standard_files(void);

/* Puts /dev/null in a standard file's place, also for those that this process starts. */
void leave_standard_file(int file);

/* Waits for a byte in a pipe; false if the pipe ends without one. */
bool wait_for_byte(int file);

/* A list of strings that ends with NULL, for execv(). It owns the strings. */
struct strings {
	char **items;
	size_t count;
};

void strings_add(struct strings *strings, const char *string);
void strings_free(struct strings *strings);

#endif /* PARACALL_CLI_H */
