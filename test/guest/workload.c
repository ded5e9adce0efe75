// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest does to make its vCPUs need each other: spin locks held so
 * long that waiters halt, interrupts from one vCPU to all others, and plain
 * kernel-heavy work. Static, and needs nothing but /proc and a writable /tmp.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_WORKERS 1024

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	const int error = errno;
	va_list args;

	fputs("workload: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (error)
		fprintf(stderr, ": %s", strerror(error));
	fputc('\n', stderr);
	exit(1);
}

static long long now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		die("clock_gettime");
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Runs body(argument, rounds) in that many processes and waits for them all. */
static void in_processes(long workers, long rounds, void (*body)(int argument, long rounds),
			 int argument)
{
	bool failed = false;
	int status;

	fflush(NULL);
	for (long i = 0; i < workers; i++) {
		const pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			body(argument, rounds);
			_exit(0);
		}
	}
	for (long i = 0; i < workers; i++) {
		if (wait(&status) < 0)
			die("wait");
		failed |= status != 0;
	}
	errno = 0;
	if (failed)
		die("a worker failed");
}

/*
 * contend: a spin lock held for about 10 ms at a time under emulation.
 *
 * Linux keeps the POSIX locks of a file in one list, under the spin lock
 * flc_lock (fs/locks.c), and F_GETLK walks that list. With enough records in
 * it, a few processes asking at once wait for longer than the spin phase of a
 * PV spin lock lasts (SPIN_THRESHOLD in kernel/locking/qspinlock_paravirt.h),
 * so that waiters halt and unlockers kick.
 */
#define LOCK_RECORDS 100000L

static void lock_range(int fd, int command, struct flock *lock, short type, off_t start,
		       off_t length)
{
	*lock = (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = start,
		.l_len = length,
	};
	if (fcntl(fd, command, lock) != 0)
		die("fcntl");
}

/*
 * One lock over everything, then holes from the end to the beginning: each
 * hole splits the first record, so that none is looked for.
 */
static void make_lock_records(int fd)
{
	struct flock lock;

	lock_range(fd, F_SETLK, &lock, F_WRLCK, 0, 2 * LOCK_RECORDS);
	for (long i = LOCK_RECORDS - 1; i >= 0; i--)
		lock_range(fd, F_SETLK, &lock, F_UNLCK, 2 * i + 1, 1);
}

static void walk_lock_records(int fd, long rounds)
{
	struct flock lock;

	while (rounds-- > 0)
		lock_range(fd, F_GETLK, &lock, F_WRLCK, 2 * LOCK_RECORDS + 10, 1);
}

static void contend(long workers, long rounds)
{
	char path[] = "/tmp/workload-XXXXXX";
	const int fd = mkstemp(path);

	if (fd < 0)
		die("%s", path);
	if (unlink(path) != 0)
		die("%s", path);
	make_lock_records(fd);
	in_processes(workers, rounds, walk_lock_records, fd);
	if (close(fd) != 0)
		die("close");
}

/*
 * ipi: threads that change one address space, so that each change must be
 * told to the vCPUs of all others (TLB shootdown), and membarrier(2), which
 * interrupts every vCPU that runs one of them.
 */
#define REGION_PAGES 16
#define MEMBARRIER_EVERY 8

struct ipi_job {
	pthread_barrier_t start;
	long rounds;
	size_t page_size;
	bool membarrier;
};

static void change_mappings(size_t page_size)
{
	const size_t size = REGION_PAGES * page_size;
	char *region =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		die("mmap");
	for (size_t at = 0; at < size; at += page_size)
		*(volatile char *)(region + at) = 1;
	if (mprotect(region, size, PROT_READ) != 0)
		die("mprotect");
	if (munmap(region, size) != 0)
		die("munmap");
}

static void *ipi_thread(void *argument)
{
	struct ipi_job *job = argument;

	pthread_barrier_wait(&job->start);
	for (long i = 0; i < job->rounds; i++) {
		change_mappings(job->page_size);
		if (job->membarrier && i % MEMBARRIER_EVERY == 0 &&
		    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
			die("membarrier");
	}
	return NULL;
}

static void ipi(long workers, long rounds)
{
	static pthread_t threads[MAX_WORKERS];
	static struct ipi_job job;

	job.rounds = rounds;
	job.page_size = (size_t)sysconf(_SC_PAGESIZE);
	/* A kernel without it does the rest all the same. */
	job.membarrier =
		syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

	errno = pthread_barrier_init(&job.start, NULL, (unsigned int)workers);
	if (errno)
		die("pthread_barrier_init");
	for (long i = 0; i < workers; i++) {
		errno = pthread_create(&threads[i], NULL, ipi_thread, &job);
		if (errno)
			die("pthread_create");
	}
	for (long i = 0; i < workers; i++) {
		errno = pthread_join(threads[i], NULL);
		if (errno)
			die("pthread_join");
	}
	pthread_barrier_destroy(&job.start);
}

/* forks: fork, exec of the smallest thing there is, and a pipe to hear from it. */
static void __attribute__((noreturn)) exec_child(const int pipe_ends[2])
{
	if (dup2(pipe_ends[1], STDOUT_FILENO) < 0)
		_exit(1);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	execl("/proc/self/exe", "workload", "child", (char *)NULL);
	_exit(1);
}

static void run_child(void)
{
	int pipe_ends[2];
	int status;
	pid_t child;
	char byte;

	if (pipe(pipe_ends) != 0)
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		exec_child(pipe_ends);
	close(pipe_ends[1]);
	errno = 0;
	if (read(pipe_ends[0], &byte, 1) != 1)
		die("the child said nothing");
	close(pipe_ends[0]);
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	errno = 0;
	if (status != 0)
		die("the child failed");
}

static void forks_body(int unused, long rounds)
{
	(void)unused;
	while (rounds-- > 0)
		run_child();
}

static void forks(long workers, long rounds)
{
	in_processes(workers, rounds, forks_body, 0);
}

static const struct mode {
	const char *name;
	const char *workers;
	void (*run)(long workers, long rounds);
} modes[] = {
	{ "contend", "processes", contend },
	{ "ipi", "threads", ipi },
	{ "forks", "processes", forks },
};

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

static long number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end != '\0' || value < 1 || value > max) {
		errno = 0;
		die("not a number from 1 to %ld: %s", max, text);
	}
	return value;
}

int main(int argc, char **argv)
{
	const struct mode *mode;
	long workers, rounds;
	long long start;

	if (argc == 2 && strcmp(argv[1], "child") == 0)
		return write(STDOUT_FILENO, "", 1) == 1 ? 0 : 1;
	mode = argc == 4 ? find_mode(argv[1]) : NULL;
	if (!mode) {
		fputs("usage: workload contend|ipi|forks WORKERS ROUNDS\n", stderr);
		return 2;
	}
	workers = number(argv[2], MAX_WORKERS);
	rounds = number(argv[3], 1000000000);

	start = now_ms();
	mode->run(workers, rounds);
	printf("%s: %ld %s, %ld rounds each, %lld ms\n", mode->name, workers, mode->workers,
	       rounds, now_ms() - start);
	return 0;
}
