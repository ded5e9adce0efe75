/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile QEMU at the other end of shared memory: the rings of a trace, and the file with
 * the counters, are filled with anything, and change under their reader. With libFuzzer the
 * compiler reports each load, so that each can find other data than the one before.
 */
#include "../cli/counters.h"
#include "../cli/trace.h"
#include "../report/rates.h"
#include "../report/recorder.h"
#include "../report/summary.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- memory that changes ------------------------------------------------------------ */

static struct {
	struct fuzz_input input;
	uint8_t *begin;
	size_t size;
	/* So many loads until the next change; 0: none. */
	unsigned int left;
} shared;

static uint64_t take_number(struct fuzz_input *input)
{
	static const uint64_t numbers[] = {
		0, 1, 4, 64, UINT32_MAX, INT64_MAX, UINT64_MAX, PARACALL_TRACE_MAX_EVENTS
	};
	uint8_t byte = fuzz_take(input, 1);

	if (byte < 64)
		return numbers[byte % (sizeof(numbers) / sizeof(numbers[0]))];
	return byte < 160 ? byte : fuzz_take(input, 8);
}

/* What is about to be read there becomes something else. */
static void change(uint8_t *address, size_t size)
{
	uint64_t value = take_number(&shared.input);

	memcpy(address, &value, size < sizeof(value) ? size : sizeof(value));
	shared.left = fuzz_take(&shared.input, 1) & 63;
}

static void before_load(void *address, size_t size)
{
	uint8_t *at = address;

	if (shared.left && at >= shared.begin && at < shared.begin + shared.size &&
	    size <= (size_t)(shared.begin + shared.size - at) && !--shared.left)
		change(at, size);
}

/* What clang calls before loads, by -fsanitize-coverage=trace-loads. */
#define LOAD(bytes, type) \
	void __sanitizer_cov_load##bytes(type *address); \
	void __sanitizer_cov_load##bytes(type *address) \
	{ \
		before_load(address, bytes); \
	}
LOAD(1, uint8_t)
LOAD(2, uint16_t)
LOAD(4, uint32_t)
LOAD(8, uint64_t)
__extension__ typedef unsigned __int128 uint128;
LOAD(16, uint128)

/* ---- a trace ---------------------------------------------------------------------------- */

static void fill_event(struct fuzz_input *input, struct paracall_event *event)
{
	event->time = take_number(input);
	event->id = paracall_event_id(fuzz_take(input, 1) % (PARACALL_EVENT_KINDS + 2),
				      fuzz_take(input, 1));
	event->duration = fuzz_take(input, 2);
	event->result = take_number(input);
	for (int i = 0; i < PARACALL_EVENT_ARGUMENTS; i++)
		event->arguments[i] = take_number(input);
}

static void fill_rings(struct fuzz_input *input, struct paracall_trace *trace, size_t size)
{
	struct paracall_trace_view view;

	if (!paracall_trace_look(&view, trace, size))
		return;
	for (uint32_t cpu = 0; cpu < view.max_cpus; cpu++) {
		struct paracall_trace_ring *ring = paracall_trace_ring(&view, cpu);
		uint32_t events = fuzz_take(input, 1) % (view.ring_events + 1);

		for (uint32_t i = 0; i < events; i++)
			fill_event(input, &ring->events[i]);
		ring->head = events;
		if (fuzz_take(input, 1) < 32)
			ring->head = take_number(input);
		if (fuzz_take(input, 1) < 32)
			ring->tail = take_number(input);
		if (fuzz_take(input, 1) < 32)
			ring->dropped = take_number(input);
	}
}

/* One of those in the table. */
static uint32_t take_architecture(struct fuzz_input *input)
{
	return paracall_call_info(fuzz_take(input, 1) % paracall_call_count())->architecture;
}

/* Mostly as the plugin makes it. */
static void fill_trace(struct fuzz_input *input, struct paracall_trace *trace, size_t size,
		       uint32_t cpus, uint32_t events)
{
	*trace = (struct paracall_trace){
		.magic = PARACALL_TRACE_MAGIC,
		.version = PARACALL_TRACE_VERSION,
		.clock = fuzz_take(input, 1) == 7 ? PARACALL_TRACE_TICKS
						  : PARACALL_TRACE_NANOSECONDS,
		.kinds = UINT64_MAX,
		.is_ready = 1,
		.architecture = take_architecture(input),
		.max_cpus = cpus,
		.ring_events = events,
		.has_finished = 1,
	};
	fill_rings(input, trace, size);
	if (fuzz_take(input, 1) < 16)
		trace->max_cpus = take_number(input);
	if (fuzz_take(input, 1) < 16)
		trace->ring_events = take_number(input);
	trace->began = take_number(input);
}

/* QEMU has ended: a byte is there to be read. */
static int ended(void)
{
	static int ends[2] = { -1, -1 };
	char byte;

	if (ends[0] < 0)
		FUZZ_CHECK(!pipe2(ends, O_CLOEXEC | O_NONBLOCK));
	while (read(ends[0], &byte, 1) == 1)
		;
	FUZZ_CHECK(write(ends[1], "", 1) == 1);
	return ends[0];
}

