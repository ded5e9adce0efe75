/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words stand only where the number is known: another is shown as it is. The
 * constants are those of paracall/abi.h, of the kernel's
 * arch/powerpc/include/asm/epapr_hcalls.h, and of the Intel SDM.
 */
#include "decode.h"

#include <inttypes.h>
#include <string.h>

struct word {
	int64_t value;
	const char *name;
};

/* clang-format off */
static const struct word kvm_errors[] = {
	{ -PARACALL_KVM_EPERM, "-EPERM" },
	{ -PARACALL_KVM_E2BIG, "-E2BIG" },
	{ -PARACALL_KVM_EFAULT, "-EFAULT" },
	{ -PARACALL_KVM_EINVAL, "-EINVAL" },
	{ -PARACALL_KVM_EOPNOTSUPP, "-EOPNOTSUPP" },
	{ -PARACALL_KVM_ENOSYS, "-ENOSYS" },
	{ 0, NULL },
};

static const struct word epapr_results[] = {
	{ 0, "0" },
	{ 1, "EV_EPERM" },
	{ 2, "EV_ENOENT" },
	{ 3, "EV_EIO" },
	{ 4, "EV_EAGAIN" },
	{ 5, "EV_ENOMEM" },
	{ 6, "EV_EFAULT" },
	{ 7, "EV_ENODEV" },
	{ 8, "EV_EINVAL" },
	{ 9, "EV_INTERNAL" },
	{ 10, "EV_CONFIG" },
	{ 11, "EV_INVALID_STATE" },
	{ 12, "EV_UNIMPLEMENTED" },
	{ 13, "EV_BUFFER_OVERFLOW" },
	{ 0, NULL },
};

static const struct word diag_outcomes[] = {
	{ PARACALL_DIAG_DONE, "done" },
	{ PARACALL_DIAG_NOT_OURS, "the engine's" },
	{ PARACALL_DIAG_OPERATION, "operation exception" },
	{ PARACALL_DIAG_ADDRESSING, "addressing exception" },
	{ PARACALL_DIAG_SPECIFICATION, "specification exception" },
	{ 0, NULL },
};

static const struct word delivery_modes[] = {
	{ PARACALL_ICR_MODE_FIXED, "fixed" },
	{ PARACALL_ICR_MODE_LOWEST, "lowest" },
	{ PARACALL_ICR_MODE_SMI, "SMI" },
	{ PARACALL_ICR_MODE_RESERVED, "kick" },
	{ PARACALL_ICR_MODE_NMI, "NMI" },
	{ PARACALL_ICR_MODE_INIT, "INIT" },
	{ PARACALL_ICR_MODE_STARTUP, "STARTUP" },
	{ PARACALL_ICR_MODE_EXTINT, "ExtINT" },
	{ 0, NULL },
};

static const struct word icr_flags[] = {
	{ PARACALL_ICR_LOGICAL, "logical" },
	{ PARACALL_ICR_ASSERT, "assert" },
	{ PARACALL_ICR_LEVEL_TRIGGERED, "level" },
	{ 0, NULL },
};

static const struct word clock_flags[] = {
	{ PARACALL_PVCLOCK_TSC_STABLE, "stable" },
	{ PARACALL_PVCLOCK_GUEST_STOPPED, "stopped" },
	{ 0, NULL },
};

static const struct word clock_types[] = {
	{ PARACALL_KVM_CLOCK_PAIRING_WALLCLOCK, "wallclock" },
	{ 0, NULL },
};

static const struct word wake_causes[] = {
	{ PARACALL_WAKE_INTERRUPT, "interrupt" },
	{ PARACALL_WAKE_KICK, "kick" },
	{ PARACALL_WAKE_KICK_BEFORE, "kick before" },
	{ PARACALL_WAKE_RESET, "reset" },
	{ PARACALL_WAKE_UNKNOWN, "unknown" },
	{ 0, NULL },
};

static const struct word page_sizes[] = {
	{ PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_4K, "4K" },
	{ PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_2M, "2M" },
	{ PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_1G, "1G" },
	{ 0, NULL },
};

