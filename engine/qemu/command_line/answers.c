/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line means, where several options matter. */
#include "command_line.h"

#include <string.h>

const struct command_option *command_line_last(const struct command_line *line,
					       const char *group)
{
	for (size_t i = line->count; i > 0; i--)
		if (!strcmp(line->options[i - 1].group, group))
			return &line->options[i - 1];
	return NULL;
}

const char *command_option_value(const struct command_option *option, const char *key)
{
	for (size_t i = option->key_count; i > 0; i--)
		if (!strcmp(option->keys[i - 1].key, key))
			return option->keys[i - 1].value;
	return NULL;
}

/* The last option that has it; NULL if none has. */
static const struct command_option *last_with(const struct command_line *line,
					      const char *group, const char *key)
{
	for (size_t i = line->count; i > 0; i--) {
		const struct command_option *option = &line->options[i - 1];

		if (!strcmp(option->group, group) && command_option_value(option, key))
			return option;
	}
	return NULL;
}

const char *command_line_value(const struct command_line *line, const char *group,
			       const char *key)
{
	const struct command_option *option = last_with(line, group, key);

	return option ? command_option_value(option, key) : NULL;
}

/* qapi/qapi-util.c, qapi_bool_parse */
bool command_line_is_yes(const char *value)
{
	return !strcmp(value, "on") || !strcmp(value, "yes") || !strcmp(value, "true") ||
	       !strcmp(value, "y");
}

/* The next of -accel, each of which names one. */
static bool next_accel(const struct command_line *line, struct command_accelerator *accelerator)
{
	while (accelerator->seen < line->count) {
		const struct command_option *option = &line->options[accelerator->seen++];
		const char *name = command_option_value(option, "accel");

		if (strcmp(option->group, "accel") || !name)
			continue;
		accelerator->option = option;
		accelerator->name = name;
		accelerator->length = strlen(name);
		return true;
	}
	return false;
}

/* QEMU refuses them together with the list of -machine, which is next here. */
bool command_line_next_accelerator(const struct command_line *line,
				   struct command_accelerator *accelerator)
{
	const char *list = accelerator->rest;

	if (next_accel(line, accelerator))
		return true;
	if (!list) {
		accelerator->option = last_with(line, "machine", "accel");
		if (!accelerator->option)
			return false;
		list = command_option_value(accelerator->option, "accel");
	}
	if (!*list)
		return false;
	accelerator->name = list;
	accelerator->length = strcspn(list, ":");
	list += accelerator->length;
	accelerator->rest = list + (*list == ':');
	return true;
}

bool command_accelerator_is(const struct command_accelerator *accelerator, const char *name)
{
	return accelerator->length == strlen(name) &&
	       !strncmp(accelerator->name, name, accelerator->length);
}

bool command_line_has_accelerator(const struct command_line *line, const char *name)
{
	struct command_accelerator accelerator = { .seen = 0 };

	while (command_line_next_accelerator(line, &accelerator))
		if (command_accelerator_is(&accelerator, name))
			return true;
	return false;
}

bool command_line_counts_instructions(const struct command_line *line)
{
	return command_line_value(line, "icount", "shift");
}

/* As far as it is TCG that runs the guest; what comes before it may fail. */
bool command_line_shares_thread(const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };

	if (command_line_counts_instructions(line))
		return true;
	while (command_line_next_accelerator(line, &accelerator)) {
		const char *thread = command_option_value(accelerator.option, "thread");

		if (command_accelerator_is(&accelerator, "tcg"))
			return !strcmp(accelerator.option->group, "accel") && thread &&
			       !strcmp(thread, "single");
	}
	return false;
}

const char *command_line_machine(const struct command_line *line)
{
	return command_line_value(line, "machine", "type");
}

bool command_line_has_firmware(const struct command_line *line)
{
	if (command_line_last(line, "bios") || command_line_value(line, "machine", "pflash0") ||
	    command_line_value(line, "machine", "firmware"))
		return true;
	for (size_t i = 0; i < line->count; i++) {
		const struct command_option *option = &line->options[i];
		const char *interface = command_option_value(option, "if");

		if (!strcmp(option->group, "pflash") ||
		    (!strcmp(option->group, "drive") && interface &&
		     !strcmp(interface, "pflash")))
			return true;
	}
	return false;
}

/* qapi's is_help_option() */
static bool is_help(const char *text, size_t length)
{
	return (length == 4 && !strncmp(text, "help", 4)) || (length == 1 && *text == '?');
}

/* One of a list's words, or what the first key is: "virtio-net-pci,help", "type=help". */
static bool lists_help(const char *value)
{
	size_t length = strcspn(value, "=,");

	if (value[length] == '=')
		value += length + 1;
	while (*value) {
		length = strcspn(value, ",");
		if (is_help(value, length))
			return true;
		value += length + (value[length] == ',');
	}
	return false;
}

