/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvmclock: msr.rst, and arch/x86/kvm/x86.c, kvm_setup_guest_pvclock,
 * kvm_write_system_time and kvm_write_wall_clock.
 *
 * The guest's clock is its time-stamp counter, scaled: nanoseconds since that
 * was 0. What the clock pages say of it is the same for all vCPUs, always: that
 * is what the stable flag promises. So when it has to change, since the counter
 * does not go evenly, all pages change together: first their versions become
 * odd, so that nobody can use them, then they get the new line, which begins
 * where the old one is by then, and last their versions become even again.
 */
#include "clock.h"

#include "../memory.h"
#include "../trace/trace.h"
#include "msr.h"

#include <assert.h>
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

static bool is_running(const struct paracall_cpu *cpu)
{
	return atomic_load(&cpu->system_time) & PARACALL_KVM_MSR_ENABLED;
}

static bool can_tell_time(const struct paracall_cpu *cpu)
{
	return cpu->machine->engine.capabilities & PARACALL_CAN_TELL_TIME;
}

static bool try_lock(struct clock *clock)
{
	return !atomic_flag_test_and_set_explicit(&clock->is_locked, memory_order_acquire);
}

/*
 * Held for a few microseconds, and never on the way of a hypercall, but of one that
 * sends an INIT. But whoever holds it may have to wait for the engine, if a page
 * turns out to be a device's. So it is not for callers that the engine may wait
 * for: those in paracall_update() and paracall_machine_remove_cpu().
 */
static void lock(struct clock *clock)
{
	while (!try_lock(clock))
		;
}

static void unlock(struct clock *clock)
{
	atomic_flag_clear_explicit(&clock->is_locked, memory_order_release);
}

/* The vCPU that writes may be another one than the page's. */
static bool write_version(struct paracall_cpu *writer, const struct paracall_cpu *cpu,
			  uint32_t version)
{
	bool is_written;

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
static void begin_page(struct paracall_cpu *writer, struct paracall_cpu *cpu)
{
	uint64_t system_time = atomic_load(&cpu->system_time);
	uint32_t version;

	cpu->is_clock_open = false;
	cpu->clock_page = guest_address(system_time & ~(uint64_t)PARACALL_KVM_MSR_ENABLED);
	if (!(system_time & PARACALL_KVM_MSR_ENABLED) ||
	    !guest_is_in_page(cpu->clock_page,
			      sizeof(struct paracall_pvclock_vcpu_time_info)) ||
	    !guest_read(writer, cpu->clock_page, &version, sizeof(version)))
		return;
	version = (version + 1) | 1;
	cpu->is_clock_open = write_version(writer, cpu, version);
	cpu->clock_version = version + 1;
}

static uint8_t page_flags(const struct paracall_cpu *cpu, uint8_t old, bool was_paused)
{
	uint8_t flags = old & PARACALL_PVCLOCK_GUEST_STOPPED;

	if (was_paused)
		flags |= PARACALL_PVCLOCK_GUEST_STOPPED;
	if (!atomic_load(&cpu->machine->has_old_clock))
		flags |= PARACALL_PVCLOCK_TSC_STABLE;
	return flags;
}

static void finish_page(struct paracall_cpu *writer, struct paracall_cpu *cpu, bool was_paused)
{
	const struct clock_line *line = &cpu->machine->clock.line;
	struct paracall_pvclock_vcpu_time_info page;

	if (!cpu->is_clock_open || !guest_read(writer, cpu->clock_page, &page, sizeof(page)))
		return;
	page = (struct paracall_pvclock_vcpu_time_info){
		.version = cpu->clock_version - 1,
		.tsc_timestamp = line->tsc_timestamp,
		.system_time = line->system_time,
		.tsc_to_system_mul = line->multiplier,
		.tsc_shift = line->shift,
		.flags = page_flags(cpu, page.flags, was_paused),
	};
	guest_write(writer, cpu->clock_page, &page, sizeof(page));
	write_version(writer, cpu, cpu->clock_version);
	paracall_statistics_add(&writer->statistics->clock_updates, 1);
}

/* A line whose rate is 10^9 parts of the counter's frequency, and @rate more. */
static void set_rate(struct paracall_cpu *cpu, struct clock_line *line, int32_t rate)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct clock_scale scale = paracall_clock_scale(engine->tsc_frequency(cpu->engine_cpu));
	uint64_t multiplier = (uint128)scale.multiplier *
			      (uint64_t)((int64_t)NANOSECONDS_PER_SECOND + rate) /
			      NANOSECONDS_PER_SECOND;

	if (multiplier > UINT32_MAX) {
		multiplier >>= 1;
		scale.shift++;
	}
	line->multiplier = (uint32_t)multiplier;
	line->shift = scale.shift;
	line->rate = rate;
}

