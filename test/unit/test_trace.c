/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rings with two threads, and the events of calls, kicks and halts. */
#include "../../inject/parse.h"
#include "fake_engine.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CPUS 3
#define RING_EVENTS 8
#define EVENTS 100000

static _Atomic(uint64_t) now;
static unsigned int waits;
static unsigned int waits_left;

static uint64_t trace_clock(void *machine)
{
	(void)machine;
	return atomic_fetch_add(&now, 10) + 10;
}

static bool trace_wait(void *context)
{
	(void)context;
	waits++;
	return waits_left && waits_left--;
}

/* Of the scenes to come. */
static bool (*scene_wait)(void *context) = trace_wait;

static void trace_wake(void *context)
{
	(void)context;
}

static uint64_t program_counter(void *context)
{
	(void)context;
	return 0x1234;
}

/* As the reader sees it. */
static struct paracall_trace_view look_at(struct paracall_trace *trace)
{
	struct paracall_trace_view view;

	assert_true(
		paracall_trace_look(&view, trace,
				    paracall_trace_size(trace->max_cpus, trace->ring_events)));
	return view;
}

struct scene {
	struct paracall_trace *trace;
	struct paracall_trace_view view;
	struct paracall_machine *machine;
	struct fake_cpu fakes[CPUS];
	struct paracall_cpu *cpus[CPUS];
};

static void scene_begin_with(struct scene *scene, enum paracall_architecture architecture,
			     uint32_t features, const struct paracall_injection *injection)
{
	struct paracall_engine engine = fake_engine;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = architecture,
		.max_cpus = CPUS,
		.features = features,
		.injection = injection,
	};

	*scene = (struct scene){ .trace = fake_trace(CPUS, RING_EVENTS) };
	now = 0;
	waits = 0;
	waits_left = 0;
	scene->view = look_at(scene->trace);
	options.trace = scene->trace;
	options.trace_size = paracall_trace_size(CPUS, RING_EVENTS);
	assert_int_equal(paracall_machine_new(&scene->machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	engine.trace_clock = trace_clock;
	engine.trace_wait = scene_wait;
	engine.trace_wake = trace_wake;
	engine.program_counter = program_counter;
	assert_int_equal(paracall_machine_new(&scene->machine, &engine, &options), 0);
	for (uint32_t i = 0; i < CPUS; i++) {
		scene->cpus[i] = paracall_machine_add_cpu(scene->machine, i, &scene->fakes[i]);
		assert_int_equal(paracall_cpu_set_apic_id(scene->cpus[i], i), 0);
	}
}

static void scene_begin_for(struct scene *scene, enum paracall_architecture architecture,
			    uint32_t features)
{
	scene_begin_with(scene, architecture, features, NULL);
}

static void scene_begin(struct scene *scene)
{
	scene_begin_for(scene, PARACALL_X86,
			paracall_features_default(PARACALL_X86, fake_engine.capabilities));
}

static void scene_end(struct scene *scene)
{
	paracall_machine_free(scene->machine);
	free(scene->trace);
}

/* The only event of vCPU @cpu since then, of this id. */
static struct paracall_event take(struct scene *scene, uint32_t cpu, uint32_t id)
{
	struct paracall_event event = { .id = 0 };

	assert_int_equal(paracall_trace_take(&scene->view,
					     paracall_trace_ring(&scene->view, cpu), &event, 1),
			 1);
	assert_int_equal(event.id, id);
	return event;
}

static void take_nothing(struct scene *scene, uint32_t cpu)
{
	struct paracall_event event;

	assert_int_equal(paracall_trace_take(&scene->view,
					     paracall_trace_ring(&scene->view, cpu), &event, 1),
			 0);
}

static void call(struct scene *scene, uint32_t cpu, uint64_t number, uint64_t a0, uint64_t a1)
{
	uint64_t *registers = scene->fakes[cpu].registers;

	registers[PARACALL_X86_RAX] = number;
	registers[PARACALL_X86_RBX] = a0;
	registers[PARACALL_X86_RCX] = a1;
	registers[PARACALL_X86_RDX] = 0xdd;
	registers[PARACALL_X86_RSI] = 0x55;
	paracall_hypercall(scene->cpus[cpu], PARACALL_MODE_64BIT);
}

static uint32_t call_id(uint64_t number)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (info->number == number)
			return paracall_event_id(PARACALL_EVENT_CALL, info->id);
	return paracall_event_id(PARACALL_EVENT_CALL, PARACALL_EVENT_UNKNOWN_ROW);
}

