/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that reads the trace, while the other end of the memory, which is a
 * guest's QEMU, writes there what it likes; and while nobody reads what it writes.
 */
#include "../../cli/trace.h"
#include "../../engine/qemu/shared_memory.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CPUS 2
/* More than are taken at a time. */
#define RING_EVENTS 4096
#define HEADER_SIZE 4096

/* More than any of this takes. */
#define PATIENCE_SECONDS 60

struct scene {
	struct trace trace;
	struct trace_options options;
	struct paracall_trace *block;
	size_t size;
	pid_t reader;
	int begun[2];
	int end[2];
};

static struct paracall_trace_ring *ring_at(const struct scene *scene, uint32_t cpu)
{
	size_t size = sizeof(struct paracall_trace_ring) +
		      RING_EVENTS * sizeof(struct paracall_event);

	return (void *)((char *)scene->block + HEADER_SIZE + cpu * size);
}

static void make_block(struct scene *scene)
{
	scene->options = (struct trace_options){ .traces = true };
	assert_true(trace_prepare(&scene->trace, &scene->options));
	scene->size = paracall_trace_size(CPUS, RING_EVENTS);
	assert_int_equal(ftruncate(scene->trace.memory, scene->size), 0);
	scene->block = mmap(NULL, scene->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    scene->trace.memory, 0);
	assert_ptr_not_equal(scene->block, MAP_FAILED);
	scene->block->clock = PARACALL_TRACE_NANOSECONDS;
	scene->block->architecture = PARACALL_X86;
	scene->block->max_cpus = CPUS;
	scene->block->ring_events = RING_EVENTS;
}

/* As the plugin does. */
static void seal(const struct scene *scene)
{
	assert_int_equal(fcntl(scene->trace.memory, F_ADD_SEALS, SHARED_MEMORY_SEALS), 0);
}

/* The ring has so many halts, so many microseconds apart. */
static void fill_with(const struct scene *scene, uint32_t cpu, uint32_t count, uint32_t apart)
{
	struct paracall_trace_ring *ring = ring_at(scene, cpu);

	for (uint32_t i = 0; i < count; i++)
		ring->events[i] = (struct paracall_event){
			.time = 1000 + UINT64_C(1000) * apart * i,
			.id = paracall_event_id(PARACALL_EVENT_HALT, 0),
		};
	__atomic_store_n(&ring->head, count, __ATOMIC_RELEASE);
}

/* It is full. */
static void fill(const struct scene *scene, uint32_t cpu)
{
	fill_with(scene, cpu, RING_EVENTS, 1);
}

static void start(struct scene *scene, int output)
{
	char byte;

	assert_int_equal(pipe(scene->begun), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->end), 0);
	__atomic_store_n(&scene->block->is_ready, 1, __ATOMIC_RELEASE);
	scene->reader = fork();
	if (!scene->reader) {
		struct trace_job job = {
			.options = &scene->options,
			.memory = scene->trace.memory,
			.begun = scene->begun[1],
			.end = scene->end[0],
			.output = output,
			.folder = -1,
			.command = "",
		};

		alarm(PATIENCE_SECONDS);
		close(scene->begun[0]);
		close(scene->end[1]);
		trace_read(&job);
		_exit(0);
	}
	close(scene->begun[1]);
	close(scene->end[0]);
	assert_int_equal(read(scene->begun[0], &byte, 1), 1);
}

static void say_end(struct scene *scene)
{
	assert_int_equal(send(scene->end[1], "", 1, MSG_NOSIGNAL), 1);
}

/* It must have ended by itself. */
static void finish(struct scene *scene)
{
	int status;

	assert_int_equal(waitpid(scene->reader, &status, 0), scene->reader);
	close(scene->begun[0]);
	close(scene->end[1]);
	close(scene->trace.memory);
	munmap(scene->block, scene->size);
	assert_int_equal(status, 0);
}

static int nowhere(void)
{
	return open("/dev/null", O_WRONLY);
}

static void pause_for(long milliseconds)
{
	const struct timespec time = { .tv_nsec = milliseconds * 1000000 };

	nanosleep(&time, NULL);
}

/* Until it has read of that ring: so it has mapped them all. */
static void wait_read(const struct scene *scene, uint32_t cpu)
{
	const uint64_t *tail = &ring_at(scene, cpu)->tail;

	for (unsigned int i = 0;
	     i < PATIENCE_SECONDS * 1000 && !__atomic_load_n(tail, __ATOMIC_ACQUIRE); i++)
		pause_for(1);
	assert_int_not_equal(__atomic_load_n(tail, __ATOMIC_ACQUIRE), 0);
}

