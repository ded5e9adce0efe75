/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"

#include "common/hash.h"

#include "code.h"
#include "test.h"

#define PAGE 4096

static uint8_t place[PAGE] __attribute__((aligned(PAGE)));

static const struct code instructions[] = {
	[ANSWER_VMCALL] = { { 0x0f, 0x01, VMCALL }, 3 },
	[ANSWER_VMMCALL] = { { 0x0f, 0x01, VMMCALL }, 3 },
	[ANSWER_RDMSR] = { { 0x0f, 0x32 }, 2 },
	[ANSWER_WRMSR] = { { 0x0f, 0x30 }, 2 },
	[ANSWER_CPUID] = { { 0x0f, 0xa2 }, 2 },
};

struct question question_call(enum answer_instruction instruction, enum answer_mode mode,
			      uint64_t number)
{
	return (struct question){ .instruction = instruction, .mode = mode, .number = number };
}

struct question question_rdmsr(enum answer_mode mode, uint32_t number)
{
	return (struct question){ .instruction = ANSWER_RDMSR,
				  .mode = mode,
				  .arguments = { 0, number } };
}

struct question question_wrmsr(enum answer_mode mode, uint32_t number, uint64_t value)
{
	return (struct question){ .instruction = ANSWER_WRMSR,
				  .mode = mode,
				  .number = (uint32_t)value,
				  .arguments = { 0, number, value >> 32 } };
}

struct question question_cpuid(enum answer_mode mode, uint32_t leaf)
{
	return (struct question){ .instruction = ANSWER_CPUID, .mode = mode, .number = leaf };
}

static bool is_user(enum answer_mode mode)
{
	return mode == ANSWER_USER_64 || mode == ANSWER_USER_COMPATIBILITY;
}

static bool is_compatibility(enum answer_mode mode)
{
	return mode == ANSWER_COMPATIBILITY || mode == ANSWER_USER_COMPATIBILITY;
}

static uint32_t changes(const struct registers *before, const struct registers *after)
{
	const uint64_t *old = &before->rax, *new = &after->rax;
	uint32_t changed = 0;

	for (unsigned int i = 0; i < sizeof(*before) / sizeof(before->rax); i++)
		changed |= (uint32_t)(old[i] != new[i]) << i;
	return changed;
}

static struct answer answer_in_long_mode(const struct question *question,
					 struct registers before)
{
	const struct code *code = &instructions[question->instruction];
	bool has_user = is_user(question->mode), has_32 = is_compatibility(question->mode);
	struct run run = { .registers = before, .place = (uintptr_t)place };
	struct answer answer = { .vector = -1 };

	if (has_32) {
		run.selector = has_user ? USER_CODE32 : KERNEL_CODE32;
		code_lay_32(place, code, has_user ? USER_CODE : KERNEL_CODE);
	} else {
		code_lay_64(place, code);
	}
	answer.vector = has_user ? run_user(code_run, &run) : catch_exception(code_run, &run);
	if (answer.vector >= 0) {
		run.registers = *caught_registers();
		/* RF, which faults set. */
		run.registers.rflags &= ~0x10000ul;
		answer.error_code = this_cpu()->exception.error_code;
		answer.distance = (int64_t)(this_cpu()->exception.rip - run.place);
	}
	answer.registers = run.registers;
	answer.changed = changes(&before, &run.registers);
	memcpy(answer.bytes, place, sizeof(answer.bytes));
	return answer;
}

static struct registers registers_of(const struct legacy *legacy)
{
	return (struct registers){
		.rax = legacy->eax,
		.rbx = legacy->ebx,
		.rcx = legacy->ecx,
		.rdx = legacy->edx,
		.rsi = legacy->esi,
		.rdi = legacy->edi,
		.rbp = legacy->ebp,
		/* IOPL is the runtime's there. */
		.rflags = legacy->eflags & ~0x3000u,
	};
}