static uint32_t id_of(enum paracall_event_kind kind)
{
	return paracall_event_id(kind, 0);
}

static void test_calls(void **state)
{
	struct paracall_event event;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	call(&scene, 0, PARACALL_KVM_HC_KICK_CPU, 7, 2);
	event = take(&scene, 0, id_of(PARACALL_EVENT_KICK));
	assert_int_equal(event.arguments[0], 2);
	assert_false(event.arguments[1]);
	event = take(&scene, 0, call_id(PARACALL_KVM_HC_KICK_CPU));
	assert_int_equal(event.arguments[0], 7);
	assert_int_equal(event.arguments[1], 2);
	assert_int_equal(event.arguments[2], 0);
	assert_int_equal(event.result, 0);
	assert_int_equal(event.pc, 0x1234);
	assert_true(event.duration > 0 && event.duration < event.time);
	/* An unknown one, with its number and all registers. */
	call(&scene, 0, 77, 1, 2);
	event = take(&scene, 0, call_id(77));
	assert_int_equal(event.result, -PARACALL_KVM_ENOSYS);
	assert_int_equal(event.arguments[0], 77);
	assert_int_equal(event.arguments[3], 0xdd);
	event = take(&scene, 0,
		     paracall_event_id(PARACALL_EVENT_MORE, PARACALL_EVENT_UNKNOWN_ROW));
	assert_int_equal(event.arguments[0], 0x55);
	assert_int_equal(event.result, 1);
	/* Without those that the row lacks, or with them. */
	scene.trace->flags = PARACALL_TRACE_WHOLE_CALLS;
	call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 1, 2);
	event = take(&scene, 0, call_id(PARACALL_KVM_HC_VAPIC_POLL_IRQ));
	assert_int_equal(event.arguments[3], 0x55);
	take_nothing(&scene, 0);
	scene_end(&scene);
}

static uint32_t named_id(enum paracall_event_kind kind, const char *name)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++)
		if (!strcmp(info->name, name))
			return paracall_event_id(kind, info->id);
	fail_msg("no call %s", name);
	return 0;
}

/* Registers from r3 on are 0x1_00000003 and so on. */
static void powerpc_call(struct scene *scene, uint32_t mode, uint32_t token)
{
	struct fake_cpu *fake = &scene->fakes[0];

	for (unsigned int i = 0; i < 8; i++)
		fake->registers[PARACALL_POWERPC_R3 + i] = UINT64_C(0x100000003) + i;
	fake->registers[PARACALL_POWERPC_R11] = token;
	fake->reads = fake->writes = 0;
	assert_true(paracall_epapr_hypercall(scene->cpus[0], mode));
}

#define KVM(number) PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, number)

/* It is counted without a trace, too. */
static void test_spins(void **state)
{
	const struct paracall_statistics *statistics;
	struct paracall_event event;
	struct scene scene;
	uint64_t began;

	(void)state;
	scene_begin(&scene);
	statistics = paracall_machine_statistics(scene.machine);
	began = paracall_spin_begin(scene.cpus[1]);
	assert_true(began > 0);
	paracall_spin_end(scene.cpus[1], began, 64, 2500);
	event = take(&scene, 1, paracall_event_id(PARACALL_EVENT_SPIN, 0));
	assert_int_equal(event.arguments[0], 64);
	assert_int_equal(event.arguments[1], 2500);
	assert_int_equal(event.duration, event.time - began);
	assert_true(event.duration > 0);
	scene.trace->kinds = 0;
	began = paracall_spin_begin(scene.cpus[1]);
	assert_int_equal(began, 0);
	paracall_spin_end(scene.cpus[1], began, 128, 500);
	take_nothing(&scene, 1);
	assert_int_equal(statistics->cpu[1].spins, 2);
	assert_int_equal(statistics->cpu[1].spin_nanoseconds, 3000);
	assert_int_equal(statistics->cpu[0].spins, 0);
	scene_end(&scene);
}

