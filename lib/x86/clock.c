/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvmclock: msr.rst, and arch/x86/kvm/x86.c, kvm_setup_guest_pvclock,
 * kvm_write_system_time and kvm_write_wall_clock.
 *
 * The guest's clock is its time-stamp counter, scaled: nanoseconds since that
 * was 0. The scale is the counter's frequency, always: guests read it once, and
 * rely on it for the counter itself (arch/x86/kernel/kvmclock.c, kvm_get_tsc_khz).
 *
 * What the clock pages say is the same for all vCPUs, always: that is what the
 * stable flag promises. So when the clock has to be corrected, because the counter
 * is uneven, all pages change together: first their versions become
 * odd, so that no vCPU can use them, then they get the new line, and last their
 * versions become even again. A clock that is behind jumps. One that is
 * ahead stands still while the versions are odd: no vCPU can read it then, and it
 * continues from where it was.
 */
#include "clock.h"

#include "../memory.h"
#include "../misuse.h"
#include "../trace/trace.h"
#include "mark.h"
#include "msr.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

static_assert(sizeof(struct paracall_pvclock_vcpu_time_info) == 32, "the ABI's size");
static_assert(sizeof(struct paracall_pvclock_wall_clock) == 12, "the ABI's size");

/* A wide product, of which standard C has none. */
__extension__ typedef unsigned __int128 uint128;

/*
 * As KVM's kvm_get_time_scale does it, from @frequency Hz to nanoseconds. The
 * multiplier has its top bits set, for precision; the shift makes up for that.
 */
struct clock_scale paracall_clock_scale(uint64_t frequency)
{
	uint64_t to = NANOSECONDS_PER_SECOND;
	uint64_t from = frequency ? frequency : 1;
	struct clock_scale scale = { .shift = 0 };

	while (from > 2 * to || from > UINT32_MAX) {
		from >>= 1;
		scale.shift--;
	}
	while (from <= to || to > UINT32_MAX) {
		if (to > UINT32_MAX || from & 0x80000000u)
			to >>= 1;
		else
			from <<= 1;
		scale.shift++;
	}
	scale.multiplier = (uint32_t)((to << 32) / from);
	return scale;
}

uint64_t paracall_clock_nanoseconds(struct clock_scale scale, uint64_t tsc)
{
	tsc = scale.shift < 0 ? tsc >> -scale.shift : tsc << scale.shift;
	return (uint64_t)((uint128)tsc * scale.multiplier >> 32);
}

static bool is_running(struct paracall_cpu *cpu)
{
	return atomic_load(&x86_cpu(cpu)->system_time) & PARACALL_KVM_MSR_ENABLED;
}

static bool can_read_clocks(const struct paracall_cpu *cpu)
{
	return cpu->machine->engine.capabilities & PARACALL_CAN_READ_CLOCKS;
}

static bool try_lock(struct clock *clock)
{
	return !pthread_mutex_trylock(&clock->mutex);
}

/*
 * Held while pages are written: for some microseconds, or up to LONGEST_HOLD more.
 * Never in a hypercall, except one that sends an INIT. The holder
 * may have to wait for the engine, if a page turns out to be a device's. So it is
 * not for callers that the engine may wait for: those in paracall_update() and
 * paracall_machine_remove_cpu().
 */
static void lock(struct clock *clock)
{
	pthread_mutex_lock(&clock->mutex);
}

static void unlock(struct clock *clock)
{
	pthread_mutex_unlock(&clock->mutex);
}

int paracall_clock_init(struct clock *clock)
{
	return pthread_mutex_init(&clock->mutex, NULL) ? PARACALL_ERROR_MEMORY : PARACALL_OK;
}

void paracall_clock_destroy(struct clock *clock)
{
	pthread_mutex_destroy(&clock->mutex);
}

/* The vCPU that writes may be another one than the page's. */
static bool write_version(struct paracall_cpu *writer, const struct x86_cpu *cpu,
			  uint32_t version)
{
	bool is_written;

	version = htole32(version);
	atomic_thread_fence(memory_order_seq_cst);
	is_written = guest_write(writer, cpu->clock_page, &version, sizeof(version));
	atomic_thread_fence(memory_order_seq_cst);
	return is_written;
}

/*
 * The version is odd while the rest changes: the guest reads it before and
 * after. Other vCPUs may read at any time. The vCPU may go meanwhile, and what
 * is open is closed all the same.
 */
