/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"

#include "common/hash.h"

#define RECORD_SIZE 64u
/* What a host writes as time passes is at the record's beginning. */
#define TAIL 16u
#define FILL 0x5a

static volatile struct paracall_sbi_sta records[ANSWER_RECORDS]
	__attribute__((aligned(RECORD_SIZE)));

uint64_t answer_record(unsigned int index)
{
	return (uintptr_t)&records[index];
}

void answer_forget_records(void)
{
	call(PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM,
	     PARACALL_SBI_SHMEM_DISABLE, PARACALL_SBI_SHMEM_DISABLE, 0);
}

/* Where it is in the records, or right after them; else -1. */
static int64_t offset_in_records(uint64_t address)
{
	uint64_t offset = address - answer_record(0);

	return offset <= sizeof(records) ? (int64_t)offset : -1;
}

/*
 * ---- What is left out ------------------------------------------------------
 */

struct functions {
	uint64_t extension, first, last;
};

static const struct functions harmful[] = {
	{ PARACALL_SBI_LEGACY_CONSOLE_PUTCHAR, 0, UINT64_MAX },
	{ PARACALL_SBI_LEGACY_CONSOLE_GETCHAR, 0, UINT64_MAX },
	{ PARACALL_SBI_LEGACY_SHUTDOWN, 0, UINT64_MAX },
	{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_START, PARACALL_SBI_HSM_HART_STOP },
	{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_SUSPEND, PARACALL_SBI_HSM_HART_SUSPEND },
	{ PARACALL_SBI_SRST, PARACALL_SBI_SRST_RESET, PARACALL_SBI_SRST_RESET },
	{ PARACALL_SBI_SUSP, 0, 0 },
	{ PARACALL_SBI_DBCN, 0, 2 },
	/* What remains is the number of counters, and a feature's value. */
	{ PARACALL_SBI_PMU, 1, 8 },
	{ PARACALL_SBI_FWFT, 0, 0 },
	{ PARACALL_SBI_CPPC, 3, 3 },
	{ SBI_DBTR, 0, 7 },
	{ SBI_SSE, 0, 9 },
	{ SBI_MPXY, 0, 6 },
};

/* There is no memory, on QEMU's virt: at 0, in its boot ROM, in its serial port, far above. */
static bool is_nowhere(uint64_t address)
{
	return !address || address == 0x1000 || address == 0x10000000 ||
	       address >= UINT64_C(1) << 40;
}

/* A legacy function's hart mask is in memory; 0 stands for all harts. */
static bool is_address_harmless(const struct question *question)
{
	const uint64_t *arguments = question->arguments;

	if (question->extension >= PARACALL_SBI_LEGACY_SEND_IPI &&
	    question->extension <= PARACALL_SBI_LEGACY_REMOTE_SFENCE_VMA_ASID)
		return !arguments[0];
	if (question->extension != PARACALL_SBI_STA ||
	    question->function != PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM)
		return true;
	if (offset_in_records(arguments[0]) >= 0)
		return arguments[0] != answer_record(ANSWER_RECORDS);
	return is_nowhere(arguments[0]) || arguments[0] % RECORD_SIZE || arguments[1];
}

/*
 * False if it would end or suspend a CPU or the machine, write to the console or to memory
 * beside the records, or change what exceptions and counters do.
 */
bool question_is_harmless(const struct question *question)
{
	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (question->extension == harmful[i].extension &&
		    question->function >= harmful[i].first &&
		    question->function <= harmful[i].last)
			return false;
	return is_address_harmless(question);
}

/*
 * ---- Asking ----------------------------------------------------------------
 */

static uint64_t pattern(unsigned int number)
{
	return 0xa5a5000000000000 + number * 0x0101010101010101;
}

static void give(const struct question *question, struct state *state)
{
	for (unsigned int i = 0; i < 32; i++)
		state->x[i] = pattern(i);
	for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
		state->x[A(i)] = question->arguments[i];
	state->x[A(6)] = question->function;
	state->x[A(7)] = question->extension;
}

/* x0 is always 0; a0 and a1 are the answer. */
static uint32_t find_changed(const struct state *before, const struct state *after)
{
	uint32_t changed = 0;

	for (unsigned int i = 1; i < 32; i++)
		if (i != A(0) && i != A(1))
			changed |= (uint32_t)(after->x[i] != before->x[i]) << i;
	return changed;
}

static void fill_records(void)
{
	volatile uint8_t *bytes = (volatile uint8_t *)records;

	for (unsigned int i = 0; i < sizeof(records); i++)
		bytes[i] = FILL;
}

static uint32_t find_written(void)
{
	const volatile uint8_t *bytes = (const volatile uint8_t *)records;
	uint32_t written = 0;

	for (unsigned int i = 0; i < sizeof(records); i++)
		if (i % RECORD_SIZE >= TAIL && bytes[i] != FILL)
			written |= 1u << i / RECORD_SIZE;
	return written;
}

struct answer answer_of(const struct question *question)
{
	static const uint32_t code[] = { ECALL, EBREAK };
	struct state before = { .pc = (uintptr_t)code,
				.status = question->is_user ? 0 : SSTATUS_SPP };
	struct answer answer = { .written = 0 };
	struct state state;

	fill_records();
	give(question, &before);
	state = before;
	execute(&state);
	answer.a0 = state.x[A(0)];
	answer.a1 = state.x[A(1)];
	answer.changed = find_changed(&before, &state);
	answer.written = find_written();
	answer.exception = state.cause;
	answer.distance = state.pc - (uintptr_t)code;
	return answer;
}

/*
 * ---- Reporting -------------------------------------------------------------
 */

static void print_value(uint64_t value)
{
	int64_t offset = offset_in_records(value);

	if (offset < 0)
		print(" 0x%lx", value);
	else if (!offset)
		print(" record");
	else
		print(" record+%ld", offset);
}

void print_question(const struct question *question)
{
	print("%secall 0x%lx 0x%lx", question->is_user ? "user " : "", question->extension,
	      question->function);
	for (unsigned int i = 0; i < ANSWER_ARGUMENTS; i++)
		print_value(question->arguments[i]);
}

void print_answer(const struct answer *answer)
{
	print("a0");
	print_value(answer->a0);
	print_value(answer->a1);
	if (answer->changed)
		print(" others 0x%x", answer->changed);
	if (answer->written)
		print(" records 0x%x", answer->written);
	if (answer->exception != CAUSE_BREAKPOINT)
		print(" exception %lu", answer->exception);
	if (answer->distance != 4)
		print(" at %ld", (int64_t)answer->distance);
}

uint64_t hash_answer(uint64_t hash, const struct answer *answer)
{
	hash = hash_word(hash, answer->a0);
	hash = hash_word(hash, answer->a1);
	hash = hash_word(hash, answer->changed);
	hash = hash_word(hash, answer->written);
	hash = hash_word(hash, answer->exception);
	hash = hash_word(hash, answer->distance);
	return hash_end(hash);
}
