/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU calls first: checks, creates the machine, registers callbacks. */
#include "../../report/summary.h"
#include "callbacks.h"
#include "capabilities.h"
#include "clock.h"
#include "command.h"
#include "load.h"
#include "memory.h"
#include "options.h"
#include "registers.h"
#include "replay.h"
#include "run_delay.h"
#include "shared_memory.h"
#include "spin.h"
#include "target.h"
#include "trace.h"
#include "yield.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct engine paracall_qemu_engine;

/* The one that QEMU emulates. */
static const struct target *target;

/* Ends a sentence. */
static void print_targets(void)
{
	for (size_t i = 0; targets[i]; i++)
		fprintf(stderr, "%sqemu-system-%s%s%s",
			!i		  ? " "
			: !targets[i + 1] ? " or "
					  : ", ",
			targets[i]->name, targets[i]->remark ? ", " : "",
			targets[i]->remark ? targets[i]->remark : "");
	fprintf(stderr, "\n");
}

static bool check_qemu(const qemu_info_t *info)
{
	for (size_t i = 0; info->system_emulation && targets[i]; i++)
		if (!strcmp(info->target_name, targets[i]->name))
			target = targets[i];
	if (target)
		return true;
	if (info->system_emulation)
		fprintf(stderr, "paracall: target '%s' is not supported yet; use",
			info->target_name);
	else
		fprintf(stderr,
			"paracall: user-mode emulation has no machine to be a KVM guest; use");
	print_targets();
	return false;
}

/* A file that is loaded twice is mapped once. */
static bool check_alone(void)
{
	if (!paracall_qemu_engine.machine)
		return true;
	fprintf(stderr, "paracall: the plugin is given twice: leave out one -plugin\n");
	return false;
}

/* Maps the counters where the command waits for them. */
static bool map_report(const char *path, uint32_t max_cpus, struct paracall_options *options)
{
	size_t size = paracall_statistics_size(max_cpus);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	const char *wrong = strerror(errno);

	if (file >= 0) {
		options->statistics = shared_memory_make(file, size, &wrong);
		close(file);
	}
	options->statistics_size = size;
	if (!options->statistics)
		fprintf(stderr, "paracall: report=%s: %s\n", path, wrong);
	return options->statistics;
}

/* The vCPUs that QEMU may have, and a place for each that exists. */
static struct vcpu **slots;

/* Each is on lines of its own: its thread writes there all the time. */
#define SLOT_ALIGNMENT 64

static bool make_slots(struct engine *engine, uint32_t max_cpus)
{
	size_t size = (target->vcpu_size + SLOT_ALIGNMENT - 1) & -(size_t)SLOT_ALIGNMENT;
	char *memory = aligned_alloc(SLOT_ALIGNMENT, size * max_cpus);

	slots = calloc(max_cpus, sizeof(*slots));
	engine->vcpus = calloc(max_cpus, sizeof(*engine->vcpus));
	if (target->machine_size)
		engine->target_machine = calloc(1, target->machine_size);
	if (!memory || !slots || !engine->vcpus ||
	    (target->machine_size && !engine->target_machine)) {
		fprintf(stderr, "paracall: no memory for %u vCPUs\n", max_cpus);
		return false;
	}
	memset(memory, 0, size * max_cpus);
	engine->max_vcpus = max_cpus;
	for (uint32_t i = 0; i < max_cpus; i++) {
		slots[i] = (struct vcpu *)(memory + i * size);
		slots[i]->index = i;
	}
	return true;
}

static uint64_t read_clock(void *machine)
{
	(void)machine;
	return clock_nanoseconds();
}

/* By a fault of the plugin's alone. */
static void report(void *machine, void *cpu, int error, const char *message)
{
	(void)machine;
	(void)cpu;
	fprintf(stderr, "paracall: %s: %s: this is a bug in Paracall\n", message,
		paracall_strerror(error));
}