static void begin_page(struct paracall_cpu *writer, struct x86_cpu *cpu)
{
	uint64_t system_time = atomic_load(&cpu->system_time);
	uint32_t version;

	x86_void_mark(&x86_machine(cpu->cpu.machine)->clock);
	cpu->is_clock_open = false;
	cpu->clock_page = guest_address(system_time & ~(uint64_t)PARACALL_KVM_MSR_ENABLED);
	if (!(system_time & PARACALL_KVM_MSR_ENABLED) ||
	    !guest_is_in_page(cpu->clock_page,
			      sizeof(struct paracall_pvclock_vcpu_time_info)) ||
	    !guest_read(writer, cpu->clock_page, &version, sizeof(version)))
		return;
	version = (le32toh(version) + 1) | 1;
	cpu->is_clock_open = write_version(writer, cpu, version);
	cpu->clock_version = version + 1;
}

static uint8_t page_flags(const struct x86_machine *machine, uint8_t old, bool was_paused)
{
	uint8_t flags = old & PARACALL_PVCLOCK_GUEST_STOPPED;

	if (was_paused)
		flags |= PARACALL_PVCLOCK_GUEST_STOPPED;
	if (!atomic_load(&machine->has_old_clock))
		flags |= PARACALL_PVCLOCK_TSC_STABLE;
	return flags;
}

static void finish_page(struct paracall_cpu *writer, struct x86_cpu *cpu, bool was_paused)
{
	const struct x86_machine *machine = x86_machine_of(writer);
	const struct clock_line *line = &machine->clock.line;
	struct paracall_pvclock_vcpu_time_info page;

	if (!cpu->is_clock_open || !guest_read(writer, cpu->clock_page, &page, sizeof(page)))
		return;
	page = (struct paracall_pvclock_vcpu_time_info){
		.version = htole32(cpu->clock_version - 1),
		.tsc_timestamp = htole64(line->tsc_timestamp),
		.system_time = htole64(line->system_time),
		.tsc_to_system_mul = htole32(line->multiplier),
		.tsc_shift = line->shift,
		.flags = page_flags(machine, page.flags, was_paused),
	};
	guest_write(writer, cpu->clock_page, &page, sizeof(page));
	write_version(writer, cpu, cpu->clock_version);
	paracall_statistics_add(&writer->statistics->clock_updates, 1);
}

/* Of all vCPUs: the line changes in between. */
static void begin_pages(struct paracall_cpu *writer)
{
	struct paracall_machine *machine = writer->machine;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		begin_page(writer, x86_cpu(cpu_at(machine, i)));
}

static void finish_pages(struct paracall_cpu *writer)
{
	struct paracall_machine *machine = writer->machine;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		finish_page(writer, x86_cpu(cpu_at(machine, i)), false);
}

static uint64_t line_nanoseconds(const struct clock_line *line, uint64_t tsc)
{
	struct clock_scale scale = { line->multiplier, line->shift };

	return line->system_time + paracall_clock_nanoseconds(scale, tsc - line->tsc_timestamp);
}

/* Not under the lock: the engine may have to measure it. */
static uint64_t ask_frequency(struct paracall_cpu *cpu)
{
	uint64_t frequency = cpu->machine->engine.x86->tsc_frequency(cpu->engine_cpu);

	if (!frequency)
		report_to_engine(cpu->machine, cpu, PARACALL_ERROR_ARGUMENT,
				 "tsc_frequency: there is no counter of 0 Hz");
	return frequency;
}

static void learn_frequency(struct paracall_cpu *cpu)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;

	if (!atomic_load(&clock->frequency))
		atomic_store(&clock->frequency, ask_frequency(cpu));
}

/* After learn_frequency(). */
static struct clock_line *current_line(struct clock *clock)
{
	struct clock_scale scale;

	if (!clock->line.multiplier) {
		scale = paracall_clock_scale(atomic_load(&clock->frequency));
		clock->line.multiplier = scale.multiplier;
		clock->line.shift = scale.shift;
	}
	return &clock->line;
}

static void write_own_page(struct paracall_cpu *cpu, bool was_paused)
{
	current_line(&x86_machine_of(cpu)->clock);
	begin_page(cpu, x86_cpu(cpu));
	finish_page(cpu, x86_cpu(cpu), was_paused);
}

/* Smaller errors are ignored. */
#define SMALL_ERROR 2000
/* More than that is not an uneven counter. */
#define MOST_ERROR INT64_C(1000000000)

/* The clock stands still for no longer than this at a time: readers wait for it. */
#define LONGEST_HOLD 100000
/* A host clock that does not advance ends it, too. */
#define MOST_READINGS 10000
/*
 * A reader may have read the counter this much later than it seems, or the host's
 * processors may differ by this much.
 */