static uint64_t line_nanoseconds(const struct clock_line *line, uint64_t tsc)
{
	struct clock_scale scale = { line->multiplier, line->shift };

	return line->system_time + paracall_clock_nanoseconds(scale, tsc - line->tsc_timestamp);
}

static struct clock_line *current_line(struct paracall_cpu *cpu)
{
	struct clock_line *line = &cpu->machine->clock.line;

	if (!line->multiplier)
		set_rate(cpu, line, 0);
	return line;
}

static void write_own_page(struct paracall_cpu *cpu, bool was_paused)
{
	current_line(cpu);
	begin_page(cpu, cpu);
	finish_page(cpu, cpu, was_paused);
}

/*
 * A clock that is ahead is made slower, so that it is right after this time, by
 * at most so much, in parts of 10^9. Small errors are none.
 */
#define SLOW_MILLISECONDS 20
#define MOST_SLOW 50000000
#define SMALL_ERROR 2000
/* More than that is no uneven counter. */
#define MOST_ERROR INT64_C(1000000000)

/* What the engine says of the counter is good to half of this. */
#define UNCERTAINTY 4000

static int32_t rate_for(int64_t error)
{
	int64_t slower = error * (1000 / SLOW_MILLISECONDS);

	if (error < SMALL_ERROR)
		return 0;
	return slower < MOST_SLOW ? (int32_t)-slower : -MOST_SLOW;
}

/*
 * The new line begins a little before now, since no later reading may be before
 * that, but not before @tsc, which was read already; and a little above the old
 * one: by as much as a reading of the old one can be ahead. A clock that is
 * behind makes a @step forward.
 */
static void bend_line(struct paracall_cpu *cpu, uint64_t tsc, uint64_t now, int32_t rate,
		      uint64_t step)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct clock_line *line = current_line(cpu);
	uint64_t guard = engine->tsc_frequency(cpu->engine_cpu) * UNCERTAINTY / 2 /
			 NANOSECONDS_PER_SECOND;
	int64_t bend = (int64_t)rate - line->rate;

	if (tsc < now - guard)
		tsc = now - guard;
	if (tsc < line->tsc_timestamp)
		tsc = line->tsc_timestamp;
	line->system_time =
		line_nanoseconds(line, tsc) + step + 1 +
		(uint64_t)(bend < 0 ? -bend : bend) * UNCERTAINTY / NANOSECONDS_PER_SECOND;
	line->tsc_timestamp = tsc;
	set_rate(cpu, line, rate);
}

/* What was known when it was decided is soon not exact any more. */
#define SOON 100000

static void change_line(struct paracall_cpu *cpu, uint64_t tsc, int32_t rate, uint64_t step,
			uint64_t steady_nanoseconds)
{
	struct paracall_machine *machine = cpu->machine;
	struct paracall_clocks clocks;

	for (uint32_t i = 0; i < machine->max_cpus; i++)
		begin_page(cpu, &machine->cpus[i]);
	if (machine->engine.read_clocks(cpu->engine_cpu, &clocks) &&
	    clocks.steady_nanoseconds - steady_nanoseconds < SOON)
		bend_line(cpu, tsc, clocks.tsc, rate, step);
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		finish_page(cpu, &machine->cpus[i], false);
	atomic_store(&machine->clock.is_slow, machine->clock.line.rate);
}

