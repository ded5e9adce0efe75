/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvmclock, the wall clock and KVM_HC_CLOCK_PAIRING, as a guest sees them, and
 * against the machine's other clocks: Documentation/virt/kvm/x86/msr.rst and
 * hypercalls.rst; arch/x86/kvm/x86.c, kvm_setup_guest_pvclock and
 * kvm_pv_clock_pairing (Linux 6.19).
 */
#include "runtime/pvclock.h"
#include "runtime/test.h"

#define LIMIT_MS 10000
#define QUIET_MS 50
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

#define SYSTEM_TIME PARACALL_KVM_MSR_SYSTEM_TIME_NEW
#define SYSTEM_TIME_OLD PARACALL_KVM_MSR_SYSTEM_TIME
#define WALL_CLOCK PARACALL_KVM_MSR_WALL_CLOCK_NEW
#define WALL_CLOCK_OLD PARACALL_KVM_MSR_WALL_CLOCK
#define STABLE PARACALL_PVCLOCK_TSC_STABLE
#define STOPPED PARACALL_PVCLOCK_GUEST_STOPPED

/* By number, as in cpu_ids[]; a cache line each. */
static struct {
	clock_page page;
} __attribute__((aligned(64))) pages[MAX_CPUS] __attribute__((aligned(4096)));

static struct paracall_pvclock_wall_clock wall __attribute__((aligned(16)));

#define PATTERN 0xa5

/*
 * ---- Starting --------------------------------------------------------------
 */

static void start_clock(void *argument)
{
	wrmsr(SYSTEM_TIME, (uintptr_t)argument | 1);
}

static void stop_clock(void *argument)
{
	(void)argument;
	wrmsr(SYSTEM_TIME, 0);
}

/* On all CPUs, one after the other. */
static void do_everywhere(void (*work)(void *), bool gets_page)
{
	work(gets_page ? &pages[0].page : NULL);
	for (uint32_t i = 1; i < cpu_count; i++) {
		cpu_post(cpu_at(i), work, gets_page ? &pages[i].page : NULL);
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not answer", cpu_ids[i]);
	}
}

static void start_all(void)
{
	memset(pages, 0, sizeof(pages));
	do_everywhere(start_clock, true);
}

static void stop_all(void)
{
	do_everywhere(stop_clock, false);
}

static uint8_t expected_flags(void)
{
	return kvm.features & FEATURE(CLOCKSOURCE_STABLE_BIT)
	? STABLE : 0;
}

/* Emulators can derive time from the number of instructions, exactly. */
static bool is_virtual(const clock_page *page)
{
	return page->tsc_to_system_mul == 0x80000000 && page->tsc_shift == 1;
}

/*
 * ---- The page --------------------------------------------------------------
 */

/* Linux divides by it right after the instruction. */
static void test_at_once(void)
{
	uint64_t address = (uintptr_t)&pages[0].page;
	uint32_t multiplier;

	memset(pages, 0, sizeof(pages));
	__asm__ volatile("wrmsr; mov %1, %0"
			 : "=a"(multiplier)
			 : "m"(pages[0].page.tsc_to_system_mul), "c"(SYSTEM_TIME),
			   "a"((uint32_t)address | 1), "d"((uint32_t)(address >> 32))
			 : "memory");
	check(multiplier, "there is no multiplier after wrmsr");
	stop_clock(NULL);
}

/* A CPU whose page, but for its version, is another one; 0 if there is none. */
static uint32_t find_differing(const clock_page *first)
{
	for (uint32_t i = 1; i < cpu_count; i++) {
		clock_page copy = read_page(&pages[i].page);

		copy.version = first->version;
		if (memcmp(&copy, first, sizeof(copy)))
			return i;
	}
	return 0;
}

static void test_page(void)
{
	clock_page first;
	uint32_t differing;

	start_all();
	/* A host may write all of them again, at any time. */
	do {
		first = read_page(&pages[0].page);
		differing = find_differing(&first);
	} while (read_page(&pages[0].page).version != first.version);
	check_equal(first.pad0, 0, "padding");
	check_equal(first.pad[0], 0, "padding at the end");
	check_equal(first.pad[1], 0, "padding at the end");
	check_equal(first.flags, expected_flags(), "flags");
	check(first.tsc_timestamp <= rdtsc(), "the counter's value is in the future");
	check(first.tsc_shift > -32 && first.tsc_shift < 32, "shift %d", first.tsc_shift);
	/* The stable flag says so: all the same, on all CPUs. */
	check(!differing, "CPU %u: its page differs from the first CPU's", cpu_ids[differing]);
}

