/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two hypercall instructions, vmcall and vmmcall: in every mode, with
 * prefixes, at the ends of pages, on text that cannot be written; what happens
 * to their bytes; the exceptions where they are refused. Their answers are tested
 * in hypercalls.c.
 *
 * The convention leaves it to the host how it treats the instruction that is
 * not the CPU's own. -append replace=HOW says what is expected, by the names
 * of paracall-features(7); "native" is KVM, "refuse" is KVM without its quirk
 * KVM_X86_QUIRK_FIX_HYPERCALL_INSN. With ",placed=rip" after it the host
 * writes its instruction to the address in the instruction pointer, as KVM does
 * (arch/x86/kvm/x86.c, emulator_fix_hypercall), as if each code segment began at
 * 0: in others the foreign one stays, and is repeated forever.
 */
#include "runtime/code.h"
#include "runtime/test.h"

#define KVM_ENOSYS (-PARACALL_KVM_ENOSYS)
#define UNKNOWN 99

#define PAGE 4096ul

static enum {
	FAST,
	KEEP,
	ALWAYS_VMCALL,
	ALWAYS_VMMCALL,
	NATIVE,
	REFUSE
} policy;
/* ",placed=rip" */
static bool is_placed_at_rip;
/* The CPU's own instruction, and the foreign one: last bytes. */
static uint8_t own, foreign;

static const uint8_t both[] = { VMCALL, VMMCALL };

/* What follows @word, if @text begins with it; else NULL. */
static const char *behind(const char *text, const char *word)
{
	while (*word)
		if (*text++ != *word++)
			return NULL;
	return text;
}

static void read_policy(void)
{
	static const char *const names[] = {
		[FAST] = "replace=fast",
		[KEEP] = "replace=keep",
		[ALWAYS_VMCALL] = "replace=vmcall",
		[ALWAYS_VMMCALL] = "replace=vmmcall",
		[NATIVE] = "replace=native",
		[REFUSE] = "replace=refuse",
	};
	const char *argument = boot_argument();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *rest = behind(argument, names[i]);

		if (!rest)
			continue;
		policy = i;
		is_placed_at_rip = behind(rest, ",placed=rip") != NULL;
	}
	own = cpu_has_vmmcall() ? VMMCALL : VMCALL;
	foreign = cpu_has_vmmcall() ? VMCALL : VMMCALL;
}

/*
 * ---- Code to be tried ------------------------------------------------------
 */

static struct code plain(uint8_t last)
{
	return (struct code){ { 0x0f, 0x01, last }, 3 };
}

static struct code prefixed(const uint8_t *prefixes, size_t count, uint8_t last)
{
	struct code code = { .size = count + 3 };

	memcpy(code.bytes, prefixes, count);
	memcpy(code.bytes + count, plain(last).bytes, 3);
	return code;
}

/* What the bytes are after they ran once at privilege level 0. */
static struct code replaced(const struct code *code)
{
	struct code after = *code;
	uint8_t *last = &after.bytes[code->size - 1];

	switch (policy) {
	case FAST:
		last[-1] = 0x1f;
		break;
	case ALWAYS_VMCALL:
		*last = VMCALL;
		break;
	case ALWAYS_VMMCALL:
		*last = VMMCALL;
		break;
	case NATIVE:
		*last = own;
		break;
	case KEEP:
	case REFUSE:
		break;
	}
	return after;
}

static bool is_refused(uint8_t last)
{
	return policy == REFUSE && last == foreign;
}

/*
 * The CPU's own instruction exits at every privilege level, and the answer is
 * -1. The other one gets to KVM as #UD. Of the two, vmcall alone is privileged
 * to its emulator (arch/x86/kvm/emulate.c, group7_rm0 and group7_rm3).
 */
static bool is_privileged(uint8_t last)
{
	return (policy == NATIVE || policy == REFUSE) && last == foreign && last == VMCALL;
}

static void check_bytes(const volatile uint8_t *at, const struct code *expected,
			const char *name)
{
	for (size_t i = 0; i < expected->size; i++)
		check_equal(at[i], expected->bytes[i], "%s: byte %lu of the instruction", name,
			    i);
}

static struct run run_at(volatile uint8_t *place, uint64_t number)
{
	struct run run = { .registers = registers_with_patterns(number, FLAGS_ALL),
			   .place = (uintptr_t)place };

	run.vector = catch_exception(code_run, &run);
	return run;
}

static struct run run_user_at(volatile uint8_t *place, uint16_t selector)
{
	struct run run = { .registers = registers_with_patterns(UNKNOWN, FLAGS_USER),
			   .place = (uintptr_t)place,
			   .selector = selector };

	run.vector = run_user(code_run, &run);
	return run;
}

static bool check_no_exception(int vector, const char *name)
{
	return check(vector == -1, "%s: exception %d, error code 0x%lx, at 0x%lx", name, vector,
		     this_cpu()->exception.error_code, this_cpu()->exception.rip);
}

/* Before the instruction, everything as it was. */
static void check_exception(const struct run *run, int vector, uint64_t error_code,
			    uint64_t rip, const char *name)
{
	const struct exception *exception = &this_cpu()->exception;

	if (!check_equal(run->vector, vector, "%s: exception", name))
		return;
	check_equal((int64_t)exception->error_code, (int64_t)error_code, "%s: error code",
		    name);
	check_equal((int64_t)exception->rip, (int64_t)rip, "%s: rip", name);
	check_equal((int64_t)exception->rax, UNKNOWN, "%s: rax", name);
}

