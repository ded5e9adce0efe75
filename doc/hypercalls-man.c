/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the manual page paracall-hypercalls(7), in mdoc, from the library's
 * tables of hypercalls and features.
 */
#include <paracall/paracall.h>

#include <stdio.h>

/* Text that is not mdoc: a minus shall stay one, a backslash too. */
static void print_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
}

/* One item of a list: a tag, and text that is no macro however it begins. */
static void print_item(const char *tag, const char *text)
{
	printf(".It %s\n\\&", tag);
	print_text(text);
	putchar('\n');
}

static const char *format_words(enum paracall_format format)
{
	switch (format) {
	case PARACALL_FORMAT_NONE:
		break;
	case PARACALL_FORMAT_HEX:
		return "shown in hexadecimal";
	case PARACALL_FORMAT_DECIMAL:
		return "a number";
	case PARACALL_FORMAT_APIC_ID:
		return "the id of a local APIC";
	case PARACALL_FORMAT_GPA:
		return "a guest-physical address";
	case PARACALL_FORMAT_CPU_SET:
		return "a set of CPUs, one bit each";
	case PARACALL_FORMAT_ICR:
		return "the low half of a local APIC's interrupt command register";
	}
	return "any value";
}

static void print_architectures(uint32_t architectures)
{
	const char *separator = "";

	fputs(".It Architecture:\n", stdout);
	for (uint32_t bit = 1; bit && bit <= architectures; bit <<= 1) {
		if (!(architectures & bit))
			continue;
		printf("%s%s", separator, paracall_architecture_name(bit));
		separator = ", ";
	}
	putchar('\n');
}

static void print_arguments(const struct paracall_argument *arguments)
{
	fputs(".It Arguments:\n", stdout);
	if (!arguments[0].name)
		puts("none");
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS && arguments[i].name; i++) {
		if (i)
			puts(".br");
		printf("a%d\n.Va %s :\n", i, arguments[i].name);
		print_text(format_words(arguments[i].format));
		putchar('\n');
	}
}

static void print_row(const struct paracall_hypercall_info *info)
{
	printf(".Ss %u. KVM_HC_%s\n"
	       ".Bl -tag -width \"Architecture:\" -compact\n",
	       info->number, info->name);
	print_architectures(info->architectures);
	print_item("Status:", paracall_status_name(info->status));
	print_item("Purpose:", info->purpose);
	print_arguments(info->arguments);
	print_item("Needs:", info->needs ? info->needs : "nothing");
	print_item("Handled:", info->handled ? "yes" : "no, answered as unknown");
	puts(".El");
}

static void print_feature(const struct paracall_feature_info *info)
{
	printf(".It %u Ta ", info->bit);
	print_text(info->name);
	printf(" Ta %s Ta ", info->implemented ? "yes" : "no");
	print_text(info->purpose);
	putchar('\n');
}

static void print_head(void)
{
	printf(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	       ".\\\" Made by hypercalls-man.c from the library's tables.\n"
	       ".Dd November 23, 2026\n"
	       ".Dt PARACALL-HYPERCALLS 7 LOCAL\n"
	       ".Os Paracall %s\n"
	       ".Sh NAME\n"
	       ".Nm paracall\\-hypercalls\n"
	       ".Nd KVM's hypercalls and features, and which of them Paracall handles\n"
	       ".Sh DESCRIPTION\n"
	       "A hypercall is a call from a guest's kernel to the hypervisor.\n"
	       "This page lists every one that Linux KVM has defined, for all architectures,\n"
	       "in the template of the kernel's document.\n"
	       "The numbers are those of the kernel's header\n"
	       ".In linux/kvm_para.h ;\n"
	       "the sections of the kernel's document are numbered otherwise.\n",
	       paracall_version());
}

static void print_convention(void)
{
	printf(".Sh CALLING CONVENTION\n"
	       "This is x86's, the only one that Paracall speaks so far.\n"
	       "The instruction is\n"
	       ".Ql vmcall\n"
	       "or\n"
	       ".Ql vmmcall .\n"
	       "The guest puts the number into rax and up to %d arguments,\n"
	       "a0 to a%d, into rbx, rcx, rdx and rsi.\n"
	       "The result is in rax; no other register is changed.\n"
	       "Outside 64\\-bit mode the number, the arguments and the result have 32 bits.\n"
	       ".Pp\n"
	       "The host may replace the instruction in the guest's memory by another one of\n"
	       "the same length; see\n"
	       ".Xr paracall 1 .\n"
	       ".Pp\n"
	       "A result of 0 or more means success.\n"
	       "Below 0 it is an error of the call's own, or one of these:\n"
	       ".Bl -tag -width \"\\-1000\"\n",
	       PARACALL_MAX_ARGUMENTS, PARACALL_MAX_ARGUMENTS - 1);
	printf(".It \\-%d\n"
	       "KVM_ENOSYS: there is no such call, or it is not handled, or its feature is not\n"
	       "offered and\n"
	       ".Fl \\-enforce\\-features\n"
	       "is given.\n",
	       PARACALL_KVM_ENOSYS);
	printf(".It \\-%d\n"
	       "KVM_EPERM: the caller was not at privilege level 0.\n"
	       "This comes before all other errors.\n"
	       ".El\n",
	       PARACALL_KVM_EPERM);
}

static void print_hypercalls(void)
{
	puts(".Sh HYPERCALLS");
	for (size_t i = 0; i < paracall_hypercall_count(); i++)
		print_row(paracall_hypercall_info(i));
}

static void print_features(void)
{
	printf(".Sh FEATURES\n"
	       "These are bits of EAX in CPUID leaf 0x%x.\n"
	       "Those offered are announced to a guest unless switched off.\n"
	       ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"offered\"\n"
	       ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces\n",
	       PARACALL_KVM_CPUID_FEATURES);
	for (size_t i = 0; i < paracall_feature_count(); i++)
		print_feature(paracall_feature_info(i));
	puts(".El");
}

static void print_tail(void)
{
	printf(".Sh SEE ALSO\n"
	       ".Xr paracall 1 ,\n"
	       ".Xr libparacall 3\n"
	       ".Pp\n"
	       "The kernel's documents\n"
	       ".Pa Documentation/virt/kvm/x86/hypercalls.rst\n"
	       "and\n"
	       ".Pa Documentation/virt/kvm/x86/cpuid.rst .\n");
}

int main(void)
{
	print_head();
	print_convention();
	print_hypercalls();
	print_features();
	print_tail();
	return fflush(stdout) ? 1 : 0;
}