static const struct {
	uint32_t before, after;
} versions[] = { { 0, 2 }, { 1, 4 }, { 2, 4 }, { 0xffffffff, 2 }, { 0xfffffffe, 0 } };

static void test_versions(void)
{
	for (size_t i = 0; i < COUNT(versions); i++) {
		memset(pages, 0, sizeof(pages));
		pages[0].page.version = versions[i].before;
		start_clock(&pages[0].page);
		check_equal(pages[0].page.version, versions[i].after, "version after %u",
			    versions[i].before);
	}
	stop_clock(NULL);
}

/* It is the guest's to clear. */
static void test_stopped_flag(void)
{
	memset(pages, 0, sizeof(pages));
	pages[0].page.flags = STOPPED;
	start_clock(&pages[0].page);
	check_equal(pages[0].page.flags, expected_flags() | STOPPED, "flags");
	pages[0].page.flags = 0;
	start_clock(&pages[0].page);
	check_equal(pages[0].page.flags, expected_flags(), "flags after they were cleared");
	stop_clock(NULL);
}

static void take_interrupts(void *argument)
{
	uint64_t begin = rdtsc();

	(void)argument;
	do {
		uint32_t before = this_cpu()->interrupts[VECTOR_TIMER];

		apic_timer(5);
		wait_for(&this_cpu()->interrupts[VECTOR_TIMER], before + 1, 100);
	} while (rdtsc() - begin < QUIET_MS * 1000 * cycles_per_us);
	apic_timer_stop();
}

/* Bit 0 clear: hosts must not write there, whatever happens. */
static void test_stopped(void)
{
	start_all();
	stop_all();
	wrmsr(SYSTEM_TIME, (uintptr_t)&pages[0].page);
	memset(pages, PATTERN, sizeof(pages));
	do_everywhere(take_interrupts, false);
	/* What makes others' pages be written. */
	if (kvm.features & FEATURE(CLOCKSOURCE)) {
		wrmsr(SYSTEM_TIME_OLD, 0);
		do_everywhere(take_interrupts, false);
		wrmsr(SYSTEM_TIME, 0);
	}
	for (size_t i = 0; i < sizeof(pages); i++)
		if (!check_equal(((uint8_t *)pages)[i], PATTERN, "byte 0x%lx",
				 (unsigned long)i))
			return;
}

/* A clock from the first CPU's old register is stable on no CPU. */
static void test_old_register(void)
{
	start_all();
	wrmsr(SYSTEM_TIME_OLD, (uintptr_t)&pages[0].page | 1);
	check_equal(pages[0].page.flags, 0, "flags of the first CPU's page");
	check(pages[0].page.tsc_to_system_mul, "there is no multiplier");
	check_equal((int64_t)rdmsr(SYSTEM_TIME), (int64_t)((uintptr_t)&pages[0].page | 1),
		    "the new register");
	do_everywhere(take_interrupts, false);
	for (uint32_t i = 1; i < cpu_count; i++)
		check_equal(read_page(&pages[i].page).flags, 0, "flags of CPU %u's page",
			    cpu_ids[i]);
	start_clock(&pages[0].page);
	do_everywhere(take_interrupts, false);
	for (uint32_t i = 0; i < cpu_count; i++)
		check_equal(read_page(&pages[i].page).flags, expected_flags(),
			    "flags of CPU %u's page, with the new register", cpu_ids[i]);
	stop_all();
}

/*
 * ---- Time ------------------------------------------------------------------
 */

/* An instant on two clocks: the other was read between these two. */
struct instant {
	int64_t before, after;
	uint16_t ticks;
};

/* Of many tries the one that took least. */
static struct instant read_instant(void)
{
	struct instant best = { 0, INT64_MAX, 0 };

	for (int i = 0; i < 50; i++) {
		struct instant now;

		now.before = read_clock(&pages[0].page);
		now.ticks = pit_read();
		now.after = read_clock(&pages[0].page);
		if (now.after - now.before < best.after - best.before)
			best = now;
	}
	return best;
}

#define PACE_MS 200

/*
 * Against the 8254 timer. It comes round every 55 ms, so what is compared are
 * parts of a round; a hundredth of the time is far less than one.
 */
