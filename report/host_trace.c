/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host_trace.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of which vCPU nothing is known but its thread. */
#define NO_CPU UINT32_MAX

/* No tool writes lines, or flags, that come near to these. */
#define LONGEST_LINE (64u << 10)
#define LONGEST_FLAGS 16

#define TOO_MANY "it has too many vCPUs"
#define OTHER_CLOCK \
	"its times are not in seconds: record with a trace clock like 'local', which is the default, or 'mono'"
#define NO_TRACE \
	"not a recording, which is a folder, nor a host's trace with events like kvm_hypercall"

struct reader {
	struct host_trace *trace;
	const struct event_classes *classes;
	bool has_first;
	uint64_t first_time;
	/* Of the trace clock "x86-tsc", for example. */
	bool counts_no_seconds;
};

/* What stands before the colon after an event's name. */
struct head {
	uint32_t thread;
	/* Of a thread "CPU 3/KVM", QEMU's with debug-threads=on; or NO_CPU. */
	uint32_t cpu;
	uint64_t time;
	const char *name;
	size_t name_length;
	/* Behind that colon. */
	const char *values;
};

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* "1234.567890:", with any number of places. */
static const char *parse_time(const char *text, uint64_t *nanoseconds)
{
	uint64_t unit = 1000000000;
	uint64_t time = 0;
	const char *at = text;

	for (; isdigit((unsigned char)*at); at++)
		time = time * 10 + (uint64_t)(*at - '0');
	if (at == text || *at != '.' || !isdigit((unsigned char)at[1]))
		return NULL;
	time *= unit;
	for (at++; isdigit((unsigned char)*at); at++) {
		unit /= 10;
		time += (uint64_t)(*at - '0') * unit;
	}
	*nanoseconds = time;
	return *at == ':' ? at + 1 : NULL;
}

/* Past a word like "d..1", which may be missing. */
static const char *skip_flags(const char *text)
{
	const char *at = text;

	while (*at && !isblank((unsigned char)*at) && at - text < LONGEST_FLAGS)
		at++;
	return at;
}

/* "[002]", with flags like "d..1" or without, and the time after it; NULL if it is not. */
static const char *parse_place(const char *text, uint64_t *time)
{
	size_t digits = strspn(text + 1, "0123456789");
	const char *at = text + 1 + digits;
	const char *behind;

	if (!digits || *at != ']')
		return NULL;
	at = skip_blanks(at + 1);
	behind = parse_time(at, time);
	if (behind)
		return behind;
	return parse_time(skip_blanks(skip_flags(at)), time);
}

/* "CPU 0/KVM-1234" or "CPU 0/KVM  1234", up to @end. */
static bool parse_task(struct head *head, const char *text, const char *end)
{
	const char *number;
	unsigned int cpu;
	int length = 0;

	while (end > text && isblank((unsigned char)end[-1]))
		end--;
	for (number = end; number > text && isdigit((unsigned char)number[-1]); number--)
		;
	if (number == end || end - number > 10)
		return false;
	head->thread = (uint32_t)strtoul(number, NULL, 10);
	head->cpu = NO_CPU;
	text = skip_blanks(text);
	/* One that is too large is another number. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(text, "CPU %5u/KVM%n", &cpu, &length) == 1 && length &&
	    cpu < PARACALL_MAX_CPUS)
		head->cpu = cpu;
	return true;
}

static bool parse_head(struct head *head, const char *line)
{
	const char *behind = NULL;
	const char *bracket;
	size_t length;

	for (bracket = strchr(line, '['); bracket && !behind;) {
		behind = parse_place(bracket, &head->time);
		if (!behind)
			bracket = strchr(bracket + 1, '[');
	}
	if (!behind || !parse_task(head, line, bracket))
		return false;
	behind = skip_blanks(behind);
	/* perf says "kvm:kvm_msr:". */
	if (!strncmp(behind, "kvm:", 4))
		behind += 4;
	length = strcspn(behind, ": \t\n");
	if (behind[length] != ':')
		return false;
	head->name = behind;
	head->name_length = length;
	head->values = skip_blanks(behind + length + 1);
	return true;
}