#define SLACK 500

/* The precision of the engine's values of the counter. */
#define UNCERTAINTY 2000

static bool steady_clock(struct paracall_cpu *cpu, uint64_t *nanoseconds)
{
	struct paracall_clocks clocks;

	if (!ask_clocks(cpu, &clocks))
		return false;
	*nanoseconds = clocks.steady_nanoseconds;
	return true;
}

/*
 * While no page can be read: waits, and returns by how much the clock may be set
 * back, @most at the most, so that its next reading is no less than the last one.
 * By as much as has passed in between, that is. Guests spin meanwhile, as they do
 * for KVM (arch/x86/include/asm/pvclock.h, pvclock_read_begin).
 */
static uint64_t stand_still(struct paracall_cpu *cpu, uint64_t most)
{
	uint64_t wanted = (most < LONGEST_HOLD ? most : LONGEST_HOLD) + SLACK;
	uint64_t began, now;

	if (!steady_clock(cpu, &began))
		return 0;
	now = began;
	for (int i = 0; i < MOST_READINGS && now - began < wanted; i++)
		if (!steady_clock(cpu, &now))
			break;
	if (now - began < SLACK)
		return 0;
	return now - began - SLACK < most ? now - began - SLACK : most;
}

/*
 * To a value of the counter that is not read any more: @tsc, if that was read by
 * the guest as it seems.
 */
static void rebase(struct clock_line *line, uint64_t tsc, uint64_t latest)
{
	if (tsc > latest)
		tsc = latest;
	if (tsc < line->tsc_timestamp)
		return;
	/* What is rounded down twice must not be less. */
	line->system_time = line_nanoseconds(line, tsc) + 1;
	line->tsc_timestamp = tsc;
}

static void correct(struct paracall_cpu *cpu, struct clock_line *line, int64_t error)
{
	begin_pages(cpu);
	if (error > 0)
		line->system_time -= stand_still(cpu, (uint64_t)error);
	else
		line->system_time += (uint64_t)-error;
	finish_pages(cpu);
}

/* True if the clock's line is another one now. The host's clocks were read before. */
static bool adjust(struct paracall_cpu *cpu, struct clock *clock, uint64_t tsc,
		   const struct paracall_clocks *clocks)
{
	struct clock_line *line = current_line(clock);
	uint64_t uncertainty =
		atomic_load(&clock->frequency) * UNCERTAINTY / NANOSECONDS_PER_SECOND;
	int64_t error;

	if (clocks->tsc < line->tsc_timestamp)
		return false;
	error = (int64_t)(line_nanoseconds(line, clocks->tsc) - clocks->steady_nanoseconds +
			  clock->origin);
	if (!atomic_exchange(&clock->has_origin, true) || error > MOST_ERROR ||
	    error < -MOST_ERROR) {
		clock->origin =
			clocks->steady_nanoseconds - line_nanoseconds(line, clocks->tsc);
		return false;
	}
	if (error <= SMALL_ERROR && error >= -SMALL_ERROR)
		return false;
	rebase(line, tsc, clocks->tsc - uncertainty);
	correct(cpu, line, error);
	return true;
}

/* Without the lock: reporting may have to wait. */
static void report_update(struct paracall_cpu *cpu, const struct clock_line *line,
			  bool was_paused)
{
	trace_now(cpu, PARACALL_EVENT_CLOCK, line->tsc_timestamp, line->system_time,
		  line->multiplier | (uint64_t)(uint8_t)line->shift << 32,
		  page_flags(x86_machine_of(cpu), 0, was_paused));
}

void paracall_adjust_clock(struct paracall_cpu *cpu, uint64_t tsc)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	struct paracall_clocks clocks;
	struct clock_line line;
	bool is_changed;

	ENTER(cpu);
	/* Before the guest has a clock there is nothing to correct. */
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_adjust_clock") || !can_read_clocks(cpu) ||
	    !atomic_load(&clock->frequency) || !ask_clocks(cpu, &clocks) || !clocks.is_paired ||
	    !try_lock(clock))
		return;
	is_changed = adjust(cpu, clock, tsc, &clocks);
	line = clock->line;
	unlock(clock);
	if (is_changed && is_running(cpu))
		report_update(cpu, &line, false);
}

bool paracall_clock_is_running(struct paracall_cpu *cpu)
{
	return is_running(cpu) && can_read_clocks(cpu);
}

void paracall_clock_jump(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	x86_cpu(cpu)->clock_jump += nanoseconds;
	atomic_fetch_or(&x86_cpu(cpu)->requests, REQUEST_CLOCK_JUMP);
}

