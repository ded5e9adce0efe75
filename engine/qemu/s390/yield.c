/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With a thread for each vCPU it's the host's scheduler that lets one run, and
 * it takes no names. If more threads want to run than there are processors, a
 * short sleep lets them; sched_yield() often does not, and then the caller
 * just goes on. If there are not more, whoever is meant runs already.
 *
 * With one thread for all vCPUs QEMU goes to the next one when something is to
 * be done by a vCPU. It has that when the set of events changes that a plugin
 * wants to hear of.
 */
#include "yield.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_NANOSECONDS 20000

static qemu_plugin_id_t plugin;
static int load_file = -1;
static long processors;

void yield_init(qemu_plugin_id_t id)
{
	cpu_set_t set;

	plugin = id;
	load_file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	processors = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

/* Threads that run or want to: proc_loadavg(5), the fourth field's first number. */
static long runnable_threads(void)
{
	char text[64];
	ssize_t length = pread(load_file, text, sizeof(text) - 1, 0);
	char *field = text;

	if (length <= 0)
		return processors + 1;
	text[length] = '\0';
	for (int i = 0; field && i < 3; i++)
		field = strchr(field + 1, ' ');
	return field ? strtol(field, NULL, 10) : processors + 1;
}

static void flushed(void *userdata)
{
	(void)userdata;
}

/* The event is a rare one: QEMU has thrown away all that it had translated. */
static void end_turn(void)
{
	qemu_plugin_register_flush_cb(plugin, flushed, NULL);
	qemu_plugin_register_flush_cb(plugin, NULL, NULL);
}

/* As in KVM nothing is given to a vCPU that can't run. */
void yield_to(void *context, void *target_context)
{
	static const struct timespec moment = { .tv_nsec = SLEEP_NANOSECONDS };
	struct vcpu *target = target_context;

	(void)context;
	if (target && atomic_load_explicit(&target->is_stopped, memory_order_relaxed))
		return;
	if (paracall_qemu_engine.is_single_threaded)
		end_turn();
	else if (runnable_threads() > processors)
		nanosleep(&moment, NULL);
}
