/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: memory with holes, and what the library asks for is checked. */
#include "../../inject/parse.h"
#include "guest.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ------------------------------------------------------------------ */

/* The index of a page, or PAGES if there is none. */
static unsigned int page_index(const struct guest *guest, uint64_t number)
{
	unsigned int index = PAGES;

	if (number < LOW_PAGES)
		index = number;
	else if (number - HIGH_PAGE < HIGH_PAGES)
		index = LOW_PAGES + (number - HIGH_PAGE);
	else if (number < LAST_PAGE && number >= LAST_PAGE - LAST_PAGES)
		index = PAGES - (LAST_PAGE - number);
	return index < PAGES && guest->is_there >> index & 1 ? index : PAGES;
}

static bool is_memory(const struct guest *guest, uint64_t address, size_t size)
{
	FUZZ_CHECK(size <= UINT64_MAX - address);
	if (!size)
		return true;
	for (uint64_t page = address / PAGE; page <= (address + size - 1) / PAGE; page++)
		if (page_index(guest, page) == PAGES)
			return false;
	return true;
}

static size_t part_in_page(uint64_t address, size_t size)
{
	size_t left = PAGE - address % PAGE;

	return size < left ? size : left;
}

static uint8_t *place(struct guest *guest, uint64_t address)
{
	return &guest->memory[page_index(guest, address / PAGE)][address % PAGE];
}

static void copy_in(struct guest *guest, uint64_t address, const uint8_t *data, size_t size)
{
	while (size) {
		size_t part = part_in_page(address, size);

		memcpy(place(guest, address), data, part);
		address += part;
		data += part;
		size -= part;
	}
}

bool guest_poke(struct guest *guest, uint64_t address, const void *data, size_t size)
{
	if (size > UINT64_MAX - address || !is_memory(guest, address, size))
		return false;
	copy_in(guest, address, data, size);
	return true;
}

/* ---- another vCPU comes between ------------------------------------------------- */

static struct vcpu *idle_vcpu(struct guest *guest)
{
	unsigned int first = take_byte(guest);

	for (unsigned int i = 0; i < guest->cpus; i++) {
		struct vcpu *vcpu = &guest->vcpus[(first + i) % guest->cpus];

		if (vcpu->cpu && !vcpu->is_busy)
			return vcpu;
	}
	return NULL;
}

void guest_nest(struct guest *guest)
{
	struct vcpu *vcpu;

	if (!guest->nest_in || --guest->nest_in || guest->depth > 1)
		return;
	vcpu = idle_vcpu(guest);
	if (!vcpu)
		return;
	guest->has_nested = true;
	guest->kind->nested_step(vcpu);
}

/* ---- what the library calls ------------------------------------------------------ */

/* Every call comes from a vCPU that is in the library. */
struct vcpu *guest_caller(void *context)
{
	struct vcpu *vcpu = context;

	FUZZ_CHECK(vcpu->cpu);
	FUZZ_CHECK(vcpu->is_busy);
	return vcpu;
}

static struct vcpu *target_of(struct guest *guest, void *context)
{
	struct vcpu *vcpu = context;

	FUZZ_CHECK(vcpu >= guest->vcpus && vcpu < guest->vcpus + guest->cpus);
	FUZZ_CHECK(vcpu->cpu);
	return vcpu;
}

static uint64_t read_register(void *context, unsigned int number)
{
	const struct vcpu *vcpu = guest_caller(context);

	FUZZ_CHECK(number < vcpu->guest->kind->register_count);
	FUZZ_CHECK(!(vcpu->missing >> number & 1));
	return vcpu->registers[number];
}

static void write_register(void *context, unsigned int number, uint64_t value)
{
	struct vcpu *vcpu = guest_caller(context);
	const struct kind *kind = vcpu->guest->kind;

	FUZZ_CHECK(number < vcpu->guest->kind->register_count);
	FUZZ_CHECK(vcpu->may_write >> number & 1);
	FUZZ_CHECK(!(vcpu->missing >> number & 1));
	FUZZ_CHECK(!kind->may_write || kind->may_write(vcpu, number, value));
	vcpu->registers[number] = value;
}

static void wake(void *context, void *target_context, uint32_t apic_id)
{
	struct vcpu *vcpu = guest_caller(context);
	struct vcpu *target = target_of(vcpu->guest, target_context);

	FUZZ_CHECK(target->is_halted);
	FUZZ_CHECK(target->apic_id == apic_id);
	target->is_halted = false;
	target->kicked = NOT_KICKED;
	target->wakes++;
	target->wakers++;
	guest_nest(vcpu->guest);
	target->wakers--;
}