static void read_trace(struct paracall_trace *trace, size_t size, bool records)
{
	const char *wrong;
	struct trace_options options = { .traces = true };
	struct trace_job job = {
		.options = &options,
		.memory = -1,
		.begun = -1,
		.end = ended(),
		.output = fileno(fuzz_null()),
		.folder = -1,
		.command = "qemu",
	};

	if (records) {
		options.record = fuzz_folder();
		job.folder = recorder_prepare(fuzz_folder(), &wrong);
		FUZZ_CHECK(job.folder >= 0);
	}
	trace_read_block(&job, trace, size);
	/* Where it did not come to recording it is still open. */
	if (job.folder >= 0 && fcntl(job.folder, F_GETFD) >= 0)
		close(job.folder);
}

static void try_trace(struct fuzz_input *input, uint8_t switches)
{
	uint32_t cpus = 1 + (switches >> 2 & 3);
	uint32_t events = 4u << (switches >> 4 & 3);
	size_t size = paracall_trace_size(cpus, events);
	struct paracall_trace *trace = aligned_alloc(64, (size + 63) / 64 * 64);

	FUZZ_CHECK(trace);
	memset(trace, 0, size);
	fill_trace(input, trace, size, cpus, events);
	shared.input = *input;
	shared.begin = (uint8_t *)trace;
	shared.size = size;
	shared.left = fuzz_take(&shared.input, 1) & 63;
	read_trace(trace, size, switches & 2);
	shared.left = 0;
	free(trace);
}

/* ---- counters ------------------------------------------------------------------------------ */

#define COUNTERS_CPUS 3

static int counters_file(void)
{
	static int file = -1;

	if (file < 0)
		file = memfd_create("counters", MFD_CLOEXEC);
	FUZZ_CHECK(file >= 0);
	return file;
}

/* Anything is written somewhere. */
static void scribble(struct fuzz_input *input)
{
	size_t size = paracall_statistics_size(COUNTERS_CPUS);

	for (unsigned int i = fuzz_take(input, 1) & 15; i; i--) {
		uint64_t value = take_number(input);
		off_t at = fuzz_take(input, 2) * 8;

		if (at % 1024 < 128)
			at = at % 128;
		if ((size_t)at + sizeof(value) <= size)
			FUZZ_CHECK(pwrite(counters_file(), &value, sizeof(value), at) ==
				   sizeof(value));
	}
	if (fuzz_take(input, 1) < 8)
		FUZZ_CHECK(!ftruncate(counters_file(), fuzz_take(input, 2)));
}

static void make_counters(struct fuzz_input *input)
{
	struct paracall_statistics head = {
		.magic = PARACALL_STATISTICS_MAGIC,
		.version = PARACALL_STATISTICS_VERSION,
		.max_cpus = COUNTERS_CPUS,
		.cpus = COUNTERS_CPUS,
		.started = 1,
		.architecture = take_architecture(input),
		.table = paracall_table_id(),
	};

	FUZZ_CHECK(!ftruncate(counters_file(), 0));
	FUZZ_CHECK(!ftruncate(counters_file(), paracall_statistics_size(COUNTERS_CPUS)));
	FUZZ_CHECK(pwrite(counters_file(), &head, sizeof(head), 0) == sizeof(head));
	scribble(input);
}

static void show_rates(const struct paracall_statistics *before,
		       const struct paracall_statistics *now, uint8_t order)
{
	static struct rates rates;
	char line[RATES_LINE];
	uint32_t first = 0;

	rates_make(&rates, before, now, 0.5, order % RATES_ORDERS);
	FUZZ_CHECK(rates.count <= RATES_EVENTS);
	rates_heading(line, &rates, &first, 80);
	FUZZ_CHECK(memchr(line, 0, sizeof(line)));
	for (size_t row = 0; row < rates.count; row++) {
		rates_row(line, &rates, row, row % 2 ? &first : NULL, 80);
		FUZZ_CHECK(memchr(line, 0, sizeof(line)));
	}
}

/* Read twice, as 'paracall top' does it; in between it has changed. */
static void try_counters(struct fuzz_input *input)
{
	struct paracall_statistics *before, *now;
	uint32_t cpus;

	make_counters(input);
	if (counters_check(counters_file(), &cpus))
		return;
	FUZZ_CHECK(cpus && cpus <= COUNTERS_CPUS);
	before = counters_new(cpus);
	now = counters_new(cpus);
	scribble(input);
	if (counters_read(counters_file(), cpus, before)) {
		scribble(input);
		if (counters_read(counters_file(), cpus, now)) {
			summary_print_text(fuzz_null(), now);
			summary_print_json(fuzz_null(), now);
			show_rates(before, now, fuzz_take(input, 1));
		}
	}
	free(before);
	free(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_input(data, size);
	uint8_t switches = fuzz_take(&input, 1);

	fuzz_count_execution();
	fuzz_silence();
	/* Some changes more than the input has bytes for. */
	input.tail = 256;
	if (switches & 1)
		try_counters(&input);
	else
		try_trace(&input, switches);
	return 0;
}
