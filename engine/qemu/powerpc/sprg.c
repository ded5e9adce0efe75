/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU searches the special-purpose registers for that number, from 0 on,
 * each time a plugin reads or writes one; these are the 273rd and following
 * ones, and Linux's interrupt handlers depend on the first ones. So their
 * values are kept here, until an mtspr changes them, which has a hook.
 *
 * What the magic page stores into them is written into the register itself only
 * when an instruction reads it: mfspr has a hook that costs nothing until
 * then. User mode can read the last five by other numbers.
 */
#include "sprg.h"

#include "current.h"
#include "registers.h"

/*
 * mfspr and mtspr without the numbers of registers; the number of SPRG0, and those for
 * user mode: Power ISA, "SPR Numbers", and Book E's, which has USPRG4 and on, too.
 */
#define MOVE_MASK 0xfc0007ffu
#define MOVE_FROM 0x7c0002a6u
#define MOVE_TO 0x7c0003a6u
#define SPR_SPRG0 272u
#define SPR_USPRG0 256u
#define SPR_USPRG3 259u
#define SPR_USPRG7 263u

#define SLOT_MASK 7u
#define PACKED_BIG_ENDIAN 8u

/* What is known of a register. */
enum state {
	/* Nothing. */
	UNKNOWN,
	/* It is the kept value. */
	SAME,
	/* It has to become the kept value. */
	LATE,
};

/* Of each vCPU; instructions read and set them. */
static qemu_plugin_u64 states[SPRGS_KEPT];

void sprg_install(void)
{
	for (size_t i = 0; i < SPRGS_KEPT; i++)
		states[i].score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

static void set_state(const struct vcpu *vcpu, unsigned int slot, enum state state)
{
	qemu_plugin_u64_set(states[slot], vcpu->index, state);
}

uint64_t sprg_read(struct vcpu *vcpu, unsigned int number)
{
	unsigned int slot = number - PARACALL_POWERPC_SPRG0;

	if (!engine_code_knows_vcpu())
		return register_read(vcpu, number);
	powerpc_vcpu(vcpu)->keeps_sprgs = true;
	if (qemu_plugin_u64_get(states[slot], vcpu->index) == UNKNOWN) {
		powerpc_vcpu(vcpu)->sprg[slot] = register_read(vcpu, number);
		set_state(vcpu, slot, SAME);
	}
	return powerpc_vcpu(vcpu)->sprg[slot];
}

void sprg_write(struct vcpu *vcpu, unsigned int number, uint64_t value)
{
	unsigned int slot = number - PARACALL_POWERPC_SPRG0;

	if (!engine_code_knows_vcpu()) {
		register_write(vcpu, number, value);
		return;
	}
	powerpc_vcpu(vcpu)->keeps_sprgs = true;
	powerpc_vcpu(vcpu)->sprg[slot] = value;
	set_state(vcpu, slot, LATE);
}

static void write_late(struct vcpu *vcpu, unsigned int slot)
{
	register_write(vcpu, PARACALL_POWERPC_SPRG0 + slot, powerpc_vcpu(vcpu)->sprg[slot]);
	set_state(vcpu, slot, SAME);
}

void sprg_give_back(struct vcpu *vcpu)
{
	for (unsigned int slot = 0; slot < SPRGS_KEPT; slot++)
		if (qemu_plugin_u64_get(states[slot], vcpu->index) == LATE)
			write_late(vcpu, slot);
	sprg_forget(vcpu);
}

void sprg_forget(struct vcpu *vcpu)
{
	powerpc_vcpu(vcpu)->keeps_sprgs = false;
	for (unsigned int slot = 0; slot < SPRGS_KEPT; slot++)
		set_state(vcpu, slot, UNKNOWN);
}

/* The halves of the register's number are swapped in an instruction. */
static unsigned int number_of(uint32_t word)
{
	return (word >> 16 & 31) | (word >> 6 & 0x3e0);
}

/* Of one of the registers by its number for user mode. */
static bool is_user_read(uint32_t word)
{
	unsigned int number = number_of(word);

	return (word & MOVE_MASK) == MOVE_FROM && number >= SPR_USPRG3 && number <= SPR_USPRG7;
}

static unsigned int slot_of(uint32_t word)
{
	return number_of(word) - (is_user_read(word) ? SPR_USPRG0 : SPR_SPRG0);
}

bool sprg_is_hooked(uint32_t word)
{
	uint32_t move = word & MOVE_MASK;

	return (move == MOVE_FROM || move == MOVE_TO) && slot_of(word) < SPRGS_KEPT &&
	       engine_code_knows_vcpu();
}

bool sprg_is_hooked_for_user(uint32_t word)
{
	return is_user_read(word) && engine_code_knows_vcpu();
}

/* It is LATE. */
static void call_read(unsigned int index, void *userdata)
{
	uint64_t packed = (uintptr_t)userdata;
	unsigned int slot = packed & SLOT_MASK;
	struct vcpu *vcpu = powerpc_vcpu_current(index, packed & PACKED_BIG_ENDIAN);

	if (vcpu)
		write_late(vcpu, slot);
}

void sprg_hook(struct qemu_plugin_insn *insn, uint32_t word, bool is_big_endian)
{
	unsigned int slot = slot_of(word);
	uint64_t packed = slot | (is_big_endian ? PACKED_BIG_ENDIAN : 0);

	if ((word & MOVE_MASK) == MOVE_TO)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
			insn, QEMU_PLUGIN_INLINE_STORE_U64, states[slot], UNKNOWN);
	else
		qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, call_read,
							    QEMU_PLUGIN_CB_RW_REGS,
							    QEMU_PLUGIN_COND_EQ, states[slot],
							    LATE, (void *)(uintptr_t)packed);
}