static void check_kept(const struct registers *after, uint64_t rflags, const char *name)
{
	struct registers before = registers_with_patterns(after->rax, rflags);

	check(!memcmp(&before, after, sizeof(before)), "%s: a register besides rax changed",
	      name);
}

static void check_answer(const struct run *run, int64_t expected, uint64_t rflags,
			 const char *name)
{
	if (!check_no_exception(run->vector, name))
		return;
	check_equal((int64_t)run->registers.rax, expected, "%s: result", name);
	check_kept(&run->registers, rflags, name);
}

static uint8_t area[4 * PAGE] __attribute__((aligned(PAGE)));

/* Twice: the second time it runs what the first one made of it. */
static void try_at(volatile uint8_t *place, const struct code *code, const char *name)
{
	uint8_t last = code->bytes[code->size - 1];
	struct code after = replaced(code);

	code_lay_64(place, code);
	for (int i = 0; i < 2; i++) {
		struct run run = run_at(place, UNKNOWN);

		if (is_refused(last))
			check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, name);
		else
			check_answer(&run, KVM_ENOSYS, FLAGS_ALL, name);
		check_bytes(place, &after, name);
	}
}

static const char *name_of(uint8_t last)
{
	return last == VMCALL ? "vmcall" : "vmmcall";
}

static void test_plain(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct code code = plain(both[i]);

		try_at(area, &code, name_of(both[i]));
	}
}

/*
 * ---- Prefixes --------------------------------------------------------------
 */

/*
 * Intel SDM vol. 3, VMCALL, "Use of Prefixes": segments, address size and REX
 * are ignored, the others make it invalid. vmmcall with f2 or f3 is VMGEXIT,
 * and that vmmcall outside SEV-ES (AMD APM vol. 3).
 */
/* clang-format off */
static const uint8_t ignored[][2] = {
	{ 0x26 }, { 0x2e }, { 0x36 }, { 0x3e }, { 0x64 }, { 0x65 },
	{ 0x67 }, { 0x40 }, { 0x48 }, { 0x4f },
	{ 0x2e, 0x67 }, { 0x67, 0x48 }, { 0x48, 0x3e },
};
/* clang-format on */

#define IGNORED (sizeof(ignored) / sizeof(ignored[0]))

static const struct instruction {
	const char *name;
	bool is_foreign;
} instructions[] = {
	{ "the CPU's own", false },
	{ "the foreign one", true },
};

static uint8_t last_byte(const struct instruction *instruction)
{
	return instruction->is_foreign ? foreign : own;
}

static void test_ignored_prefixes(const void *row)
{
	static const uint8_t many[12] = { 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e,
					  0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e };
	uint8_t last = last_byte(row);
	struct code longest = prefixed(many, sizeof(many), last);

	for (unsigned int i = 0; i < IGNORED; i++) {
		struct code code = prefixed(ignored[i], ignored[i][1] ? 2 : 1, last);

		try_at(area + 64 * i, &code, "prefix");
	}
	try_at(area + 64 * IGNORED, &longest, "12 prefixes");
}

static const uint8_t refining[] = { 0x66, 0xf2, 0xf3 };

static void try_invalid(const struct code *code, const char *name)
{
	struct run run;

	code_lay_64(area, code);
	run = run_at(area, UNKNOWN);
	check_exception(&run, VECTOR_UD, 0, (uintptr_t)area, name);
	check_bytes(area, code, name);
}

static void test_refined_vmcall(void)
{
	for (unsigned int i = 0; i < sizeof(refining); i++) {
		struct code code = prefixed(&refining[i], 1, VMCALL);

		try_invalid(&code, "66, f2 or f3 before vmcall");
	}
}

static void test_lock(void)
{
	static const uint8_t lock = 0xf0;

	for (unsigned int i = 0; i < 2; i++) {
		struct code code = prefixed(&lock, 1, both[i]);

		try_invalid(&code, "lock");
	}
}

static void test_vmgexit(void)
{
	for (unsigned int i = 0; i < sizeof(refining); i++) {
		struct code code = prefixed(&refining[i], 1, VMMCALL);
		struct code after = replaced(&code);

		/* vmcall is no replacement with this prefix. */
		if (after.bytes[3] == VMCALL)
			after = code;
		code_lay_64(area, &code);
		for (int j = 0; j < 2; j++) {
			struct run run = run_at(area, UNKNOWN);

			if (is_refused(VMMCALL))
				check_exception(&run, VECTOR_UD, 0, (uintptr_t)area, "vmgexit");
			else
				check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "vmgexit");
			check_bytes(area, &after, "vmgexit");
		}
	}
}

/*
 * ---- Other modes -----------------------------------------------------------
 */

static void test_compatibility(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct code code = plain(both[i]);
		struct code after = replaced(&code);

		code_lay_32(area, &code, KERNEL_CODE);
		for (int j = 0; j < 2; j++) {
			const uint64_t garbage = 0xdeadbeefull << 32;
			struct run run = { .registers =
						   registers_with_patterns(UNKNOWN | garbage,
									   FLAGS_ALL),
					   .place = (uintptr_t)area,
					   .selector = KERNEL_CODE32 };

			run.vector = catch_exception(code_run, &run);
			if (is_refused(both[i]))
				check_equal(run.vector, VECTOR_UD, "%s", name_of(both[i]));
			else
				check_answer(&run, (uint32_t)KVM_ENOSYS, FLAGS_ALL,
					     name_of(both[i]));
			check_bytes(area, &after, name_of(both[i]));
		}
	}
}

