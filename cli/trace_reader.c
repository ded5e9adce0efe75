/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that takes events out of the rings. A recording stores them as they
 * come, vCPU by vCPU. For the trace they are held back for a moment, so that those
 * of all vCPUs are in order of time.
 */
#include "../engine/qemu/shared_memory.h"
#include "../engine/qemu/ticks.h"
#include "../report/decode.h"
#include "../report/recorder.h"
#include "cli.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NANOSECONDS UINT64_C(1000000000)

/*
 * How long to sleep between looks into the rings: so long that each finds a good part
 * of one. To look more often takes the lines of the cache from those who write; to be
 * woken costs them a system call, and is for bursts.
 */
#define LONGEST_SLEEP_NANOSECONDS 10000000
#define SHORTEST_SLEEP_NANOSECONDS 100000
/*
 * What is older than this is in its ring, but for a vCPU that the host does not let
 * run, and for the end of a halt: that is reported with the vCPU's next event.
 */
#define SETTLED_NANOSECONDS 20000000
/* An event that may have a second part must be this much older. */
#define WHOLE_NANOSECONDS NANOSECONDS
/* The counter is compared with the clock for so long, at least. */
#define MEASURE_NANOSECONDS 30000000
/* If all else ended without notice, this much more time for what QEMU still does. */
#define LAST_NANOSECONDS (3 * NANOSECONDS)
/* How long lines wait until it is known where the kernel is. */
#define SYMBOLS_NANOSECONDS (5 * NANOSECONDS)

#define CHUNK 1024
/* More lines than this don't wait. */
#define MOST_LINES 32768

/* Events of the trace that are not printed yet. */
struct lines {
	struct event *items;
	size_t count;
	size_t room;
};

struct reader {
	const struct trace_job *job;
	struct paracall_trace *trace;
	/*
	 * QEMU can write all of that memory. So what it says once is read once, and
	 * kept here.
	 */
	struct paracall_trace_view view;
	uint32_t clock;
	uint32_t architecture;
	uint64_t began;
	/* An instant on the trace's clock and the steady one; how they go together. */
	uint64_t first_ticks;
	uint64_t first_nanoseconds;
	/* Nanoseconds of 2^32 ticks. */
	uint64_t scale;
	struct event_classes classes;
	/* NULL: nothing is recorded, or not any more. */
	struct recorder *recorder;
	uint64_t flushed;
	/* NULL: there is no trace, or it has ended. */
	FILE *output;
	struct lines lines;
	uint64_t first_line;
	/* Of each vCPU: the last event, if it is wanted, which others may continue. */
	struct event *newest;
	bool *has_newest;
	uint64_t lost;
	/* All events that were in their rings before then were taken, on the trace's clock. */
	uint64_t complete_until;
	/* How long it sleeps next; events taken since it last did. */
	long sleep_nanoseconds;
	uint64_t taken;
};

/*
 * Somebody waits for us who waits no longer: what is left is not written any more. A
 * process has one trace.
 */
static volatile sig_atomic_t is_hurried;
/* Where the trace goes, -1 if there is none; and where it goes then: a pipe can be full. */
static volatile sig_atomic_t hurried_output = -1;
static volatile sig_atomic_t nowhere = -1;

static void hurry(int signal)
{
	(void)signal;
	is_hurried = true;
	if (hurried_output >= 0 && nowhere >= 0)
		dup2(nowhere, hurried_output);
}

static uint64_t steady(void)
{
	return host_nanoseconds(CLOCK_MONOTONIC);
}

static uint64_t trace_ticks(const struct reader *reader)
{
	return reader->clock == PARACALL_TRACE_TICKS ? host_ticks() : steady();
}

static uint64_t to_nanoseconds(const struct reader *reader, uint64_t ticks)
{
	return (unsigned __int128)ticks * reader->scale >> 32;
}

