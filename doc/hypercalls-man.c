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
	case PARACALL_FORMAT_HEX:
		return "shown in hexadecimal";
	case PARACALL_FORMAT_DECIMAL:
		return "a number";
	case PARACALL_FORMAT_PROCESSOR:
		return "a processor's number, or -1 for all";
	case PARACALL_FORMAT_APIC_ID:
		return "the id of a local APIC";
	case PARACALL_FORMAT_GPA:
		return "a guest-physical address";
	case PARACALL_FORMAT_MAGIC_PAGE_ADDRESS:
		return "an address, with flags in its low bits";
	case PARACALL_FORMAT_CPU_SET:
		return "a set of CPUs, one bit each";
	case PARACALL_FORMAT_ICR:
		return "the low half of a local APIC's interrupt command register";
	case PARACALL_FORMAT_CLOCK_TYPE:
		return "a clock";
	case PARACALL_FORMAT_PAGE_ATTRIBUTES:
		return "the size and kind of pages";
	case PARACALL_FORMAT_SBI_EXTENSION:
		return "the number of an extension";
	case PARACALL_FORMAT_SMCCC_FUNCTION:
		return "the number of a function";
	default:
		return "any value";
	}
}

/* The fields that go one way, under @heading; prints nothing if there is no output. */
static void print_fields(const struct paracall_call_info *info,
			 enum paracall_direction direction, const char *heading)
{
	bool is_first = true;
	char place[8];

	for (unsigned int i = 0; i < PARACALL_MAX_FIELDS && info->fields[i].name; i++) {
		const struct paracall_field *field = &info->fields[i];

		if (field->direction != direction)
			continue;
		puts(is_first ? heading : ".br");
		is_first = false;
		paracall_field_place(info, field, place, sizeof(place));
		printf("%s\n.Va %s :\n", place, field->name);
		print_text(format_words(field->format));
		putchar('\n');
	}
	if (is_first && direction == PARACALL_IN)
		printf("%s\nnone\n", heading);
}

static void print_title(const struct paracall_call_info *info)
{
	char title[64];

	paracall_call_title(info, title, sizeof(title));
	printf(".Ss %s\n", title);
}

static const char *handled_words(const struct paracall_call_info *info)
{
	switch (info->server) {
	case PARACALL_SERVED_BY_ENGINE:
		return "by the engine itself, and counted";
	case PARACALL_SERVED_BY_LIBRARY:
		return "yes";
	default:
		return "no, answered as unknown";
	}
}

static void print_row(const struct paracall_call_info *info)
{
	print_title(info);
	puts(".Bl -tag -width \"Architecture:\" -compact");
	print_item("Architecture:", paracall_architecture_name(info->architecture));
	print_item("Status:", paracall_status_name(info->status));
	print_item("Purpose:", info->purpose);
	print_fields(info, PARACALL_IN, ".It Arguments:");
	print_fields(info, PARACALL_OUT, ".It Returns:");
	print_item("Needs:", info->needs ? info->needs : "nothing");
	print_item("Handled:", handled_words(info));
	puts(".El");
}

static const char *const offer_words[] = {
	[PARACALL_OFFER_DEFAULT] = "yes",
	[PARACALL_OFFER_ON_REQUEST] = "on request",
	[PARACALL_OFFER_NEVER] = "no",
};

static void print_feature(const struct paracall_feature_info *info)
{
	printf(".It %u Ta ", info->bit);
	print_text(info->name);
	printf(" Ta %s Ta ", offer_words[info->offer]);
	print_text(info->purpose);
	if (info->reason) {
		fputs(" (", stdout);
		print_text(info->reason);
		putchar(')');
	}
	putchar('\n');
}