static const char *const mode_names[LEGACY_MODES] = {
	[LEGACY_REAL] = "real mode",
	[LEGACY_16] = "16-bit protected mode",
	[LEGACY_32] = "32-bit protected mode",
	[LEGACY_BASED] = "32-bit protected mode, segment not at 0",
	[LEGACY_USER_32] = "32-bit protected mode, level 3",
	[LEGACY_VM86] = "virtual-8086 mode",
};

static const struct legacy legacy_patterns = {
	.eax = UNKNOWN,
	.ebx = 0xb1b1b1b1,
	.ecx = 0xc1c1c1c1,
	.edx = 0xd2d2d2d2,
	.esi = 0x51515151,
	.edi = 0xd1d1d1d1,
	.ebp = 0xb0b0b0b0,
	.eflags = 0xcd7,
};

static void check_legacy_kept(const struct legacy *after, const char *name)
{
	const struct legacy *before = &legacy_patterns;

	check_equal(after->ebx, before->ebx, "%s: ebx", name);
	check_equal(after->ecx, before->ecx, "%s: ecx", name);
	check_equal(after->edx, before->edx, "%s: edx", name);
	check_equal(after->esi, before->esi, "%s: esi", name);
	check_equal(after->edi, before->edi, "%s: edi", name);
	check_equal(after->ebp, before->ebp, "%s: ebp", name);
	/* IOPL is not in question. */
	check_equal(after->eflags & ~0x3000u, before->eflags, "%s: eflags", name);
}

static bool is_user_mode(enum legacy_mode mode)
{
	return mode == LEGACY_USER_32 || mode == LEGACY_VM86;
}

static void try_legacy(enum legacy_mode mode, uint8_t last)
{
	const char *name = mode_names[mode];
	struct legacy registers = legacy_patterns;
	struct code code = plain(last), ran = code;

	legacy_run(mode, ran.bytes, ran.size, &registers);
	if (is_refused(last) || (is_user_mode(mode) && is_privileged(last))) {
		/* For #GP see test_user_32(). */
		if (!is_user_mode(mode) || registers.vector != VECTOR_GP)
			check_equal(registers.vector, VECTOR_UD, "%s, %s: exception", name,
				    name_of(last));
		check_equal(registers.eax, UNKNOWN, "%s, %s: eax", name, name_of(last));
	} else if (check_equal(registers.vector, -1, "%s, %s: exception at 0x%x", name,
			       name_of(last), registers.eip)) {
		check_equal((int32_t)registers.eax,
			    is_user_mode(mode) ? -PARACALL_KVM_EPERM : KVM_ENOSYS, "%s, %s",
			    name, name_of(last));
		check_legacy_kept(&registers, name);
	}
	if (mode == LEGACY_16 || mode == LEGACY_32 || (mode == LEGACY_REAL && policy == NATIVE))
		code = replaced(&code);
	check_bytes(ran.bytes, &code, name);
}

static const struct legacy_case {
	const char *name;
	enum legacy_mode mode;
	bool is_own, is_foreign;
} legacy_cases[] = {
	{ "real mode", LEGACY_REAL, true, true },
	{ "virtual-8086 mode", LEGACY_VM86, true, true },
	{ "16-bit protected mode", LEGACY_16, true, true },
	{ "32-bit protected mode", LEGACY_32, true, true },
	{ "32-bit protected mode, level 3", LEGACY_USER_32, true, true },
	{ "a segment not at 0, the CPU's own", LEGACY_BASED, true, false },
	{ "a segment not at 0, the foreign one", LEGACY_BASED, false, true },
};

/* In each the CPU goes on after the instruction; else it would not come back. */
static void test_legacy(const void *row)
{
	const struct legacy_case *item = row;

	if (item->mode == LEGACY_BASED && item->is_foreign && is_placed_at_rip) {
		skip("the host would repeat it forever");
		return;
	}
	if (item->is_own)
		try_legacy(item->mode, own);
	if (item->is_foreign)
		try_legacy(item->mode, foreign);
}

/* With a prefix, 4x being an instruction there: inc %ax. */
static void test_legacy_prefixes(void)
{
	for (enum legacy_mode mode = 0; mode < LEGACY_MODES; mode++) {
		uint8_t code[] = { 0x40, 0x2e, 0x67, 0x0f, 0x01, own, 0x43 };
		struct legacy registers = legacy_patterns;
		bool is_16bit = mode == LEGACY_REAL || mode == LEGACY_16 || mode == LEGACY_VM86;

		registers.eax = UNKNOWN - 1;
		legacy_run(mode, code, sizeof(code), &registers);
		if (!check_equal(registers.vector, -1, "%s: exception", mode_names[mode]))
			continue;
		check_equal((int32_t)registers.eax,
			    is_user_mode(mode) ? -PARACALL_KVM_EPERM : KVM_ENOSYS, "%s: result",
			    mode_names[mode]);
		/* The instruction after it ran, once. */
		check_equal(registers.ebx, legacy_patterns.ebx + 1, "%s: %d-bit inc",
			    mode_names[mode], is_16bit ? 16 : 32);
	}
}