static void test_sizes_that_change(void **state)
{
	static const uint32_t cpus[] = { CPUS, PARACALL_MAX_CPUS, UINT32_MAX, 0 };
	static const uint32_t events[] = { RING_EVENTS, 1u << 20, 0, UINT32_MAX };
	struct scene scene;

	(void)state;
	make_block(&scene);
	seal(&scene);
	start(&scene, nowhere());
	fill(&scene, 0);
	wait_read(&scene, 0);
	for (unsigned int i = 0; i < 400; i++) {
		__atomic_store_n(&scene.block->max_cpus, cpus[i / 4 % 4], __ATOMIC_SEQ_CST);
		__atomic_store_n(&scene.block->ring_events, events[i % 4], __ATOMIC_SEQ_CST);
		fill(&scene, i % CPUS);
		ring_at(&scene, i % CPUS)->head = i * UINT64_C(0x9e3779b97f4a7c15);
		pause_for(1);
	}
	say_end(&scene);
	finish(&scene);
}

static void test_impossible_sizes(void **state)
{
	static const uint32_t sizes[][2] = {
		{ 0, RING_EVENTS },
		{ CPUS, 0 },
		{ CPUS, 1000 },
		{ CPUS, 1u << 31 },
		{ UINT32_MAX, RING_EVENTS },
		{ CPUS + 1, RING_EVENTS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct scene scene;

		make_block(&scene);
		seal(&scene);
		scene.block->max_cpus = sizes[i][0];
		scene.block->ring_events = sizes[i][1];
		start(&scene, nowhere());
		finish(&scene);
	}
}

/* A head that is far away must not make it loop forever. */
static void test_head_out_of_reach(void **state)
{
	struct scene scene;

	(void)state;
	make_block(&scene);
	seal(&scene);
	fill(&scene, 0);
	ring_at(&scene, 1)->head = UINT64_MAX / 2;
	start(&scene, nowhere());
	say_end(&scene);
	finish(&scene);
}

/* Nor must a writer that continues after the end. */
static void test_writer_goes_on(void **state)
{
	struct scene scene;
	int status;

	(void)state;
	make_block(&scene);
	seal(&scene);
	start(&scene, nowhere());
	say_end(&scene);
	while (!waitpid(scene.reader, &status, WNOHANG | __WNOTHREAD)) {
		struct paracall_trace_ring *ring = ring_at(&scene, 0);

		for (unsigned int i = 0; i < 100000; i++)
			__atomic_store_n(&ring->head,
					 __atomic_load_n(&ring->tail, __ATOMIC_RELAXED) + 512,
					 __ATOMIC_RELEASE);
	}
	assert_int_equal(status, 0);
	close(scene.trace.memory);
	munmap(scene.block, scene.size);
}

/* It could grow, and nobody says that it has the size that the reader saw. */
static void test_without_seals(void **state)
{
	struct scene scene;

	(void)state;
	make_block(&scene);
	fill(&scene, 0);
	start(&scene, nowhere());
	/* Before the end is reported to it. */
	finish(&scene);
}

/* Memory that is gone would end the reader by a signal. */
static void test_memory_stays(void **state)
{
	struct scene scene;

	(void)state;
	make_block(&scene);
	assert_int_equal(ftruncate(scene.trace.memory, 0), -1);
	close(scene.trace.memory);
	munmap(scene.block, scene.size);
}

/* Each begins with its time; returns how many there are. */
static unsigned int count_ordered_lines(int file)
{
	unsigned int count = 0;
	double last = 0;
	char line[200];
	FILE *input;

	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	input = fdopen(file, "r");
	assert_non_null(input);
	while (fgets(line, sizeof(line), input)) {
		double time = strtod(line, NULL);

		assert_true(time >= last);
		last = time;
		count++;
	}
	fclose(input);
	return count;
}

/* One vCPU has so many events that they are taken in parts, another few in the same time. */
static void test_lines_are_in_order(void **state)
{
	unsigned int few = RING_EVENTS / 8;
	int file = memfd_create("lines", 0);
	struct scene scene;

	(void)state;
	assert_true(file >= 0);
	make_block(&scene);
	seal(&scene);
	fill_with(&scene, 0, RING_EVENTS, 1);
	fill_with(&scene, 1, few, RING_EVENTS / few);
	start(&scene, file);
	say_end(&scene);
	finish(&scene);
	assert_int_equal(count_ordered_lines(file), RING_EVENTS + few);
}

/* Nobody reads the trace any more, but its pipe is open. */
static void test_output_stands_still(void **state)
{
	struct pollfd output = { .events = POLLOUT };
	struct scene scene;
	int status;
	int ends[2];

	(void)state;
	make_block(&scene);
	seal(&scene);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		fill(&scene, cpu);
	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
	start(&scene, ends[1]);
	say_end(&scene);
	output.fd = ends[1];
	while (poll(&output, 1, 0) > 0)
		pause_for(10);
	pause_for(200);
	assert_int_equal(waitpid(scene.reader, &status, WNOHANG), 0);
	kill(scene.reader, SIGUSR1);
	finish(&scene);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_that_change),
		cmocka_unit_test(test_impossible_sizes),
		cmocka_unit_test(test_head_out_of_reach),
		cmocka_unit_test(test_writer_goes_on),
		cmocka_unit_test(test_without_seals),
		cmocka_unit_test(test_memory_stays),
		cmocka_unit_test(test_lines_are_in_order),
		cmocka_unit_test(test_output_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