static void print_head(void)
{
	printf(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	       ".\\\" Made by hypercalls-man.c from the library's tables.\n"
	       ".Dd November 29, 2026\n"
	       ".Dt PARACALL-HYPERCALLS 7 LOCAL\n"
	       ".Os Paracall %s\n"
	       ".Sh NAME\n"
	       ".Nm paracall\\-hypercalls\n"
	       ".Nd KVM's hypercalls, features and registers, and which of them Paracall handles\n"
	       ".Sh DESCRIPTION\n"
	       "A hypercall is a call from a guest's kernel to the hypervisor.\n"
	       "This page lists every one that Linux KVM has defined, for all architectures,\n"
	       "in the format of the kernel's document, and the functions of s390's DIAGNOSE\n"
	       "that KVM and its user space have, PowerPC's calls of ePAPR and PAPR, arm64's of\n"
	       "the SMC Calling Convention, RISC-V's of its Supervisor Binary Interface, and\n"
	       "LoongArch's by hvcl; then feature bits, and x86's registers.\n"
	       "The numbers are those of the kernel's header\n"
	       ".In linux/kvm_para.h ;\n"
	       "the sections of the kernel's document have other numbers.\n",
	       paracall_version());
}

static void print_convention(void)
{
	printf(".Sh CALLING CONVENTION\n"
	       "This is the convention for x86; other architectures follow.\n"
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
	       ".Xr paracall\\-run 1 .\n"
	       ".Pp\n"
	       "A result of 0 or more means success.\n"
	       "A result below 0 is an error of the call, or one of these:\n"
	       ".Bl -tag -width \"\\-1000\"\n",
	       PARACALL_MAX_ARGUMENTS, PARACALL_MAX_ARGUMENTS - 1);
	printf(".It \\-%d\n"
	       "KVM_ENOSYS: there is no such call, or it is not handled, or its feature is not\n"
	       "offered and\n"
	       ".Fl \\-enforce\\-features\n"
	       "is given.\n"
	       "MAP_GPA_RANGE and MMU_OP are unknown whenever their feature is not offered.\n",
	       PARACALL_KVM_ENOSYS);
	printf(".It \\-%d\n"
	       "KVM_EPERM: the caller was not at privilege level 0.\n"
	       "This comes before all other errors.\n"
	       ".El\n",
	       PARACALL_KVM_EPERM);
}

static void print_diagnose(void)
{
	printf(".Ss s390\n"
	       "The instruction is DIAGNOSE, whose function code is the sum of its base\n"
	       "register and its displacement, of which the low 16 bits count.\n"
	       "R1 and R3 stand for the general registers that the instruction names.\n"
	       "KVM's own functions have the code 0x500, with the subcode in register 1,\n"
	       "the arguments in registers 2 to 7, and the result, an error if below 0,\n"
	       "in register 2.\n"
	       "0x258 has its subcode in the parameter block, 0x288 in R1, and 0x308 in R3; for\n"
	       "its subcodes 3 and 4 the low 16 bits count, for all others 64 bits.\n"
	       "Nothing announces any of these functions to a guest.\n"
	       ".Pp\n"
	       "In problem state every code is a privileged\\-operation exception.\n"
	       "Codes and subcodes that KVM lacks are a specification exception.\n"
	       "If some subcodes have entries of their own, OTHER stands for the rest.\n");
}

static void print_powerpc(void)
{
	printf(".Ss PowerPC\n"
	       "The instructions are those of the property hcall\\-instructions in the\n"
	       "device tree, or\n"
	       ".Ql sc\n"
	       "with 0x%x in the low half of r0.\n"
	       "The low half of r11 has a vendor in its high 16 bits, %d for KVM and %d for ePAPR,\n"
	       "and the number in its low 16 bits; headings of ePAPR's calls show both together.\n"
	       "The arguments are in r3 and the following registers.\n"
	       "The result is in r3, 0 or an error above 0: %d (EV_UNIMPLEMENTED) if there is no\n"
	       "such call, or KVM lacks it.\n"
	       "r4 has a second result, or 0; no other register is changed.\n"
	       "With MSR[SF] off arguments have 32 bits.\n"
	       "In user mode there is no hypercall: the instructions do nothing, and\n"
	       ".Ql sc\n"
	       "is a system call.\n",
	       PARACALL_KVM_SC_MAGIC, PARACALL_EPAPR_VENDOR_KVM, PARACALL_EPAPR_VENDOR_EPAPR,
	       PARACALL_EV_UNIMPLEMENTED);
	printf(".Pp\n"
	       "PAPR's calls have an instruction of their own,\n"
	       ".Ql sc 1 ,\n"
	       "with the number in r3 and the arguments from r4 on.\n"
	       "On the machine pseries QEMU serves them; QEMU's are listed here.\n");
}