static bool send_interrupt(void *context, void *target_context, uint32_t apic_id,
			   const struct paracall_interrupt *interrupt)
{
	struct vcpu *vcpu = guest_caller(context);
	struct vcpu *target = target_of(vcpu->guest, target_context);

	FUZZ_CHECK(target->apic_id == apic_id);
	FUZZ_CHECK(interrupt->delivery_mode <= 7);
	/* The target begins anew, and its page is memory as any other. */
	if (interrupt->delivery_mode == PARACALL_ICR_MODE_INIT) {
		target->clock.size = 0;
		target->msrs[MSR_SYSTEM_TIME] = 0;
	}
	guest_nest(vcpu->guest);
	return !target->refuses_interrupts;
}

static void yield_to(void *context, void *target_context)
{
	struct vcpu *vcpu = guest_caller(context);

	if (target_context)
		FUZZ_CHECK(target_of(vcpu->guest, target_context) != vcpu);
	guest_nest(vcpu->guest);
}

static bool read_memory(void *context, struct paracall_gpa address, void *data, size_t size)
{
	struct vcpu *vcpu = guest_caller(context);
	struct guest *guest = vcpu->guest;
	uint8_t *bytes = data;
	uint64_t at = address.value;

	guest_nest(guest);
	if (!is_memory(guest, at, size))
		return false;
	while (size) {
		size_t part = part_in_page(at, size);

		memcpy(bytes, place(guest, at), part);
		at += part;
		bytes += part;
		size -= part;
	}
	return true;
}

/* Clock pages may be written by all, others by their vCPU alone, but for marks. */
static bool may_write(const struct vcpu *vcpu, uint64_t address, size_t size)
{
	const struct guest *guest = vcpu->guest;

	if (vcpu->may_touch_all || is_in(vcpu->may_touch, address, size) ||
	    is_in(vcpu->steal, address, size) || is_in(vcpu->async_pf, address, size))
		return true;
	for (unsigned int i = 0; i < guest->cpus; i++)
		if (is_in(guest->vcpus[i].clock, address, size) ||
		    (vcpu->may_mark && size == sizeof(uint32_t) &&
		     is_in(guest->vcpus[i].steal, address, size)))
			return true;
	for (unsigned int i = 0; i < guest->left_count; i++)
		if (is_in(guest->left[i], address, size))
			return true;
	return false;
}

static bool is_zero_page(uint64_t address, const uint8_t *data, size_t size)
{
	static const uint8_t zeros[PAGE];

	return address % PAGE == 0 && size == PAGE && !memcmp(data, zeros, PAGE);
}

static bool write_memory(void *context, struct paracall_gpa address, const void *data,
			 size_t size)
{
	struct vcpu *vcpu = guest_caller(context);
	struct guest *guest = vcpu->guest;

	guest_nest(guest);
	FUZZ_CHECK(may_write(vcpu, address.value, size));
	if (vcpu->may_clear)
		FUZZ_CHECK(is_zero_page(address.value, data, size));
	if (!is_memory(guest, address.value, size))
		return false;
	copy_in(guest, address.value, data, size);
	return true;
}

uint64_t guest_tsc(const struct guest *guest)
{
	return guest->now / 5 * 12 + guest->drift;
}

static bool read_clocks(void *context, struct paracall_clocks *clocks)
{
	struct guest *guest = guest_caller(context)->guest;

	guest_nest(guest);
	clocks->tsc = guest_tsc(guest);
	clocks->seconds = 1700000000 + guest->now / 1000000000;
	clocks->nanoseconds = guest->now % 1000000000;
	clocks->steady_nanoseconds = guest->now;
	clocks->is_paired = guest->has_clocks;
	return guest->has_clocks;
}

static uint64_t run_delay(void *context)
{
	return guest_caller(context)->run_delay;
}

static void delay(void *context, uint64_t nanoseconds)
{
	struct guest *guest = guest_caller(context)->guest;

	guest->now += nanoseconds < 1000000 ? nanoseconds : 1000000;
	guest_nest(guest);
}

/* The library's clocks; both advance whenever they are read, unless time stands still. */
static uint64_t host_time;
static bool time_stands_still;

void guest_stop_time(bool stop)
{
	time_stands_still = stop;
}

static uint64_t host_clock(void *machine)
{
	(void)machine;
	if (!time_stands_still)
		host_time += 100;
	return host_time;
}

static uint64_t program_counter(void *context)
{
	return guest_caller(context)->registers[0];
}

/* A reader that comes in time, or one that is gone. */
static bool trace_wait(void *context)
{
	struct guest *guest = guest_caller(context)->guest;

	if (guest->has_reader)
		guest_take_events(guest);
	return guest->has_reader;
}

static void trace_wake(void *context)
{
	guest_caller(context);
}