static void test_pace(void)
{
	const int64_t tolerance = PACE_MS * MILLISECOND / 100;
	struct instant begin, end;
	int64_t least, most, late;
	uint16_t ticks;

	start_all();
	begin = read_instant();
	delay_ms(PACE_MS);
	end = read_instant();
	ticks = begin.ticks - end.ticks;
	least = end.before - begin.after;
	most = end.after - begin.before;
	check(least > PACE_MS * MILLISECOND / 2, "only %" PRIu64 " ns went by in %u ms", least,
	      PACE_MS);
	/* By how many ticks the timer is ahead of the clock, as a signed part of a round. */
	late = (int16_t)(uint16_t)(ticks - (uint64_t)(least * PIT_HZ / SECOND));
	late = late * SECOND / PIT_HZ;
	check(late > -tolerance && late < tolerance + (most - least),
	      "timer and clock differ by %" PRId64 " us in %" PRIu64 " us", late / 1000,
	      least / 1000);
	stop_all();
}

#define ROUNDS 20000

/* The latest that any CPU read, and what it means to read less. */
static struct {
	/* Eight bytes at once, of 32-bit CPUs, too. */
	volatile int64_t latest __attribute__((aligned(8)));
	volatile uint32_t go;
	uint32_t backwards;
	int64_t worst;
} race;

/* To @now, if it is not there or further yet; it was at @before. */
static void raise_latest(int64_t before, int64_t now)
{
	while (now > before) {
		int64_t found = __sync_val_compare_and_swap(&race.latest, before, now);

		if (found == before)
			return;
		before = found;
	}
}

static void run_race(void *argument)
{
	const clock_page *page = argument;

	while (!race.go)
		relax();
	for (int i = 0; i < ROUNDS; i++) {
		int64_t before = __sync_val_compare_and_swap(&race.latest, 0, 0);
		int64_t now = read_clock(page);

		if (now < before) {
			__atomic_add_fetch(&race.backwards, 1, __ATOMIC_SEQ_CST);
			race.worst = before - now;
		}
		raise_latest(before, now);
	}
}

/* No CPU ever reads less than another has read before. */
static void test_monotonic(void)
{
	start_all();
	race.latest = 0;
	race.backwards = 0;
	race.go = 0;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), run_race, &pages[i].page);
	race.go = 1;
	run_race(&pages[0].page);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check_equal(race.backwards, 0, "steps back, one of them by %" PRId64 " ns", race.worst);
	check(race.latest > 0, "the clock stands still");
	stop_all();
}

#define WATCH_MS 500
/* Of virtual time, which takes far longer. */
#define VIRTUAL_WATCH_MS 5

/* What all CPUs see while they read as fast as they can. */
static struct {
	uint64_t end;
	uint32_t multiplier;
	int8_t shift;
	uint32_t others;
	uint32_t other;
} watch;

static void watch_scale(void *argument)
{
	const clock_page *page = argument;
	uint64_t tsc;

	do {
		clock_page copy = read_page_and_tsc(page, &tsc);

		if (copy.tsc_to_system_mul == watch.multiplier && copy.tsc_shift == watch.shift)
			continue;
		__atomic_add_fetch(&watch.others, 1, __ATOMIC_SEQ_CST);
		watch.other = copy.tsc_to_system_mul;
	} while (tsc < watch.end);
}

/*
 * Guests take them for the counter's frequency: Linux once, when it
 * starts. They must not be used to slow the clock down.
 */
static void test_scale(void)
{
	start_all();
	watch.multiplier = pages[0].page.tsc_to_system_mul;
	watch.shift = pages[0].page.tsc_shift;
	watch.others = 0;
	watch.end = rdtsc() + (is_virtual(&pages[0].page) ? VIRTUAL_WATCH_MS : WATCH_MS) *
				      1000 * cycles_per_us;
	for (uint32_t i = 1; i < cpu_count; i++)
		cpu_post(cpu_at(i), watch_scale, &pages[i].page);
	watch_scale(&pages[0].page);
	for (uint32_t i = 1; i < cpu_count; i++)
		check(cpu_wait(cpu_at(i), LIMIT_MS), "CPU %u does not finish", cpu_ids[i]);
	check_equal(watch.others, 0, "readings of another multiplier or shift than 0x%x: 0x%x",
		    watch.multiplier, watch.other);
	stop_all();
}