/*
 * ---- Privilege level 3 -----------------------------------------------------
 */

static void try_as_user(uint8_t last)
{
	const char *name = name_of(last);
	struct code code = plain(last);

	code_lay_64(area, &code);
	for (int i = 0; i < 2; i++) {
		struct run run = run_user_at(area, 0);

		if (is_privileged(last))
			check_exception(&run, VECTOR_GP, 0, (uintptr_t)area, name);
		else if (is_refused(last))
			check_exception(&run, VECTOR_UD, 0, (uintptr_t)area, name);
		else
			check_answer(&run, -PARACALL_KVM_EPERM, FLAGS_USER, name);
		/* KVM may replace it, user mode being allowed to write here. */
		if (policy != NATIVE || area[2] != own)
			check_bytes(area, &code, name);
	}
}

static void test_user(void)
{
	for (unsigned int i = 0; i < 2; i++)
		try_as_user(both[i]);
}

/* In 32-bit code #UD in the place of #GP is a known defect. */
static void test_user_32(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct code code = plain(both[i]);
		struct run run;

		code_lay_32(area, &code, USER_CODE);
		run = run_user_at(area, USER_CODE32);
		if (is_privileged(both[i]))
			check_exception(&run, run.vector == VECTOR_GP ? VECTOR_GP : VECTOR_UD,
					0, (uintptr_t)area, name_of(both[i]));
		else if (is_refused(both[i]))
			check_exception(&run, VECTOR_UD, 0, (uintptr_t)area, name_of(both[i]));
		else
			check_answer(&run, (uint32_t)-PARACALL_KVM_EPERM, FLAGS_USER,
				     name_of(both[i]));
	}
}

/*
 * ---- Pages -----------------------------------------------------------------
 */

/* Linear addresses with page tables of their own, to map and unmap area[]. */
#define WINDOW 0x140000000ul
#define WINDOW_END 0x800000000000ul

#define PRESENT 1
#define WRITABLE 2
#define USER 4

extern uint64_t page_map[512], page_directory_pointers[512];

static uint64_t window_table[512] __attribute__((aligned(PAGE)));
static uint64_t window_directory[512] __attribute__((aligned(PAGE)));
static uint64_t last_table[512] __attribute__((aligned(PAGE)));
static uint64_t last_directory[512] __attribute__((aligned(PAGE)));
static uint64_t last_pointers[512] __attribute__((aligned(PAGE)));

static uint64_t entry_of(const void *memory, uint64_t flags)
{
	return (uintptr_t)memory | flags;
}

static void flush_tlb(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(cr3) : : "memory");
}

static volatile uint8_t *map_window(unsigned int page, uint64_t flags)
{
	page_directory_pointers[5] = entry_of(window_directory, PRESENT | WRITABLE | USER);
	window_directory[0] = entry_of(window_table, PRESENT | WRITABLE | USER);
	window_table[page] = flags ? entry_of(area + page * PAGE, flags) : 0;
	flush_tlb();
	return (volatile uint8_t *)(WINDOW + page * PAGE);
}

static void map_last_page(void)
{
	page_map[255] = entry_of(last_pointers, PRESENT | WRITABLE | USER);
	last_pointers[511] = entry_of(last_directory, PRESENT | WRITABLE | USER);
	last_directory[511] = entry_of(last_table, PRESENT | WRITABLE | USER);
	last_table[511] = entry_of(area, PRESENT | WRITABLE | USER);
	flush_tlb();
}

/* From "ends with the page" to "begins with the next". */
static void test_page_ends(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int before = 0; before <= 4; before++) {
			struct code code = plain(both[i]);

			try_at(area + PAGE - before, &code, "at a page's end");
		}
	}
}

static void test_page_ends_prefixed(const void *row)
{
	static const uint8_t prefix = 0x2e;
	struct code code = prefixed(&prefix, 1, last_byte(row));

	for (unsigned int before = 0; before <= 4; before++)
		try_at(area + PAGE - before, &code, "prefixed, at a page's end");
}

/* Two pages that are not neighbors in physical memory. */
static void test_scattered_pages(void)
{
	volatile uint8_t *first = map_window(0, PRESENT | WRITABLE);

	map_window(1, PRESENT | WRITABLE);
	window_table[1] = entry_of(area + 3 * PAGE, PRESENT | WRITABLE);
	flush_tlb();
	memset(area, 0, sizeof(area));
	for (unsigned int i = 0; i < 2; i++) {
		struct code code = plain(both[i]);

		for (unsigned int before = 1; before <= 2; before++)
			try_at(first + PAGE - before, &code, "on two scattered pages");
	}
	/* The next address in physical memory was not written. */
	for (unsigned int i = 0; i < 64; i++)
		check_equal(area[PAGE + i], 0, "byte %u of another page", i);
}

/* The rest of the instruction is missing: a page fault there, then it works. */
static void test_missing_page(void)
{
	for (unsigned int before = 1; before <= 2; before++) {
		volatile uint8_t *place = map_window(0, PRESENT | WRITABLE) + PAGE - before;
		struct code code = plain(own);
		struct run run;

		map_window(1, PRESENT | WRITABLE);
		code_lay_64(place, &code);
		map_window(1, 0);
		run = run_at(place, UNKNOWN);
		check_exception(&run, VECTOR_PF, 0, (uintptr_t)place, "page is missing");
		check_equal((int64_t)this_cpu()->exception.address, WINDOW + PAGE,
			    "its address");
		map_window(1, PRESENT | WRITABLE);
		run = run_at(place, UNKNOWN);
		check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "page is there again");
	}
}