/* No guest can cause one. */
static void report(void *machine, void *context, int error, const char *message)
{
	(void)machine;
	(void)context;
	(void)message;
	FUZZ_CHECK(!error);
}

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "fuzz",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_INTERRUPT | PARACALL_CAN_YIELD |
			PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_READ_CLOCKS |
			PARACALL_CAN_REPORT_RUN_DELAY | PARACALL_CAN_FLUSH_TLB |
			PARACALL_CAN_MAP_MAGIC_PAGE | PARACALL_CAN_GIVE_RANDOM |
			PARACALL_CAN_LIST_IMPLEMENTATIONS,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.send_interrupt = send_interrupt,
	.yield_to = yield_to,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.read_clocks = read_clocks,
	.run_delay = run_delay,
	.delay = delay,
	.clock = host_clock,
	.program_counter = program_counter,
	.trace_clock = host_clock,
	.trace_wait = trace_wait,
	.trace_wake = trace_wake,
	.report = report,
};

/* ---- traces ------------------------------------------------------------------------ */

static void check_event(const struct paracall_event *event)
{
	uint32_t kind = paracall_event_kind(event->id);
	uint32_t row = paracall_event_row(event->id);

	FUZZ_CHECK(kind > PARACALL_EVENT_NONE && kind < PARACALL_EVENT_KINDS);
	FUZZ_CHECK(!row || paracall_call_by_id(row) || row == PARACALL_EVENT_UNKNOWN_ROW);
	FUZZ_CHECK(event->time && event->time <= host_time);
	if (kind == PARACALL_EVENT_MORE || kind == PARACALL_EVENT_OUTPUT)
		FUZZ_CHECK(event->result > 0 && event->result <= PARACALL_EVENT_ARGUMENTS);
	if (kind == PARACALL_EVENT_LOST)
		FUZZ_CHECK(event->arguments[0]);
}

void guest_take_events(struct guest *guest)
{
	struct paracall_event events[RING_EVENTS];
	struct paracall_trace_view view;

	if (!guest->trace)
		return;
	FUZZ_CHECK(paracall_trace_look(&view, guest->trace,
				       paracall_trace_size(guest->cpus, RING_EVENTS)));
	for (unsigned int i = 0; i < guest->cpus; i++) {
		struct paracall_trace_ring *ring = paracall_trace_ring(&view, i);
		size_t count;

		FUZZ_CHECK(ring->head - ring->tail <= RING_EVENTS);
		count = paracall_trace_take(&view, ring, events, RING_EVENTS);
		for (size_t event = 0; event < count; event++)
			check_event(&events[event]);
		guest->vcpus[i].taken += count;
		FUZZ_CHECK(ring->head == ring->tail);
		FUZZ_CHECK(ring->tail == guest->vcpus[i].taken);
	}
}

static bool make_trace(struct guest *guest)
{
	struct paracall_trace *trace =
		aligned_alloc(64, paracall_trace_size(guest->cpus, RING_EVENTS));

	if (!trace)
		return false;
	memset(trace, 0, paracall_trace_size(guest->cpus, RING_EVENTS));
	*trace = (struct paracall_trace){
		.magic = PARACALL_TRACE_MAGIC,
		.version = PARACALL_TRACE_VERSION,
		.flags = take_byte(guest) & 7,
		.kinds = fuzz_take(&guest->input, 4),
		.architecture = guest->kind->architecture,
		.max_cpus = guest->cpus,
		.ring_events = RING_EVENTS,
	};
	guest->trace = trace;
	guest->has_reader = true;
	return true;
}

/* ---- the machine ---------------------------------------------------------------------- */

/* In what engines lack each time; a whole one is most interesting. */
static const uint32_t lacks[] = {
	PARACALL_CAN_WAKE,	    PARACALL_CAN_INTERRUPT,	 PARACALL_CAN_YIELD,
	PARACALL_CAN_ACCESS_MEMORY, PARACALL_CAN_READ_CLOCKS,	 PARACALL_CAN_REPORT_RUN_DELAY,
	PARACALL_CAN_FLUSH_TLB,	    PARACALL_CAN_MAP_MAGIC_PAGE, PARACALL_CAN_GIVE_RANDOM,
};

static const char *const rules[] = {
	"*:delay=1us:1%",
	"*:enosys:when=3+7",
	"*:drop:10%",
	"KICK_CPU:late=1us",
	"KICK_CPU:late=1ms:50%",
	"KICK_CPU:error=EINVAL:when=2+2",
	"SEND_IPI:drop:20%",
	"MSR_*:drop:5%",
	"MSR_*:fault:5%",
	"MSR_STEAL_TIME:delay=1us",
	"cpuid:withdraw=pv-unhalt",
	"clock:jump=1ms:every=1us",
	"clock:jump=-1ms:every=1us:10%",
	"steal:burst=1us:every=1us",
	"DIAG_YIELD:delay=1us",
	"TRNG_RND64:retval=-3:50%",
	"seed=7",
};