static void test_epapr(void **state)
{
	struct paracall_event event;
	struct scene scene;

	(void)state;
	scene_begin_for(&scene, PARACALL_POWERPC, 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE);
	powerpc_call(&scene, PARACALL_MODE_64BIT, KVM(PARACALL_KVM_HC_FEATURES));
	event = take(&scene, 0, named_id(PARACALL_EVENT_EPAPR, "FEATURES"));
	assert_int_equal(event.result, PARACALL_EV_SUCCESS);
	assert_int_equal(event.pc, 0x1234);
	assert_true(event.duration > 0);
	event = take(&scene, 0, named_id(PARACALL_EVENT_OUTPUT, "FEATURES"));
	assert_int_equal(event.arguments[0], 1u << PARACALL_KVM_FEATURE_MAGIC_PAGE);
	assert_int_equal(event.result, 1);
	/* The results overwrite the arguments; in 32-bit code the lower halves count. */
	powerpc_call(&scene, 0, KVM(PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE));
	event = take(&scene, 0, named_id(PARACALL_EVENT_EPAPR, "PPC_MAP_MAGIC_PAGE"));
	assert_int_equal(event.arguments[0], 3);
	assert_int_equal(event.arguments[1], 4);
	assert_int_equal(event.arguments[2], 0);
	event = take(&scene, 0, named_id(PARACALL_EVENT_OUTPUT, "PPC_MAP_MAGIC_PAGE"));
	assert_int_equal(event.arguments[0], PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7);
	/* EV_IDLE gives nothing back, nor does what KVM on PowerPC doesn't have. */
	powerpc_call(&scene, PARACALL_MODE_64BIT, PARACALL_EPAPR_TOKEN(1, 16));
	take(&scene, 0, named_id(PARACALL_EVENT_EPAPR, "EV_IDLE"));
	powerpc_call(&scene, PARACALL_MODE_64BIT, KVM(PARACALL_KVM_HC_KICK_CPU));
	event = take(&scene, 0, named_id(PARACALL_EVENT_EPAPR, "KICK_CPU"));
	assert_int_equal(event.result, PARACALL_EV_UNIMPLEMENTED);
	assert_int_equal(event.arguments[1], UINT64_C(0x100000004));
	powerpc_call(&scene, PARACALL_MODE_64BIT, 77);
	event = take(&scene, 0,
		     paracall_event_id(PARACALL_EVENT_EPAPR, PARACALL_EVENT_UNKNOWN_ROW));
	assert_int_equal(event.arguments[0], 77);
	assert_int_equal(event.arguments[1], UINT64_C(0x100000003));
	take(&scene, 0, paracall_event_id(PARACALL_EVENT_MORE, PARACALL_EVENT_UNKNOWN_ROW));
	take_nothing(&scene, 0);
	/* If no events are selected, no more is read than without a trace. */
	scene.trace->kinds = 0;
	powerpc_call(&scene, PARACALL_MODE_64BIT, KVM(PARACALL_KVM_HC_FEATURES));
	assert_int_equal(scene.fakes[0].reads, 1);
	take_nothing(&scene, 0);
	scene_end(&scene);
}

static void check_injected(const struct paracall_event *event, enum paracall_fault fault,
			   uint64_t place, uint64_t value, uint64_t number)
{
	assert_int_equal(event->arguments[0], fault);
	assert_int_equal(event->arguments[1], place);
	assert_int_equal(event->arguments[2], value);
	assert_int_equal(event->arguments[3], number);
}

static void papr_call(struct scene *scene, uint64_t number)
{
	struct fake_cpu *fake = &scene->fakes[0];

	for (unsigned int i = 1; i < 8; i++)
		fake->registers[PARACALL_POWERPC_R3 + i] = 0x40 + i;
	fake->registers[PARACALL_POWERPC_R3] = number;
	fake->reads = fake->writes = 0;
	paracall_papr_hypercall(scene->cpus[0]);
	assert_int_equal(fake->writes, 0);
}

static void test_papr(void **state)
{
	struct paracall_event event;
	struct scene scene;

	(void)state;
	scene_begin_for(&scene, PARACALL_POWERPC, 0);
	papr_call(&scene, 0x08);
	event = take(&scene, 0, named_id(PARACALL_EVENT_PAPR, "H_ENTER"));
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(event.arguments[i], 0x41 + i);
	assert_int_equal(event.duration, 0);
	assert_int_equal(event.pc, 0x1234);
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	papr_call(&scene, 0xe0);
	take(&scene, 0, named_id(PARACALL_EVENT_PAPR, "H_CEDE"));
	assert_int_equal(scene.fakes[0].reads, 1);
	papr_call(&scene, 0x7ff8);
	event = take(&scene, 0,
		     paracall_event_id(PARACALL_EVENT_PAPR, PARACALL_EVENT_UNKNOWN_ROW));
	assert_int_equal(event.arguments[0], 0x7ff8);
	assert_int_equal(event.arguments[1], 0x41);
	event = take(&scene, 0,
		     paracall_event_id(PARACALL_EVENT_MORE, PARACALL_EVENT_UNKNOWN_ROW));
	assert_int_equal(event.arguments[0], 0x44);
	take_nothing(&scene, 0);
	scene.trace->kinds = ~(UINT64_C(1) << PARACALL_EVENT_PAPR);
	papr_call(&scene, 0x08);
	assert_int_equal(scene.fakes[0].reads, 1);
	take_nothing(&scene, 0);
	scene_end(&scene);
}

