/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86's events: constants are those of paracall/abi/x86.h and of the Intel SDM. */
#include "decode_part.h"

#include <inttypes.h>
#include <string.h>

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
/* clang-format on */

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
 * 32-bit code. An address above 4 GiB shows which.
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

/* "4104247214>>1": the shift comes first, then the multiplication, by parts of 2^32. */
static void print_clock_scale(FILE *output, uint64_t scale)
{
	int shift = (int8_t)(scale >> 32);

	fprintf(output, "%" PRIu32, (uint32_t)scale);
	if (shift)
		fprintf(output, "%s%d", shift < 0 ? ">>" : "<<", shift < 0 ? -shift : shift);
}

static bool print_value(FILE *output, const struct event *event,
			const struct event_value *value)
{
	switch (value->field->format) {
	case PARACALL_FORMAT_CPU_SET:
		print_bitmap(output, event, value);
		break;
	case PARACALL_FORMAT_ICR:
		print_icr(output, value->value);
		break;
	case PARACALL_FORMAT_DELIVERY_MODE:
		print_word(output, delivery_modes, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_TYPE:
		print_word(output, clock_types, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_SCALE:
		print_clock_scale(output, value->value);
		break;
	case PARACALL_FORMAT_CLOCK_FLAGS:
		print_word_set(output, value->value, clock_flags);
		break;
	case PARACALL_FORMAT_PAGE_ATTRIBUTES:
		print_page_attributes(output, value->value);
		break;
	default:
		return false;
	}
	return true;
}

static bool print_register(FILE *output, uint64_t number, uint64_t value)
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
		return false;
	}
	return true;
}

/* Of CPUID. */
static void print_leaf(FILE *output, const struct event *event)
{
	uint64_t leaf = 0;

	event_argument(event, "leaf", &leaf);
	if (leaf == PARACALL_KVM_CPUID_FEATURES) {
		decode_features(output, event->result, "|", PARACALL_X86);
		return;
	}
	fprintf(output, "0x%" PRIx64, event->result);
	for (unsigned int i = 1; i < event->argument_count; i++)
		fprintf(output, ", 0x%" PRIx64, event->arguments[i].value);
}

static const struct kernel_entry entries[] = {
	/* LSTAR; SYSENTER_EIP of 64-bit kernels, and of 32-bit ones */
	{ 0xc0000082, "entry_SYSCALL_64" },
	{ 0x176, "entry_SYSENTER_compat" },
	{ 0x176, "entry_SYSENTER_32" },
	{ 0, NULL },
};

const struct decode_part decode_x86 = {
	.architecture = PARACALL_X86,
	.call = PARACALL_EVENT_CALL,
	.results = kvm_errors,
	.print_value = print_value,
	.print_register = print_register,
	.detection = PARACALL_EVENT_CPUID,
	.detection_argument = "leaf",
	.print_detected = print_leaf,
	.entries = entries,
};