static bool create_machine(const struct plugin_options *plugin)
{
	struct engine *engine = &paracall_qemu_engine;
	uint32_t max_cpus = engine->max_vcpus;
	struct paracall_engine functions = *target->engine;
	struct paracall_options options = {
		.size = sizeof(options),
		.engine_machine = engine,
		.architecture = target->architecture,
		.max_cpus = max_cpus,
		.features = plugin->features,
		.hints = plugin->hints,
		.enforce_features = plugin->enforce_features,
		.injection = &plugin->injection,
	};
	int error;

	functions.size = sizeof(functions);
	functions.capabilities = plugin->capabilities;
	functions.clock = read_clock;
	functions.report = report;
	if (plugin->report && !map_report(plugin->report, max_cpus, &options))
		return false;
	if (plugin->trace && !trace_map(plugin->trace, &options, &functions))
		return false;
	engine->trace = options.trace;
	engine->is_report_mapped = plugin->report;
	engine->injects_faults = plugin->injection.rule_count;
	error = paracall_machine_new(&engine->machine, &functions, &options);
	if (error) {
		fprintf(stderr, "paracall: cannot make a machine of %u vCPUs: %s\n", max_cpus,
			paracall_strerror(error));
		return false;
	}
	/* The thread's waiting time is not that of each vCPU. */
	if (engine->shares_thread && max_cpus > 1)
		paracall_machine_withdraw(engine->machine, PARACALL_CAN_REPORT_RUN_DELAY);
	return true;
}

/* The vCPU whose thread others are compared with. */
static _Atomic(struct vcpu *) first_vcpu;

/* -accel tcg,thread=single and -icount run all vCPUs on one thread, in turn. */
static void note_thread(struct engine *engine, struct vcpu *vcpu)
{
	struct vcpu *before = NULL;

	vcpu->thread = pthread_self();
	if (!atomic_compare_exchange_strong(&first_vcpu, &before, vcpu) && before != vcpu &&
	    pthread_equal(before->thread, vcpu->thread)) {
		engine->is_single_threaded = true;
		engine->reports_idle = false;
		/* The same as in create_machine(), where the command line does not say. */
		paracall_machine_withdraw(engine->machine, PARACALL_CAN_REPORT_RUN_DELAY);
	}
}

static void vcpu_init(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	unsigned int needed =
		target->needed_registers ? target->needed_registers : target->register_count;
	struct vcpu *vcpu;

	(void)userdata;
	if (index >= engine->max_vcpus ||
	    !registers_find(target->registers, target->register_count, needed))
		return;
	vcpu = slots[index];
	vcpu->is_big_endian = target->is_big_endian;
	if (!vcpu->buffer)
		vcpu->buffer = g_byte_array_sized_new(MEMORY_LARGEST);
	vcpu->statistics = &paracall_machine_statistics(engine->machine)->cpu[index];
	/* It is there already if QEMU announces it twice. */
	vcpu->cpu = paracall_machine_find_cpu(engine->machine, index);
	if (!vcpu->cpu)
		vcpu->cpu = paracall_machine_add_cpu(engine->machine, index, vcpu);
	atomic_store(&engine->vcpus[index], vcpu);
	vcpu->run_delay_file = run_delay_open();
	note_thread(engine, vcpu);
	load_vcpu_init(vcpu);
	target->vcpu_init(vcpu);
}

uint64_t target_run_delay(void *context)
{
	const struct vcpu *vcpu = context;

	return run_delay_read(vcpu->run_delay_file);
}

/* Its thread has ended, or will: a new one can have the same number. */
static void forget_thread(struct vcpu *vcpu)
{
	struct vcpu *expected = vcpu;

	atomic_compare_exchange_strong(&first_vcpu, &expected, NULL);
}

/* A vCPU that is unplugged. Another may take its place later. */
static void vcpu_exit(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)userdata;
	if (!vcpu)
		return;
	if (vcpu->run_delay_file >= 0)
		close(vcpu->run_delay_file);
	vcpu->run_delay_file = -1;
	spin_note_halt(vcpu);
	forget_thread(vcpu);
	load_vcpu_exit(vcpu);
	target->vcpu_exit(vcpu);
	paracall_machine_remove_cpu(vcpu->cpu);
}