/* Faults are reported before the event that they affect, and by its name. */
static void test_injected(void **state)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_event event;
	struct scene scene;

	(void)state;
	assert_null(injection_parse(&injection, PARACALL_X86, "KICK_CPU:drop:when=2"));
	assert_null(injection_parse(&injection, PARACALL_X86, "MSR_POLL_CONTROL:fault:when=1"));
	assert_null(injection_parse(&injection, PARACALL_X86, "cpuid:withdraw=pv-eoi"));
	scene_begin_with(&scene, PARACALL_X86,
			 paracall_features_default(PARACALL_X86, fake_engine.capabilities),
			 &injection);
	scene.trace->kinds =
		UINT64_C(1) << PARACALL_EVENT_INJECTED | UINT64_C(1) << PARACALL_EVENT_CALL;
	call(&scene, 0, PARACALL_KVM_HC_KICK_CPU, 0, 2);
	take(&scene, 0, call_id(PARACALL_KVM_HC_KICK_CPU));
	call(&scene, 0, PARACALL_KVM_HC_KICK_CPU, 0, 2);
	event = take(&scene, 0, id_of(PARACALL_EVENT_INJECTED));
	check_injected(&event, PARACALL_FAULT_DROP, call_id(PARACALL_KVM_HC_KICK_CPU), 0, 2);
	assert_int_equal(event.pc, 0x1234);
	take(&scene, 0, call_id(PARACALL_KVM_HC_KICK_CPU));
	paracall_wrmsr(scene.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	event = take(&scene, 0, id_of(PARACALL_EVENT_INJECTED));
	check_injected(&event, PARACALL_FAULT_EXCEPTION, PARACALL_KVM_MSR_POLL_CONTROL, 0, 1);
	paracall_cpuid(scene.cpus[0], PARACALL_KVM_CPUID_FEATURES,
		       &(struct paracall_cpuid){ .eax = 0 });
	event = take(&scene, 0, id_of(PARACALL_EVENT_INJECTED));
	check_injected(&event, PARACALL_FAULT_WITHDRAW, id_of(PARACALL_EVENT_CPUID),
		       1u << PARACALL_KVM_FEATURE_PV_EOI, 1);
	/* Nobody wants to know. */
	scene.trace->kinds = 0;
	paracall_cpuid(scene.cpus[0], PARACALL_KVM_CPUID_FEATURES,
		       &(struct paracall_cpuid){ .eax = 0 });
	take_nothing(&scene, 0);
	scene_end(&scene);
}

/* The same number is another event's on PowerPC. */
static void test_injected_on_powerpc(void **state)
{
	struct paracall_injection injection = { .size = sizeof(injection) };
	struct paracall_event event;
	struct scene scene;

	(void)state;
	assert_null(injection_parse(&injection, PARACALL_POWERPC, "FEATURES:retval=12"));
	scene_begin_with(&scene, PARACALL_POWERPC, 0, &injection);
	powerpc_call(&scene, PARACALL_MODE_64BIT, KVM(PARACALL_KVM_HC_FEATURES));
	event = take(&scene, 0, id_of(PARACALL_EVENT_INJECTED));
	check_injected(&event, PARACALL_FAULT_RESULT,
		       named_id(PARACALL_EVENT_EPAPR, "FEATURES"), 12, 1);
	event = take(&scene, 0, named_id(PARACALL_EVENT_EPAPR, "FEATURES"));
	assert_int_equal(event.result, PARACALL_EV_UNIMPLEMENTED);
	take_nothing(&scene, 0);
	scene_end(&scene);
}

static void test_wanted_kinds(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.trace->kinds = 1 << PARACALL_EVENT_KICK;
	call(&scene, 0, PARACALL_KVM_HC_KICK_CPU, 0, 2);
	paracall_halt(scene.cpus[0]);
	paracall_resume(scene.cpus[0]);
	take(&scene, 0, id_of(PARACALL_EVENT_KICK));
	take_nothing(&scene, 0);
	scene_end(&scene);
}

static void check_wake(const struct paracall_event *event, enum paracall_wake_cause cause,
		       uint64_t by, uint64_t halted)
{
	assert_int_equal(event->arguments[0], cause);
	assert_int_equal(event->arguments[1], by);
	assert_int_equal(event->arguments[2], halted);
}

