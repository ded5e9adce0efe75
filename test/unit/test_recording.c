/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings: written, read back, cut off, and full of garbage. */
#include "../../report/recorder.h"
#include "../../report/recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* More than go into one packet. */
#define EVENTS 3000

static char path[] = "/tmp/paracall-recording.XXXXXX";

static const struct recorder_options options = {
	.architecture = PARACALL_X86,
	.began = UINT64_C(1700000000123456789),
	.command = "qemu-system-x86_64 -append \"a\\b\"",
};

static uint32_t call_id(const char *name)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (!strcmp(info->name, name))
			return paracall_event_id(PARACALL_EVENT_CALL, info->id);
	fail_msg("no call %s", name);
	return 0;
}

static void add_kick(struct recorder *recorder, uint32_t cpu, uint64_t time, uint64_t apic_id)
{
	struct paracall_event event = {
		.time = time,
		.id = call_id("KICK_CPU"),
		.duration = 200,
		.pc = UINT64_C(0xffffffff81000000),
		.result = -1000,
		.arguments = { 0, apic_id },
	};

	assert_true(recorder_add(recorder, cpu, &event));
}

/* Its output is in an event of its own. */
static void add_pairing(struct recorder *recorder, uint32_t cpu, uint64_t time)
{
	struct paracall_event event = {
		.time = time,
		.id = call_id("CLOCK_PAIRING"),
		.arguments = { 0x1000, 0 },
	};

	assert_true(recorder_add(recorder, cpu, &event));
	event.id = paracall_event_id(PARACALL_EVENT_OUTPUT, paracall_event_row(event.id));
	event.arguments[2] = 777;
	assert_true(recorder_add(recorder, cpu, &event));
}

static char *file_path(const char *name)
{
	static char buffer[128];

	snprintf(buffer, sizeof(buffer), "%s/%s", path, name);
	return buffer;
}