/* Where help is a request, not a name that somebody chose. */
static bool asks_for_help(const struct command_option *option)
{
	static const char *const groups[] = {
		"L",   "accel",	 "audio",   "audiodev", "chardev", "cpu",
		"d",   "device", "display", "machine",	"net",	   "netdev",
		"nic", "object", "tpmdev",  "trace",	"vga",
	};
	static const char *const alone[] = { "h", "help", "version" };

	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (!strcmp(option->group, alone[i]))
			return true;
	/* A drive's file may have any name. */
	if (!strcmp(option->group, "drive")) {
		const char *format = command_option_value(option, "format");

		return format && is_help(format, strlen(format));
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(option->group, groups[i]))
			return option->value && lists_help(option->value);
	return false;
}

bool command_line_has_guest(const struct command_line *line)
{
	const char *machine = command_line_machine(line);

	if ((machine && !strcmp(machine, "none")) || command_line_last(line, "dump-vmstate"))
		return false;
	for (size_t i = 0; i < line->count; i++)
		if (asks_for_help(&line->options[i]))
			return false;
	/* QEMU's tests play the guest themselves. */
	return !command_line_has_accelerator(line, "qtest");
}

static enum command_answer answer_of(const char *value)
{
	return command_line_is_yes(value) ? COMMAND_YES : COMMAND_NO;
}

/* Some have aliases with "_" for "-". */
static bool is_property(const char *key, const char *property)
{
	while (*key && (*key == *property || (*key == '_' && *property == '-'))) {
		key++;
		property++;
	}
	return *key == *property;
}

/* Of -cpu: -x overrides +x, and +x overrides x=, in any order. */
static enum command_answer cpu_answer(const struct command_option *cpu, const char *property)
{
	enum command_answer answer = COMMAND_SILENT;
	enum key_form strongest = KEY_VALUE;

	for (size_t i = 1; i < cpu->key_count; i++) {
		const struct command_key *key = &cpu->keys[i];
		enum key_form form = key->form == KEY_FLAG ? KEY_VALUE : key->form;

		if (!is_property(key->key, property) || form < strongest)
			continue;
		strongest = form;
		answer = answer_of(key->value);
	}
	return answer;
}

/* In JSON its name stands in quotes; whatever else that may be the value of. */
static bool names_in_json(const char *json, const char *driver)
{
	size_t length = strlen(driver);

	for (const char *at = strstr(json, driver); at; at = strstr(at + 1, driver))
		if (at[-1] == '"' && at[length] == '"')
			return true;
	return false;
}

bool command_line_has_device(const struct command_line *line, const char *driver)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct command_option *option = &line->options[i];
		const char *value;

		if (strcmp(option->group, "device"))
			continue;
		value = command_option_value(option, "driver");
		if (value ? !strcmp(value, driver)
			  : option->value && *option->value == '{' &&
				    names_in_json(option->value, driver))
			return true;
	}
	return false;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = text ? strlen(text) : 0;

	return text && length >= strlen(end) && !strcmp(text + length - strlen(end), end);
}

/* Of -device: the last of its names. */
static const char *property_value(const struct command_option *option, const char *property)
{
	for (size_t i = option->key_count; i > 0; i--)
		if (is_property(option->keys[i - 1].key, property))
			return option->keys[i - 1].value;
	return NULL;
}

/* What one -global or -device says. */
static enum command_answer device_answer(const struct command_option *option,
					 const char *cpu_type, const char *property)
{
	const char *global = command_option_value(option, "property");
	const char *value = NULL;

	if (!ends_with(command_option_value(option, "driver"), cpu_type))
		return COMMAND_SILENT;
	if (!strcmp(option->group, "device"))
		value = property_value(option, property);
	else if (!strcmp(option->group, "global") && global && is_property(global, property))
		value = command_option_value(option, "value");
	return value ? answer_of(value) : COMMAND_SILENT;
}

/* For all of them: -cpu overrides any -global. */
static enum command_answer common_answer(const struct command_line *line, const char *cpu_type,
					 const char *property,
					 const struct command_option **decisive)
{
	const struct command_option *cpu = command_line_last(line, "cpu");
	enum command_answer answer = cpu ? cpu_answer(cpu, property) : COMMAND_SILENT;

	*decisive = cpu;
	for (size_t i = line->count; i > 0 && answer == COMMAND_SILENT; i--) {
		*decisive = &line->options[i - 1];
		if (!strcmp((*decisive)->group, "global"))
			answer = device_answer(*decisive, cpu_type, property);
	}
	return answer;
}

/* One CPU that has it is enough. */
enum command_answer command_line_cpu_property(const struct command_line *line,
					      const char *cpu_type, const char *property,
					      const struct command_option **option)
{
	const struct command_option *decisive;
	enum command_answer answer = common_answer(line, cpu_type, property, &decisive);

	for (size_t i = 0; i < line->count && answer != COMMAND_YES; i++) {
		const struct command_option *device = &line->options[i];

		if (strcmp(device->group, "device") ||
		    device_answer(device, cpu_type, property) != COMMAND_YES)
			continue;
		answer = COMMAND_YES;
		decisive = device;
	}
	if (option)
		*option = answer == COMMAND_SILENT ? NULL : decisive;
	return answer;
}