static void test_halts(void **state)
{
	struct paracall_event halt;
	struct paracall_event wake;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_true(paracall_halt(scene.cpus[1]));
	take(&scene, 1, id_of(PARACALL_EVENT_HALT));
	now += 1000;
	paracall_resume(scene.cpus[1]);
	wake = take(&scene, 1, id_of(PARACALL_EVENT_WAKE));
	check_wake(&wake, PARACALL_WAKE_INTERRUPT, PARACALL_EVENT_NOBODY, 1010);
	paracall_resume(scene.cpus[1]);
	take_nothing(&scene, 1);

	/* Kicked by vCPU 2: reported when it does something, with the kick's time. */
	assert_true(paracall_halt(scene.cpus[1]));
	halt = take(&scene, 1, id_of(PARACALL_EVENT_HALT));
	now = halt.time + 5000;
	call(&scene, 2, PARACALL_KVM_HC_KICK_CPU, 0, 1);
	now += 100000;
	take_nothing(&scene, 1);
	call(&scene, 1, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	wake = take(&scene, 1, id_of(PARACALL_EVENT_WAKE));
	assert_int_equal(wake.arguments[0], PARACALL_WAKE_KICK);
	assert_int_equal(wake.arguments[1], 2);
	assert_in_range(wake.arguments[2], 5000, 5100);
	assert_in_range(wake.time, halt.time + 5000, halt.time + 5100);
	take(&scene, 1, call_id(PARACALL_KVM_HC_VAPIC_POLL_IRQ));

	/* The kick was there before. */
	call(&scene, 0, PARACALL_KVM_HC_KICK_CPU, 0, 1);
	assert_false(paracall_halt(scene.cpus[1]));
	take(&scene, 1, id_of(PARACALL_EVENT_HALT));
	wake = take(&scene, 1, id_of(PARACALL_EVENT_WAKE));
	check_wake(&wake, PARACALL_WAKE_KICK_BEFORE, 0, 10);
	take_nothing(&scene, 1);
	scene_end(&scene);
}

static void test_registers(void **state)
{
	struct paracall_event event;
	struct paracall_cpuid cpuid;
	struct scene scene;
	uint64_t value;

	(void)state;
	scene_begin(&scene);
	assert_true(paracall_cpuid(scene.cpus[0], PARACALL_KVM_CPUID_FEATURES, &cpuid));
	event = take(&scene, 0, id_of(PARACALL_EVENT_CPUID));
	assert_int_equal(event.result, cpuid.eax);
	assert_int_equal(event.arguments[0], PARACALL_KVM_CPUID_FEATURES);
	paracall_wrmsr(scene.cpus[0], PARACALL_KVM_MSR_POLL_CONTROL, 0);
	event = take(&scene, 0, id_of(PARACALL_EVENT_WRMSR));
	assert_int_equal(event.arguments[0], PARACALL_KVM_MSR_POLL_CONTROL);
	assert_int_equal(event.result, 0);
	paracall_rdmsr(scene.cpus[0], PARACALL_KVM_MSR_FIRST + 0xff, &value);
	event = take(&scene, 0, id_of(PARACALL_EVENT_RDMSR));
	assert_int_equal(event.result, -1);
	scene_end(&scene);
}

/* A full ring: wait; give up without a reader; or drop and count. */
static void test_full(void **state)
{
	struct paracall_event event;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	for (int i = 0; i < RING_EVENTS; i++)
		call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	assert_int_equal(waits, 0);
	scene.trace->flags = PARACALL_TRACE_DROP;
	for (int i = 0; i < 3; i++)
		call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	assert_int_equal(waits, 0);
	for (int i = 0; i < RING_EVENTS; i++)
		take(&scene, 0, call_id(PARACALL_KVM_HC_VAPIC_POLL_IRQ));
	call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	event = take(&scene, 0, id_of(PARACALL_EVENT_LOST));
	assert_int_equal(event.arguments[0], 3);
	take(&scene, 0, call_id(PARACALL_KVM_HC_VAPIC_POLL_IRQ));
	take_nothing(&scene, 0);

	scene.trace->flags = 0;
	waits_left = 5;
	for (int i = 0; i < RING_EVENTS + 1; i++)
		call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	assert_int_equal(waits, 6);
	assert_int_equal(scene.trace->kinds, 0);
	call(&scene, 0, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	assert_int_equal(waits, 6);
	scene_end(&scene);
}

/* One thread puts in, another takes out: each event once, whole, in order. */
static void *write_events(void *argument)
{
	const struct paracall_trace_view *view = argument;
	struct paracall_trace_ring *ring = paracall_trace_ring(view, 1);

	for (uint64_t i = 1; i <= EVENTS; i++) {
		struct paracall_event *event;

		while (!(event = paracall_trace_reserve(view, ring)))
			sched_yield();
		*event = (struct paracall_event){
			.time = i,
			.id = id_of(PARACALL_EVENT_HALT),
			.arguments = { ~i, i, i, i },
		};
		paracall_trace_commit(view, ring);
	}
	return NULL;
}

static void test_two_threads(void **state)
{
	struct paracall_trace *trace = fake_trace(2, RING_EVENTS);
	struct paracall_trace_view view = look_at(trace);
	struct paracall_trace_ring *ring = paracall_trace_ring(&view, 1);
	struct paracall_event events[3];
	uint64_t expected = 1;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, write_events, &view), 0);
	while (expected <= EVENTS) {
		size_t count = paracall_trace_take(&view, ring, events, 3);

		if (!count)
			sched_yield();
		for (size_t i = 0; i < count; i++, expected++) {
			assert_int_equal(events[i].time, expected);
			assert_int_equal(events[i].arguments[0], ~expected);
			assert_int_equal(events[i].arguments[3], expected);
		}
	}
	pthread_join(thread, NULL);
	assert_int_equal(paracall_trace_take(&view, ring, events, 3), 0);
	free(trace);
}