/* A test may have spoilt what is there. */
static void clear_folder(void)
{
	static const char *const names[] = { "metadata", "cpu0", "cpu1", "cpu12" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(file_path(names[i]));
}

/* What is wrong with the folder; NULL if it can be used. */
static const char *try_folder(const char *name)
{
	const char *wrong = NULL;
	int folder = recorder_prepare(name, &wrong);

	if (folder >= 0)
		assert_int_equal(close(folder), 0);
	return wrong;
}

static struct recorder *begin_recording(void)
{
	const char *wrong;
	struct recorder *recorder;
	int folder;

	clear_folder();
	folder = recorder_prepare(path, &wrong);
	assert_true(folder >= 0);
	recorder = recorder_new(folder, &options);
	assert_non_null(recorder);
	return recorder;
}

/* vCPU 1 kicks at even times, vCPU 12 at odd ones; then one more event. */
static void write_recording(void)
{
	struct recorder *recorder;

	recorder = begin_recording();
	for (uint32_t i = 0; i < EVENTS; i++)
		add_kick(recorder, i % 2 ? 12 : 1, i, i);
	add_pairing(recorder, 1, EVENTS);
	assert_true(recorder_finish(recorder));
}

static struct recording *open_recording(void)
{
	char error[256];
	struct recording *recording = recording_open(path, error, sizeof(error));

	if (!recording)
		fail_msg("%s", error);
	return recording;
}

static void test_info(void **state)
{
	struct recording *recording;
	const struct recording_info *info;

	(void)state;
	write_recording();
	recording = open_recording();
	info = recording_info(recording);
	assert_string_equal(info->version, paracall_version());
	assert_string_equal(info->command, options.command);
	assert_int_equal(info->architecture, PARACALL_X86);
	assert_int_equal(info->began, options.began);
	assert_int_equal(info->streams, 2);
	assert_int_equal(info->cpus, 13);
	recording_close(recording);
}

/* Expects write_recording()'s events. */
static void read_all(struct recording *recording)
{
	struct event event;
	uint64_t value;

	for (uint32_t i = 0; i < EVENTS; i++) {
		assert_true(recording_next(recording, &event));
		assert_int_equal(event.time, i);
		assert_int_equal(event.cpu, i % 2 ? 12 : 1);
		assert_int_equal(event.duration, 200);
		assert_int_equal(event.pc, UINT64_C(0xffffffff81000000));
		assert_int_equal(event.result, -1000);
		assert_string_equal(event.class->name, "KICK_CPU");
		assert_true(event_is_call(&event) && event_has_failed(&event));
		assert_int_equal(event.argument_count, 2);
		assert_true(event_argument(&event, "apic_id", &value));
		assert_int_equal(value, i);
		assert_false(event_argument(&event, "vector", &value));
	}
	assert_true(recording_next(recording, &event));
	assert_string_equal(event.class->name, "CLOCK_PAIRING");
	assert_int_equal(event.output_count, 4);
	assert_string_equal(event.outputs[2].field->name, "tsc");
	assert_int_equal(event.outputs[2].value, 777);
	assert_false(recording_next(recording, &event));
	assert_null(recording_problem(recording));
}

static void test_order(void **state)
{
	struct recording *recording;

	(void)state;
	write_recording();
	recording = open_recording();
	read_all(recording);
	recording_rewind(recording);
	read_all(recording);
	recording_close(recording);
}

/* A clock that goes backwards is corrected; what was lost is counted. */
static void test_writer(void **state)
{
	struct paracall_event lost = {
		.time = 60,
		.id = paracall_event_id(PARACALL_EVENT_LOST, 0),
		.arguments = { 5 },
	};
	struct recording *recording;
	struct recorder *recorder;
	struct event event;

	(void)state;
	recorder = begin_recording();
	add_kick(recorder, 0, 50, 1);
	add_kick(recorder, 0, 40, 2);
	assert_true(recorder_flush(recorder));
	assert_true(recorder_add(recorder, 0, &lost));
	lost.id = paracall_event_id(PARACALL_EVENT_KINDS, 0);
	assert_true(recorder_add(recorder, 0, &lost));
	assert_true(recorder_finish(recorder));
	recording = open_recording();
	assert_true(recording_next(recording, &event) && event.time == 50);
	assert_true(recording_next(recording, &event) && event.time == 50);
	assert_true(recording_next(recording, &event) && event.time == 60);
	assert_int_equal(recording_lost(recording), 5);
	assert_false(recording_next(recording, &event));
	assert_null(recording_problem(recording));
	recording_close(recording);
}

/* Each complete event is read, and the cut is reported. */
static void test_cut_off(void **state)
{
	(void)state;
	for (off_t size = 0; size < 64 * 12; size += 37) {
		struct recording *recording;
		struct event event;
		off_t seen = 0;

		write_recording();
		assert_int_equal(truncate(file_path("cpu12"), size), 0);
		recording = open_recording();
		while (recording_next(recording, &event))
			seen += event.cpu == 12;
		assert_int_equal(seen, size < 64 ? 0 : size / 64 - 1);
		assert_int_equal(!!recording_problem(recording), size > 0);
		recording_close(recording);
	}
}

static void test_no_recording(void **state)
{
	char error[256] = "";

	(void)state;
	assert_null(recording_open("/dev/null/x", error, sizeof(error)));
	assert_non_null(strstr(error, "/dev/null/x"));
	assert_null(recording_open("/dev/null", error, sizeof(error)));
	assert_non_null(strstr(error, "not a recording"));
	assert_null(try_folder(path));
	assert_null(recording_open(path, error, sizeof(error)));
	assert_non_null(strstr(error, "metadata"));
	assert_int_equal(close(open(file_path("metadata"), O_CREAT | O_WRONLY, 0600)), 0);
	assert_null(recording_open(path, error, sizeof(error)));
	assert_non_null(strstr(error, "damaged"));
}

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Paracall 0.1 numbered calls by their rows. */
static void test_other_format(void **state)
{
	char error[256] = "";

	(void)state;
	assert_null(try_folder(path));
	write_text(file_path("metadata"), "/* CTF 1.8 */\nenv {\n"
					  "\tdomain = \"paracall\";\n"
					  "\tformat_version = 1;\n"
					  "\tparacall_version = \"0.1.0\";\n};\n");
	assert_null(recording_open(path, error, sizeof(error)));
	assert_non_null(strstr(error, "another version of Paracall (format 1, not 2)"));
}

/* The writer replaces recordings that are not being written, and nothing else. */
static void test_prepare(void **state)
{
	struct recorder *recorder;

	(void)state;
	write_recording();
	assert_null(try_folder(path));
	assert_int_not_equal(access(file_path("metadata"), F_OK), 0);
	assert_int_equal(close(open(file_path("letter"), O_CREAT | O_WRONLY, 0600)), 0);
	assert_non_null(try_folder(path));
	assert_int_equal(unlink(file_path("letter")), 0);
	recorder = begin_recording();
	assert_non_null(strstr(try_folder(path), "another run"));
	assert_true(recorder_finish(recorder));
	assert_null(try_folder(path));
	write_text(file_path("metadata"), "precious");
	assert_non_null(strstr(try_folder(path), "not a recording"));
	assert_int_equal(access(file_path("metadata"), F_OK), 0);
	write_text(file_path("metadata"), "");
	assert_null(try_folder(path));
	write_text(file_path("cpu0"), "precious");
	assert_non_null(strstr(try_folder(path), "not a recording"));
	assert_int_equal(unlink(file_path("cpu0")), 0);
	assert_non_null(strstr(try_folder("/dev/null"), "not a folder"));
	assert_string_equal(try_folder("/dev/null/x"), strerror(ENOTDIR));
}

/* A full disk leaves whole packets. */
static void test_full(void **state)
{
	struct paracall_event event = { .id = paracall_event_id(PARACALL_EVENT_HALT, 0) };
	struct recorder *recorder;

	(void)state;
	recorder = begin_recording();
	assert_int_equal(symlink("/dev/full", file_path("cpu0")), 0);
	assert_true(recorder_add(recorder, 0, &event));
	assert_false(recorder_flush(recorder));
	assert_int_equal(errno, ENOSPC);
	assert_true(recorder_finish(recorder));
}

/* Changes a few bytes of a file, or cuts it; the same for the same @seed. */
static void mutate(const char *name, unsigned int seed)
{
	int file = open(file_path(name), O_RDWR);
	off_t size = lseek(file, 0, SEEK_END);

	assert_true(file >= 0);
	for (int i = 0; i < 8 && size; i++) {
		uint8_t byte = rand_r(&seed);

		/* Where headers are, mostly. */
		assert_int_equal(pwrite(file, &byte, 1,
					rand_r(&seed) % (i % 2 && size > 256 ? 256 : size)),
				 1);
	}
	if (seed % 4 == 0)
		assert_int_equal(ftruncate(file, rand_r(&seed) % (size + 1)), 0);
	close(file);
}

static void test_garbage(void **state)
{
	static const char *const names[] = { "metadata", "cpu1", "cpu12" };

	(void)state;
	for (unsigned int seed = 1; seed <= 300; seed++) {
		struct recording *recording;
		struct event event;
		char error[256];
		uint64_t events = 0;

		if (seed % 10 == 1)
			write_recording();
		mutate(names[seed % 3], seed);
		recording = recording_open(path, error, sizeof(error));
		if (!recording)
			continue;
		while (recording_next(recording, &event))
			events++;
		assert_true(events <= EVENTS + 2);
		recording_close(recording);
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(path) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	clear_folder();
	return rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),	     cmocka_unit_test(test_order),
		cmocka_unit_test(test_writer),	     cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_prepare),	     cmocka_unit_test(test_no_recording),
		cmocka_unit_test(test_other_format), cmocka_unit_test(test_full),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