static bool read_paired_clocks(struct paracall_cpu *cpu, struct paracall_clocks *clocks)
{
	return cpu->machine->engine.read_clocks(cpu->engine_cpu, clocks) && clocks->is_paired &&
	       clocks->tsc >= current_line(cpu)->tsc_timestamp;
}

static void adjust(struct paracall_cpu *cpu, struct clock *clock, uint64_t tsc)
{
	const struct clock_line *line = current_line(cpu);
	struct paracall_clocks clocks;
	int64_t error;
	int32_t rate;

	if (!read_paired_clocks(cpu, &clocks))
		return;
	error = (int64_t)(line_nanoseconds(line, clocks.tsc) - clocks.steady_nanoseconds +
			  clock->origin);
	if (!clock->has_origin || error > MOST_ERROR || error < -MOST_ERROR) {
		clock->origin = clocks.steady_nanoseconds - line_nanoseconds(line, clocks.tsc);
		clock->has_origin = true;
		return;
	}
	rate = rate_for(error);
	if (rate != line->rate || error < -SMALL_ERROR)
		change_line(cpu, tsc, rate, error < -SMALL_ERROR ? (uint64_t)-error : 0,
			    clocks.steady_nanoseconds);
}

void paracall_adjust_clock(struct paracall_cpu *cpu, uint64_t tsc)
{
	struct clock *clock = &cpu->machine->clock;

	if (!can_tell_time(cpu) || !try_lock(clock))
		return;
	adjust(cpu, clock, tsc);
	unlock(clock);
}

/* While the vCPU sleeps nobody may be there to say when it has been slow enough. */
void paracall_clock_halt(struct paracall_cpu *cpu)
{
	struct clock *clock = &cpu->machine->clock;
	struct paracall_clocks clocks;

	if (!atomic_load_explicit(&clock->is_slow, memory_order_relaxed))
		return;
	lock(clock);
	if (read_paired_clocks(cpu, &clocks))
		change_line(cpu, 0, 0, 0, clocks.steady_nanoseconds);
	unlock(clock);
}

bool paracall_clock_is_running(const struct paracall_cpu *cpu)
{
	return is_running(cpu) && can_tell_time(cpu);
}

void paracall_clock_jump(struct paracall_cpu *cpu, int64_t nanoseconds)
{
	cpu->clock_jump += nanoseconds;
	atomic_fetch_or(&cpu->requests, REQUEST_CLOCK_JUMP);
}

/* Its origin jumps with it, or paracall_adjust_clock() would take it for an error. */
static void jump(struct paracall_cpu *cpu)
{
	struct paracall_machine *machine = cpu->machine;
	uint64_t nanoseconds = (uint64_t)cpu->clock_jump;

	cpu->clock_jump = 0;
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		begin_page(cpu, &machine->cpus[i]);
	current_line(cpu)->system_time += nanoseconds;
	machine->clock.origin -= nanoseconds;
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		finish_page(cpu, &machine->cpus[i], false);
}

void paracall_clock_stop(struct paracall_cpu *cpu)
{
	struct clock *clock = &cpu->machine->clock;

	lock(clock);
	atomic_store(&cpu->system_time, 0);
	unlock(clock);
}

void paracall_clock_leave(struct paracall_cpu *cpu)
{
	atomic_store(&cpu->system_time, 0);
}

/* Only the first vCPU counts. The others see the change when they next can. */
static void note_old_clock(struct paracall_cpu *cpu, bool is_old)
{
	struct paracall_machine *machine = cpu->machine;

	if (cpu != machine->cpus || atomic_exchange(&machine->has_old_clock, is_old) == is_old)
		return;
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		atomic_fetch_or(&machine->cpus[i].requests, REQUEST_CLOCK);
}