/* Where a summary goes at the end, besides what others read of the counters. */
static int summary_file = -1;
static bool summary_is_json;

static bool open_summary(const struct plugin_options *options)
{
	summary_is_json = options->is_json;
	if (options->is_json && options->report && !options->summary) {
		fprintf(stderr,
			"paracall: format=json: there is no summary with report=; add summary=FILE\n");
		return false;
	}
	if (!options->summary)
		return true;
	summary_file = open(options->summary, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (summary_file < 0)
		fprintf(stderr, "paracall: summary=%s: %m\n", options->summary);
	return summary_file >= 0;
}

static void print_summary(FILE *output, const struct paracall_statistics *statistics)
{
	if (summary_is_json)
		summary_print_json(output, statistics);
	else
		summary_print_text(output, statistics);
}

/* At once, so that those of several guests in one file don't mix. */
static void write_summary(const struct paracall_statistics *statistics)
{
	char *text = NULL;
	size_t size = 0;
	FILE *output = open_memstream(&text, &size);
	size_t done = 0;
	ssize_t count = 0;

	if (!output)
		return;
	print_summary(output, statistics);
	fclose(output);
	for (; done < size && count >= 0; done += count > 0 ? count : 0)
		count = write(summary_file, text + done, size - done);
	if (count < 0)
		fprintf(stderr, "paracall: the summary could not be written: %m\n");
	free(text);
}

/* Others may write to what is mapped, the number of vCPUs included. */
static struct paracall_statistics *copy_counters(const struct paracall_statistics *shared)
{
	uint32_t max_cpus = paracall_qemu_engine.max_vcpus;
	size_t size = paracall_statistics_size(max_cpus);
	struct paracall_statistics *copy = malloc(size);

	if (!copy) {
		fprintf(stderr, "paracall: no memory for the summary\n");
		return NULL;
	}
	memcpy(copy, shared, size);
	summary_limit_cpus(copy, max_cpus);
	copy->architecture = target->architecture;
	copy->finished = 1;
	return copy;
}

static void summarize(const struct paracall_statistics *statistics)
{
	struct paracall_statistics *copy = copy_counters(statistics);

	if (copy && summary_file >= 0)
		write_summary(copy);
	else if (copy)
		print_summary(stderr, copy);
	free(copy);
}

static void at_exit(void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct paracall_statistics *statistics = paracall_machine_statistics(engine->machine);

	(void)userdata;
	statistics->finished = 1;
	trace_finish(engine->trace);
	if (statistics->started && (summary_file >= 0 || !engine->is_report_mapped))
		summarize(statistics);
}

/* Returns what the plugin can do. */
static uint32_t take_command(const struct command *command)
{
	struct engine *engine = &paracall_qemu_engine;

	clock_init(command->counts_instructions);
	replay_learn(command->replay_mode, command->recording);
	engine->counts_instructions = command->counts_instructions;
	engine->shares_thread = command->shares_thread;
	engine->reports_idle = !command->shares_thread && !command->counts_instructions;
	if (target->prepare)
		target->prepare(command);
	return qemu_capabilities(command->counts_instructions) & target->capabilities;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	struct plugin_options options;
	struct command command;

	if (!check_qemu(info) || !check_alone() || !command_learn(&command) ||
	    !make_slots(&paracall_qemu_engine, info->system.max_vcpus))
		return -1;
	if (!options_parse(&options, target->options, target->architecture,
			   take_command(&command), argc, argv) ||
	    !replay_begin(target, &options) || !open_summary(&options) ||
	    !create_machine(&options))
		return -1;
	callbacks_on_vcpu_init(id, vcpu_init);
	callbacks_on_vcpu_exit(id, vcpu_exit);
	spin_init(options.spin_yields);
	yield_init(id);
	load_init(id, target);
	target->install(id, &options);
	callbacks_on_exit(id, at_exit);
	return 0;
}