static struct answer answer_outside(const struct question *question,
				    const struct registers *before)
{
	struct code code = instructions[question->instruction];
	struct answer answer = { .vector = -1 };
	struct legacy legacy = {
		.eax = (uint32_t)before->rax,
		.ebx = (uint32_t)before->rbx,
		.ecx = (uint32_t)before->rcx,
		.edx = (uint32_t)before->rdx,
		.esi = (uint32_t)before->rsi,
		.edi = (uint32_t)before->rdi,
		.ebp = (uint32_t)before->rbp,
		.eflags = FLAGS_USER,
	};
	struct registers narrow = registers_of(&legacy);

	legacy_run(question->mode - ANSWER_LEGACY, code.bytes, code.size, &legacy);
	answer.vector = legacy.vector;
	answer.registers = registers_of(&legacy);
	if (legacy.vector >= 0) {
		/* Then only eax is reported. */
		answer.registers = narrow;
		answer.registers.rax = legacy.eax;
		answer.error_code = legacy.error_code;
		answer.distance = (int32_t)legacy.eip;
	}
	answer.changed = changes(&narrow, &answer.registers);
	memcpy(answer.bytes, code.bytes, sizeof(answer.bytes));
	return answer;
}

struct answer answer_of(const struct question *question)
{
	uint64_t flags = is_user(question->mode) ? FLAGS_USER : FLAGS_ALL;
	struct registers before = registers_with_patterns(question->number, flags);

	before.rbx = question->arguments[0];
	before.rcx = question->arguments[1];
	before.rdx = question->arguments[2];
	before.rsi = question->arguments[3];
	return question->mode < ANSWER_LEGACY ? answer_in_long_mode(question, before)
					      : answer_outside(question, &before);
}

void print_question(const struct question *question)
{
	static const char *const modes[ANSWER_MODES] = {
		[ANSWER_64] = "64",
		[ANSWER_COMPATIBILITY] = "compat",
		[ANSWER_USER_64] = "user64",
		[ANSWER_USER_COMPATIBILITY] = "usercompat",
		[ANSWER_LEGACY + LEGACY_REAL] = "real",
		[ANSWER_LEGACY + LEGACY_16] = "16",
		[ANSWER_LEGACY + LEGACY_32] = "32",
		[ANSWER_LEGACY + LEGACY_BASED] = "based32",
		[ANSWER_LEGACY + LEGACY_USER_32] = "user32",
		[ANSWER_LEGACY + LEGACY_VM86] = "vm86",
	};
	static const char *const names[] = { "vmcall", "vmmcall", "rdmsr", "wrmsr", "cpuid" };
	const uint64_t *arguments = question->arguments;

	print("%s %s", modes[question->mode], names[question->instruction]);
	switch (question->instruction) {
	case ANSWER_RDMSR:
		print(" 0x%lx", arguments[1]);
		break;
	case ANSWER_WRMSR:
		print(" 0x%lx, 0x%lx", arguments[1], arguments[2] << 32 | question->number);
		break;
	case ANSWER_CPUID:
		print(" 0x%lx", question->number);
		break;
	default:
		print(" 0x%lx(0x%lx, 0x%lx, 0x%lx, 0x%lx)", question->number, arguments[0],
		      arguments[1], arguments[2], arguments[3]);
	}
}

static void print_changed(const struct answer *answer)
{
	static const char *const names[] = { "rax", "rbx", "rcx", "rdx",   "rsi", "rdi",
					     "rbp", "r8",  "r9",  "r10",   "r11", "r12",
					     "r13", "r14", "r15", "rflags" };
	const uint64_t *registers = &answer->registers.rax;

	/* rax is always reported: usually it is the answer. */
	print("rax 0x%lx", registers[0]);
	for (unsigned int i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (answer->changed & 1u << i)
			print(" %s 0x%lx", names[i], registers[i]);
}

void print_answer(const struct question *question, const struct answer *answer)
{
	print_changed(answer);
	if (answer->vector >= 0)
		print(" exception %d(0x%lx) at %ld", answer->vector, answer->error_code,
		      answer->distance);
	if (question->instruction <= ANSWER_VMMCALL)
		print(" %02x%02x%02x", answer->bytes[0], answer->bytes[1], answer->bytes[2]);
}

uint64_t hash_answer(uint64_t hash, const struct answer *answer)
{
	const uint64_t *registers = &answer->registers.rax;

	for (unsigned int i = 0; i < sizeof(answer->registers) / sizeof(*registers); i++)
		if (!i || answer->changed & 1u << i)
			hash = hash_word(hash_word(hash, i), registers[i]);
	hash = hash_word(hash, (uint64_t)answer->vector);
	hash = hash_word(hash, answer->error_code);
	hash = hash_word(hash, (uint64_t)answer->distance);
	hash = hash_word(hash, (uint64_t)answer->bytes[0] << 16 | answer->bytes[1] << 8 |
				       answer->bytes[2]);
	return hash_end(hash);
}