/* Those that are none for this architecture are not taken, which is as good. */
static void choose_rules(struct guest *guest, struct paracall_injection *injection)
{
	unsigned int count = take_byte(guest) & 3;

	for (unsigned int i = 0; i < count; i++)
		injection_parse(injection, guest->kind->architecture,
				rules[take_byte(guest) % (sizeof(rules) / sizeof(rules[0]))]);
	guest->has_rules = injection->rule_count;
}

/* Switches of an input's first byte but one. */
enum {
	HAS_RULES = 1 << 0,
	HAS_TRACE = 1 << 1,
	ENFORCES = 1 << 2,
	LACKS = 1 << 3,
	HAS_HOLES = 1 << 4,
	CHOOSES_FEATURES = 1 << 5,
	HAS_NO_CLOCKS = 1 << 6,
	LACKS_REGISTERS = 1 << 7,
};

/* Number 0 is the first, too. */
static void choose_kind(struct guest *guest)
{
	uint8_t byte = take_byte(guest);
	size_t count = 0;
	size_t index;

	while (guest_kind(count))
		count++;
	index = (byte & 15) % (count + 1);
	guest->cpus = 1 + (byte >> 4 & 7);
	guest->kind = guest_kind(index ? index - 1 : 0);
}

static bool create_machine(struct guest *guest, uint8_t switches)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_options options = { .size = sizeof(options),
					    .architecture = guest->kind->architecture,
					    .max_cpus = guest->cpus,
					    .enforce_features = switches & ENFORCES };

	guest->engine = engine;
	if (guest->kind->complete)
		guest->kind->complete(&guest->engine);
	if (switches & LACKS)
		guest->engine.capabilities &=
			~lacks[take_byte(guest) % (sizeof(lacks) / sizeof(lacks[0]))];
	options.features = paracall_features_available(guest->kind->architecture,
						       guest->engine.capabilities);
	if (switches & CHOOSES_FEATURES)
		options.features &= fuzz_take(&guest->input, 4);
	if (switches & HAS_RULES)
		choose_rules(guest, &injection);
	options.injection = &injection;
	if (switches & HAS_TRACE && !make_trace(guest))
		return false;
	options.trace = guest->trace;
	options.trace_size = paracall_trace_size(guest->cpus, RING_EVENTS);
	return !paracall_machine_new(&guest->machine, &guest->engine, &options);
}

bool guest_create(struct guest *guest)
{
	unsigned int optional;
	uint8_t switches;

	choose_kind(guest);
	optional = guest->kind->first_optional_register;
	switches = take_byte(guest);
	guest->is_there = UINT32_MAX;
	if (switches & HAS_HOLES)
		guest->is_there = fuzz_take(&guest->input, 4);
	guest->has_clocks = !(switches & HAS_NO_CLOCKS);
	guest->knows_private = true;
	guest->migration_control = 1;
	guest->now = 1000000;
	if (!create_machine(guest, switches))
		return false;
	for (unsigned int i = 0; i < guest->cpus; i++) {
		if (optional && switches & LACKS_REGISTERS)
			guest->vcpus[i].missing =
				fuzz_take(&guest->input, 8) & ~((UINT64_C(1) << optional) - 1);
		guest_plug(guest, i);
	}
	return true;
}

void guest_destroy(struct guest *guest)
{
	paracall_machine_free(guest->machine);
	free(guest->trace);
}

void guest_plug(struct guest *guest, unsigned int index)
{
	struct vcpu *vcpu = &guest->vcpus[index];

	vcpu->guest = guest;
	vcpu->index = index;
	vcpu->cpu = paracall_machine_add_cpu(guest->machine, index, vcpu);
	FUZZ_CHECK(vcpu->cpu);
	forget_pages(vcpu);
	vcpu->msrs[MSR_POLL_CONTROL] = PARACALL_KVM_MSR_ENABLED;
	vcpu->apic_id = UINT32_MAX;
	if (!paracall_cpu_set_apic_id(vcpu->cpu, index))
		vcpu->apic_id = index;
}

void guest_unplug(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;

	if (guest->depth && vcpu->clock.size && guest->left_count < CPUS)
		guest->left[guest->left_count++] = vcpu->clock;
	/* A trace gets the end of its halt. */
	enter(vcpu, 0);
	paracall_machine_remove_cpu(vcpu->cpu);
	leave(vcpu);
	forget_pages(vcpu);
	vcpu->is_halted = false;
	vcpu->kicked = NOT_KICKED;
	vcpu->cpu = NULL;
}