/*
 * The guest's own page tables forbid writing, even to privilege level 0. KVM
 * writes with the guest's rights (arch/x86/kvm/x86.c, emulator_fix_hypercall).
 */
static bool is_written(uint8_t last)
{
	return policy == NATIVE && last == foreign;
}

static void check_write_fault(const struct run *run, uint64_t error_code, uint64_t rip,
			      uint64_t address, const char *name)
{
	check_exception(run, VECTOR_PF, error_code, rip, name);
	check_equal((int64_t)this_cpu()->exception.address, (int64_t)address, "%s: address",
		    name);
}

static void test_read_only(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		volatile uint8_t *place = map_window(0, PRESENT | WRITABLE);
		struct code code = plain(both[i]);

		code_lay_64(place, &code);
		map_window(0, PRESENT);
		for (int j = 0; j < 2; j++) {
			struct run run = run_at(place, UNKNOWN);

			if (is_refused(both[i]))
				check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, "call");
			else if (is_written(both[i]))
				check_write_fault(&run, PRESENT | WRITABLE, (uintptr_t)place,
						  (uintptr_t)place, "call");
			else
				check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "call");
		}
		if (is_written(both[i]))
			check_bytes(place, &code, "call");
	}
}

/* Only the second of its two pages can't be written. */
static void test_half_read_only(void)
{
	volatile uint8_t *place = map_window(0, PRESENT | WRITABLE) + PAGE - 1;
	struct code code = plain(foreign);
	struct run run;

	map_window(1, PRESENT | WRITABLE);
	code_lay_64(place, &code);
	map_window(1, PRESENT);
	run = run_at(place, UNKNOWN);
	if (is_refused(foreign))
		check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, "call");
	else if (is_written(foreign))
		check_write_fault(&run, PRESENT | WRITABLE, (uintptr_t)place, WINDOW + PAGE,
				  "call");
	else
		check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "call");
}

#define CR0_WP (1ul << 16)

/* Privilege level 0 is not bound to read-only pages without CR0.WP. */
static void test_unprotected(void)
{
	volatile uint8_t *place = map_window(0, PRESENT | WRITABLE);
	struct code code = plain(foreign), after = replaced(&code);
	struct run run;
	uint64_t cr0;

	code_lay_64(place, &code);
	map_window(0, PRESENT);
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_WP) : "memory");
	run = run_at(place, UNKNOWN);
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
	if (is_refused(foreign))
		check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, "call");
	else
		check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "call");
	check_bytes(place, &after, "call");
}

/* User mode's text is read-only mostly. */
static void test_user_read_only(void)
{
	volatile uint8_t *place = map_window(0, PRESENT | WRITABLE);

	for (unsigned int i = 0; i < 2; i++) {
		struct code code = plain(both[i]);
		struct run run;

		map_window(0, PRESENT | WRITABLE);
		code_lay_64(place, &code);
		map_window(0, PRESENT | USER);
		run = run_user_at(place, 0);
		if (is_privileged(both[i]))
			check_exception(&run, VECTOR_GP, 0, (uintptr_t)place, name_of(both[i]));
		else if (is_refused(both[i]))
			check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, name_of(both[i]));
		else if (is_written(both[i]))
			check_write_fault(&run, PRESENT | WRITABLE | USER, (uintptr_t)place,
					  (uintptr_t)place, name_of(both[i]));
		else
			check_answer(&run, -PARACALL_KVM_EPERM, FLAGS_USER, name_of(both[i]));
		check_bytes(place, &code, name_of(both[i]));
	}
}

/*
 * The same in 32-bit protected mode: the first 4 MiB, each address where it is,
 * with area[] read-only; by page tables with PAE and without.
 */
static uint64_t pae_tables[1024] __attribute__((aligned(PAGE)));
static uint64_t pae_directory[512] __attribute__((aligned(PAGE)));
static uint64_t pae_pointers[4] __attribute__((aligned(PAGE)));
static uint32_t flat_table[1024] __attribute__((aligned(PAGE)));
static uint32_t flat_directory[1024] __attribute__((aligned(PAGE)));

static void map_32(uint32_t area_flags)
{
	for (uint32_t i = 0; i < 1024; i++) {
		bool is_area = i * PAGE == (uintptr_t)area;

		flat_table[i] = i * PAGE | PRESENT | USER | (is_area ? area_flags : WRITABLE);
		pae_tables[i] = flat_table[i];
	}
	flat_directory[0] = (uint32_t)entry_of(flat_table, PRESENT | WRITABLE | USER);
	pae_directory[0] = entry_of(pae_tables, PRESENT | WRITABLE | USER);
	pae_directory[1] = entry_of(pae_tables + 512, PRESENT | WRITABLE | USER);
}

static void lay_jump(uint8_t *place, uint32_t from, uint32_t to)
{
	uint32_t distance = to - (from + 5);

	*place = 0xe9;
	memcpy(place + 1, &distance, sizeof(distance));
}

static void check_legacy_fault(const struct legacy *registers, uint32_t error_code)
{
	uint64_t address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	check_equal(registers->vector, VECTOR_PF, "exception");
	check_equal(registers->error_code, error_code, "error code");
	check_equal((int64_t)address, (int64_t)(uintptr_t)area, "address");
}

