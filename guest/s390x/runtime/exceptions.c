/* SPDX-License-Identifier: BSD-2-Clause */
/* Program interruptions, and memory's end, which they show. */
#include "runtime.h"

#define STEP (1ul << 20)

_Static_assert(offsetof(struct state, access) == STATE_ACCESS, "known to start.S");
_Static_assert(offsetof(struct state, psw_mask) == STATE_MASK, "known to start.S");
_Static_assert(offsetof(struct state, psw_address) == STATE_ADDRESS, "known to start.S");

void enter(const struct state *state);
_Noreturn void unexpected_interruption(void);

/* Real address 0, which the compiler must not take for NULL. */
static const volatile uint8_t *lowcore(void)
{
	uintptr_t address = 0;

	__asm__ volatile("" : "+r"(address));
	return (const volatile uint8_t *)address;
}

static uint64_t read_lowcore(uint32_t offset)
{
	return *(const volatile uint64_t *)(lowcore() + offset);
}

static uint32_t program_code(void)
{
	return *(const volatile uint16_t *)(lowcore() + LC_PROGRAM_CODE);
}

void execute(struct state *state)
{
	uint32_t old;
	bool is_svc;

	enter(state);
	is_svc = read_lowcore(LC_ENDED_BY_SVC);
	old = is_svc ? LC_SVC_OLD : LC_PROGRAM_OLD;
	for (unsigned int i = 0; i < 16; i++) {
		state->gpr[i] = read_lowcore(LC_GPRS + i * 8);
		state->access[i] = *(const volatile uint32_t *)(lowcore() + LC_ACCESS + i * 4);
	}
	state->psw_mask = read_lowcore(old);
	state->psw_address = read_lowcore(old + 8);
	state->interruption = is_svc ? INTERRUPTION_NONE : program_code();
	state->length = lowcore()[is_svc ? LC_SVC_ILC : LC_PROGRAM_ILC];
}

void unexpected_interruption(void)
{
	if (read_lowcore(LC_ENDED_BY_SVC))
		crash("SVC at %lx on CPU %u", read_lowcore(LC_SVC_OLD + 8), this_cpu_address());
	crash("program interruption %04x, at %lx, on CPU %u", program_code(),
	      read_lowcore(LC_PROGRAM_OLD + 8), this_cpu_address());
}

uint32_t try_read(uint64_t address, uint64_t *value)
{
	/* lg %r2,0(%r3); svc 0 */
	static const uint16_t code[] = { 0xe320, 0x3000, 0x0004, SVC_0 };
	struct state state = {
		.gpr[3] = address,
		.psw_mask = PSW_64,
		.psw_address = (uintptr_t)code,
	};

	execute(&state);
	if (value)
		*value = state.gpr[2];
	return state.interruption;
}

uint64_t memory_end(void)
{
	static uint64_t end;

	if (!end)
		for (end = STEP; try_read(end, NULL) == INTERRUPTION_NONE; end += STEP)
			;
	return end;
}