/* Times in the rings, as nanoseconds since the machine was made. */
static void convert(const struct reader *reader, struct paracall_event *event)
{
	uint64_t began = reader->began;

	event->time = event->time > began ? to_nanoseconds(reader, event->time - began) : 0;
	if (event->duration) {
		uint64_t duration = to_nanoseconds(reader, event->duration);

		event->duration = duration < UINT32_MAX ? duration : UINT32_MAX;
	}
	if (paracall_event_kind(event->id) == PARACALL_EVENT_WAKE) {
		event->arguments[2] = to_nanoseconds(reader, event->arguments[2]);
		event->duration =
			event->arguments[2] < UINT32_MAX ? event->arguments[2] : UINT32_MAX;
	}
}

/* Nobody reads any more: the vCPUs stop reporting. */
static void stop_if_idle(struct reader *reader)
{
	if (!reader->recorder && !reader->output)
		__atomic_store_n(&reader->trace->kinds, 0, __ATOMIC_RELAXED);
}

static void end_recording(struct reader *reader)
{
	complain("recording to '%s' ends here: %s; the guest continues",
		 reader->job->options->record, strerror(errno));
	recorder_finish(reader->recorder);
	reader->recorder = NULL;
	stop_if_idle(reader);
}

static void end_trace(struct reader *reader)
{
	complain("the trace ends here: %s; the guest continues", strerror(errno));
	hurried_output = -1;
	fclose(reader->output);
	reader->output = NULL;
	reader->lines.count = 0;
	stop_if_idle(reader);
}

static bool make_room(struct lines *lines)
{
	size_t room = lines->room ? 2 * lines->room : 1024;
	struct event *items;

	if (lines->count < lines->room)
		return true;
	items = realloc(lines->items, room * sizeof(*items));
	if (!items)
		return false;
	lines->items = items;
	lines->room = room;
	return true;
}

/* Nothing will continue the vCPU's last event. */
static void settle(struct reader *reader, uint32_t cpu)
{
	if (!reader->has_newest[cpu])
		return;
	reader->has_newest[cpu] = false;
	if (make_room(&reader->lines))
		reader->lines.items[reader->lines.count++] = reader->newest[cpu];
	else
		end_trace(reader);
}

static void add_line(struct reader *reader, uint32_t cpu, const struct paracall_event *raw)
{
	const struct event_class *class = event_class_find(&reader->classes, raw->id);
	const struct filter *filter = reader->job->options->filter;
	struct event *event = &reader->newest[cpu];

	if (!class)
		return;
	if (event_is_continuation(raw->id)) {
		if (reader->has_newest[cpu])
			event_continue(event, raw, class);
		return;
	}
	settle(reader, cpu);
	event_begin(event, cpu, raw, class, &reader->classes);
	reader->has_newest[cpu] =
		!filter || filter_accepts(filter, event) || event->kind == PARACALL_EVENT_LOST;
}

static void take_event(struct reader *reader, uint32_t cpu, struct paracall_event *event)
{
	uint32_t kind = paracall_event_kind(event->id);

	convert(reader, event);
	if (kind == PARACALL_EVENT_LOST)
		reader->lost += event->arguments[0];
	if (kind == PARACALL_EVENT_KERNEL_ENTRY)
		symbols_note_entry(reader->job->symbols, event->arguments[0],
				   event->arguments[1]);
	if (reader->recorder && !recorder_add(reader->recorder, cpu, event))
		end_recording(reader);
	if (reader->output)
		add_line(reader, cpu, event);
}

static uint64_t trace_nanoseconds(const struct reader *reader)
{
	return to_nanoseconds(reader, trace_ticks(reader) - reader->began);
}

/* Takes from all rings; returns how many events from the fullest, CHUNK at most. */
static size_t take_events(struct reader *reader)
{
	struct paracall_event events[CHUNK];
	size_t most = 0;

	/* The host may stop us between two rings. */
	reader->complete_until = trace_nanoseconds(reader);
	for (uint32_t cpu = 0; cpu < reader->view.max_cpus; cpu++) {
		struct paracall_trace_ring *ring = paracall_trace_ring(&reader->view, cpu);
		size_t count = paracall_trace_take(&reader->view, ring, events, CHUNK);

		for (size_t i = 0; i < count; i++)
			take_event(reader, cpu, &events[i]);
		reader->taken += count;
		/* There may be more. */
		if (count == CHUNK && events[CHUNK - 1].time < reader->complete_until)
			reader->complete_until = events[CHUNK - 1].time;
		if (count > most)
			most = count;
	}
	return most;
}