/* From the mode's own page to the code in area[] and back. */
static struct legacy run_in_area(enum legacy_mode mode, uint32_t map, const struct code *code)
{
	uint32_t slot = legacy_slot(mode), place = (uint32_t)(uintptr_t)area;
	struct legacy registers = legacy_patterns;
	uint8_t jump[5];

	/* QEMU's TCG notes an access here, in a bit that is reserved. */
	pae_pointers[0] = entry_of(pae_directory, PRESENT);
	memcpy(area, code->bytes, code->size);
	lay_jump(area + code->size, place + code->size, slot + sizeof(jump));
	lay_jump(jump, slot, place);
	registers.map = map;
	legacy_run(mode, jump, sizeof(jump), &registers);
	return registers;
}

static void try_read_only_32(enum legacy_mode mode, uint32_t map, uint8_t last)
{
	const char *name = mode_names[mode];
	struct code code = plain(last);
	struct legacy registers = run_in_area(mode, map, &code);

	if (is_user_mode(mode) && is_privileged(last)) {
		/* For #GP see test_user_32(). */
		check(registers.vector == VECTOR_UD || registers.vector == VECTOR_GP,
		      "%s, %s: exception %d", name, name_of(last), registers.vector);
	} else if (is_refused(last)) {
		check_equal(registers.vector, VECTOR_UD, "%s: exception", name);
	} else if (is_written(last)) {
		check_legacy_fault(&registers,
				   PRESENT | WRITABLE | (is_user_mode(mode) ? USER : 0));
	} else if (check_equal(registers.vector, -1, "%s: exception", name)) {
		check_equal((int32_t)registers.eax,
			    is_user_mode(mode) ? -PARACALL_KVM_EPERM : KVM_ENOSYS, "%s, %s",
			    name, name_of(last));
		check_legacy_kept(&registers, name);
	}
	if (registers.vector >= 0) {
		check_equal(registers.eip + legacy_slot(mode), (uint32_t)(uintptr_t)area,
			    "%s: eip", name);
		check_equal(registers.eax, UNKNOWN, "%s: eax", name);
		check_bytes(area, &code, name);
	}
}

static void try_writable_32(uint32_t map, uint8_t last)
{
	struct code code = plain(last), after = replaced(&code);
	struct legacy registers = run_in_area(LEGACY_32, map, &code);

	if (is_refused(last))
		check_equal(registers.vector, VECTOR_UD, "writable: exception");
	else if (check_equal(registers.vector, -1, "writable: exception"))
		check_equal((int32_t)registers.eax, KVM_ENOSYS, "writable: result");
	check_bytes(area, &after, "writable");
}

static void test_read_only_32(void)
{
	static const enum legacy_mode modes[] = { LEGACY_32, LEGACY_USER_32 };
	const uint32_t maps[] = { (uint32_t)(uintptr_t)pae_pointers,
				  (uint32_t)(uintptr_t)flat_directory | 1 };

	map_32(WRITABLE);
	for (unsigned int i = 0; i < 4; i++)
		try_writable_32(maps[i & 1], both[i >> 1]);
	map_32(0);
	for (unsigned int i = 0; i < 8; i++)
		try_read_only_32(modes[i & 1], maps[i >> 1 & 1], both[i >> 2]);
}

struct flood {
	uint32_t target, stop;
	volatile uint32_t sent;
};

static void flood(void *argument)
{
	struct flood *flood = argument;

	while (!__atomic_load_n(&flood->stop, __ATOMIC_RELAXED)) {
		apic_send(flood->target, 0x41);
		flood->sent = 1;
	}
}

/* Interrupts come at any time; the fault is the same, and they see no trace of it. */
static void test_interrupted(void)
{
	volatile uint8_t *place = map_window(0, PRESENT | WRITABLE);
	struct code code = plain(foreign);
	struct cpu *cpu = this_cpu();
	struct flood flooding = { .target = cpu->apic_id };
	uint32_t before = cpu->interrupts[0x41];

	code_lay_64(place, &code);
	map_window(0, PRESENT);
	cpu_post(cpu_at(1), flood, &flooding);
	/* Where one thread runs all CPUs the other one may take its time. */
	for (int i = 0; (i < 3000 || !flooding.sent) && !test_has_failed(); i++) {
		struct run run = { .registers = registers_with_patterns(UNKNOWN, 0x202),
				   .place = (uintptr_t)place };

		run.vector = catch_exception(code_run, &run);
		if (is_refused(foreign))
			check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, "call");
		else if (is_written(foreign))
			check_write_fault(&run, PRESENT | WRITABLE, (uintptr_t)place,
					  (uintptr_t)place, "call");
		else
			check_answer(&run, KVM_ENOSYS, 0x202, "call");
		check(cpu->interrupted_rip < WINDOW + PAGE, "interrupted at 0x%lx",
		      cpu->interrupted_rip);
	}
	__atomic_store_n(&flooding.stop, 1, __ATOMIC_RELAXED);
	check(cpu_wait(cpu_at(1), 30000), "the other CPU does not finish");
	check(cpu->interrupts[0x41] != before, "no interrupts");
}

/*
 * The last bytes of the lower half of addresses: the call is made, and what
 * comes after it can't be executed. (kvm-unit-tests' x86/hypercall.c has it.)
 */