static const struct word page_flags[] = {
	{ PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED, "encrypted" },
	{ 0, NULL },
};

static const struct word enabled_flag[] = {
	{ PARACALL_KVM_MSR_ENABLED, "enabled" },
	{ 0, NULL },
};

static const struct word async_pf_flags[] = {
	{ PARACALL_KVM_MSR_ENABLED, "enabled" },
	{ PARACALL_KVM_ASYNC_PF_SEND_ALWAYS, "send-always" },
	{ PARACALL_KVM_ASYNC_PF_DELIVERY_AS_PF_VMEXIT, "as-pf-vmexit" },
	{ PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT, "as-int" },
	{ 0, NULL },
};

static const struct word magic_page_flags[] = {
	{ PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX, "not-mapped-nx" },
	{ 0, NULL },
};
/* clang-format on */

static const char *word_of(const struct word *words, int64_t value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

static void print_word(FILE *output, const struct word *words, uint64_t value)
{
	const char *name = word_of(words, value);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRIu64, value);
}

/* "|name" for each bit that has one, and what remains in hexadecimal. */
static void print_flags(FILE *output, const struct word *words, uint64_t value)
{
	for (; words->name; words++)
		if (value & words->value) {
			fprintf(output, "|%s", words->name);
			value &= ~words->value;
		}
	if (value)
		fprintf(output, "|0x%" PRIx64, value);
}

/* An address with flags in its low bits. */
static void print_tagged(FILE *output, const struct word *words, uint64_t value, uint64_t mask)
{
	fprintf(output, "0x%" PRIx64, value & ~mask);
	print_flags(output, words, value & mask);
}

/* "{0-3,7}", where bit 0 is CPU @first. */
static void print_cpu_set(FILE *output, uint64_t set, uint64_t first)
{
	const char *separator = "";

	putc('{', output);
	for (unsigned int bit = 0; bit < 64; bit++) {
		unsigned int last = bit;

		if (!(set >> bit & 1))
			continue;
		while (last < 63 && set >> (last + 1) & 1)
			last++;
		fprintf(output, "%s%" PRIu64, separator, first + bit);
		if (last > bit)
			fprintf(output, "%c%" PRIu64, last > bit + 1 ? '-' : ',', first + last);
		separator = ",";
		bit = last;
	}
	putc('}', output);
}

/*
 * The second bitmap begins 64 CPUs above the first in 64-bit code, 32 above it in
 * 32-bit code. An address above 4 GiB tells which.
 */
static void print_bitmap(FILE *output, const struct event *event,
			 const struct event_value *value)
{
	uint64_t lowest = 0;

	event_argument(event, "lowest_apic_id", &lowest);
	if (!strcmp(value->field->name, "bitmap_low"))
		print_cpu_set(output, value->value, (uint32_t)lowest);
	else if (!value->value || event->pc > UINT32_MAX)
		print_cpu_set(output, value->value, (uint32_t)lowest + 64);
	else
		fprintf(output, "0x%" PRIx64, value->value);
}

static void print_icr(FILE *output, uint64_t icr)
{
	uint64_t known = PARACALL_ICR_VECTOR_MASK | PARACALL_ICR_MODE_MASK;

	print_word(output, delivery_modes,
		   (icr & PARACALL_ICR_MODE_MASK) >> PARACALL_ICR_MODE_SHIFT);
	print_flags(output, icr_flags, icr & ~known);
	fprintf(output, "|vector 0x%" PRIx64, icr & PARACALL_ICR_VECTOR_MASK);
}

static void print_page_attributes(FILE *output, uint64_t attributes)
{
	uint64_t size = attributes & PARACALL_KVM_MAP_GPA_RANGE_PAGE_SIZE_MASK;

	print_word(output, page_sizes, size);
	print_flags(output, page_flags, attributes & ~size);
}

static const char *magic_page_feature_name(uint32_t bit)
{
	if (bit == PARACALL_KVM_MAGIC_FEAT_SR)
		return "sr";
	return bit == PARACALL_KVM_MAGIC_FEAT_MAS0_TO_SPRG7 ? "mas0-to-sprg7" : NULL;
}