/* Events dropped at the very end, with no later event to report them. */
static void take_dropped(struct reader *reader)
{
	for (uint32_t cpu = 0; cpu < reader->view.max_cpus; cpu++) {
		const struct paracall_trace_ring *ring =
			paracall_trace_ring(&reader->view, cpu);
		struct paracall_event event = {
			.time = trace_ticks(reader),
			.id = paracall_event_id(PARACALL_EVENT_LOST, 0),
			.arguments = { __atomic_load_n(&ring->dropped, __ATOMIC_RELAXED) },
		};

		if (event.arguments[0])
			take_event(reader, cpu, &event);
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct event *first = a;
	const struct event *second = b;

	if (first->time != second->time)
		return first->time < second->time ? -1 : 1;
	return (first->cpu > second->cpu) - (first->cpu < second->cpu);
}

/* Whether lines have to wait until their symbols are known. */
static bool waits_for_symbols(struct reader *reader, uint64_t now)
{
	if (symbols_are_placed(reader->job->symbols) || reader->lines.count > MOST_LINES / 2)
		return false;
	if (!reader->first_line)
		reader->first_line = now;
	return now - reader->first_line < SYMBOLS_NANOSECONDS;
}

/* Those last events that are whole, or were made before @limit. */
static void settle_all(struct reader *reader, uint64_t limit)
{
	for (uint32_t cpu = 0; cpu < reader->view.max_cpus && reader->output; cpu++)
		if (reader->has_newest[cpu] && (reader->newest[cpu].time <= limit ||
						!event_may_continue(&reader->newest[cpu])))
			settle(reader, cpu);
}

/* Prints the lines up to @limit, and keeps the others. */
static void print_lines(struct reader *reader, uint64_t limit)
{
	struct lines *lines = &reader->lines;
	size_t printed = 0;

	/* Equal ones of a vCPU stay in order: they are few, and this is stable enough. */
	qsort(lines->items, lines->count, sizeof(*lines->items), compare_times);
	while (printed < lines->count && lines->items[printed].time <= limit) {
		if (reader->job->options->is_ftrace)
			decode_ftrace(reader->output, &lines->items[printed]);
		else
			decode_line(reader->output, &lines->items[printed],
				    reader->job->symbols);
		printed++;
	}
	memmove(lines->items, lines->items + printed,
		(lines->count - printed) * sizeof(*lines->items));
	lines->count -= printed;
	if (fflush(reader->output))
		end_trace(reader);
}

/* So long before the rings were looked into, on the trace's clock; 0 if that was before it. */
static uint64_t time_before(const struct reader *reader, uint64_t nanoseconds)
{
	uint64_t until = reader->complete_until;

	return until > nanoseconds ? until - nanoseconds : 0;
}

static void write_lines(struct reader *reader, bool is_end)
{
	bool is_full = reader->lines.count >= MOST_LINES;

	settle_all(reader, is_end ? UINT64_MAX : time_before(reader, WHOLE_NANOSECONDS));
	if (!reader->output || !reader->lines.count)
		return;
	if (is_end || !waits_for_symbols(reader, steady()))
		print_lines(reader, is_end || is_full
					    ? UINT64_MAX
					    : time_before(reader, SETTLED_NANOSECONDS));
}

/* What is due; everything if this is the end. */
static void write_out(struct reader *reader, bool is_end)
{
	uint64_t now = steady();

	if (reader->output)
		write_lines(reader, is_end);
	if (reader->recorder && now - reader->flushed > NANOSECONDS) {
		reader->flushed = now;
		if (!recorder_flush(reader->recorder))
			end_recording(reader);
	}
}

/* As the last sleep turned out. */
static void choose_sleep(struct reader *reader)
{
	uint32_t ring_events = reader->view.ring_events;

	if (reader->taken > ring_events / 2)
		reader->sleep_nanoseconds /= 2;
	else if (reader->taken < ring_events / 8)
		reader->sleep_nanoseconds *= 2;
	if (reader->sleep_nanoseconds < SHORTEST_SLEEP_NANOSECONDS)
		reader->sleep_nanoseconds = SHORTEST_SLEEP_NANOSECONDS;
	if (reader->sleep_nanoseconds > LONGEST_SLEEP_NANOSECONDS)
		reader->sleep_nanoseconds = LONGEST_SLEEP_NANOSECONDS;
	reader->taken = 0;
}

static void sleep_until_woken(struct reader *reader)
{
	struct paracall_trace *trace = reader->trace;
	struct timespec most;

	choose_sleep(reader);
	most = (struct timespec){ .tv_nsec = reader->sleep_nanoseconds };
	__atomic_store_n(&trace->is_asleep, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &trace->is_asleep, FUTEX_WAIT, 1, &most, NULL, 0);
	__atomic_store_n(&trace->is_asleep, 0, __ATOMIC_RELAXED);
}

enum parent {
	PARENT_WAITS,
	/* QEMU has ended. */
	PARENT_IS_DONE,
	/* It is gone, and QEMU was asked to end. */
	PARENT_IS_GONE,
};

static enum parent ask_parent(int end)
{
	struct pollfd input = { .fd = end, .events = POLLIN };
	char byte;

	if (poll(&input, 1, 0) <= 0)
		return PARENT_WAITS;
	return read(end, &byte, 1) == 1 ? PARENT_IS_DONE : PARENT_IS_GONE;
}

/* Until the plugin has made the rings; false if it never will. */
static bool wait_for_rings(struct reader *reader)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (!__atomic_load_n(&reader->trace->is_ready, __ATOMIC_ACQUIRE)) {
		if (is_hurried ||
		    (ask_parent(reader->job->end) != PARENT_WAITS &&
		     !__atomic_load_n(&reader->trace->is_ready, __ATOMIC_ACQUIRE)))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Whether the table has calls of it. */
static bool is_architecture(uint32_t architecture)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (info->architecture == architecture)
			return true;
	return false;
}

static bool is_possible(const struct reader *reader)
{
	return (reader->clock == PARACALL_TRACE_NANOSECONDS ||
		reader->clock == PARACALL_TRACE_TICKS) &&
	       is_architecture(reader->architecture);
}

/* The memory is read once. False if the plugin does not make such rings. */
static bool look(struct reader *reader, struct paracall_trace *trace, size_t size)
{
	if (!paracall_trace_look(&reader->view, trace, size))
		return false;
	reader->trace = trace;
	reader->clock = __atomic_load_n(&trace->clock, __ATOMIC_RELAXED);
	reader->architecture = __atomic_load_n(&trace->architecture, __ATOMIC_RELAXED);
	reader->began = __atomic_load_n(&trace->began, __ATOMIC_RELAXED);
	return is_possible(reader);
}

/* The counter's rate, now that some time has passed. */
static void measure(struct reader *reader)
{
	uint64_t passed = steady() - reader->first_nanoseconds;

	reader->scale = UINT64_C(1) << 32;
	if (reader->clock != PARACALL_TRACE_TICKS)
		return;
	if (passed < MEASURE_NANOSECONDS) {
		const struct timespec rest = { .tv_nsec = MEASURE_NANOSECONDS - passed };

		nanosleep(&rest, NULL);
	}
	passed = steady() - reader->first_nanoseconds;
	reader->scale =
		((unsigned __int128)passed << 32) / (host_ticks() - reader->first_ticks);
}

static void begin_recording(struct reader *reader)
{
	uint64_t ago = to_nanoseconds(reader, trace_ticks(reader) - reader->began);
	struct recorder_options options = {
		.architecture = reader->architecture,
		.began = host_nanoseconds(CLOCK_REALTIME) - ago,
		.command = reader->job->command,
	};

	if (!reader->job->options->record)
		return;
	reader->flushed = steady();
	reader->recorder = recorder_new(reader->job->folder, &options);
	if (!reader->recorder)
		end_recording(reader);
}

static void run(struct reader *reader)
{
	enum parent parent = PARENT_WAITS;
	size_t rounds = 2 + reader->view.ring_events / CHUNK;
	uint64_t last = 0;

	for (;;) {
		bool is_last = parent == PARENT_IS_DONE ||
			       __atomic_load_n(&reader->trace->has_finished, __ATOMIC_ACQUIRE);
		size_t count;

		/* Whoever still writes after the end is not read forever. */
		if (is_hurried || (is_last && !rounds--))
			break;
		count = take_events(reader);
		write_out(reader, false);
		if (count)
			last = steady();
		else if (is_last ||
			 (parent == PARENT_IS_GONE && steady() - last > LAST_NANOSECONDS))
			break;
		if (is_last || count == CHUNK)
			continue;
		sleep_until_woken(reader);
		if (parent == PARENT_WAITS)
			parent = ask_parent(reader->job->end);
	}
	if (is_hurried)
		__atomic_store_n(&reader->trace->kinds, 0, __ATOMIC_RELAXED);
	take_dropped(reader);
	write_out(reader, true);
}

static void finish(struct reader *reader)
{
	if (reader->recorder && !recorder_finish(reader->recorder))
		complain("the rest of the recording in '%s' could not be written: %s",
			 reader->job->options->record, strerror(errno));
	if (reader->output)
		fclose(reader->output);
	if (reader->lost)
		complain("%" PRIu64 " events were dropped, because writing could not keep up",
			 reader->lost);
	if (is_hurried)
		complain("was ended at once: events that were not written yet are missing");
	free(reader->lines.items);
	free(reader->newest);
	free(reader->has_newest);
	event_classes_free(&reader->classes);
}

static void open_output(struct reader *reader)
{
	int output = dup(reader->job->output);

	reader->output = output < 0 ? NULL : fdopen(output, "w");
	if (!reader->output)
		return;
	setvbuf(reader->output, NULL, _IOFBF, 1 << 16);
	hurried_output = output;
}

static void begin(struct reader *reader)
{
	reader->first_nanoseconds = steady();
	reader->first_ticks = host_ticks();
}

static void read_block(struct reader *reader, struct paracall_trace *trace, size_t size)
{
	if (!look(reader, trace, size)) {
		complain("no trace: its memory does not have the format of the plugin");
		return;
	}
	if (!event_classes_make(&reader->classes))
		return;
	measure(reader);
	reader->newest = must(calloc(reader->view.max_cpus, sizeof(*reader->newest)));
	reader->has_newest = must(calloc(reader->view.max_cpus, sizeof(*reader->has_newest)));
	if (reader->job->options->traces)
		open_output(reader);
	begin_recording(reader);
	run(reader);
	hurried_output = -1;
	finish(reader);
}

void trace_read_block(const struct trace_job *job, struct paracall_trace *trace, size_t size)
{
	struct reader reader = { .job = job };

	begin(&reader);
	read_block(&reader, trace, size);
}

/* Only what can't be ignored ends us before the guest has ended, or trace_stop(). */
static void take_signals(void)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ };
	/* Without SA_RESTART: what it interrupts may wait for long. */
	struct sigaction action = { .sa_handler = hurry };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	sigaction(SIGUSR1, &action, NULL);
	prctl(PR_SET_NAME, "paracall-reader");
}

/* A lock that goes when we do; see engine/qemu/trace.c. */
static bool lock_memory(int memory)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	file = open(path, O_RDWR | O_CLOEXEC);
	return file >= 0 && !flock(file, LOCK_EX | LOCK_NB);
}

void trace_read(const struct trace_job *job)
{
	struct reader reader = { .job = job };
	struct paracall_trace *trace;
	size_t size;

	begin(&reader);
	take_signals();
	/* The plugin makes it larger, and then adds the other seals. */
	reader.trace = shared_memory_map(job->memory, F_SEAL_SHRINK, sizeof(*trace), &size);
	if (!reader.trace || !lock_memory(job->memory) || write(job->begun, "", 1) != 1)
		return;
	close(job->begun);
	if (!wait_for_rings(&reader))
		return;
	trace = shared_memory_map(job->memory, SHARED_MEMORY_SEALS, sizeof(*trace), &size);
	if (trace)
		read_block(&reader, trace, size);
	else
		complain("no trace: the plugin has not sealed its memory");
}
