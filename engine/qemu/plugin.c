/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU calls first: checks, creates the machine, registers callbacks. */
#include "../../report/summary.h"
#include "capabilities.h"
#include "options.h"
#include "registers.h"
#include "x86/apic.h"
#include "x86/calls.h"
#include "x86/instructions.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

struct engine paracall_qemu_engine;

struct vcpu *vcpu_by_index(unsigned int index)
{
	struct engine *engine = &paracall_qemu_engine;

	return index < engine->max_vcpus && engine->vcpus[index].cpu ? &engine->vcpus[index]
								     : NULL;
}

static uint64_t read_register(void *context, unsigned int number)
{
	return register_read(context, number);
}

static void write_register(void *context, unsigned int number, uint64_t value)
{
	register_write(context, number, value);
}

/*
 * The target's thread can't be named to the host's scheduler; giving way lets
 * it run if the host is short of processors, and if not it runs anyway.
 */
static void yield_to(void *context, void *target)
{
	(void)context;
	(void)target;
	sched_yield();
}

static uint64_t clock_nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static const struct paracall_engine qemu_engine = {
	.name = "QEMU TCG",
	.capabilities = QEMU_CAPABILITIES,
	.read_register = read_register,
	.write_register = write_register,
	.wake = apic_wake,
	.send_interrupt = apic_send_interrupt,
	.yield_to = yield_to,
	.clock = clock_nanoseconds,
};

static bool check_qemu(const qemu_info_t *info)
{
	if (!info->system_emulation) {
		fprintf(stderr,
			"paracall: user-mode emulation has no machine to be a KVM guest; use qemu-system-x86_64\n");
		return false;
	}
	if (strcmp(info->target_name, "x86_64")) {
		fprintf(stderr,
			"paracall: target '%s' is not supported yet; use qemu-system-x86_64, which runs 32-bit x86 guests too\n",
			info->target_name);
		return false;
	}
	return true;
}

/* Maps the counters where the command waits for them. */
static bool map_report(const char *path, uint32_t max_cpus,
		       struct paracall_statistics **statistics)
{
	size_t size = paracall_statistics_size(max_cpus);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	void *memory = MAP_FAILED;

	if (file >= 0 && !ftruncate(file, size))
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (file >= 0)
		close(file);
	if (memory == MAP_FAILED) {
		fprintf(stderr, "paracall: report=%s: %m\n", path);
		return false;
	}
	*statistics = memory;
	return true;
}

static bool create_machine(const struct plugin_options *plugin, uint32_t max_cpus)
{
	struct engine *engine = &paracall_qemu_engine;
	struct paracall_options options = {
		.architecture = PARACALL_X86,
		.max_cpus = max_cpus,
		.features = plugin->features,
		.enforce_features = plugin->enforce_features,
	};
	int error;

	if (plugin->report && !map_report(plugin->report, max_cpus, &options.statistics))
		return false;
	engine->is_report_mapped = plugin->report;
	engine->replacement = plugin->replacement;
	engine->max_vcpus = max_cpus;
	engine->vcpus = calloc(max_cpus, sizeof(*engine->vcpus));
	error = engine->vcpus ? paracall_machine_new(&engine->machine, &qemu_engine, &options)
			      : PARACALL_ERROR_MEMORY;
	if (error) {
		fprintf(stderr, "paracall: no machine of %u vCPUs: %s\n", max_cpus,
			paracall_strerror(error));
		return false;
	}
	return true;
}

/* -accel tcg,thread=single and -icount run all vCPUs on one thread, in turn. */
static void note_thread(struct engine *engine, struct vcpu *vcpu)
{
	static _Atomic(struct vcpu *) first;
	struct vcpu *before = NULL;

	vcpu->thread = pthread_self();
	if (!atomic_compare_exchange_strong(&first, &before, vcpu) && before != vcpu &&
	    pthread_equal(before->thread, vcpu->thread))
		engine->is_single_threaded = true;
}

static void vcpu_init(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu;

	(void)userdata;
	if (index >= engine->max_vcpus || !registers_find())
		return;
	vcpu = &engine->vcpus[index];
	if (!vcpu->buffer)
		vcpu->buffer = g_byte_array_sized_new(sizeof(uint64_t));
	vcpu->statistics = &paracall_machine_statistics(engine->machine)->cpu[index];
	vcpu->cpu = paracall_machine_add_cpu(engine->machine, index, vcpu);
	note_thread(engine, vcpu);
	apic_learn_id(vcpu);
}

static void at_exit(void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct paracall_statistics *statistics = paracall_machine_statistics(engine->machine);

	(void)userdata;
	statistics->finished = 1;
	if (!engine->is_report_mapped)
		summary_print_text(stderr, statistics);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	struct plugin_options options;

	if (!check_qemu(info) ||
	    !options_parse(&options, qemu_engine.capabilities, argc, argv) ||
	    !create_machine(&options, info->system.max_vcpus))
		return -1;
	qemu_plugin_register_vcpu_init_cb(id, vcpu_init, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, instructions_hook, NULL);
	qemu_plugin_register_vcpu_discon_cb(id, QEMU_PLUGIN_DISCON_INTERRUPT, call_interrupted,
					    NULL);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	paracall_machine_statistics(paracall_qemu_engine.machine)->started = 1;
	return 0;
}