#define CALLS 20000

static bool yield_for_room(void *context)
{
	(void)context;
	sched_yield();
	return true;
}

static void *make_calls(void *argument)
{
	struct scene *scene = argument;

	for (uint64_t i = 1; i <= CALLS; i++)
		call(scene, 1, PARACALL_KVM_HC_KICK_CPU, i, 0xfe);
	return NULL;
}

/* The same by a vCPU's calls: none is missing, all are whole and in order. */
static void test_calls_meanwhile(void **state)
{
	uint32_t id = call_id(PARACALL_KVM_HC_KICK_CPU);
	struct paracall_event events[RING_EVENTS];
	struct paracall_trace_ring *ring;
	uint64_t last_time = 0;
	uint64_t expected = 1;
	struct scene scene;
	pthread_t thread;

	(void)state;
	scene_wait = yield_for_room;
	scene_begin(&scene);
	scene_wait = trace_wait;
	ring = paracall_trace_ring(&scene.view, 1);
	assert_int_equal(pthread_create(&thread, NULL, make_calls, &scene), 0);
	while (expected <= CALLS) {
		size_t count = paracall_trace_take(&scene.view, ring, events, RING_EVENTS);

		if (!count)
			sched_yield();
		for (size_t i = 0; i < count; i++, expected++) {
			assert_int_equal(events[i].id, id);
			assert_int_equal(events[i].arguments[0], expected);
			assert_int_equal(events[i].arguments[1], 0xfe);
			assert_true(events[i].time > last_time);
			last_time = events[i].time;
		}
	}
	pthread_join(thread, NULL);
	take_nothing(&scene, 1);
	scene_end(&scene);
}

#define RESETS 2000

static void *reset_often(void *argument)
{
	struct scene *scene = argument;

	for (unsigned int i = 0; i < RESETS; i++)
		paracall_machine_reset(scene->machine, scene->cpus[2]);
	return NULL;
}

/* Takes what there is in one ring, of which all is @id; the number of it. */
static size_t count_events(struct scene *scene, uint32_t cpu, uint32_t id)
{
	struct paracall_trace_ring *ring = paracall_trace_ring(&scene->view, cpu);
	struct paracall_event events[RING_EVENTS];
	size_t count = paracall_trace_take(&scene->view, ring, events, RING_EVENTS);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(events[i].id, id);
	return count;
}

/* A ring has one writer: a reset is in that of the vCPU whose thread it is. */
static void test_resets_meanwhile(void **state)
{
	uint32_t id = call_id(PARACALL_KVM_HC_KICK_CPU);
	size_t resets = 0;
	size_t calls = 0;
	struct scene scene;
	pthread_t caller;
	pthread_t resetter;

	(void)state;
	scene_wait = yield_for_room;
	scene_begin(&scene);
	scene_wait = trace_wait;
	assert_int_equal(pthread_create(&caller, NULL, make_calls, &scene), 0);
	assert_int_equal(pthread_create(&resetter, NULL, reset_often, &scene), 0);
	while (calls < CALLS || resets < RESETS) {
		calls += count_events(&scene, 1, id);
		resets += count_events(&scene, 2, id_of(PARACALL_EVENT_RESET));
		sched_yield();
	}
	pthread_join(caller, NULL);
	pthread_join(resetter, NULL);
	assert_int_equal(calls, CALLS);
	assert_int_equal(resets, RESETS);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		take_nothing(&scene, cpu);
	scene_end(&scene);
}

