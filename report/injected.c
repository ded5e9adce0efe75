/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "injected.h"

#include <inttypes.h>
#include <paracall/paracall.h>

/* Calls @visit for each entry there is. */
typedef void visitor(void *context, const struct paracall_statistics *statistics, uint32_t cpu,
		     const struct paracall_injected *injected);

static void visit_all(const struct paracall_statistics *statistics, visitor *visit,
		      void *context)
{
	for (uint32_t cpu = 0; cpu < statistics->max_cpus; cpu++) {
		const struct paracall_injected *injected = statistics->cpu[cpu].injected;

		for (size_t i = 0; i < PARACALL_STATISTICS_INJECTED; i++)
			if (__atomic_load_n(&injected[i].times, __ATOMIC_ACQUIRE))
				visit(context, statistics, cpu, &injected[i]);
	}
}

static void print_place(FILE *output, const struct paracall_injected *injected)
{
	const struct paracall_call_info *call;
	const struct paracall_msr_info *msr;

	switch (injected->place) {
	case PARACALL_AT_CALL:
		call = paracall_call_by_id((uint32_t)injected->index);
		fputs(call ? call->name : "(unknown)", output);
		break;
	case PARACALL_AT_MSR:
		msr = paracall_msr_info(injected->index);
		fprintf(output, "MSR_%s", msr ? msr->name : "(unknown)");
		break;
	case PARACALL_AT_CPUID:
		fputs("cpuid", output);
		break;
	case PARACALL_AT_CLOCK:
		fputs("clock", output);
		break;
	case PARACALL_AT_STEAL:
		fputs("steal", output);
		break;
	}
}

/* No control characters, and nothing that ends a JSON string: no rule has these. */
static void print_printable(FILE *output, const char text[PARACALL_RULE_TEXT])
{
	for (size_t i = 0; i < PARACALL_RULE_TEXT - 1 && text[i]; i++) {
		bool is_plain =
			text[i] >= ' ' && text[i] <= '~' && text[i] != '"' && text[i] != '\\';

		putc(is_plain ? text[i] : '?', output);
	}
}

/* What was written; it may come from another process. */
static void print_rule(FILE *output, const struct paracall_statistics *statistics,
		       uint32_t rule)
{
	if (rule < statistics->rule_count && rule < PARACALL_MAX_RULES)
		print_printable(output, statistics->rules[rule]);
	else
		fputs("(others)", output);
}

static void print_text_line(void *context, const struct paracall_statistics *statistics,
			    uint32_t cpu, const struct paracall_injected *injected)
{
	FILE *output = context;

	fprintf(output, "%9" PRIu64 " %4" PRIu32 " %9" PRIu64 " %9" PRIu64 " %11.6f %11.6f ",
		injected->times, cpu, injected->first_number, injected->last_number,
		injected->first_nanoseconds / 1e9, injected->last_nanoseconds / 1e9);
	print_place(output, injected);
	fputs(" by ", output);
	print_rule(output, statistics, injected->rule);
	putc('\n', output);
}

static void note_rule(void *context, const struct paracall_statistics *statistics, uint32_t cpu,
		      const struct paracall_injected *injected)
{
	uint32_t *rules = context;

	(void)statistics;
	(void)cpu;
	if (injected->rule < PARACALL_MAX_RULES)
		*rules |= 1u << injected->rule;
}

void injected_print_text(FILE *output, const struct paracall_statistics *statistics)
{
	uint32_t met = 0;

	if (!statistics->rule_count)
		return;
	visit_all(statistics, note_rule, &met);
	fprintf(output, "faults injected, with seed=%" PRIu64 ":\n", statistics->seed);
	if (met)
		fputs("    times vCPU first call last call   first (s)    last (s) where and why\n",
		      output);
	visit_all(statistics, print_text_line, output);
	for (uint32_t rule = 0; rule < statistics->rule_count && rule < PARACALL_MAX_RULES;
	     rule++) {
		if (met & 1u << rule)
			continue;
		fputs("        0  never by ", output);
		print_rule(output, statistics, rule);
		putc('\n', output);
	}
}

static void add_times(void *context, const struct paracall_statistics *statistics, uint32_t cpu,
		      const struct paracall_injected *injected)
{
	uint64_t *sum = context;

	(void)statistics;
	(void)cpu;
	*sum += injected->times;
}

struct json {
	FILE *output;
	const char *before;
};

static void print_json_entry(void *context, const struct paracall_statistics *statistics,
			     uint32_t cpu, const struct paracall_injected *injected)
{
	struct json *json = context;
	FILE *output = json->output;

	fprintf(output, "%s    {\"rule\": \"", json->before);
	print_rule(output, statistics, injected->rule);
	fputs("\", \"where\": \"", output);
	print_place(output, injected);
	fprintf(output,
		"\", \"cpu\": %" PRIu32 ", \"times\": %" PRIu64 ", \"first_call\": %" PRIu64
		", \"last_call\": %" PRIu64
		", \"first_seconds\": %.9f, \"last_seconds\": %.9f}",
		cpu, injected->times, injected->first_number, injected->last_number,
		injected->first_nanoseconds / 1e9, injected->last_nanoseconds / 1e9);
	json->before = ",\n";
}

void injected_print_json(FILE *output, const struct paracall_statistics *statistics)
{
	struct json json = { output, "\n" };
	uint64_t sum = 0;

	if (!statistics->rule_count)
		return;
	visit_all(statistics, add_times, &sum);
	fprintf(output, ",\n  \"seed\": %" PRIu64 ",\n  \"injected\": %" PRIu64,
		statistics->seed, sum);
	fputs(",\n  \"injections\": [", output);
	visit_all(statistics, print_json_entry, &json);
	fprintf(output, "%s]", *json.before == ',' ? "\n  " : "");
}