static const char *powerpc_feature_name(uint32_t bit)
{
	const struct paracall_feature_info *info;

	for (size_t i = 0; (info = paracall_feature_info_of(PARACALL_POWERPC, i)); i++)
		if (bit == UINT32_C(1) << info->bit)
			return info->name;
	return NULL;
}

/* As in a list of features: "clocksource2|steal-time", with @mark in between. */
static void print_features(FILE *output, uint32_t features, const char *mark,
			   const char *(*name_of)(uint32_t bit))
{
	const char *separator = "";

	for (unsigned int bit = 0; bit < 32; bit++) {
		const char *name = name_of(1u << bit);

		if (!(features & 1u << bit))
			continue;
		if (name)
			fprintf(output, "%s%s", separator, name);
		else
			fprintf(output, "%s0x%x", separator, 1u << bit);
		separator = mark;
	}
	if (!*separator)
		putc('0', output);
}

static const char *clock_flag_name(uint32_t bit)
{
	return word_of(clock_flags, bit);
}

/* "4104247214>>1": the shift comes first, then the multiplication, by parts of 2^32. */
static void print_clock_scale(FILE *output, uint64_t scale)
{
	int shift = (int8_t)(scale >> 32);

	fprintf(output, "%" PRIu32, (uint32_t)scale);
	if (shift)
		fprintf(output, "%s%d", shift < 0 ? ">>" : "<<", shift < 0 ? -shift : shift);
}

static const struct paracall_msr_info *msr_by_number(uint64_t number)
{
	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->number == number)
			return paracall_msr_info(i);
	return NULL;
}

static void print_msr(FILE *output, uint64_t number)
{
	const struct paracall_msr_info *info = msr_by_number(number);

	if (info)
		fputs(info->name, output);
	else
		fprintf(output, "0x%" PRIx64, number);
}

static void print_msr_value(FILE *output, uint64_t number, uint64_t value)
{
	switch (number) {
	case PARACALL_KVM_MSR_SYSTEM_TIME:
	case PARACALL_KVM_MSR_SYSTEM_TIME_NEW:
	case PARACALL_KVM_MSR_PV_EOI_EN:
		print_tagged(output, enabled_flag, value, 0x3);
		break;
	case PARACALL_KVM_MSR_STEAL_TIME:
		/* asm/kvm_para.h, KVM_STEAL_RESERVED_MASK: bits 1 to 5 have no names. */
		print_tagged(output, enabled_flag, value, 0x3f);
		break;
	case PARACALL_KVM_MSR_ASYNC_PF_EN:
		print_tagged(output, async_pf_flags, value, 0x3f);
		break;
	default:
		fprintf(output, "0x%" PRIx64, value);
	}
}

/* "180 us": what people say of such a time. */
static void print_time(FILE *output, uint64_t nanoseconds)
{
	if (nanoseconds < 10000)
		fprintf(output, "%" PRIu64 " ns", nanoseconds);
	else if (nanoseconds < 10000000)
		fprintf(output, "%" PRIu64 " us", nanoseconds / 1000);
	else
		fprintf(output, "%" PRIu64 " ms", nanoseconds / 1000000);
}

static void print_cpu(FILE *output, uint64_t cpu)
{
	if (cpu == PARACALL_EVENT_NOBODY)
		fputs("any", output);
	else
		fprintf(output, "cpu %" PRIu64, cpu);
}

static void print_processor(FILE *output, uint64_t processor)
{
	if (processor == UINT64_MAX)
		fputs("all", output);
	else
		fprintf(output, "%" PRIu64, processor);
}