/* While no vCPU runs, it is the first one's. */
static void test_reset_from_outside(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	paracall_machine_reset(scene.machine, NULL);
	take(&scene, 0, id_of(PARACALL_EVENT_RESET));
	take_nothing(&scene, 1);
	scene_end(&scene);
}

/* A writer that went mad makes the reader neither crash nor stay. */
static void test_garbage(void **state)
{
	struct paracall_trace *trace = fake_trace(1, RING_EVENTS);
	struct paracall_trace_view view = look_at(trace);
	struct paracall_trace_ring *ring = paracall_trace_ring(&view, 0);
	struct paracall_event events[2 * RING_EVENTS];

	(void)state;
	ring->head = UINT64_MAX / 2;
	ring->events[(ring->head - 1) % RING_EVENTS].time = 7;
	/* Sizes count as they were. */
	trace->ring_events = 1u << 20;
	trace->max_cpus = 0;
	assert_int_equal(paracall_trace_take(&view, ring, events, 2 * RING_EVENTS),
			 RING_EVENTS);
	assert_int_equal(events[RING_EVENTS - 1].time, 7);
	assert_int_equal(paracall_trace_take(&view, ring, events, 2 * RING_EVENTS), 0);
	ring->tail = 12345;
	assert_int_equal(paracall_trace_take(&view, ring, events, 3), 3);
	assert_int_equal(paracall_trace_take(&view, ring, events, RING_EVENTS),
			 RING_EVENTS - 3);
	free(trace);
}

/* A block whose sizes can't be, or that is too small for them. */
static void test_impossible_sizes(void **state)
{
	static const uint32_t sizes[][2] = {
		{ 0, 8 },
		{ 4097, 8 },
		{ UINT32_MAX, 8 },
		{ 1, 0 },
		{ 1, 2 },
		{ 1, 7 },
		{ 1, (1u << 20) + 8 },
		{ 1, 1u << 21 },
		{ 1, UINT32_MAX },
		{ 2, 8 },
		{ 1, 16 },
	};
	struct paracall_trace *trace = fake_trace(1, RING_EVENTS);
	struct paracall_options options = fake_options();
	struct paracall_engine engine = fake_engine;
	size_t size = paracall_trace_size(1, RING_EVENTS);
	struct paracall_trace_view view;
	struct paracall_machine *machine;

	(void)state;
	assert_true(paracall_trace_look(&view, trace, size));
	assert_false(paracall_trace_look(&view, trace, size - 1));
	assert_false(paracall_trace_look(&view, trace, sizeof(*trace)));
	engine.trace_clock = trace_clock;
	engine.trace_wait = trace_wait;
	engine.trace_wake = trace_wake;
	options.trace = trace;
	options.trace_size = size;
	/* One ring for FAKE_CPUS. */
	assert_int_equal(paracall_machine_new(&machine, &engine, &options),
			 PARACALL_ERROR_ARGUMENT);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		trace->max_cpus = sizes[i][0];
		trace->ring_events = sizes[i][1];
		assert_false(paracall_trace_look(&view, trace, size));
	}
	free(trace);
}

/* The reader writes what it likes; the writer stays inside its ring. */
static void test_mad_reader(void **state)
{
	struct paracall_trace_ring *ring;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	ring = paracall_trace_ring(&scene.view, 2);
	scene.trace->ring_events = 1u << 30;
	scene.trace->max_cpus = 0;
	for (unsigned int i = 0; i < 3 * RING_EVENTS; i++) {
		ring->tail = i % 2 ? UINT64_MAX : i;
		ring->head = i % 3 ? ring->head : UINT64_MAX - i;
		call(&scene, 2, PARACALL_KVM_HC_VAPIC_POLL_IRQ, 0, 0);
	}
	scene_end(&scene);
}