/* Without the lock: telling may have to wait. */
static void tell_update(struct paracall_cpu *cpu, const struct clock_line *line,
			bool was_paused)
{
	trace_now(cpu, PARACALL_EVENT_CLOCK, line->tsc_timestamp, line->system_time,
		  was_paused);
}

static bool write_system_time(struct paracall_cpu *cpu, uint64_t value, bool is_old)
{
	struct clock *clock = &cpu->machine->clock;
	struct clock_line line;

	note_old_clock(cpu, is_old);
	lock(clock);
	atomic_store(&cpu->system_time, value);
	/* Linux divides by the multiplier right after this instruction. */
	if (can_tell_time(cpu))
		write_own_page(cpu, false);
	line = clock->line;
	unlock(clock);
	if (can_tell_time(cpu) && value & PARACALL_KVM_MSR_ENABLED)
		tell_update(cpu, &line, false);
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
	return atomic_load(&cpu->system_time);
}

void paracall_machine_was_paused(struct paracall_machine *machine)
{
	lock(&machine->clock);
	machine->clock.has_origin = false;
	unlock(&machine->clock);
	for (uint32_t i = 0; i < machine->max_cpus; i++)
		atomic_fetch_or(&machine->cpus[i].requests, REQUEST_CLOCK_PAUSED);
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
	struct clock *clock = &cpu->machine->clock;
	struct clock_line line;
	uint32_t requests;

	if (!atomic_load_explicit(&cpu->requests, memory_order_relaxed))
		return;
	requests = atomic_exchange(&cpu->requests, 0);
	if (!is_running(cpu) || !can_tell_time(cpu))
		return;
	if (!try_lock(clock)) {
		atomic_fetch_or(&cpu->requests, requests);
		return;
	}
	answer_requests(cpu, requests);
	line = clock->line;
	unlock(clock);
	if (requests != REQUEST_CLOCK_JUMP)
		tell_update(cpu, &line, requests & REQUEST_CLOCK_PAUSED);
	if (requests & REQUEST_CLOCK_PAUSED)
		paracall_statistics_add(&cpu->statistics->clock_pauses, 1);
}

/* The time of day when the guest's clock was 0. */
static bool find_epoch(struct paracall_cpu *cpu, struct paracall_pvclock_wall_clock *wall)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct clock *clock = &cpu->machine->clock;
	struct paracall_clocks clocks;
	uint64_t since_epoch;
	uint64_t now;

	if (!can_tell_time(cpu) || !engine->read_clocks(cpu->engine_cpu, &clocks))
		return false;
	lock(clock);
	since_epoch = line_nanoseconds(current_line(cpu), clocks.tsc);
	unlock(clock);
	now = clocks.seconds * NANOSECONDS_PER_SECOND + clocks.nanoseconds;
	wall->sec = (uint32_t)((now - since_epoch) / NANOSECONDS_PER_SECOND);
	wall->nsec = (uint32_t)((now - since_epoch) % NANOSECONDS_PER_SECOND);
	return true;
}

/* Written once, now. An address that is no memory is no error. */
bool paracall_write_wall_clock(struct paracall_cpu *cpu, uint64_t value)
{
	struct paracall_gpa address = guest_address(value);
	struct paracall_pvclock_wall_clock wall;

	atomic_store(&cpu->machine->wall_clock, value);
	if (!value || !guest_read(cpu, address, &wall.version, sizeof(wall.version)) ||
	    !find_epoch(cpu, &wall))
		return true;
	wall.version += wall.version % 2 + 1;
	if (!guest_write(cpu, address, &wall.version, sizeof(wall.version)))
		return true;
	atomic_thread_fence(memory_order_seq_cst);
	guest_write(cpu, address, &wall, sizeof(wall));
	atomic_thread_fence(memory_order_seq_cst);
	wall.version++;
	guest_write(cpu, address, &wall.version, sizeof(wall.version));
	paracall_statistics_add(&cpu->statistics->clock_updates, 1);
	return true;
}

uint64_t paracall_read_wall_clock(struct paracall_cpu *cpu)
{
	return atomic_load(&cpu->machine->wall_clock);
}