static void test_last_address(void)
{
	volatile uint8_t *place = (volatile uint8_t *)(WINDOW_END - 3);

	map_last_page();
	for (unsigned int i = 0; i < 2; i++) {
		for (int j = 0; j < 2; j++) {
			const struct exception *exception = &this_cpu()->exception;
			struct code code = plain(both[i]);
			struct run run;

			memcpy((void *)place, code.bytes, code.size);
			run = run_at(place, UNKNOWN);
			if (is_refused(both[i])) {
				check_exception(&run, VECTOR_UD, 0, (uintptr_t)place, "last");
				continue;
			}
			check_equal(run.vector, VECTOR_GP, "exception");
			check_equal((int64_t)exception->rip, (int64_t)WINDOW_END, "rip");
			check_equal((int64_t)exception->rax, KVM_ENOSYS, "result");
		}
	}
}

/*
 * ---- What else code can do with it -----------------------------------------
 */

/* Vector registers do not matter here. */
static void test_xmm(void)
{
	static const uint64_t pattern = 0x0123456789abcdef;
	uint64_t result = UNKNOWN, after, cr4, old;

	__asm__ volatile("mov %%cr4, %0" : "=r"(old));
	cr4 = old | 1 << 9;
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
	for (int i = 0; i < 2; i++) {
		result = own == VMCALL;
		if (result)
			__asm__ volatile("movq %2, %%xmm0\n\tvmcall\n\tmovq %%xmm0, %1"
					 : "=a"(result), "=r"(after)
					 : "r"(pattern), "a"(UNKNOWN)
					 : "memory");
		else
			__asm__ volatile("movq %2, %%xmm0\n\tvmmcall\n\tmovq %%xmm0, %1"
					 : "=a"(result), "=r"(after)
					 : "r"(pattern), "a"(UNKNOWN)
					 : "memory");
		check_equal((int64_t)result, KVM_ENOSYS, "result");
		check_equal((int64_t)after, (int64_t)pattern, "xmm0");
	}
	__asm__ volatile("mov %0, %%cr4" : : "r"(old));
}

/* The guest puts other code where an instruction was replaced, and back. */
static void test_overwritten(void)
{
	/* mov $7, %eax */
	static const struct code other = { { 0xb8, 7, 0, 0, 0 }, 5 };
	struct code code = plain(own);

	for (int i = 0; i < 3; i++) {
		struct run run;

		try_at(area, &code, "call");
		code_lay_64(area, &other);
		run = run_at(area, UNKNOWN);
		check_answer(&run, 7, FLAGS_ALL, "other code");
		check_bytes(area, &other, "other code");
	}
}

/* Kernels copy their text: hibernation does, and kprobes. */
static void test_copied(void)
{
	struct code code = plain(own);
	struct run run;

	try_at(area, &code, "call");
	memcpy(area + PAGE, area, 64);
	run = run_at(area + PAGE, UNKNOWN);
	check_answer(&run, KVM_ENOSYS, FLAGS_ALL, "copy");
}

/*
 * A single step ends right after the call. Where the call itself leaves the
 * emulator's translated code, it ends one instruction later: a known defect of
 * all policies but "fast".
 */
static void test_single_step(void)
{
	/* pushf; orl $TF, (%rsp); popf; then the call; nop; nop */
	static const uint8_t step[] = { 0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d };
	struct code code = { { 0x0f, 0x01, own, 0x90, 0x90 }, 5 };

	if (policy != FAST) {
		skip("known to end one instruction later");
		return;
	}
	memcpy(area, step, sizeof(step));
	code_lay_64(area + sizeof(step), &code);
	for (int i = 0; i < 2; i++) {
		struct run run = run_at(area, UNKNOWN);

		check_equal(run.vector, VECTOR_DB, "exception");
		check_equal((int64_t)this_cpu()->exception.rip,
			    (int64_t)(uintptr_t)(area + sizeof(step) + 3), "rip");
		check_equal((int64_t)this_cpu()->exception.rax, KVM_ENOSYS, "result");
	}
}

/* sti holds interrupts off for one instruction, which may be the call. */
static void test_shadow(void)
{
	/* sti; the call; cli; nop */
	struct code code = { { 0xfb, 0x0f, 0x01, own, 0xfa, 0x90 }, 6 };
	const volatile uint32_t *count = &this_cpu()->interrupts[0x41];

	if (policy != FAST) {
		skip("known to be one instruction longer");
		return;
	}
	code_lay_64(area, &code);
	for (int i = 0; i < 2; i++) {
		struct run run = { .registers = registers_with_patterns(UNKNOWN, 2),
				   .place = (uintptr_t)area };
		uint32_t before = *count;

		interrupts_off();
		apic_send(this_cpu()->apic_id, 0x41);
		run.vector = catch_exception(code_run, &run);
		check_equal(*count, before + 1, "interrupts");
		check_equal((int64_t)this_cpu()->interrupted_rip, (int64_t)(uintptr_t)area + 4,
			    "interrupted at");
		interrupts_on();
		check_answer(&run, KVM_ENOSYS, 2, "call");
	}
}

struct race {
	uint32_t ready, wrong;
};

#define RACES 200

