/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's command lines, one word a line, and after a separator a file of -readconfig,
 * whose name is "config".
 */
#include "../engine/qemu/command_line/command_line.h"
#include "../engine/qemu/command_line/kvm_names.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WORDS 256

#define CONFIG "config"

static void check_option(const struct command_option *option)
{
	FUZZ_CHECK(option->group && option->word);
	for (size_t i = 0; i < option->key_count; i++) {
		const struct command_key *key = &option->keys[i];

		FUZZ_CHECK(key->form <= KEY_MINUS);
		FUZZ_CHECK(key->key && key->value);
		FUZZ_CHECK(command_option_value(option, key->key));
	}
}

/* QEMU's list of accelerators ends. */
static void check_accelerators(const struct command_line *line, size_t size)
{
	struct command_accelerator accelerator = { .seen = 0 };
	size_t count = 0;

	while (command_line_next_accelerator(line, &accelerator)) {
		FUZZ_CHECK(accelerator.name);
		FUZZ_CHECK(++count <= size + 1);
		FUZZ_CHECK(memchr(accelerator.name, 0, accelerator.length + 1) ==
				   accelerator.name + accelerator.length ||
			   strlen(accelerator.name) >= accelerator.length);
	}
}

/* What is left of -cpu has none of these names, and so nothing more goes. */
static void drop_names_of(enum paracall_architecture architecture, const char *cpu)
{
	char *once = kvm_names_drop(architecture, cpu, NULL);
	char *twice = once ? kvm_names_drop(architecture, once, NULL) : NULL;

	FUZZ_CHECK(!twice || (strlen(once) <= strlen(cpu) && !strcmp(once, twice)));
	free(once);
	free(twice);
}

/* Those of each architecture stand together. */
static void drop_names(const struct command_line *line)
{
	const struct command_option *cpu = command_line_last(line, "cpu");
	enum paracall_architecture last = 0;
	const struct kvm_name *name;

	for (size_t i = 0; cpu && cpu->value && (name = kvm_name_at(i)); i++) {
		if (name->architecture != last)
			drop_names_of(name->architecture, cpu->value);
		last = name->architecture;
	}
}

static void ask(const struct command_line *line, size_t size)
{
	const struct command_option *option = NULL;

	check_accelerators(line, size);
	command_line_counts_instructions(line);
	command_line_shares_thread(line);
	command_line_machine(line);
	command_line_has_guest(line);
	drop_names(line);
	if (command_line_cpu_property(line, "-x86_64-cpu", "x2apic", &option) != COMMAND_SILENT)
		FUZZ_CHECK(option >= line->options && option < line->options + line->count);
	for (size_t i = 0; i < line->count; i++) {
		check_option(&line->options[i]);
		FUZZ_CHECK(command_line_last(line, line->options[i].group) >=
			   &line->options[i]);
	}
}

/* The file's name becomes its path. */
static size_t split(char *text, char *words[MOST_WORDS + 1])
{
	static char path[320];
	size_t count = 0;
	char *word;

	snprintf(path, sizeof(path), "%s/" CONFIG, fuzz_folder());
	while (count < MOST_WORDS && (word = strsep(&text, "\n")))
		words[count++] = strcmp(word, CONFIG) ? word : path;
	words[count] = NULL;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes rest = { data, size };
	struct fuzz_bytes part = { .size = 0 };
	char *words[MOST_WORDS + 1];
	struct command_line line;
	char *const *behind;
	size_t count;
	char *text;

	fuzz_count_execution();
	fuzz_next_part(&rest, &part);
	text = fuzz_text(part);
	count = split(text, words);
	if (fuzz_next_part(&rest, &part))
		fuzz_write_file(CONFIG, part);
	else
		fuzz_remove_file(CONFIG);
	behind = command_line_behind_loader(words);
	FUZZ_CHECK(behind >= words && behind <= words + count);
	if (command_line_read(&line, behind))
		ask(&line, size);
	else
		FUZZ_CHECK(*line.error && memchr(line.error, 0, sizeof(line.error)));
	command_line_free(&line);
	free(text);
	return 0;
}
