/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interruption.h"

#include "../memory.h"
#include "registers.h"

#include <string.h>

/* In the lowcore (Principles of Operation). */
#define PROGRAM_CODE 0x8e
#define PROGRAM_OLD_PSW 0x150
#define PROGRAM_NEW_PSW 0x1d0

/* What a program interruption writes, and the PSW that it loads. */
static const struct {
	uint16_t offset;
	uint16_t size;
} parts[] = {
	/* The instruction's length, and the code. */
	{ 0x8c, 4 },
	/* The address of the last branch. */
	{ 0x110, 8 },
	{ PROGRAM_OLD_PSW, 16 },
	{ PROGRAM_NEW_PSW, 16 },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/*
 * A detour: QEMU's exception ends in the lowcore, where there is the DIAGNOSE without a
 * base register, and after it one that QEMU lacks, whose exception ends
 * where the guest continues. The place is where the first exception has put the old
 * PSW. Nothing can interrupt it, and other CPUs do not execute it.
 */
enum detour {
	DETOUR_NONE,
	DETOUR_BEGINS,
	DETOUR_IS_THERE,
	DETOUR_ENDS,
};

#define STUB PROGRAM_OLD_PSW

/* PER, DAT, interruptions, and the key. */
#define PSW_NOT_IN_STUB UINT64_C(0x47f4000000000000)

/*
 * What to do with the next interruption. Of the thread, because with one thread for all
 * vCPUs it is not always known which of them runs; it is the one that continues.
 */
static _Thread_local struct {
	/* Its code has to be this one; 0: leave it as it is. */
	uint8_t code;
	/* Undo it; and the former contents of the lowcore. */
	bool is_taken_back;
	uint8_t lowcore[PARTS][16];
	enum detour detour;
	/* Of the vCPU that makes it: others may run on the thread before its end. */
	uint64_t prefix;
	/* Where the guest continues after it, and what it executes there. */
	uint64_t psw[2];
	uint8_t stub[8];
} next;

static struct paracall_gpa lowcore(struct vcpu *vcpu, unsigned int offset)
{
	return (struct paracall_gpa){ register_read(vcpu, PARACALL_S390_PREFIX) + offset };
}

void interruption_expect(enum paracall_diag_outcome outcome)
{
	/* Operation or addressing. */
	next.code = outcome == PARACALL_DIAG_OPERATION ? 1 : 5;
}

static void save(struct vcpu *vcpu)
{
	for (size_t i = 0; i < PARTS; i++)
		memory_read(vcpu, lowcore(vcpu, parts[i].offset), next.lowcore[i],
			    parts[i].size);
}

static void set_psw(struct vcpu *vcpu, unsigned int offset, uint64_t mask, uint64_t address)
{
	uint64_t psw[2] = { GUINT64_TO_BE(mask), GUINT64_TO_BE(address) };

	memory_write(vcpu, lowcore(vcpu, offset), psw, sizeof(psw));
}

/*
 * The interruption has to end where the guest continues. Its callers are in blocks
 * of one instruction, where QEMU's PSW is the guest's in all its bits.
 */
void interruption_take_back(struct vcpu *vcpu, uint64_t next_pc)
{
	save(vcpu);
	set_psw(vcpu, PROGRAM_NEW_PSW, register_read(vcpu, S390_PSW_MASK), next_pc);
	next.is_taken_back = true;
}

void interruption_detour(struct vcpu *vcpu, uint32_t code, unsigned int r1, unsigned int r3,
			 uint64_t next_pc)
{
	const uint8_t stub[8] = { 0x83, r1 << 4 | r3, code >> 8, code, 0x83, 0, 0x0f, 0xff };
	uint64_t mask = register_read(vcpu, S390_PSW_MASK);

	save(vcpu);
	memcpy(next.stub, stub, sizeof(stub));
	next.psw[1] = next_pc;
	next.prefix = register_read(vcpu, PARACALL_S390_PREFIX);
	set_psw(vcpu, PROGRAM_NEW_PSW,
		(mask & ~PSW_NOT_IN_STUB) | S390_PSW_EXTENDED_ADDRESSING |
			S390_PSW_BASIC_ADDRESSING,
		STUB);
	next.detour = DETOUR_BEGINS;
}

static bool is_its_vcpu(struct vcpu *vcpu)
{
	return register_read(vcpu, PARACALL_S390_PREFIX) == next.prefix;
}

bool interruption_is_detour(struct vcpu *vcpu, uint64_t next_pc)
{
	if (next.detour != DETOUR_IS_THERE || !is_its_vcpu(vcpu))
		return false;
	if (next_pc == STUB + 8) {
		set_psw(vcpu, PROGRAM_NEW_PSW, next.psw[0], next.psw[1]);
		next.detour = DETOUR_ENDS;
	} else if (next_pc != STUB + 4) {
		/* It was a reset. */
		next.detour = DETOUR_NONE;
	}
	return next.detour;
}

static void take_back(struct vcpu *vcpu)
{
	for (size_t i = 0; i < PARTS; i++)
		memory_write(vcpu, lowcore(vcpu, parts[i].offset), next.lowcore[i],
			     parts[i].size);
}

/* The old PSW's mask is the guest's own, in all its bits. */
static void begin_detour(struct vcpu *vcpu)
{
	uint64_t mask;

	memory_read(vcpu, lowcore(vcpu, PROGRAM_OLD_PSW), &mask, sizeof(mask));
	next.psw[0] = GUINT64_FROM_BE(mask);
	memory_write(vcpu, lowcore(vcpu, STUB), next.stub, sizeof(next.stub));
	/* It may itself raise an exception. */
	memory_write(vcpu, lowcore(vcpu, PROGRAM_NEW_PSW), next.lowcore[PARTS - 1],
		     parts[PARTS - 1].size);
	next.detour = DETOUR_IS_THERE;
}

static uint64_t old_address(struct vcpu *vcpu)
{
	uint64_t address = 0;

	memory_read(vcpu, lowcore(vcpu, PROGRAM_OLD_PSW + 8), &address, sizeof(address));
	return GUINT64_FROM_BE(address);
}

static void go_on_with_detour(struct vcpu *vcpu)
{
	switch (next.detour) {
	case DETOUR_NONE:
		return;
	case DETOUR_BEGINS:
		begin_detour(vcpu);
		return;
	case DETOUR_IS_THERE:
		/*
		 * The function's exception: as if raised where the guest called it. If
		 * it is not from there, the function was a reset.
		 */
		if (old_address(vcpu) != STUB + 4)
			break;
		set_psw(vcpu, PROGRAM_OLD_PSW, next.psw[0], next.psw[1]);
		break;
	case DETOUR_ENDS:
		take_back(vcpu);
		break;
	}
	next.detour = DETOUR_NONE;
}

void interruption_delivered(struct vcpu *vcpu)
{
	uint8_t code[2] = { 0, next.code };

	if (next.detour && is_its_vcpu(vcpu))
		go_on_with_detour(vcpu);
	if (next.is_taken_back)
		take_back(vcpu);
	else if (next.code)
		memory_write(vcpu, lowcore(vcpu, PROGRAM_CODE), code, sizeof(code));
	next.is_taken_back = false;
	next.code = 0;
}