/* Its origin jumps with it, or paracall_adjust_clock() would treat it as an error. */
static void jump(struct paracall_cpu *cpu)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	uint64_t nanoseconds = (uint64_t)x86_cpu(cpu)->clock_jump;

	x86_cpu(cpu)->clock_jump = 0;
	begin_pages(cpu);
	current_line(clock)->system_time += nanoseconds;
	clock->origin -= nanoseconds;
	finish_pages(cpu);
}

void paracall_clock_continue(struct paracall_cpu *cpu, uint64_t from, uint64_t to)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	struct clock_line *line = &clock->line;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_clock_continue"))
		return;
	lock(clock);
	/* Else there is no page either. */
	if (line->multiplier) {
		begin_pages(cpu);
		if (to > from && from >= line->tsc_timestamp) {
			rebase(line, from, from);
			line->tsc_timestamp = to;
		}
		finish_pages(cpu);
	}
	unlock(clock);
}

void paracall_clock_stop(struct paracall_cpu *cpu)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;

	lock(clock);
	paracall_clock_leave(cpu);
	unlock(clock);
}

void paracall_clock_leave(struct paracall_cpu *cpu)
{
	x86_void_mark(&x86_machine_of(cpu)->clock);
	atomic_store(&x86_cpu(cpu)->system_time, 0);
}

static void ask_all(struct paracall_machine *machine, enum request request)
{
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		atomic_fetch_or(&x86_cpu(cpu_at(machine, i))->requests, request);
}

/* Only the first vCPU counts. The others see the change when they next can. */
static void note_old_clock(struct paracall_cpu *cpu, bool is_old)
{
	struct paracall_machine *machine = cpu->machine;

	if (cpu->index ||
	    atomic_exchange(&x86_machine(machine)->has_old_clock, is_old) == is_old)
		return;
	ask_all(machine, REQUEST_CLOCK);
}

static bool write_system_time(struct paracall_cpu *cpu, uint64_t value, bool is_old)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	struct clock_line line;

	note_old_clock(cpu, is_old);
	if (can_read_clocks(cpu))
		learn_frequency(cpu);
	lock(clock);
	atomic_store(&x86_cpu(cpu)->system_time, value);
	/* Linux divides by the multiplier right after this instruction. */
	if (can_read_clocks(cpu))
		write_own_page(cpu, false);
	line = clock->line;
	unlock(clock);
	if (can_read_clocks(cpu) && value & PARACALL_KVM_MSR_ENABLED)
		report_update(cpu, &line, false);
	return true;
}

bool paracall_write_system_time(struct paracall_cpu *cpu, uint64_t value)
{
	return write_system_time(cpu, value, false);
}

bool paracall_write_system_time_old(struct paracall_cpu *cpu, uint64_t value)
{
	return write_system_time(cpu, value, true);
}

uint64_t paracall_read_system_time(struct paracall_cpu *cpu)
{
	return atomic_load(&x86_cpu(cpu)->system_time);
}

void paracall_clock_was_paused(struct paracall_machine *machine)
{
	atomic_store(&x86_machine(machine)->clock.has_origin, false);
	ask_all(machine, REQUEST_CLOCK_PAUSED);
}

static void answer_requests(struct paracall_cpu *cpu, uint32_t requests)
{
	if (requests & REQUEST_CLOCK_JUMP)
		jump(cpu);
	if (requests & ~(uint32_t)REQUEST_CLOCK_JUMP)
		write_own_page(cpu, requests & REQUEST_CLOCK_PAUSED);
}

void paracall_update_clock(struct paracall_cpu *cpu)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	_Atomic(uint32_t) *asked = &x86_cpu(cpu)->requests;
	struct clock_line line;
	uint32_t requests;

	if (!atomic_load_explicit(asked, memory_order_relaxed))
		return;
	requests = atomic_exchange(asked, 0);
	if (!is_running(cpu) || !can_read_clocks(cpu))
		return;
	if (!try_lock(clock)) {
		atomic_fetch_or(asked, requests);
		return;
	}
	answer_requests(cpu, requests);
	line = clock->line;
	unlock(clock);
	if (requests != REQUEST_CLOCK_JUMP)
		report_update(cpu, &line, requests & REQUEST_CLOCK_PAUSED);
	if (requests & REQUEST_CLOCK_PAUSED)
		paracall_statistics_add(&cpu->statistics->clock_pauses, 1);
}