static void print_arm64(void)
{
	printf(".Ss arm64\n"
	       "The instruction is\n"
	       ".Ql hvc ,\n"
	       "with any immediate, or\n"
	       ".Ql smc #0 ,\n"
	       "at EL1 of a guest that has no EL2.\n"
	       "The low half of x0 has the number of a function of Arm's SMC Calling Convention, and\n"
	       "the arguments are in x1 to x3.\n"
	       "The result is in x0, errors are below 0: %d (NOT_SUPPORTED) if there is no such\n"
	       "function, or its feature is not offered.\n"
	       "x1 to x3 get other results, or 0; no other register is changed.\n"
	       "The workarounds change x0 and x1 only.\n"
	       "QEMU serves those functions of PSCI that it has.\n",
	       PARACALL_SMCCC_NOT_SUPPORTED);
}

static void print_riscv(void)
{
	printf(".Ss RISC\\-V\n"
	       "There the instruction is\n"
	       ".Ql ecall\n"
	       "in supervisor mode, but not in virtual supervisor mode.\n"
	       "a7 has the number of an extension of the Supervisor Binary Interface (SBI), a6 that\n"
	       "of its function, and the arguments are in a0 and the registers after it.\n"
	       "a0 gets 0 or an error below 0: %d (NOT_SUPPORTED) if there is no such function, or\n"
	       "its feature is not offered.\n"
	       "a1 gets the value, or 0; no other register is changed.\n"
	       "The legacy extensions, up to 0x%x, have no functions, and their result in a0.\n"
	       "All but the identification as KVM, and steal time, is left to the firmware.\n",
	       PARACALL_SBI_ERR_NOT_SUPPORTED, PARACALL_SBI_LEGACY_LAST);
}

static void print_loongarch(void)
{
	printf(".Ss LoongArch\n"
	       "There the instruction is\n"
	       ".Ql hvcl ,\n"
	       "with a code: 0x%x for KVM's services, whose function is in a0, and others.\n"
	       "Arguments are in a1 to a3.\n"
	       "The result is in a0, errors are below 0: %d (INVALID_CODE) if there is no such call,\n"
	       "or its feature is not offered, and %d (INVALID_PARAMETER).\n"
	       "No other register is changed.\n"
	       ".Pp\n"
	       "A guest finds KVM if bit 11 of the IOCSR register 0x%x is set, and CPUCFG 0x%x\n"
	       "returns 0x%08x, which is \"KVM\" in ASCII.\n",
	       PARACALL_HCALL_SERVICE, PARACALL_HCALL_INVALID_CODE,
	       PARACALL_HCALL_INVALID_PARAMETER, PARACALL_LOONGARCH_IOCSR_FEATURES,
	       PARACALL_KVM_CPUCFG_SIGNATURE, PARACALL_KVM_CPUCFG_KVM);
}

static void print_hypercalls(void)
{
	puts(".Sh HYPERCALLS");
	for (size_t i = 0; i < paracall_call_count(); i++)
		print_row(paracall_call_info(i));
}

