/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "jobs.h"

#include "../cli.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
	const struct jobs *jobs;
	/* For all below. */
	pthread_mutex_t lock;
	/* A job has begun or ended. */
	pthread_cond_t changed;
	size_t begun;
	unsigned int running, workers;
	bool runs_alone;
	/* By index. */
	bool *is_done;
};

static bool is_alone(const struct jobs *jobs, size_t index)
{
	return jobs->is_alone && jobs->is_alone(index, jobs->argument);
}

static bool may_begin(const struct pool *pool, size_t index)
{
	return !pool->running || !(pool->runs_alone || is_alone(pool->jobs, index));
}

/* False if there is none left. */
static bool begin(struct pool *pool, size_t *index)
{
	const struct jobs *jobs = pool->jobs;

	while (pool->begun < jobs->count && !may_begin(pool, pool->begun))
		pthread_cond_wait(&pool->changed, &pool->lock);
	if (pool->begun == jobs->count || jobs->is_stopped(jobs->argument))
		return false;
	*index = pool->begun++;
	pool->runs_alone = is_alone(jobs, *index);
	pool->running++;
	return true;
}

static void *work(void *argument)
{
	struct pool *pool = argument;
	const struct jobs *jobs = pool->jobs;
	size_t index;

	pthread_mutex_lock(&pool->lock);
	while (begin(pool, &index)) {
		pthread_mutex_unlock(&pool->lock);
		jobs->run(index, jobs->argument);
		pthread_mutex_lock(&pool->lock);
		pool->is_done[index] = !jobs->is_stopped(jobs->argument);
		pool->running--;
		pool->runs_alone = false;
		pthread_cond_broadcast(&pool->changed);
	}
	pool->workers--;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* With as many threads as there are; without any, in the caller's own. */
static size_t begin_work(struct pool *pool, pthread_t *threads)
{
	size_t count = 0;

	pthread_mutex_lock(&pool->lock);
	while (count < pool->jobs->parallel && count < pool->jobs->count &&
	       !pthread_create(&threads[count], NULL, work, pool))
		count++;
	pool->workers = count ? count : 1;
	pthread_mutex_unlock(&pool->lock);
	if (!count)
		work(pool);
	return count;
}

/* Jobs that were never done are skipped at the end. */
static size_t report_all(struct pool *pool)
{
	const struct jobs *jobs = pool->jobs;
	size_t reported = 0;

	pthread_mutex_lock(&pool->lock);
	for (size_t i = 0; i < jobs->count; i++) {
		while (!pool->is_done[i] && pool->workers)
			pthread_cond_wait(&pool->changed, &pool->lock);
		if (!pool->is_done[i])
			continue;
		pthread_mutex_unlock(&pool->lock);
		jobs->report(i, jobs->argument);
		pthread_mutex_lock(&pool->lock);
		reported++;
	}
	pthread_mutex_unlock(&pool->lock);
	return reported;
}

size_t jobs_run(const struct jobs *jobs)
{
	struct pool pool = {
		.jobs = jobs,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.is_done = must(calloc(jobs->count + 1, sizeof(*pool.is_done))),
	};
	pthread_t *threads = must(calloc(jobs->parallel, sizeof(*threads)));
	size_t count = begin_work(&pool, threads);
	size_t reported = report_all(&pool);

	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	free(pool.is_done);
	return reported;
}
