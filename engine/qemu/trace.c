/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace.h"

#include "shared_memory.h"
#include "ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All rings together; each then gets a share between these. */
#define ALL_EVENTS (1u << 20)
#define FEWEST_EVENTS 1024u
#define MOST_EVENTS 8192u

/* How long a vCPU whose ring is full sleeps at a time. */
#define WAIT_NANOSECONDS 100000

static struct paracall_trace *shared;
static int shared_file = -1;

static uint64_t ticks(void *machine)
{
	(void)machine;
	return host_ticks();
}

static void wake_reader(void *context)
{
	(void)context;
	if (__atomic_load_n(&shared->is_asleep, __ATOMIC_RELAXED) &&
	    __atomic_exchange_n(&shared->is_asleep, 0, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->is_asleep, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* The reader keeps a lock on the file, which is released however the reader ends. */
static bool has_reader(void)
{
	if (flock(shared_file, LOCK_SH | LOCK_NB))
		return true;
	flock(shared_file, LOCK_UN);
	return false;
}

static bool wait_for_reader(void *context)
{
	static const struct timespec pause = { .tv_nsec = WAIT_NANOSECONDS };

	wake_reader(context);
	nanosleep(&pause, NULL);
	return has_reader();
}

static uint32_t choose_ring_events(uint32_t max_cpus)
{
	uint32_t events = MOST_EVENTS;

	while (events > FEWEST_EVENTS && (uint64_t)events * max_cpus > ALL_EVENTS)
		events /= 2;
	return events;
}

/* As the reader left it. Checked before anything there is changed. */
static bool is_header(int file)
{
	struct paracall_trace header;

	return pread(file, &header, sizeof(header), 0) == sizeof(header) &&
	       header.magic == PARACALL_TRACE_MAGIC &&
	       header.version == PARACALL_TRACE_VERSION &&
	       header.table == paracall_table_id() && !header.is_ready;
}

static struct paracall_trace *map(int file, uint32_t max_cpus, size_t *block_size,
				  const char **wrong)
{
	uint32_t ring_events = choose_ring_events(max_cpus);
	size_t size = paracall_trace_size(max_cpus, ring_events);
	struct paracall_trace *trace;

	*wrong = "this is not the memory of a trace by this version of Paracall";
	if (!is_header(file))
		return NULL;
	trace = shared_memory_make(file, size, wrong);
	if (!trace)
		return NULL;
	trace->max_cpus = max_cpus;
	trace->ring_events = ring_events;
	*block_size = size;
	return trace;
}

bool trace_map(const char *path, struct paracall_options *options,
	       struct paracall_engine *engine)
{
	const char *wrong;

	/* A description of its own, so that the lock is not the reader's. */
	shared_file = open(path, O_RDWR | O_CLOEXEC);
	wrong = strerror(errno);
	if (shared_file >= 0)
		shared = map(shared_file, options->max_cpus, &options->trace_size, &wrong);
	if (!shared) {
		fprintf(stderr, "paracall: trace=%s: %s\n", path, wrong);
		return false;
	}
	engine->trace_clock = shared->clock == PARACALL_TRACE_TICKS ? ticks : engine->clock;
	engine->trace_wait = wait_for_reader;
	engine->trace_wake = wake_reader;
	shared->architecture = options->architecture;
	shared->began = engine->trace_clock(NULL);
	__atomic_store_n(&shared->is_ready, 1, __ATOMIC_RELEASE);
	options->trace = shared;
	return true;
}

void trace_finish(struct paracall_trace *trace)
{
	if (trace)
		__atomic_store_n(&trace->has_finished, 1, __ATOMIC_RELEASE);
}