/*
 * ---- A page that becomes a device's ----------------------------------------
 */

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
/* Where q35's host bridge has the memory by which PCI is configured: PCIEXBAR. */
#define CONFIG_BAR 0x60
#define Q35_HOST_BRIDGE 0x29c08086
/* Enabled, 64 MiB, in memory where the program has nothing. */
#define DEVICE UINT32_C(0x4000000)
#define DEVICE_END (DEVICE + 0x4000000)
#define DEVICE_BAR (DEVICE | 5)
#define DEVICE_MS 300

static uint32_t read_config(uint8_t number)
{
	outl(CONFIG_ADDRESS, 0x80000000 | number);
	return inl(CONFIG_DATA);
}

static void write_config(uint8_t number, uint32_t value)
{
	outl(CONFIG_ADDRESS, 0x80000000 | number);
	outl(CONFIG_DATA, value);
}

static void raise_undefined(void *argument)
{
	(void)argument;
	__asm__ volatile("ud2");
}

/* What makes hosts update pages. */
static void raise_exceptions(void *argument)
{
	const volatile uint32_t *is_over = argument;

	while (!*is_over)
		catch_exception(raise_undefined, NULL);
}

/* The old register's other kind of clock is announced to all CPUs. */
static void change_clocks(void)
{
	uint64_t begin = rdtsc();

	while (rdtsc() - begin < DEVICE_MS * 1000 * cycles_per_us) {
		wrmsr(SYSTEM_TIME, (DEVICE + 0x800) | 1);
		wrmsr(SYSTEM_TIME_OLD, (DEVICE + 0x800) | 1);
	}
}

/*
 * What the writes do is open; but the machine continues, though a device may be
 * slow, or serve one CPU at a time.
 */
static void test_device(void)
{
	volatile uint32_t is_over = 0;
	uint32_t bar;

	if (read_config(0) != Q35_HOST_BRIDGE || memory_low_end() < DEVICE_END) {
		skip("no device here that can be laid over memory");
		return;
	}
	start_all();
	bar = read_config(CONFIG_BAR);
	write_config(CONFIG_BAR, DEVICE_BAR);
	cpu_post(cpu_at(1), raise_exceptions, (void *)&is_over);
	change_clocks();
	is_over = 1;
	check(cpu_wait(cpu_at(1), LIMIT_MS), "CPU %u does not answer", cpu_ids[1]);
	write_config(CONFIG_BAR, bar);
	stop_all();
}

/*
 * ---- Time of day -----------------------------------------------------------
 */

/* Since 1970; the clock of the first CPU runs. */
static int64_t time_of_day(void)
{
	return wall.sec * SECOND + wall.nsec + read_clock(&pages[0].page);
}

/* Seconds: the first days of 2026 and of 2100. */
#define YEAR_2026 INT64_C(1767225600)
#define YEAR_2100 INT64_C(4102444800)

static void try_wall_clock(uint32_t msr)
{
	int64_t now;

	start_all();
	memset(&wall, 0, sizeof(wall));
	wrmsr(msr, (uintptr_t)&wall);
	check_equal(wall.version, 2, "version");
	check(wall.nsec < SECOND, "%u ns in a second", wall.nsec);
	now = time_of_day();
	check(now > YEAR_2026 * SECOND && now < YEAR_2100 * SECOND,
	      "it is %" PRIu64 " s since 1970", now / SECOND);
	stop_all();
}

static void test_wall_clock(void)
{
	try_wall_clock(WALL_CLOCK);
}

static void test_wall_clock_old(void)
{
	try_wall_clock(WALL_CLOCK_OLD);
}

static void test_wall_clock_versions(void)
{
	for (size_t i = 0; i < COUNT(versions); i++) {
		wall.version = versions[i].before;
		wrmsr(WALL_CLOCK, (uintptr_t)&wall);
		check_equal(wall.version, versions[i].after, "version after %u",
			    versions[i].before);
	}
}

/* Written on request only; 0 requests nothing. */
static void test_wall_clock_once(void)
{
	struct paracall_pvclock_wall_clock pattern;
	uint8_t first[16];
	const uint8_t *page_zero = NULL;

	/* The compiler must not know that it is NULL. */
	__asm__ volatile("" : "+r"(page_zero));
	wrmsr(WALL_CLOCK, (uintptr_t)&wall);
	memset(&wall, PATTERN, sizeof(wall));
	pattern = wall;
	memcpy(first, page_zero, sizeof(first));
	wrmsr(WALL_CLOCK, 0);
	take_interrupts(NULL);
	check(!memcmp(&wall, &pattern, sizeof(wall)), "it is written again");
	check(!memcmp(first, page_zero, sizeof(first)), "address 0 is written to");
}

