/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With a thread for each vCPU the host's scheduler decides which one runs, and
 * it takes no target. But a thread's CPU time shows whether it runs: then there
 * is nothing to yield, as in KVM. If it does not run, sched_yield() yields to
 * another thread, mostly one that waits, too, and yields in turn until it
 * is the target's turn. Before Linux 6.18 sched_yield() often just returns; so if
 * the target has not run then, a short sleep follows, in which the target can come
 * to this processor.
 *
 * With one thread for all vCPUs QEMU switches to the next one when a vCPU has
 * work queued. It has when the set of events changes that a plugin
 * subscribes to.
 */
#include "yield.h"

#include "callbacks.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#define SLEEP_NANOSECONDS 20000

static qemu_plugin_id_t plugin;

void yield_init(qemu_plugin_id_t id)
{
	plugin = id;
}

void yield_vcpu_init(struct vcpu *vcpu)
{
	vcpu->has_run_clock = !pthread_getcpuclockid(pthread_self(), &vcpu->run_clock);
}

static void slept(unsigned int index, void *userdata)
{
	(void)index;
	(void)userdata;
}

/* The event is one that does not come with one thread: see load.c. */
void yield_turn(void)
{
	callbacks_on_vcpu_idle(plugin, slept);
	callbacks_on_vcpu_idle(plugin, NULL);
}

/* False if it is not known, as for a vCPU that is being unplugged. */
static bool read_run_time(const struct vcpu *vcpu, struct timespec *time)
{
	return vcpu->has_run_clock && !clock_gettime(vcpu->run_clock, time);
}

static bool has_run_since(const struct vcpu *vcpu, const struct timespec *before)
{
	struct timespec now;

	return !read_run_time(vcpu, &now) || now.tv_nsec != before->tv_nsec ||
	       now.tv_sec != before->tv_sec;
}

static void give_way_to(const struct vcpu *target)
{
	static const struct timespec moment = { .tv_nsec = SLEEP_NANOSECONDS };
	struct timespec before;

	if (!read_run_time(target, &before) || has_run_since(target, &before))
		return;
	sched_yield();
	if (!has_run_since(target, &before))
		nanosleep(&moment, NULL);
}

static bool can_run(const struct vcpu *vcpu)
{
	return !atomic_load_explicit(&vcpu->is_stopped, memory_order_relaxed);
}

/* Without a target: the next one that can run, each time another; or NULL. */
static struct vcpu *find_target(const struct vcpu *caller)
{
	static _Thread_local unsigned int last;
	struct engine *engine = &paracall_qemu_engine;

	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(++last % engine->max_vcpus);

		if (vcpu && vcpu != caller && can_run(vcpu))
			return vcpu;
	}
	return NULL;
}

/* As in KVM, do not yield to a vCPU that cannot run. */
void yield_to(void *context, void *target_context)
{
	struct vcpu *target = target_context ? target_context : find_target(context);

	if (!target || !can_run(target))
		return;
	if (paracall_qemu_engine.is_single_threaded)
		yield_turn();
	else
		give_way_to(target);
}
