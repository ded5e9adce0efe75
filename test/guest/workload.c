// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest does to make its vCPUs depend on each other: spin locks held so
 * long that waiters halt, interrupts from one vCPU to all others, and plain
 * kernel-heavy work. And how it checks its clocks. Static, and needs
 * nothing but /proc, /sys and a writable /tmp.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <linux/ptp_clock.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
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

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		die("clock_gettime");
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t now_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

/* When the work began that is timed; a mode that has to prepare it sets it again. */
static uint64_t start;

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
 * contend: a spin lock held for some 5 to 25 ms at a time under emulation.
 *
 * All that one call does to semaphores of System V is done under the spin lock of their set,
 * sem_perm.lock (ipc/sem.c): the operations are walked four or five times there, and once
 * before. With enough of them a few processes that do so at once wait for longer than the spin
 * phase of a PV spin lock lasts (SPIN_THRESHOLD in kernel/locking/qspinlock_paravirt.h), so that
 * waiters halt and unlockers kick. Both are instructions, and little memory, so on any host one is
 * as much longer than the other. And nothing has to be prepared: that would take longer
 * than the work.
 */
#if defined(__s390x__) || defined(__aarch64__) || defined(__loongarch__)
#define OPERATIONS 30000
#else
#define OPERATIONS 100000
#endif

/* As many at a time are permitted; SEMMSL, SEMMNS and SEMMNI are Linux's former defaults. */
static void permit_operations(void)
{
	FILE *file = fopen("/proc/sys/kernel/sem", "w");

	if (!file || fprintf(file, "250 32000 %d 128\n", OPERATIONS) < 0 || fclose(file) != 0)
		die("/proc/sys/kernel/sem");
}

/* Up and down again, for none that does not change its semaphore is walked as often. */
static struct sembuf operations[OPERATIONS];

static void do_operations(int set, long rounds)
{
	while (rounds-- > 0)
		if (semop(set, operations, OPERATIONS) != 0)
			die("semop");
}

static void contend(long workers, long rounds)
{
	int set;

	permit_operations();
	for (size_t i = 0; i < OPERATIONS; i++)
		operations[i].sem_op = i % 2 ? -1 : 1;
	set = semget(IPC_PRIVATE, 1, 0600);
	if (set < 0)
		die("semget");
	start = now_ms();
	in_processes(workers, rounds, do_operations, set);
	if (semctl(set, 0, IPC_RMID) != 0)
		die("semctl");
}

/*
 * wakes: a spin lock held for long with interrupts off, so that a waiter that
 * halts has its own interrupts off, too, and nothing but a kick ends that
 * (kvm_wait() in arch/x86/kernel/kvm.c).
 *
 * A write to an eventfd wakes all who wait for it under the spin lock of its
 * wait queue, which is taken with interrupts off (eventfd_write() in
 * fs/eventfd.c). So many instances of epoll wait for this one.
 */
#define EPOLLS 10000

static void add_epoll(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll");
}

static void wake_epolls(int fd, long rounds)
{
	const uint64_t one = 1;

	while (rounds-- > 0)
		if (write(fd, &one, sizeof(one)) != sizeof(one))
			die("write");
}

static void wakes(long workers, long rounds)
{
	const struct rlimit files = { EPOLLS + 100, EPOLLS + 100 };
	const int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0 || setrlimit(RLIMIT_NOFILE, &files) != 0)
		die("eventfd");
	for (int i = 0; i < EPOLLS; i++)
		add_epoll(fd);
	start = now_ms();
	in_processes(workers, rounds, wake_epolls, fd);
}

/*
 * ipi: threads that change one address space, so that each change must be
 * announced to the vCPUs of all others (TLB shootdown), and membarrier(2), which
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

/* Runs body(job) in that many threads and waits for them all. */
static void in_threads(long workers, void *(*body)(void *job), void *job)
{
	static pthread_t threads[MAX_WORKERS];

	for (long i = 0; i < workers; i++) {
		errno = pthread_create(&threads[i], NULL, body, job);
		if (errno)
			die("pthread_create");
	}
	for (long i = 0; i < workers; i++) {
		errno = pthread_join(threads[i], NULL);
		if (errno)
			die("pthread_join");
	}
}

