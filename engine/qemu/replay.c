/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU records the input from its own clocks and devices, with the number of the
 * counted instruction. What remains for us is the time of day at the beginning, and the
 * seed of fault injection: they are stored in a file beside the recording, with the
 * options that have to be the same.
 *
 * QEMU counts a block's instructions when the block begins. Leaving it in the
 * middle counts too many; how many depends on where the block ends, and that
 * differs between recording and replaying: QEMU cuts a block short where something
 * has to happen. So hooks leave a block at its last instruction only; what can't do so
 * a target leaves out.
 */
#include "replay.h"

#include "ticks.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "paracall-replay 1"

/* What the recording's file holds. */
struct kept {
	uint64_t realtime;
	uint64_t seed;
	/* The options that the guest can see, in one line. */
	char options[2048];
};

static struct {
	/* NULL if QEMU does not record or replay. */
	const char *recording;
	bool is_recording;
	uint64_t realtime;
} state;

bool replay_is_on(void)
{
	return state.recording;
}

uint64_t replay_realtime(void)
{
	return state.realtime;
}

/* What depends on the host's clock is not repeated exactly. */
static bool goes_by_host_time(const struct paracall_rule *rule)
{
	return rule->fault == PARACALL_FAULT_LATE || rule->fault == PARACALL_FAULT_JUMP ||
	       rule->fault == PARACALL_FAULT_BURST;
}

static bool check_options(const struct target *target, const struct plugin_options *options)
{
	const struct paracall_injection *injection = &options->injection;
	const char *refused = injection->async_pf_every ? "async-pf" : NULL;

	if (target->begin_replay && !target->begin_replay(options))
		return false;
	for (uint32_t i = 0; i < injection->rule_count; i++)
		if (goes_by_host_time(&injection->rules[i]))
			refused = injection->rules[i].text;
	if (refused)
		fprintf(stderr,
			"paracall: inject=%s depends on the host's clock, and cannot be recorded or replayed: leave it out\n",
			refused);
	return !refused;
}

static void describe(const struct target *target, const struct plugin_options *options,
		     struct kept *kept)
{
	const struct paracall_injection *injection = &options->injection;
	size_t length = snprintf(kept->options, sizeof(kept->options),
				 "features=%#" PRIx32 " hints=%#" PRIx32 " enforce=%d",
				 options->features, options->hints, options->enforce_features);

	if (target->describe_options)
		target->describe_options(kept->options + length,
					 sizeof(kept->options) - length);
	for (uint32_t i = 0; i < injection->rule_count; i++) {
		length = strlen(kept->options);
		snprintf(kept->options + length, sizeof(kept->options) - length, " inject=%s",
			 injection->rules[i].text);
	}
}

static bool write_file(const char *path, const struct kept *kept)
{
	FILE *file = fopen(path, "we");
	bool is_written = file && fprintf(file,
					  FIRST_LINE "\nrealtime %" PRIu64 "\nseed %" PRIu64
						     "\noptions %s\n",
					  kept->realtime, kept->seed, kept->options) > 0;

	if (file && fclose(file))
		is_written = false;
	if (!is_written)
		fprintf(stderr, "paracall: '%s', for the replay, can't be written: %s\n", path,
			strerror(errno));
	return is_written;
}

/* What all of uint64_t has at most, in decimal. */
#define DIGITS 20

static bool read_number(const char *digits, uint64_t *number)
{
	errno = 0;
	*number = strtoull(digits, NULL, 10);
	return !errno;
}

static bool read_file(const char *path, struct kept *kept)
{
	char realtime[DIGITS + 1], seed[DIGITS + 1];
	FILE *file = fopen(path, "re");
	bool is_read;

	if (!file) {
		fprintf(stderr,
			"paracall: '%s' can't be read (%s): Paracall writes it beside the recording, and replays only what was recorded with it\n",
			path, strerror(errno));
		return false;
	}
	is_read = fscanf(file, FIRST_LINE " realtime %20[0-9] seed %20[0-9] options %2047[^\n]",
			 realtime, seed, kept->options) == 3 &&
		  read_number(realtime, &kept->realtime) && read_number(seed, &kept->seed);
	fclose(file);
	if (!is_read)
		fprintf(stderr,
			"paracall: '%s' was not written by this version of Paracall: record again\n",
			path);
	return is_read;
}

static bool take_kept(const char *path, struct plugin_options *options, const struct kept *now)
{
	struct kept kept;

	if (!read_file(path, &kept))
		return false;
	if (strcmp(kept.options, now->options)) {
		fprintf(stderr,
			"paracall: recorded with other options (%s; they are now %s): use those of the recording\n",
			kept.options, now->options);
		return false;
	}
	options->injection.seed = kept.seed;
	state.realtime = kept.realtime;
	return true;
}

bool replay_begin(const struct target *target, struct plugin_options *options)
{
	struct kept now = {
		.realtime = host_nanoseconds(CLOCK_REALTIME),
		.seed = options->injection.seed,
	};
	char path[PATH_MAX];
	int length;

	if (!replay_is_on())
		return true;
	length = snprintf(path, sizeof(path), "%s.paracall", state.recording);
	if (length >= (int)sizeof(path)) {
		fprintf(stderr, "paracall: rrfile=%s: the name is too long\n", state.recording);
		return false;
	}
	if (!check_options(target, options))
		return false;
	describe(target, options, &now);
	state.realtime = now.realtime;
	return state.is_recording ? write_file(path, &now) : take_kept(path, options, &now);
}

/* QEMU itself refuses any other value. */
void replay_learn(const char *mode, const char *recording)
{
	state.is_recording = mode && !strcmp(mode, "record");
	if (recording && (state.is_recording || (mode && !strcmp(mode, "replay"))))
		state.recording = recording;
}