/* The machine's battery-backed clock: its registers have decimal digits. */
#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define CMOS_UPDATING 0x80
#define CMOS_BINARY 0x04
#define CMOS_24_HOURS 0x02

static uint8_t read_cmos(uint8_t index)
{
	outb(CMOS_INDEX, index);
	return inb(CMOS_DATA);
}

struct date {
	uint8_t second, minute, hour, day, month, year;
};

static struct date read_date(void)
{
	return (struct date){ read_cmos(0), read_cmos(2), read_cmos(4),
			      read_cmos(7), read_cmos(8), read_cmos(9) };
}

static int64_t from_digits(uint8_t digits)
{
	return (digits >> 4) * 10 + (digits & 15);
}

/* Of the Gregorian calendar; the year begins with March here. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
	if (month <= 2)
		year--;
	month = (month + 9) % 12;
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day -
	       1 - 719468;
}

/* Seconds since 1970, or -1 if there is no such clock. */
static int64_t read_battery_clock(void)
{
	struct date date, again;
	uint8_t mode = read_cmos(0x0b);

	if (mode == 0xff || mode & CMOS_BINARY || !(mode & CMOS_24_HOURS))
		return -1;
	do {
		for (int i = 0; i < 100000 && read_cmos(0x0a) & CMOS_UPDATING; i++)
			relax();
		date = read_date();
		again = read_date();
	} while (memcmp(&date, &again, sizeof(date)));
	return days_since_1970(2000 + from_digits(date.year), from_digits(date.month),
			       from_digits(date.day)) *
		       86400 +
	       from_digits(date.hour) * 3600 + from_digits(date.minute) * 60 +
	       from_digits(date.second);
}

#define BATTERY_TOLERANCE (2 * SECOND)

static void test_battery_clock(void)
{
	int64_t before, after, battery;

	start_all();
	wrmsr(WALL_CLOCK, (uintptr_t)&wall);
	before = time_of_day();
	battery = read_battery_clock();
	after = time_of_day();
	if (battery < 0)
		skip("there is no battery-backed clock");
	else if (is_virtual(&pages[0].page))
		skip("time is virtual, and that clock's is not");
	else
		check(battery * SECOND > before - BATTERY_TOLERANCE &&
			      battery * SECOND < after + BATTERY_TOLERANCE,
		      "it is %" PRId64 " s by that clock, %" PRId64 " s by kvmclock", battery,
		      before / SECOND);
	stop_all();
}

/*
 * ---- CLOCK_PAIRING ---------------------------------------------------------
 */

static uint8_t pairing_area[4096] __attribute__((aligned(4096)));

#define PAIRING_SIZE sizeof(struct paracall_kvm_clock_pairing)

static long pair(uint64_t address, long type)
{
	return hypercall(PARACALL_KVM_HC_CLOCK_PAIRING, (long)address, type, 0, 0);
}

static long expected_result(void)
{
	return is_virtual(&pages[0].page) ? -PARACALL_KVM_EOPNOTSUPP : 0;
}

#define PAIRS 100

/*
 * The counter is that of an instant within the call; the time of day that goes
 * with it is the one that clock and wall clock give for it.
 */
static void expect_pair(void)
{
	const struct paracall_kvm_clock_pairing *pairing = (const void *)pairing_area;
	/* A newer one may begin after the pair's instant. */
	clock_page page = read_page(&pages[0].page);
	int64_t by_clock, difference;
	uint64_t before, after;

	before = rdtsc();
	check_equal(pair((uintptr_t)pairing, 0), 0, "result");
	after = rdtsc();
	check(pairing->tsc >= before && pairing->tsc <= after,
	      "the counter is %" PRId64 " cycles after the call's beginning, %" PRId64
	      " before its end",
	      (int64_t)(pairing->tsc - before), (int64_t)(after - pairing->tsc));
	by_clock = wall.sec * SECOND + wall.nsec + convert(&page, pairing->tsc);
	difference = pairing->sec * SECOND + pairing->nsec - by_clock;
	check(difference > -MILLISECOND && difference < MILLISECOND,
	      "by kvmclock it differs by %" PRId64 " ns", difference);
}