/* The row of a number, as far as it is one of KVM's calls. */
static uint32_t call_id(const struct event_classes *classes, uint64_t number)
{
	const struct paracall_call_info *info;
	uint32_t id;

	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		if (info->kind != PARACALL_CALL_HYPERCALL || info->number != number)
			continue;
		id = paracall_event_id(PARACALL_EVENT_CALL, info->id);
		if (event_class_find(classes, id))
			return id;
	}
	return paracall_event_id(PARACALL_EVENT_CALL, PARACALL_EVENT_UNKNOWN_ROW);
}

/* Numbers in the text are hexadecimal unless it says otherwise. */
static bool take_hypercall(const struct reader *reader, const char *values,
			   struct paracall_event *event)
{
	uint64_t number;
	uint64_t a[4];

	/* NOLINTNEXTLINE(cert-err34-c): a number that is too large is another one. */
	if (sscanf(values,
		   "nr %" SCNx64 " a0 %" SCNx64 " a1 %" SCNx64 " a2 %" SCNx64 " a3 %" SCNx64,
		   &number, &a[0], &a[1], &a[2], &a[3]) != 5)
		return false;
	event->id = call_id(reader->classes, number);
	if (paracall_event_row(event->id) == PARACALL_EVENT_UNKNOWN_ROW) {
		event->arguments[0] = number;
		memcpy(event->arguments + 1, a, 3 * sizeof(a[0]));
	} else {
		memcpy(event->arguments, a, sizeof(a));
	}
	return true;
}

/* "msr_write 4b564d01 = 0x1234", and perhaps " (#GP)". */
static bool take_msr(const struct reader *reader, const char *values,
		     struct paracall_event *event)
{
	bool is_write = !strncmp(values, "msr_write ", 10);
	uint32_t number;
	uint64_t value;

	(void)reader;
	if (!is_write && strncmp(values, "msr_read ", 9))
		return false;
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(values + (is_write ? 10 : 9), "%" SCNx32 " = %" SCNx64, &number, &value) !=
		    2 ||
	    !paracall_msr_is_ours(number))
		return false;
	event->id =
		paracall_event_id(is_write ? PARACALL_EVENT_WRMSR : PARACALL_EVENT_RDMSR, 0);
	event->result = strstr(values, "(#GP)") ? -1 : 0;
	event->arguments[0] = number;
	event->arguments[1] = value;
	return true;
}

/* "func 40000001 idx 0 rax ... rbx ... rcx ... rdx ..., cpuid entry found" */
static bool take_cpuid(const struct reader *reader, const char *values,
		       struct paracall_event *event)
{
	const char *registers = strstr(values, "rax ");
	uint64_t leaf;
	uint64_t eax;

	(void)reader;
	/* NOLINTBEGIN(cert-err34-c) */
	if (!registers || sscanf(values, "func %" SCNx64, &leaf) != 1 ||
	    !paracall_cpuid_is_ours((uint32_t)leaf) ||
	    sscanf(registers, "rax %" SCNx64 " rbx %" SCNx64 " rcx %" SCNx64 " rdx %" SCNx64,
		   &eax, &event->arguments[1], &event->arguments[2], &event->arguments[3]) != 4)
		return false;
	/* NOLINTEND(cert-err34-c) */
	event->id = paracall_event_id(PARACALL_EVENT_CPUID, 0);
	event->arguments[0] = leaf;
	event->result = (int64_t)eax;
	return true;
}

/* "apicid 0 vector 236": the former is hexadecimal. */
static bool take_pv_eoi(const struct reader *reader, const char *values,
			struct paracall_event *event)
{
	(void)reader;
	event->id = HOST_TRACE_PV_EOI;
	/* NOLINTNEXTLINE(cert-err34-c) */
	return sscanf(values, "apicid %" SCNx64 " vector %" SCNu64, &event->arguments[0],
		      &event->arguments[1]) == 2;
}

/* "token 0x1a3 gva 0x7f..." */
static bool take_token(const char *values, enum paracall_event_kind kind,
		       struct paracall_event *event)
{
	event->id = paracall_event_id(kind, 0);
	/* NOLINTNEXTLINE(cert-err34-c) */
	return sscanf(values, "token %" SCNx64, &event->arguments[0]) == 1;
}

static bool take_not_present(const struct reader *reader, const char *values,
			     struct paracall_event *event)
{
	(void)reader;
	return take_token(values, PARACALL_EVENT_ASYNC_PF, event);
}