static void print_wake(FILE *output, const struct event *event)
{
	uint64_t cause = PARACALL_WAKE_INTERRUPT;
	uint64_t by = PARACALL_EVENT_NOBODY;
	uint64_t halted = 0;

	event_argument(event, "cause", &cause);
	event_argument(event, "by", &by);
	event_argument(event, "halted", &halted);
	switch (cause) {
	case PARACALL_WAKE_KICK:
		fprintf(output, "kick from cpu %" PRIu64, by);
		break;
	case PARACALL_WAKE_KICK_BEFORE:
		fprintf(output, "kick from cpu %" PRIu64 " before, did not wait", by);
		return;
	case PARACALL_WAKE_RESET:
		fputs("reset", output);
		break;
	case PARACALL_WAKE_UNKNOWN:
		fputs("unknown", output);
		break;
	default:
		fputs("interrupt", output);
	}
	fputs(", waited ", output);
	print_time(output, halted);
}

/* As the grammar of rules has it. */
static void print_exact_time(FILE *output, int64_t nanoseconds)
{
	if (nanoseconds % 1000000000 == 0)
		fprintf(output, "%" PRId64 "s", nanoseconds / 1000000000);
	else if (nanoseconds % 1000000 == 0)
		fprintf(output, "%" PRId64 "ms", nanoseconds / 1000000);
	else if (nanoseconds % 1000 == 0)
		fprintf(output, "%" PRId64 "us", nanoseconds / 1000);
	else
		fprintf(output, "%" PRId64 "ns", nanoseconds);
}

/* Where a fault was injected: the name of a call or of another event, or a register. */
static void print_place(FILE *output, const struct event *event, uint64_t place)
{
	const struct event_class *class =
		place <= UINT32_MAX ? event_class_find(event->classes, place) : NULL;

	if (class) {
		fputs(class->name, output);
		return;
	}
	fputs("MSR_", output);
	print_msr(output, place);
}

static void print_fault(FILE *output, uint64_t fault)
{
	const char *name = event_fault_name(fault);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRIu64, fault);
}

/* The word that stands for a result; errors have names. */
static void print_injected_result(FILE *output, int64_t result)
{
	const char *name = result < 0 ? word_of(kvm_errors, result) : NULL;

	if (name)
		fprintf(output, "error=%s", name + 1);
	else
		fprintf(output, "retval=%" PRId64, result);
}

static void print_fault_value(FILE *output, uint64_t fault, int64_t value)
{
	switch (fault) {
	case PARACALL_FAULT_JUMP:
		fputs(value < 0 ? "=" : "=+", output);
		print_exact_time(output, value);
		break;
	case PARACALL_FAULT_DELAY:
	case PARACALL_FAULT_LATE:
	case PARACALL_FAULT_BURST:
		putc('=', output);
		print_exact_time(output, value);
		break;
	case PARACALL_FAULT_WITHDRAW:
		putc('=', output);
		print_features(output, value, "+", paracall_feature_name);
		break;
	}
}

/* The rule that would do just this: "KICK_CPU:drop:when=5". */
static void print_injected(FILE *output, const struct event *event)
{
	uint64_t fault = 0;
	uint64_t place = 0;
	uint64_t value = 0;
	uint64_t number = 0;

	event_argument(event, "fault", &fault);
	event_argument(event, "place", &place);
	event_argument(event, "value", &value);
	event_argument(event, "number", &number);
	print_place(output, event, place);
	putc(':', output);
	if (fault == PARACALL_FAULT_RESULT) {
		print_injected_result(output, value);
	} else {
		print_fault(output, fault);
		print_fault_value(output, fault, value);
	}
	fprintf(output, ":when=%" PRIu64, number);
}