static void test_pairing(void)
{
	const uint8_t *rest = pairing_area + 24;

	start_all();
	memset(pairing_area, PATTERN, sizeof(pairing_area));
	wrmsr(WALL_CLOCK, (uintptr_t)&wall);
	if (expected_result()) {
		check_equal(pair((uintptr_t)pairing_area, 0), expected_result(), "result");
		rest = pairing_area;
		check_equal(rest[0], PATTERN, "first byte");
	} else {
		for (int i = 0; i < PAIRS && !test_has_failed(); i++)
			expect_pair();
		/* Flags and padding. */
		for (; rest < pairing_area + PAIRING_SIZE; rest++)
			check_equal(*rest, 0, "byte %ld", (long)(rest - pairing_area));
	}
	check_equal(pairing_area[PAIRING_SIZE], PATTERN, "byte after it");
	stop_all();
}

static void test_pairing_refused(void)
{
	uint64_t end = memory_low_end();
	uint64_t addresses[] = {
		0xfee00300, 0xfed00000, 0xa0000, 0xfffc0,      0xe0000000,
		1ull << 45, 1ull << 63, -64ul,	 -1ul,	       end ? end : -32ul,
		end - 32,   end - 63,	-63ul,	 0xa0000 - 32,
	};
	uint32_t command = *(volatile uint32_t *)(APIC_BASE + 0x300ul);
	long expected;

	start_all();
	expected = expected_result() ? expected_result() : -PARACALL_KVM_EFAULT;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		/* A register has no room for it. */
		if ((unsigned long)addresses[i] != addresses[i])
			continue;
		if (!memory_is_writable_rom(addresses[i]))
			check_equal(pair(addresses[i], 0), expected, "address 0x%" PRIx64,
				    addresses[i]);
		check_equal(pair(addresses[i], 1), -PARACALL_KVM_EOPNOTSUPP,
			    "type 1, address 0x%" PRIx64, addresses[i]);
	}
	check_equal(*(volatile uint32_t *)(APIC_BASE + 0x300ul), command,
		    "APIC's command register");
	check_equal(pair((uintptr_t)pairing_area, 1), -PARACALL_KVM_EOPNOTSUPP, "type 1");
	check_equal(pair((uintptr_t)pairing_area, -1), -PARACALL_KVM_EOPNOTSUPP, "type -1");
	/* The last bytes of memory, and any alignment. */
	check_equal(pair(0xa0000 - 64, 0), expected_result(), "last bytes below 640 KiB");
	check_equal(pair((uintptr_t)pairing_area + 33, 0), expected_result(), "odd address");
	stop_all();
}

/*
 * No code moves the pair, in user mode or the kernel's. An engine may have to look at what a
 * reading leaves in the registers; here code that it had seen before, and so need not look at
 * again, adds to that.
 */
__asm__(".pushsection .text\n"
	".balign 64\n"
	"forgery_start: rdtsc\n"
	"forgery_middle: add %ebx,%eax; adc $0,%edx; jmp forgery_end\n"
	"forgery_last: rdtsc\n"
	"forgery_end: ret\n"
	".popsection\n");

extern const char forgery_start[], forgery_middle[], forgery_last[];

/* What a host's clock may be behind by, in cycles; and how often it is tried. */
#define FORGED_CYCLES 50000000u
#define FORGERIES 10000

static void forge(void *start)
{
	uint32_t low, high = 0;

	__asm__ volatile("call *%3"
			 : "=a"(low), "+d"(high)
			 : "b"(FORGED_CYCLES), "r"(start)
			 : "cc", "memory");
}

static void try_forgeries(int (*run)(void (*)(void *), void *))
{
	for (int i = 0; i < FORGERIES && !test_has_failed(); i++) {
		/* First the end, then the middle: so each is seen by itself. */
		const char *start = i == 0   ? forgery_last
				    : i == 1 ? forgery_middle
					     : forgery_start;

		check_equal(run(forge, (void *)(uintptr_t)start), -1, "exception");
		if (i % 100 == 0)
			expect_pair();
	}
}

static void test_pairing_forged(void)
{
	start_all();
	wrmsr(WALL_CLOCK, (uintptr_t)&wall);
	if (expected_result()) {
		skip("time is virtual");
	} else {
		try_forgeries(run_user);
		try_forgeries(catch_exception);
	}
	stop_all();
}