static void ipi(long workers, long rounds)
{
	static struct ipi_job job;

	job.rounds = rounds;
	job.page_size = (size_t)sysconf(_SC_PAGESIZE);
	/* A kernel without it still does the rest. */
	job.membarrier =
		syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

	errno = pthread_barrier_init(&job.start, NULL, (unsigned int)workers);
	if (errno)
		die("pthread_barrier_init");
	in_threads(workers, ipi_thread, &job);
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

/*
 * messages: groups in which some send to all others, who only receive; of the kind of
 * rt-tests' hackbench, by pipes. Nearly all of it is waiting and waking.
 */
#define SENDERS 8
#define MESSAGE_SIZE 100

static int pipes[SENDERS][2];

static void receive_body(int number, long rounds)
{
	char buffer[MESSAGE_SIZE];
	ssize_t length;

	for (long left = SENDERS * rounds * MESSAGE_SIZE; left > 0; left -= length) {
		length = read(pipes[number][0], buffer, sizeof(buffer));
		if (length <= 0)
			die("read");
	}
}

static void send_body(int unused, long rounds)
{
	const char message[MESSAGE_SIZE] = "";

	(void)unused;
	while (rounds-- > 0)
		for (int i = 0; i < SENDERS; i++)
			if (write(pipes[i][1], message, sizeof(message)) != sizeof(message))
				die("write");
}

/* A group: half of it in the process itself, which is forked for that. */
static void group_body(int unused, long rounds)
{
	pid_t child;
	int status;

	(void)unused;
	for (int i = 0; i < SENDERS; i++)
		if (pipe(pipes[i]) != 0)
			die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		in_processes(SENDERS, rounds, send_body, 0);
		_exit(0);
	}
	for (int i = 0; i < SENDERS; i++) {
		const pid_t receiver = fork();

		if (receiver < 0)
			die("fork");
		if (receiver == 0) {
			receive_body(i, rounds);
			_exit(0);
		}
	}
	for (int i = 0; i < SENDERS + 1; i++)
		if (wait(&status) < 0 || status != 0)
			die("a member of the group failed");
}

static void messages(long groups, long rounds)
{
	in_processes(groups, rounds, group_body, 0);
}

/* Binds the calling thread to one vCPU; false if that does not exist. */
static bool move_to_cpu(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0;
}

/*
 * monotonic: a vCPU each for the threads, all of which read CLOCK_MONOTONIC as
 * fast as they can, by the vDSO if the clock source allows that. What a thread
 * reads may never be before what another one had read and published before.
 */
struct monotonic_job {
	_Alignas(64) _Atomic uint64_t newest;
	_Alignas(64) uint64_t end;
	atomic_long next_cpu;
	_Alignas(64) _Atomic uint64_t reads;
	_Alignas(8) _Atomic uint64_t violations;
	_Alignas(8) _Atomic uint64_t worst;
};

static void raise_to(_Atomic uint64_t *word, uint64_t value)
{
	uint64_t old = atomic_load(word);

	while (old < value && !atomic_compare_exchange_weak(word, &old, value))
		;
}

static void *monotonic_thread(void *argument)
{
	struct monotonic_job *job = argument;
	const long cpu = atomic_fetch_add(&job->next_cpu, 1);
	uint64_t reads = 0, violations = 0, newest, now;

	if (!move_to_cpu(cpu))
		die("no vCPU %ld", cpu);
	do {
		newest = atomic_load(&job->newest);
		now = now_ns(CLOCK_MONOTONIC);
		if (now < newest) {
			violations++;
			raise_to(&job->worst, newest - now);
		}
		raise_to(&job->newest, now);
		reads++;
	} while (now < job->end);
	atomic_fetch_add(&job->reads, reads);
	atomic_fetch_add(&job->violations, violations);
	return NULL;
}

static void monotonic(long workers, long seconds)
{
	static struct monotonic_job job;

	job.end = now_ns(CLOCK_MONOTONIC) + (uint64_t)seconds * 1000000000;
	in_threads(workers, monotonic_thread, &job);
	printf("monotonic: %" PRIu64 " reads, %" PRIu64 " violations, worst %" PRIu64 " ns\n",
	       job.reads, job.violations, job.worst);
}

/*
 * goes_on: checks forever that the clock continues through loads of saved states: a thread
 * on each vCPU looks for a step back, as above but at intervals; and another one compares
 * it with the HPET's counter, which QEMU saves and restores.
 */
#define HPET_PERIOD 4
#define HPET_COUNTER 0xf0
#define FEMTOSECONDS 1000000

