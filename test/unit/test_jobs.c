/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of paracall check at the same time. */
#include "../../cli/check/jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define JOBS 24

struct seen {
	/* Of each job: how many others ran when it began. */
	unsigned int beside[JOBS];
	atomic_uint running, most;
	atomic_bool alone_was_disturbed;
	/* Written by the reporting thread alone. */
	size_t order[JOBS];
	size_t reported;
	/* Job 0 waits for one that is begun later. */
	bool first_is_last;
	atomic_uint done;
	/* This many are begun, then all is to stop; 0: never. */
	unsigned int stop_after;
	atomic_uint begun;
};

static bool is_alone(size_t index, void *argument)
{
	(void)argument;
	return index % 7 == 3;
}

static bool is_stopped(void *argument)
{
	struct seen *seen = argument;

	return seen->stop_after && seen->begun >= seen->stop_after;
}

static void a_moment(void)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	nanosleep(&moment, NULL);
}

static void run(size_t index, void *argument)
{
	struct seen *seen = argument;
	unsigned int beside = atomic_fetch_add(&seen->running, 1);

	seen->begun++;
	seen->beside[index] = beside;
	if (beside + 1 > seen->most)
		seen->most = beside + 1;
	while (seen->first_is_last && !index && !seen->done)
		a_moment();
	a_moment();
	if (is_alone(index, NULL) && seen->running != 1)
		seen->alone_was_disturbed = true;
	seen->done++;
	seen->running--;
}

static void report(size_t index, void *argument)
{
	struct seen *seen = argument;

	seen->order[seen->reported++] = index;
}

static size_t run_jobs(struct seen *seen, unsigned int parallel, size_t count)
{
	const struct jobs jobs = { .count = count,
				   .parallel = parallel,
				   .run = run,
				   .is_alone = is_alone,
				   .report = report,
				   .is_stopped = is_stopped,
				   .argument = seen };

	return jobs_run(&jobs);
}

static void all_are_done_in_order(void **state)
{
	(void)state;
	for (unsigned int parallel = 1; parallel < 40; parallel += 6) {
		struct seen seen = { .reported = 0 };

		assert_int_equal(run_jobs(&seen, parallel, JOBS), JOBS);
		assert_int_equal(seen.reported, JOBS);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(seen.order[i], i);
		assert_int_equal(seen.done, JOBS);
		assert_true(seen.most <= parallel);
		assert_false(seen.alone_was_disturbed);
		for (size_t i = 3; i < JOBS; i += 7)
			assert_int_equal(seen.beside[i], 0);
	}
}

/* It would hang if job 0 had to end before another is begun. */
static void later_ones_do_not_wait(void **state)
{
	struct seen seen = { .first_is_last = true };

	(void)state;
	assert_int_equal(run_jobs(&seen, 2, 3), 3);
	assert_int_equal(seen.order[0], 0);
	assert_int_equal(seen.most, 2);
}

static void a_stop_leaves_the_rest(void **state)
{
	struct seen seen = { .stop_after = 5 };

	(void)state;
	assert_true(run_jobs(&seen, 2, JOBS) < 6);
	assert_true(seen.begun >= 5 && seen.begun <= 6);
	assert_int_equal(seen.running, 0);
	for (size_t i = 1; i < seen.reported; i++)
		assert_true(seen.order[i] > seen.order[i - 1]);
}

static void none_are_soon_done(void **state)
{
	struct seen seen = { .reported = 0 };

	(void)state;
	assert_int_equal(run_jobs(&seen, 4, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_done_in_order),
		cmocka_unit_test(later_ones_do_not_wait),
		cmocka_unit_test(a_stop_leaves_the_rest),
		cmocka_unit_test(none_are_soon_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