static void race_through(void *argument)
{
	struct race *race = argument;

	for (uint32_t i = 0; i < RACES; i++) {
		struct registers registers = registers_with_patterns(UNKNOWN, 2);

		__atomic_add_fetch(&race->ready, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&race->ready, __ATOMIC_SEQ_CST) < 2 * (i + 1))
			relax();
		registers_at(&registers, (uintptr_t)area + 32 * i);
		if ((int64_t)registers.rax != KVM_ENOSYS)
			__atomic_add_fetch(&race->wrong, 1, __ATOMIC_SEQ_CST);
	}
}

/* Two CPUs come to the same instruction at the same time, many times. */
static void test_race(void)
{
	uint8_t last = policy == REFUSE ? own : foreign;
	struct code code = plain(last), after = replaced(&code);
	struct race race = { 0 };

	for (unsigned int i = 0; i < RACES; i++)
		code_lay_64(area + 32 * i, &code);
	cpu_post(cpu_at(1), race_through, &race);
	race_through(&race);
	check(cpu_wait(cpu_at(1), 30000), "the other CPU does not finish");
	check_equal(race.wrong, 0, "wrong results");
	for (unsigned int i = 0; i < RACES; i++)
		check_bytes(area + 32 * i, &after, "after both");
}

/* The source of what is expected: see struct test. */
#define CONVENTION "Documentation/virt/kvm/x86/hypercalls.rst, \"X86\""
#define FIX "arch/x86/kvm/x86.c, emulator_fix_hypercall"
#define EMULATE CONVENTION "; " FIX
#define PREFIXES "Intel SDM vol. 3, \"VMCALL\"; AMD APM vol. 3, \"VMMCALL\" and \"VMGEXIT\""
#define PRIVILEGE \
	"arch/x86/kvm/x86.c, ____kvm_emulate_hypercall; " \
	"arch/x86/kvm/emulate.c, group7_rm0 and group7_rm3"
#define PAGE_FAULT "Intel SDM vol. 3, \"Page-Fault Exceptions\""
#define READ_ONLY FIX "; Intel SDM vol. 3, \"Determination of Access Rights\""

/* Versions of clang-format differ about such macros. */
/* clang-format off */
#define TEST(test_name, test_rule, function) \
	{ .name = test_name, .rule = test_rule, .run = function, .kvm = true }
/* clang-format on */

static const struct test tests[] = {
	TEST("64-bit mode: result, registers, bytes", EMULATE, test_plain),
	TEST("compatibility mode: result, registers, bytes", EMULATE, test_compatibility),
	{ .name = "other modes",
	  .rule = EMULATE "; arch/x86/kvm/x86.h, is_64_bit_hypercall",
	  .run_row = test_legacy,
	  .kvm = true,
	  TEST_ROWS(legacy_cases) },
	TEST("prefixes in 16- and 32-bit code", PREFIXES, test_legacy_prefixes),
	TEST("privilege level 3", PRIVILEGE, test_user),
	TEST("privilege level 3, 32-bit code", PRIVILEGE, test_user_32),
	{ .name = "prefixes that are ignored",
	  .rule = PREFIXES "; " FIX,
	  .run_row = test_ignored_prefixes,
	  .kvm = true,
	  TEST_ROWS(instructions) },
	TEST("prefixes that make vmcall invalid", PREFIXES, test_refined_vmcall),
	TEST("lock makes both invalid", "Intel SDM vol. 2, \"LOCK\"; " PREFIXES, test_lock),
	TEST("vmgexit is vmmcall", PREFIXES, test_vmgexit),
	TEST("vector registers are kept", CONVENTION, test_xmm),
	TEST("at the end of a page, and on two", EMULATE, test_page_ends),
	{ .name = "prefixed, at the end of a page",
	  .rule = PREFIXES "; " FIX,
	  .run_row = test_page_ends_prefixed,
	  .kvm = true,
	  TEST_ROWS(instructions) },
	TEST("on two pages that are not adjacent", EMULATE, test_scattered_pages),
	TEST("second page not present", PAGE_FAULT, test_missing_page),
	TEST("read-only text", READ_ONLY, test_read_only),
	TEST("text whose second page is read-only", READ_ONLY, test_half_read_only),
	TEST("read-only text, CR0.WP = 0", READ_ONLY, test_unprotected),
	TEST("read-only text, privilege level 3", READ_ONLY "; " PRIVILEGE,
	     test_user_read_only),
	TEST("read-only text, 32-bit protected mode", READ_ONLY, test_read_only_32),
	{ .name = "amid interrupts",
	  .rule = READ_ONLY,
	  .run = test_interrupted,
	  .kvm = true,
	  .cpus = 2 },
	TEST("at the last address of the lower half",
	     EMULATE "; Intel SDM vol. 1, \"Canonical Addressing\"", test_last_address),
	TEST("place used for other code",
	     EMULATE "; Intel SDM vol. 3, \"Handling Self- and Cross-Modifying Code\"",
	     test_overwritten),
	TEST("copied elsewhere", EMULATE, test_copied),
	TEST("single step", "Intel SDM vol. 3, \"Single-Step Exception Condition\"",
	     test_single_step),
	TEST("interrupt shadow", "Intel SDM vol. 2, \"STI\"", test_shadow),
	{ .name = "two CPUs at once",
	  .rule = EMULATE,
	  .run = test_race,
	  .kvm = true,
	  .cpus = 2 },
};

TEST_LIST(tests);

int main(void)
{
	cpus_start();
	read_policy();
	tests_start("instructions");
	tests_run(tests, sizeof(tests) / sizeof(tests[0]));
	return tests_finish();
}