static bool take_ready(const struct reader *reader, const char *values,
		       struct paracall_event *event)
{
	(void)reader;
	return take_token(values, PARACALL_EVENT_ASYNC_PF_READY, event);
}

static const struct trace_point {
	const char *name;
	/* False if it is not as expected, or of no interest. */
	bool (*take)(const struct reader *reader, const char *values,
		     struct paracall_event *event);
} trace_points[] = {
	{ "kvm_hypercall", take_hypercall },
	{ "kvm_msr", take_msr },
	{ "kvm_cpuid", take_cpuid },
	{ "kvm_pv_eoi", take_pv_eoi },
	{ "kvm_async_pf_not_present", take_not_present },
	{ "kvm_async_pf_ready", take_ready },
};

static const struct trace_point *find_trace_point(const struct head *head)
{
	for (size_t i = 0; i < sizeof(trace_points) / sizeof(trace_points[0]); i++)
		if (strlen(trace_points[i].name) == head->name_length &&
		    !strncmp(trace_points[i].name, head->name, head->name_length))
			return &trace_points[i];
	return NULL;
}

/* The thread's; NULL if memory is short, or there are too many. Arrays grow at powers of two. */
static struct host_vcpu *find_vcpu(struct host_trace *trace, const struct head *head)
{
	struct host_vcpu *vcpus = trace->vcpus;
	size_t count = trace->count;

	for (size_t i = 0; i < count; i++)
		if (vcpus[i].thread == head->thread)
			return &vcpus[i];
	if (count == PARACALL_MAX_CPUS) {
		trace->wrong = TOO_MANY;
		return NULL;
	}
	if (!(count & (count - 1))) {
		vcpus = realloc(vcpus, (count ? 2 * count : 1) * sizeof(*vcpus));
		if (!vcpus)
			return NULL;
		trace->vcpus = vcpus;
	}
	vcpus[trace->count++] = (struct host_vcpu){ .thread = head->thread, .cpu = head->cpu };
	return &vcpus[count];
}

static bool add_event(struct host_vcpu *vcpu, const struct paracall_event *event)
{
	size_t count = vcpu->count;
	struct paracall_event *events = vcpu->events;

	if (!(count & (count - 1))) {
		events = realloc(events, (count ? 2 * count : 1) * sizeof(*events));
		if (!events)
			return false;
		vcpu->events = events;
	}
	events[vcpu->count++] = *event;
	return true;
}

/* tracefs says "CPU:2 [LOST 12 EVENTS]", trace-cmd "CPU 2: 12 EVENTS DROPPED". */
static uint64_t count_lost(const char *line)
{
	const char *lost = strstr(line, "[LOST ");
	const char *dropped = strstr(line, " EVENTS DROPPED");

	if (lost && strstr(lost, " EVENTS]"))
		return strtoull(lost + strlen("[LOST "), NULL, 10);
	while (dropped && dropped > line && isdigit((unsigned char)dropped[-1]))
		dropped--;
	return dropped ? strtoull(dropped, NULL, 10) : 0;
}

/* "123456789: kvm_hypercall: ...": a time without a point. */
static bool counts_no_seconds(const char *line)
{
	const char *colon = strstr(line, ": kvm");
	const char *at = colon;

	while (at && at > line && isdigit((unsigned char)at[-1]))
		at--;
	return at && at < colon && at > line && isblank((unsigned char)at[-1]);
}

static bool take_line(struct reader *reader, const char *line)
{
	struct paracall_event event = { .time = 0 };
	const struct trace_point *point;
	struct host_vcpu *vcpu;
	struct head head;

	if (!parse_head(&head, line)) {
		reader->trace->lost += count_lost(line);
		reader->counts_no_seconds |= counts_no_seconds(line);
		return true;
	}
	point = find_trace_point(&head);
	if (!point || !point->take(reader, head.values, &event))
		return true;
	if (!reader->has_first)
		reader->first_time = head.time;
	reader->has_first = true;
	event.time = head.time > reader->first_time ? head.time - reader->first_time : 0;
	vcpu = find_vcpu(reader->trace, &head);
	return vcpu && add_event(vcpu, &event);
}

static bool is_taken(const struct host_trace *trace, uint32_t cpu, size_t up_to)
{
	for (size_t i = 0; i < up_to; i++)
		if (trace->vcpus[i].cpu == cpu)
			return true;
	return false;
}