void decode_value(FILE *output, const struct event *event, const struct event_value *value)
{
	switch (value->field->format) {
	case PARACALL_FORMAT_APIC_ID:
		/* Whatever is above 32 bits does not count, and is a mistake. */
		if (value->value > UINT32_MAX) {
			fprintf(output, "0x%" PRIx64, value->value);
			break;
		}
		/* fallthrough */
	case PARACALL_FORMAT_DECIMAL:
		fprintf(output, "%" PRIu64, value->value);
		break;
	case PARACALL_FORMAT_CPU_SET:
		print_bitmap(output, event, value);
		break;
	case PARACALL_FORMAT_ICR:
		print_icr(output, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_TYPE:
		print_word(output, clock_types, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_SCALE:
		print_clock_scale(output, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_FLAGS:
		print_features(output, value->value, "|", clock_flag_name);
		break;
	case PARACALL_FORMAT_PAGE_ATTRIBUTES:
		print_page_attributes(output, value->value);
		break;
	case PARACALL_FORMAT_CPU:
		print_cpu(output, value->value);
		break;
	case PARACALL_FORMAT_PROCESSOR:
		print_processor(output, value->value);
		break;
	case PARACALL_FORMAT_DELIVERY_MODE:
		print_word(output, delivery_modes, value->value);
		break;
	case PARACALL_FORMAT_NANOSECONDS:
		print_time(output, value->value);
		break;
	case PARACALL_FORMAT_MSR:
		print_msr(output, value->value);
		break;
	case PARACALL_FORMAT_WAKE_CAUSE:
		print_word(output, wake_causes, value->value);
		break;
	case PARACALL_FORMAT_FAULT:
		print_fault(output, value->value);
		break;
	case PARACALL_FORMAT_PLACE:
		print_place(output, event, value->value);
		break;
	case PARACALL_FORMAT_POWERPC_FEATURES:
		print_features(output, value->value, "|", powerpc_feature_name);
		break;
	case PARACALL_FORMAT_MAGIC_PAGE_ADDRESS:
		print_tagged(output, magic_page_flags, value->value, 0xfff);
		break;
	case PARACALL_FORMAT_MAGIC_PAGE_FEATURES:
		print_features(output, value->value, "|", magic_page_feature_name);
		break;
	case PARACALL_FORMAT_BOOLEAN:
		fputs(value->value ? "yes" : "no", output);
		break;
	default:
		fprintf(output, value->value ? "0x%" PRIx64 : "%" PRIx64, value->value);
	}
}

static void print_values(FILE *output, const struct event *event,
			 const struct event_value *values, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		fprintf(output, "%s%s=", i ? ", " : "", values[i].field->name);
		decode_value(output, event, &values[i]);
	}
}

/* A register and its value need no names. */
static void print_access(FILE *output, const struct event *event)
{
	uint64_t number = 0;
	uint64_t value = 0;

	event_argument(event, "register", &number);
	event_argument(event, "value", &value);
	print_msr(output, number);
	if (event->kind != PARACALL_EVENT_WRMSR)
		return;
	fputs(", ", output);
	print_msr_value(output, number, value);
}

void decode_arguments(FILE *output, const struct event *event)
{
	uint64_t leaf = 0;

	switch (event->kind) {
	case PARACALL_EVENT_CPUID:
		event_argument(event, "leaf", &leaf);
		fprintf(output, "0x%" PRIx64, leaf);
		break;
	case PARACALL_EVENT_RDMSR:
	case PARACALL_EVENT_WRMSR:
		print_access(output, event);
		break;
	case PARACALL_EVENT_WAKE:
		print_wake(output, event);
		break;
	case PARACALL_EVENT_INJECTED:
		print_injected(output, event);
		break;
	default:
		print_values(output, event, event->arguments, event->argument_count);
	}
}

static void print_leaf(FILE *output, const struct event *event)
{
	uint64_t leaf = 0;

	event_argument(event, "leaf", &leaf);
	if (leaf == PARACALL_KVM_CPUID_FEATURES) {
		print_features(output, event->result, "|", paracall_feature_name);
		return;
	}
	fprintf(output, "0x%" PRIx64, event->result);
	for (unsigned int i = 1; i < event->argument_count; i++)
		fprintf(output, ", 0x%" PRIx64, event->arguments[i].value);
}

static void print_named(FILE *output, const struct word *words, int64_t result)
{
	const char *name = word_of(words, result);

	if (name)
		fputs(name, output);
	else
		fprintf(output, "%" PRId64, result);
}

/* What rdmsr gave, or that there was an exception. */
static void print_msr_result(FILE *output, const struct event *event)
{
	uint64_t number = 0;
	uint64_t value = 0;

	if (event->result < 0) {
		fputs("general protection exception", output);
		return;
	}
	event_argument(event, "register", &number);
	event_argument(event, "value", &value);
	if (event->kind == PARACALL_EVENT_RDMSR)
		print_msr_value(output, number, value);
	else
		putc('0', output);
}

void decode_result(FILE *output, const struct event *event)
{
	switch (event->kind) {
	case PARACALL_EVENT_CALL:
		print_named(output, kvm_errors, event->result);
		break;
	case PARACALL_EVENT_PAPR:
		putc('?', output);
		break;
	case PARACALL_EVENT_EPAPR:
		print_named(output, epapr_results, event->result);
		break;
	case PARACALL_EVENT_DIAG:
		print_named(output, diag_outcomes, event->result);
		break;
	case PARACALL_EVENT_CPUID:
		print_leaf(output, event);
		break;
	case PARACALL_EVENT_RDMSR:
	case PARACALL_EVENT_WRMSR:
		print_msr_result(output, event);
		break;
	default:
		return;
	}
	if (!event->output_count)
		return;
	fputs(" {", output);
	print_values(output, event, event->outputs, event->output_count);
	putc('}', output);
}

void decode_pc(FILE *output, uint64_t pc, const struct symbols *symbols)
{
	uint64_t offset;
	const char *name = symbols && pc ? symbols_find(symbols, pc, &offset) : NULL;

	if (name)
		fprintf(output, "%s+0x%" PRIx64, name, offset);
	else if (pc)
		fprintf(output, "0x%" PRIx64, pc);
}

static bool has_result(const struct event *event)
{
	return event->kind <= PARACALL_EVENT_WRMSR;
}

void decode_line(FILE *output, const struct event *event, const struct symbols *symbols)
{
	bool is_call = has_result(event);

	fprintf(output, "%11.6f cpu %u ", event->time / 1e9, event->cpu);
	decode_pc(output, event->pc, symbols);
	fprintf(output, "%s%s", event->pc ? " " : "", event->class->name);
	if (is_call)
		putc('(', output);
	else if (event->argument_count)
		fputs(": ", output);
	decode_arguments(output, event);
	if (is_call) {
		fputs(") = ", output);
		decode_result(output, event);
	}
	if (is_call && event->duration)
		fprintf(output, " <%.9f>", event->duration / 1e9);
	putc('\n', output);
}

/* The number of a call of the table's; false if this version doesn't have it. */
static bool number_of(const char *name, uint64_t *number)
{
	const struct paracall_call_info *info;

	for (size_t i = 0; (info = paracall_call_info(i)); i++) {
		if (strcmp(info->name, name))
			continue;
		*number = info->number;
		return true;
	}
	return false;
}

/* The number and four arguments; an unknown call has its number before them. */
static bool whole_call(const struct event *event, uint64_t *words)
{
	if (paracall_event_row(event->class->id) != PARACALL_EVENT_UNKNOWN_ROW) {
		memcpy(words + 1, event->words, sizeof(event->words));
		return number_of(event->class->name, words);
	}
	for (unsigned int i = 0; i < 1 + PARACALL_EVENT_ARGUMENTS; i++)
		words[i] = i < event->argument_count ? event->arguments[i].value : 0;
	return true;
}

/* arch/x86/kvm/trace.h, kvm_hypercall; kernel/trace/trace_output.c for what is before it. */
void decode_ftrace(FILE *output, const struct event *event)
{
	uint64_t words[1 + PARACALL_EVENT_ARGUMENTS];
	char task[32];

	if (event->kind != PARACALL_EVENT_CALL || !whole_call(event, words))
		return;
	snprintf(task, sizeof(task), "CPU %u/KVM", event->cpu);
	fprintf(output,
		"%16s-%-7u [%03u] ..... %5" PRIu64 ".%06" PRIu64
		": kvm_hypercall: nr 0x%" PRIx64 " a0 0x%" PRIx64 " a1 0x%" PRIx64
		" a2 0x%" PRIx64 "  a3 0x%" PRIx64 "\n",
		task, event->cpu, event->cpu, event->time / UINT64_C(1000000000),
		event->time % UINT64_C(1000000000) / 1000, words[0], words[1], words[2],
		words[3], words[4]);
}