/* The time of day when the guest's clock was 0. */
static bool find_epoch(struct paracall_cpu *cpu, struct paracall_pvclock_wall_clock *wall)
{
	struct clock *clock = &x86_machine_of(cpu)->clock;
	struct paracall_clocks clocks;
	uint64_t since_epoch;
	uint64_t now;

	if (!can_read_clocks(cpu) || !ask_clocks(cpu, &clocks))
		return false;
	learn_frequency(cpu);
	lock(clock);
	since_epoch = line_nanoseconds(current_line(clock), clocks.tsc);
	unlock(clock);
	now = clocks.seconds * NANOSECONDS_PER_SECOND + clocks.nanoseconds;
	wall->sec = htole32((uint32_t)((now - since_epoch) / NANOSECONDS_PER_SECOND));
	wall->nsec = htole32((uint32_t)((now - since_epoch) % NANOSECONDS_PER_SECOND));
	return true;
}

/* Written once, now. An address outside memory is not an error. */
bool paracall_write_wall_clock(struct paracall_cpu *cpu, uint64_t value)
{
	struct paracall_gpa address = guest_address(value);
	struct paracall_pvclock_wall_clock wall;
	uint32_t version;

	atomic_store(&x86_machine_of(cpu)->wall_clock, value);
	if (!value || !guest_read(cpu, address, &wall.version, sizeof(wall.version)) ||
	    !find_epoch(cpu, &wall))
		return true;
	version = le32toh(wall.version);
	version += version % 2 + 1;
	wall.version = htole32(version);
	if (!guest_write(cpu, address, &wall.version, sizeof(wall.version)))
		return true;
	atomic_thread_fence(memory_order_seq_cst);
	guest_write(cpu, address, &wall, sizeof(wall));
	atomic_thread_fence(memory_order_seq_cst);
	wall.version = htole32(version + 1);
	guest_write(cpu, address, &wall.version, sizeof(wall.version));
	paracall_statistics_add(&cpu->statistics->clock_updates, 1);
	return true;
}

uint64_t paracall_read_wall_clock(struct paracall_cpu *cpu)
{
	return atomic_load(&x86_machine_of(cpu)->wall_clock);
}

void paracall_clock_save(struct clock *clock, struct record_writer *writer)
{
	record_put_long(writer, atomic_load(&clock->frequency));
	record_put_long(writer, clock->line.tsc_timestamp);
	record_put_long(writer, clock->line.system_time);
	record_put_word(writer, clock->line.multiplier);
	record_put_byte(writer, (uint8_t)clock->line.shift);
}

/* The multiplier is the frequency's; before there is one the line is at 0. */
static bool is_line(const struct clock_line *line, uint64_t frequency)
{
	struct clock_scale scale = paracall_clock_scale(frequency);

	if (!line->multiplier)
		return !line->shift && !line->tsc_timestamp && !line->system_time;
	return frequency && line->multiplier == scale.multiplier && line->shift == scale.shift;
}

/* Parts of a thousand; the engine may have had to measure it. */
#define MOST_DIFFERENCE 1

/* By the first vCPU; any would do. */
static bool goes_at(struct paracall_machine *machine, uint64_t frequency)
{
	uint64_t here, difference;

	if (!(machine->engine.capabilities & PARACALL_CAN_READ_CLOCKS))
		return false;
	for (uint32_t i = 0; i < machine->max_cpus; i++) {
		struct paracall_cpu *cpu = cpu_at(machine, i);

		if (!is_added(cpu))
			continue;
		here = ask_frequency(cpu);
		difference = here > frequency ? here - frequency : frequency - here;
		return difference <= frequency / 1000 * MOST_DIFFERENCE;
	}
	return true;
}

int paracall_clock_load(struct paracall_machine *machine, struct record_reader *reader,
			bool is_real)
{
	struct clock *clock = &x86_machine(machine)->clock;
	uint64_t frequency = record_get_long(reader);
	struct clock_line line = {
		.tsc_timestamp = record_get_long(reader),
	};

	line.system_time = record_get_long(reader);
	line.multiplier = record_get_word(reader);
	line.shift = (int8_t)record_get_byte(reader);
	if (reader->is_bad || !is_line(&line, frequency))
		return PARACALL_ERROR_RECORD;
	if (frequency && !is_real && !goes_at(machine, frequency))
		return PARACALL_ERROR_FEATURE;
	if (!is_real)
		return PARACALL_OK;
	lock(clock);
	clock->line = line;
	atomic_store(&clock->frequency, frequency);
	atomic_store(&clock->has_origin, false);
	unlock(clock);
	return PARACALL_OK;
}