static void print_features(void)
{
	printf(".Sh FEATURES\n"
	       "On x86 these are bits of EAX in CPUID leaf 0x%x.\n"
	       "A guest is offered those marked yes;\n"
	       ".Fl \\-features\n"
	       "of\n"
	       ".Xr paracall\\-run 1\n"
	       "removes them, and adds those marked on request.\n"
	       ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"on request\"\n"
	       ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces\n",
	       PARACALL_KVM_CPUID_FEATURES);
	for (size_t i = 0; i < paracall_feature_count(PARACALL_X86); i++)
		print_feature(paracall_feature_info(PARACALL_X86, i));
	puts(".El\n"
	     ".Pp\n"
	     "On PowerPC they are bits of what KVM_HC_FEATURES returns in r4.\n"
	     ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"on request\"\n"
	     ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces");
	for (size_t i = 0; i < paracall_feature_count(PARACALL_POWERPC); i++)
		print_feature(paracall_feature_info(PARACALL_POWERPC, i));
	puts(".El\n"
	     ".Pp\n"
	     "On arm64 bits 0 and 1 are what VENDOR_HYP_KVM_FEATURES returns in x0, and bits 18\n"
	     "and 19 what it returns as bits 0 and 1 of x2; KVM's user space chooses the others\n"
	     "elsewhere.\n"
	     "A function whose feature is not offered is not supported.\n"
	     ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"on request\"\n"
	     ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces");
	for (size_t i = 0; i < paracall_feature_count(PARACALL_ARM64); i++)
		print_feature(paracall_feature_info(PARACALL_ARM64, i));
	puts(".El\n"
	     ".Pp\n"
	     "On RISC\\-V they are extensions that KVM's user space chooses; bits are those of the\n"
	     "kernel's enum KVM_RISCV_SBI_EXT_ID.\n"
	     ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"offered\"\n"
	     ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces");
	for (size_t i = 0; i < paracall_feature_count(PARACALL_RISCV); i++)
		print_feature(paracall_feature_info(PARACALL_RISCV, i));
	puts(".El\n"
	     ".Pp\n"
	     "On LoongArch they are bits of CPUCFG 0x40000004.\n"
	     "A call whose feature is not offered is not there.\n"
	     ".Bl -column \"bit\" \"clocksource\\-stable\\-bit\" \"offered\"\n"
	     ".It Sy bit Ta Sy feature Ta Sy offered Ta Sy what it announces");
	for (size_t i = 0; i < paracall_feature_count(PARACALL_LOONGARCH); i++)
		print_feature(paracall_feature_info(PARACALL_LOONGARCH, i));
	puts(".El");
}

static void print_registers(void)
{
	printf(".Sh MODEL\\-SPECIFIC REGISTERS\n"
	       "Where they name an address it is guest\\-physical, and bit 0 of the value\n"
	       "enables the facility.\n"
	       "Writing a value that KVM refuses causes a general protection exception here, too.\n"
	       "So are the other numbers from 0x%x to 0x%x and, with\n"
	       ".Fl \\-enforce\\-features ,\n"
	       "registers whose feature is not offered.\n"
	       ".Bl -tag -width indent\n",
	       PARACALL_KVM_MSR_FIRST, PARACALL_KVM_MSR_LAST);
	for (size_t i = 0; i < paracall_msr_count(); i++) {
		const struct paracall_msr_info *info = paracall_msr_info(i);

		printf(".It 0x%x MSR_KVM_%s\n", info->number, info->name);
		print_text(info->purpose);
		printf("\n.br\nFeature: ");
		print_text(paracall_feature_name(PARACALL_X86, info->feature));
		putchar('\n');
	}
	puts(".El");
}

static void print_tail(void)
{
	printf(".Sh SEE ALSO\n"
	       ".Xr paracall 1 ,\n"
	       ".Xr libparacall 3\n"
	       ".Pp\n"
	       "The kernel's documents\n"
	       ".Pa Documentation/virt/kvm/x86/hypercalls.rst ,\n"
	       ".Pa Documentation/virt/kvm/x86/cpuid.rst\n"
	       "and\n"
	       ".Pa Documentation/virt/kvm/x86/msr.rst .\n");
}

int main(void)
{
	print_head();
	print_convention();
	print_diagnose();
	print_powerpc();
	print_arm64();
	print_riscv();
	print_loongarch();
	print_hypercalls();
	print_features();
	print_registers();
	print_tail();
	return fflush(stdout) ? 1 : 0;
}