struct goes_on_job {
	_Alignas(64) _Atomic uint64_t newest;
	_Alignas(64) _Atomic uint64_t violations;
	atomic_long next_cpu;
};

static struct goes_on_job goes_on_job;

static void *goes_on_thread(void *unused)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	uint64_t newest, now;

	(void)unused;
	if (!move_to_cpu(atomic_fetch_add(&goes_on_job.next_cpu, 1)))
		die("move_to_cpu");
	for (;;) {
		newest = atomic_load(&goes_on_job.newest);
		now = now_ns(CLOCK_MONOTONIC_RAW);
		if (now < newest)
			atomic_fetch_add(&goes_on_job.violations, 1);
		raise_to(&goes_on_job.newest, now);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static const volatile char *map_hpet(void)
{
	const int file = open("/dev/hpet", O_RDONLY | O_CLOEXEC);
	void *page = file < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);

	return page == MAP_FAILED ? NULL : page;
}

/* How far the clock is ahead of the HPET; the one is read in the middle of the other. */
static int64_t ahead_of_hpet(const volatile char *hpet)
{
	const uint64_t period = *(const volatile uint32_t *)(hpet + HPET_PERIOD);
	int64_t shortest = INT64_MAX, ahead = 0;

	for (int i = 0; i < 8; i++) {
		const int64_t before = (int64_t)now_ns(CLOCK_MONOTONIC_RAW);
		const uint64_t ticks = *(const volatile uint64_t *)(hpet + HPET_COUNTER);
		const int64_t took = (int64_t)now_ns(CLOCK_MONOTONIC_RAW) - before;

		if (took >= shortest)
			continue;
		shortest = took;
		ahead = before + took / 2 -
			(int64_t)(ticks * (period / 1000) / (FEMTOSECONDS / 1000));
	}
	return ahead;
}

static void goes_on(long workers, long unused)
{
	const volatile char *hpet = map_hpet();
	const int64_t first = hpet ? ahead_of_hpet(hpet) : 0;
	pthread_t thread;

	(void)unused;
	for (long i = 0; i < workers; i++)
		if (pthread_create(&thread, NULL, goes_on_thread, NULL) != 0)
			die("pthread_create");
	for (;;) {
		printf("clock: %" PRIu64 " steps back, %" PRId64 " ms ahead%s\n",
		       atomic_load(&goes_on_job.violations),
		       hpet ? (ahead_of_hpet(hpet) - first) / 1000000 : 0,
		       hpet ? "" : ", of nothing");
		fflush(stdout);
		sleep(1);
	}
}

/*
 * clock: the clocks, a line a second, from one vCPU after the other.
 */
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

static void read_clock_source(char *name, int size)
{
	FILE *file = fopen(CLOCK_SOURCE, "re");

	if (!file || !fgets(name, size, file))
		die("%s", CLOCK_SOURCE);
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
}

static void clocks(long workers, long seconds)
{
	const struct timespec second = { .tv_sec = 1 };
	uint64_t monotonic_ns, boottime;
	char source[64];

	for (long i = 0; i < seconds; i++) {
		const long cpu = i % workers;

		if (!move_to_cpu(cpu))
			die("no vCPU %ld", cpu);
		read_clock_source(source, sizeof(source));
		monotonic_ns = now_ns(CLOCK_MONOTONIC);
		boottime = now_ns(CLOCK_BOOTTIME);
		printf("clock %ld: cpu %ld source %s monotonic %" PRIu64 " boottime %" PRIu64
		       " realtime %" PRIu64 "\n",
		       i, cpu, source, monotonic_ns, boottime, now_ns(CLOCK_REALTIME));
		fflush(stdout);
		if (nanosleep(&second, NULL) != 0)
			die("nanosleep");
	}
}

/*
 * pair: the raw monotonic clock against the host's clock, both at the same
 * instants: as the kernel's driver ptp_kvm gets them by hypercall.
 */
static int64_t ptp_ns(const struct ptp_clock_time *time)
{
	return time->sec * 1000000000 + time->nsec;
}