/* The source of what is expected: see struct test. */
#define DOCUMENT(section) "Documentation/virt/kvm/x86/msr.rst, " section
#define CLOCK DOCUMENT("MSR_KVM_SYSTEM_TIME_NEW")
#define UPDATE CLOCK "; arch/x86/kvm/x86.c, kvm_guest_time_update"
#define PAGE CLOCK "; arch/x86/kvm/x86.c, kvm_setup_guest_pvclock"
#define REGISTER CLOCK "; arch/x86/kvm/x86.c, kvm_write_system_time"
#define OLD_REGISTER \
	DOCUMENT("MSR_KVM_SYSTEM_TIME") \
	"; arch/x86/kvm/x86.c, kvm_write_system_time: boot_vcpu_runs_old_kvmclock"
#define WALL DOCUMENT("MSR_KVM_WALL_CLOCK_NEW") "; arch/x86/kvm/x86.c, kvm_write_wall_clock"
#define OLD_WALL DOCUMENT("MSR_KVM_WALL_CLOCK") "; arch/x86/kvm/x86.c, kvm_write_wall_clock"
#define PAIRING \
	"Documentation/virt/kvm/x86/hypercalls.rst, KVM_HC_CLOCK_PAIRING; " \
	"arch/x86/kvm/x86.c, kvm_pv_clock_pairing"

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define COVERING_TEST(test_name, test_rule, function, feature_bits, what) \
	{ .name = test_name, .rule = test_rule, .covers = what, .run = function, .kvm = true, \
	  .features = feature_bits }
#define TEST(test_name, test_rule, function, feature_bits) \
	COVERING_TEST(test_name, test_rule, function, feature_bits, NULL)
/* clang-format on */
#define NEW FEATURE(CLOCKSOURCE2)
#define OLD FEATURE(CLOCKSOURCE)

static const struct test tests[] = {
	TEST("the clock is there at the next instruction",
	     REGISTER "; arch/x86/kernel/kvmclock.c, kvm_get_tsc_khz", test_at_once, NEW),
	TEST("all CPUs have the same clock", UPDATE, test_page, NEW),
	TEST("versions of the clock's page", PAGE, test_versions, NEW),
	TEST("the host keeps the flag for pauses", PAGE, test_stopped_flag, NEW),
	TEST("a clock that is off is left alone", REGISTER, test_stopped, NEW),
	COVERING_TEST("old register: works, and is not stable", OLD_REGISTER, test_old_register,
		      NEW | OLD, "MSR_SYSTEM_TIME"),
	COVERING_TEST("the clock's pace is the 8254 timer's", UPDATE, test_pace, NEW,
		      "MSR_SYSTEM_TIME_NEW"),
	TEST("time never goes back on any CPU",
	     CLOCK ": flags, bit 0; arch/x86/kvm/x86.c, pvclock_update_vm_gtod_copy",
	     test_monotonic, NEW),
	TEST("multiplier and shift are the counter's frequency, always",
	     UPDATE "; arch/x86/kernel/kvmclock.c, kvm_get_tsc_khz", test_scale, NEW),
	COVERING_TEST("wall clock", WALL, test_wall_clock, NEW, "MSR_WALL_CLOCK_NEW"),
	COVERING_TEST("wall clock, old register", OLD_WALL, test_wall_clock_old, NEW | OLD,
		      "MSR_WALL_CLOCK"),
	TEST("versions of the wall clock", WALL, test_wall_clock_versions, NEW),
	TEST("the wall clock is written once", WALL, test_wall_clock_once, NEW),
	TEST("wall clock and battery-backed clock", WALL, test_battery_clock, NEW),
	COVERING_TEST("clock pairing", PAIRING, test_pairing, NEW, "CLOCK_PAIRING"),
	TEST("clock pairing, not moved by code that changes what it read", PAIRING,
	     test_pairing_forged, NEW),
	TEST("clock pairing, refused", PAIRING, test_pairing_refused, NEW),
	{ .name = "a clock whose page becomes a device's",
	  .rule = PAGE "; Intel 3 Series Express Chipset Family datasheet, \"PCIEXBAR\"",
	  .run = test_device,
	  .cpus = 2,
	  .kvm = true,
	  .features = NEW | OLD },
};

TESTS_MAIN("clock", tests)