/* Two guests have a vCPU 0 each. */
static void free_doubles(struct host_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		if (is_taken(trace, trace->vcpus[i].cpu, i))
			trace->vcpus[i].cpu = NO_CPU;
}

static int compare_threads(const void *a, const void *b)
{
	const struct host_vcpu *first = a;
	const struct host_vcpu *second = b;

	return (first->thread > second->thread) - (first->thread < second->thread);
}

static int compare_cpus(const void *a, const void *b)
{
	const struct host_vcpu *first = a;
	const struct host_vcpu *second = b;

	return (first->cpu > second->cpu) - (first->cpu < second->cpu);
}

/* Those without one get the numbers that are left, in order of their threads. */
static bool number_vcpus(struct host_trace *trace)
{
	uint32_t next = 0;

	if (!trace->count)
		return true;
	qsort(trace->vcpus, trace->count, sizeof(*trace->vcpus), compare_threads);
	free_doubles(trace);
	for (size_t i = 0; i < trace->count; i++) {
		if (trace->vcpus[i].cpu != NO_CPU)
			continue;
		while (is_taken(trace, next, trace->count))
			next++;
		trace->vcpus[i].cpu = next++;
	}
	qsort(trace->vcpus, trace->count, sizeof(*trace->vcpus), compare_cpus);
	if (trace->vcpus[trace->count - 1].cpu >= PARACALL_MAX_CPUS)
		trace->wrong = TOO_MANY;
	return !trace->wrong;
}

static const struct event_class pv_eoi = {
	.id = HOST_TRACE_PV_EOI,
	.name = "pv_eoi",
	.field_count = 2,
	.fields = { { .name = "apic_id", .format = PARACALL_FORMAT_APIC_ID },
		    { .name = "vector", .format = PARACALL_FORMAT_HEX } },
};

/* Those of tools whose files are not text. */
static const struct {
	const char *magic;
	const char *wrong;
} other_files[] = {
	{ "\x17\x08\x44tracing",
	  "if it is trace-cmd's file, give what 'trace-cmd report' prints of it" },
	{ "PERFILE2", "if it is perf's file, give what 'perf script' prints of it" },
};

/* By the first line. */
static const char *find_other_file(const char *line)
{
	for (size_t i = 0; i < sizeof(other_files) / sizeof(other_files[0]); i++)
		if (!strncmp(line, other_files[i].magic, strlen(other_files[i].magic)))
			return other_files[i].wrong;
	return NULL;
}

/* False at the end. */
static bool read_line(struct host_trace *trace, FILE *input, char line[LONGEST_LINE + 2])
{
	/* There may be NULs in the line: only at this place is it fgets()'s own. */
	line[LONGEST_LINE + 1] = 'x';
	if (!fgets(line, LONGEST_LINE + 2, input))
		return false;
	if (!line[LONGEST_LINE + 1] && line[LONGEST_LINE] != '\n')
		trace->wrong = "it has a line above 64 KiB, so it is " NO_TRACE;
	return true;
}

static bool read_lines(struct reader *reader, FILE *input, char line[LONGEST_LINE + 2])
{
	struct host_trace *trace = reader->trace;
	const char *wrong;
	bool has_line;
	bool is_good = true;

	*line = '\0';
	has_line = read_line(trace, input, line);
	wrong = find_other_file(line);
	if (wrong)
		trace->wrong = wrong;
	while (is_good && has_line && !trace->wrong) {
		is_good = take_line(reader, line);
		has_line = read_line(trace, input, line);
	}
	return is_good && !trace->wrong && !ferror(input);
}

bool host_trace_read(struct host_trace *trace, FILE *input, struct event_classes *classes)
{
	struct reader reader = { .trace = trace, .classes = classes };
	char *line = malloc(LONGEST_LINE + 2);
	bool is_good;

	*trace = (struct host_trace){ .architecture = PARACALL_X86 };
	is_good = line && event_classes_add(classes, &pv_eoi) &&
		  read_lines(&reader, input, line) && number_vcpus(trace);
	free(line);
	if (is_good && !trace->count)
		trace->wrong = reader.counts_no_seconds ? OTHER_CLOCK : "it is " NO_TRACE;
	return is_good && trace->count;
}

void host_trace_free(struct host_trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free(trace->vcpus[i].events);
	free(trace->vcpus);
	*trace = (struct host_trace){ .vcpus = NULL };
}