/* Operands are shown by their contents; results at the end. */
static void diagnoses_are_reported(void **state)
{
	struct scene scene;
	struct paracall_event event;
	uint64_t *registers;

	(void)state;
	scene_begin_for(&scene, PARACALL_S390, 0);
	registers = scene.fakes[0].registers;
	registers[5] = 1;
	assert_int_equal(paracall_diag(scene.cpus[0], 0x9c, 5, 6), PARACALL_DIAG_DONE);
	event = take(&scene, 0, paracall_event_id(PARACALL_EVENT_YIELD, 0));
	assert_int_equal(event.arguments[0], 1);
	event = take(&scene, 0, named_id(PARACALL_EVENT_DIAG, "DIAG_9C_DIRECTED_YIELD"));
	assert_int_equal(event.arguments[0], 1);
	assert_int_equal(event.result, PARACALL_DIAG_DONE);
	/* None of KVM's. */
	assert_int_equal(paracall_diag(scene.cpus[0], 0x123, 5, 6),
			 PARACALL_DIAG_SPECIFICATION);
	event = take(&scene, 0,
		     paracall_event_id(PARACALL_EVENT_DIAG, PARACALL_EVENT_UNKNOWN_ROW));
	assert_int_equal(event.arguments[0], 0x123);
	assert_int_equal(event.result, PARACALL_DIAG_SPECIFICATION);
	scene_end(&scene);
}

static struct paracall_event smccc_event(struct scene *scene, uint64_t function, uint64_t x1,
					 const char *name)
{
	scene->fakes[0].registers[PARACALL_ARM64_X0] = function;
	scene->fakes[0].registers[PARACALL_ARM64_X1] = x1;
	paracall_smccc(scene->cpus[0], PARACALL_SMCCC_HVC);
	return take(scene, 0, named_id(PARACALL_EVENT_SMCCC, name));
}

/* What the guest gets from the engine is not known when the event is reported. */
static void calls_left_to_the_engine(void **state)
{
	struct scene scene;
	struct paracall_event event;

	(void)state;
	scene_begin_for(&scene, PARACALL_ARM64, 0);
	event = smccc_event(&scene, PARACALL_PSCI_CPU_ON, 1, "PSCI_CPU_ON_32");
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	event = smccc_event(&scene, PARACALL_PSCI_FEATURES, PARACALL_SMCCC_VERSION,
			    "PSCI_FEATURES");
	assert_int_equal(event.result, PARACALL_SMCCC_SUCCESS);
	event = smccc_event(&scene, PARACALL_PSCI_FEATURES, PARACALL_TRNG_VERSION,
			    "PSCI_FEATURES");
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	scene_end(&scene);
}

static struct paracall_event sbi_event(struct scene *scene, uint64_t extension,
				       uint64_t function, uint64_t a0, uint32_t id)
{
	uint64_t *registers = scene->fakes[0].registers;

	registers[PARACALL_RISCV_A7] = extension;
	registers[PARACALL_RISCV_A6] = function;
	registers[PARACALL_RISCV_A0] = a0;
	paracall_sbi(scene->cpus[0]);
	return take(scene, 0, id);
}

static void calls_left_to_the_firmware(void **state)
{
	uint32_t probe = named_id(PARACALL_EVENT_SBI, "SBI_BASE_PROBE_EXT");
	uint32_t start = named_id(PARACALL_EVENT_SBI, "SBI_HSM_HART_START");
	uint32_t unknown = paracall_event_id(PARACALL_EVENT_SBI, PARACALL_EVENT_UNKNOWN_ROW);
	struct scene scene;
	struct paracall_event event;

	(void)state;
	scene_begin_for(&scene, PARACALL_RISCV, 0);
	event = sbi_event(&scene, PARACALL_SBI_BASE, 3, PARACALL_SBI_TIME, probe);
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	/* Not offered, which the library itself says. */
	event = sbi_event(&scene, PARACALL_SBI_BASE, 3, PARACALL_SBI_STA, probe);
	assert_int_equal(event.result, 0);
	event = sbi_event(&scene, PARACALL_SBI_HSM, 0, 1, start);
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	event = sbi_event(&scene, 0x09000000, 0, 1, unknown);
	assert_true(event.result == PARACALL_EVENT_NO_RESULT);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_spins),
		cmocka_unit_test(test_epapr),
		cmocka_unit_test(test_papr),
		cmocka_unit_test(test_injected),
		cmocka_unit_test(test_injected_on_powerpc),
		cmocka_unit_test(test_wanted_kinds),
		cmocka_unit_test(test_halts),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_calls_meanwhile),
		cmocka_unit_test(test_resets_meanwhile),
		cmocka_unit_test(test_reset_from_outside),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_impossible_sizes),
		cmocka_unit_test(test_mad_reader),
		cmocka_unit_test(diagnoses_are_reported),
		cmocka_unit_test(calls_left_to_the_engine),
		cmocka_unit_test(calls_left_to_the_firmware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