/* With another clock source than kvm-clock the guest reads its own clock around that. */
static bool read_pair_between(int file, int64_t *host, int64_t *guest)
{
	struct ptp_sys_offset samples = { .n_samples = PTP_MAX_SAMPLES };
	int64_t shortest = INT64_MAX;

	if (ioctl(file, PTP_SYS_OFFSET, &samples) != 0)
		return false;
	for (int i = 0; i < PTP_MAX_SAMPLES; i++) {
		const int64_t before = ptp_ns(&samples.ts[2 * i]);
		const int64_t took = ptp_ns(&samples.ts[2 * i + 2]) - before;

		if (took >= shortest)
			continue;
		shortest = took;
		*host = ptp_ns(&samples.ts[2 * i + 1]);
		*guest = before + took / 2;
	}
	return true;
}

static bool read_precise_pair(int file, int64_t *host, int64_t *guest)
{
	struct ptp_sys_offset_precise pair = { .rsv = { 0 } };

	if (ioctl(file, PTP_SYS_OFFSET_PRECISE, &pair) != 0)
		return false;
	*host = pair.device.sec * 1000000000 + pair.device.nsec;
	*guest = pair.sys_monoraw.sec * 1000000000 + pair.sys_monoraw.nsec;
	return true;
}

/* Some calls may fail, since that is asked for. */
static void read_pair(int file, int64_t *host, int64_t *guest)
{
	for (int i = 0; i < 20; i++)
		if (read_precise_pair(file, host, guest) ||
		    read_pair_between(file, host, guest))
			return;
	die("no time of the host");
}

static void pairs(long workers, long seconds)
{
	const struct timespec second = { .tv_sec = 1 };
	const int file = open("/dev/ptp0", O_RDWR | O_CLOEXEC);
	int64_t first_host, first_guest, host, guest;

	if (file < 0)
		die("/dev/ptp0");
	read_pair(file, &first_host, &first_guest);
	for (long i = 1; i <= seconds; i++) {
		if (!move_to_cpu(i % workers) || nanosleep(&second, NULL) != 0)
			die("vCPU %ld", i % workers);
		read_pair(file, &host, &guest);
		printf("pair %ld: host %" PRId64 " ns, guest %+" PRId64 " ns against that\n", i,
		       host - first_host, guest - first_guest - (host - first_host));
		fflush(stdout);
	}
	close(file);
}

/*
 * memory: this many MB that nothing else should write to. Each second they are
 * checked, forever; what has changed is restored.
 */
#define PATTERN UINT64_C(0x9e3779b97f4a7c15)

static uint64_t repair(volatile uint64_t *words, size_t count)
{
	uint64_t bad = 0;

	for (size_t i = 0; i < count; i++) {
		if (words[i] == i * PATTERN)
			continue;
		bad++;
		words[i] = i * PATTERN;
	}
	return bad;
}

static void memory(long unused, long megabytes)
{
	const size_t size = (size_t)megabytes << 20;
	uint64_t *words = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)unused;
	if (words == MAP_FAILED)
		die("mmap");
	repair(words, size / sizeof(*words));
	for (;;) {
		printf("memory: %" PRIu64 " bad words\nready: memory\n",
		       repair(words, size / sizeof(*words)));
		fflush(stdout);
		sleep(1);
	}
}

static const struct mode {
	const char *name;
	const char *workers;
	void (*run)(long workers, long rounds);
} modes[] = {
	{ "contend", "processes", contend },
	{ "wakes", "processes", wakes },
	{ "ipi", "threads", ipi },
	{ "forks", "processes", forks },
	{ "messages", "groups", messages },
	{ "monotonic", "threads", monotonic },
	{ "clock", "vCPUs", clocks },
	{ "pair", "vCPUs", pairs },
	{ "memory", "", memory },
	{ "goes_on", "vCPUs", goes_on },
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

	if (argc == 2 && strcmp(argv[1], "child") == 0)
		return write(STDOUT_FILENO, "", 1) == 1 ? 0 : 1;
	mode = argc == 4 ? find_mode(argv[1]) : NULL;
	if (!mode) {
		fputs("usage: workload contend|wakes|ipi|forks|messages WORKERS ROUNDS\n"
		      "       workload monotonic|clock|pair CPUS SECONDS\n"
		      "       workload memory 1 MEGABYTES\n"
		      "       workload goes_on CPUS 1\n",
		      stderr);
		return 2;
	}
	workers = number(argv[2], MAX_WORKERS);
	rounds = number(argv[3], 1000000000);

	start = now_ms();
	mode->run(workers, rounds);
	printf("%s: %ld %s, %ld rounds each, %" PRIu64 " ms\n", mode->name, workers,
	       mode->workers, rounds, now_ms() - start);
	return 0;
}
