/* SPDX-License-Identifier: BSD-2-Clause */
/* Modes outside long mode: what legacy.S does, from C. */
#include "runtime.h"

extern const char legacy_start[], legacy_end[], legacy_block[];
extern const char legacy_real[], legacy_16[], legacy_32[], legacy_based[];
extern const char legacy_user_32[], legacy_vm86[];
extern const char legacy_slot_real[], legacy_slot_16[], legacy_slot_32[], legacy_slot_based[];
extern const char legacy_slot_user_32[], legacy_slot_vm86[];
void legacy_enter(uint32_t entry);

static const struct {
	const char *entry, *slot;
} places[LEGACY_MODES] = {
	[LEGACY_REAL] = { legacy_real, legacy_slot_real },
	[LEGACY_16] = { legacy_16, legacy_slot_16 },
	[LEGACY_32] = { legacy_32, legacy_slot_32 },
	[LEGACY_BASED] = { legacy_based, legacy_slot_based },
	[LEGACY_USER_32] = { legacy_user_32, legacy_slot_user_32 },
	[LEGACY_VM86] = { legacy_vm86, legacy_slot_vm86 },
};

/* Where a symbol of legacy.S is after the copy. */
static void *copy_of(const char *symbol)
{
	uintptr_t address = LEGACY + (uintptr_t)(symbol - legacy_start);

	/* The compiler must not reason about such low addresses. */
	__asm__ volatile("" : "+r"(address));
	return (void *)address;
}

uint32_t legacy_slot(enum legacy_mode mode)
{
	return (uint32_t)(uintptr_t)copy_of(places[mode].slot);
}

void legacy_run(enum legacy_mode mode, uint8_t *code, size_t size, struct legacy *registers)
{
	struct cpu *cpu = this_cpu();
	uint64_t recovery = cpu->recovery;

	interrupts_off();
	registers->vector = -1;
	memcpy(copy_of(legacy_start), legacy_start, (size_t)(legacy_end - legacy_start));
	memcpy(copy_of(places[mode].slot), code, size);
	memcpy(copy_of(legacy_block), registers, sizeof(*registers));
	legacy_enter((uint32_t)(places[mode].entry - legacy_start));
	/* Its descriptor tables, task and gs are gone. */
	interrupts_start_cpu(cpu);
	cpu->recovery = recovery;
	memcpy(registers, copy_of(legacy_block), sizeof(*registers));
	memcpy(code, copy_of(places[mode].slot), size);
	if (registers->vector >= 0)
		registers->eip -= legacy_slot(mode);
	interrupts_on();
}
