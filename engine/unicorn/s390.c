/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * s390x: DIAGNOSE, and of the machine the SCLP's console, a clock, and that there is no
 * other CPU. Unicorn executes DIAGNOSE and SERVICE CALL as nothing, and leaves
 * interruptions to its user without their codes. Principles of Operation.
 */
#include "machine.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#define PSW_WAIT (1ull << 49)
#define PSW_PROBLEM (1ull << 48)
#define PSW_CC_SHIFT 44
#define PSW_64 (3ull << 31)
/* Of LPSW's, in the lower half. */
#define PSW_SHORT_ADDRESS 0x7fffffff

#define OPERATION 1
#define PRIVILEGED 2
#define ADDRESSING 5
#define SPECIFICATION 6

#define EXCEPTION_SVC 2
#define SVC 0x0a

#define LOWCORE_SIZE 0x2000
#define SVC_CODE 0x88
#define SVC_OLD 0x140
#define PROGRAM_CODE 0x8c
#define PROGRAM_OLD 0x150
/* So far after the old PSW of a kind is the new one. */
#define NEW 0x80

#define SCLP_WRITE_EVENT_DATA 0x00760005
#define SCLP_RESPONSE 6
#define SCLP_TEXT 14
#define GOOD_END 0xfff

static uint64_t prefix;
/* Of the last instruction; and that there was none since an interruption. */
static uint64_t current;
static bool is_interrupted;

static int number_of(unsigned int number)
{
	return UC_S390X_REG_R0 + number;
}

static uint64_t read_register(void *cpu, unsigned int number)
{
	return number == PARACALL_S390_PREFIX ? prefix : get(cpu, number_of(number));
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	set(cpu, number_of(number), value);
}

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "unicorn",
	.capabilities = PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY,
	.read_register = read_register,
	.write_register = write_register,
	.yield_to = yield_to,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.clock = host_clock,
};

/* What is at a real address: the prefix area is exchanged with the first two pages. */
static uint8_t *real(const struct machine *machine, uint64_t address, uint64_t size)
{
	if (address < LOWCORE_SIZE)
		address += prefix;
	else if (address - prefix < LOWCORE_SIZE)
		address -= prefix;
	return memory_at(machine, address, size);
}

static uint64_t based(const struct machine *machine, unsigned int number)
{
	return number ? get(machine, number_of(number)) : 0;
}

/* Base and displacement of the instruction's second operand. */
static uint64_t operand(const struct machine *machine, const uint8_t *code)
{
	return based(machine, code[2] >> 4) + ((code[2] & 15) << 8 | code[3]);
}

static unsigned int length_of(uint8_t opcode)
{
	return opcode < 0x40 ? 2 : opcode < 0xc0 ? 4 : 6;
}

/* The instruction there, or NULL if it is not all in memory. */
static const uint8_t *code_at(const struct machine *machine, uint64_t address)
{
	const uint8_t *code = real(machine, address, 2);

	return code ? real(machine, address, length_of(code[0])) : NULL;
}

static bool is_user(const struct machine *machine)
{
	return get(machine, UC_S390X_REG_PSWM) & PSW_PROBLEM;
}

static void go_on(struct machine *machine, uint64_t address, unsigned int cc)
{
	uint64_t mask = get(machine, UC_S390X_REG_PSWM) & ~(3ull << PSW_CC_SHIFT);

	set(machine, UC_S390X_REG_PSWM, mask | (uint64_t)cc << PSW_CC_SHIFT);
	set(machine, UC_S390X_REG_PC, address);
}

static void deliver(struct machine *machine, unsigned int old, unsigned int where,
		    uint32_t code, uint64_t next)
{
	/* do_b2() has seen to it that the prefix is one of memory. */
	uint8_t *lowcore = real(machine, 0, LOWCORE_SIZE);
	uint64_t mask = load(lowcore + old + NEW, 8);
	uint64_t address = load(lowcore + old + NEW + 8, 8);

	if (mask & PSW_WAIT || address == current || is_interrupted)
		fail("interruption code %u at 0x%llx, and no handler", code & 0xffff,
		     (unsigned long long)current);
	is_interrupted = true;
	store(lowcore + where, code, 4);
	store(lowcore + old, get(machine, UC_S390X_REG_PSWM), 8);
	store(lowcore + old + 8, next, 8);
	set(machine, UC_S390X_REG_PSWM, mask);
	set(machine, UC_S390X_REG_PC, address);
}

/* Behind the instruction, as all of these have it. */
static void program_interruption(struct machine *machine, unsigned int code, uint64_t address,
				 unsigned int length)
{
	deliver(machine, PROGRAM_OLD, PROGRAM_CODE, length << 16 | code, address + length);
}

/* Of the functions that KVM leaves to others: there is no subchannel to be notified. */
static bool notify_nobody(struct machine *machine, uint32_t code)
{
	uint64_t subcode = get(machine, number_of(1));
	bool is_text = !subcode && memory_at(machine, get(machine, number_of(2)), 1);

	if (code != 0x500 || (subcode && subcode != 3))
		return false;
	write_register(machine, 2, is_text ? 0 : -(uint64_t)PARACALL_KVM_EINVAL);
	return true;
}

static void do_diag(struct machine *machine, const uint8_t *code, uint8_t fields,
		    uint64_t address, unsigned int length)
{
	static const uint8_t interruptions[] = {
		[PARACALL_DIAG_OPERATION] = OPERATION,
		[PARACALL_DIAG_ADDRESSING] = ADDRESSING,
		[PARACALL_DIAG_SPECIFICATION] = SPECIFICATION,
		[PARACALL_DIAG_NOT_OURS] = SPECIFICATION,
	};
	uint16_t function = operand(machine, code);
	enum paracall_diag_outcome outcome =
		paracall_diag(machine->cpu, function, fields >> 4, fields & 15);

	if (outcome == PARACALL_DIAG_NOT_OURS && notify_nobody(machine, function))
		return;
	if (outcome != PARACALL_DIAG_DONE)
		program_interruption(machine, interruptions[outcome], address, length);
}

/* DIAGNOSE as the target of EXECUTE (RELATIVE LONG), by which R1 and R3 can be changed. */
static void do_execute(struct machine *machine, const uint8_t *code, uint64_t address)
{
	unsigned int length = length_of(code[0]), changed = code[1] >> 4;
	const uint8_t *target;
	uint64_t at;

	if (length == 6)
		at = address + 2 * (int64_t)(int32_t)load(code + 2, 4);
	else
		at = operand(machine, code) + based(machine, code[1] & 15);
	target = real(machine, at, 4);
	if (target && target[0] == 0x83)
		do_diag(machine, target, target[1] | (based(machine, changed) & 0xff), address,
			length);
}

static void do_service_call(struct machine *machine, const uint8_t *code)
{
	uint32_t command = get(machine, number_of(code[3] >> 4));
	uint8_t *block = real(machine, get(machine, number_of(code[3] & 15)), SCLP_TEXT);
	uint64_t length = block ? load(block, 2) : 0;

	if (!block || length < SCLP_TEXT ||
	    !memory_at(machine, block - machine->memory, length))
		return;
	if (command == SCLP_WRITE_EVENT_DATA)
		fwrite(block + SCLP_TEXT, 1, length - SCLP_TEXT, stdout);
	store(block + SCLP_RESPONSE, 0x20, 2);
}

/* A program ends by waiting for good; of other PSWs Unicorn sees to. */
static void load_psw(struct machine *machine, const uint8_t *code, bool is_short)
{
	const uint8_t *psw = real(machine, operand(machine, code), is_short ? 8 : 16);

	if (psw && load(psw, 8) & PSW_WAIT)
		finish(machine, GOOD_END == (is_short ? load(psw + 4, 4) & PSW_SHORT_ADDRESS
						      : load(psw + 8, 8))
					? 0
					: 1);
}

static void set_prefix(struct machine *machine, uint64_t value, uint64_t address)
{
	if (memory_at(machine, value, LOWCORE_SIZE))
		prefix = value;
	else
		program_interruption(machine, ADDRESSING, address, 4);
}

/* Privileged ones of the group b2, and the clock. */
static void do_b2(struct machine *machine, const uint8_t *code, uint64_t address)
{
	/* Units of 2^-12 microseconds. */
	uint64_t now = nanoseconds() * 512 / 125;
	uint8_t *memory;

	switch (code[1]) {
	case 0x10:
		memory = real(machine, operand(machine, code), 4);
		if (memory)
			set_prefix(machine, load(memory, 4) & 0x7fffe000, address);
		break;
	case 0x20:
		do_service_call(machine, code);
		break;
	case 0x34:
		/* STORE SUBCHANNEL: not operational. */
		go_on(machine, address + 4, 3);
		break;
	case 0x7c:
		memory = real(machine, operand(machine, code), 8);
		if (!memory)
			break;
		store(memory, now, 8);
		go_on(machine, address + 4, 0);
		break;
	case 0xb2:
		load_psw(machine, code, false);
	}
}

/* First bytes of what is looked at: all is privileged, or leads to what is, but the clock. */
static const uint8_t looked_at[] = { 0x44, 0x82, 0x83, 0xae, 0xb2, 0xc6 };

static void do_instruction(struct machine *machine, const uint8_t *code, uint64_t address)
{
	switch (code[0]) {
	case 0x82:
		load_psw(machine, code, true);
		break;
	case 0x83:
		do_diag(machine, code, code[1], address, 4);
		break;
	case 0xae:
		/* SIGNAL PROCESSOR: not operational. */
		go_on(machine, address + 4, 3);
		break;
	case 0xb2:
		do_b2(machine, code, address);
		break;
	case 0xc6:
		if (code[1] & 15)
			break;
		/* fallthrough */
	case 0x44:
		do_execute(machine, code, address);
	}
}

static void instruction(struct machine *machine, uint64_t address)
{
	const uint8_t *code = code_at(machine, address);

	current = address;
	is_interrupted = false;
	if (code && memchr(looked_at, code[0], sizeof(looked_at)) &&
	    ((code[0] == 0xb2 && code[1] == 0x7c) || !is_user(machine)))
		do_instruction(machine, code, address);
}

/* For which of the causes that programs here make must be found out. */
static unsigned int cause_of(struct machine *machine, const uint8_t *code)
{
	bool is_privileged = code[0] == 0x83 || code[0] == 0xae || code[0] == 0xb2;

	if (!code[0])
		return OPERATION;
	if (is_privileged && is_user(machine))
		return PRIVILEGED;
	if (code[0] == 0x44 || code[0] == 0xc6)
		return is_user(machine) ? PRIVILEGED : SPECIFICATION;
	return code[0] == 0xb2 && operand(machine, code) % 8 ? SPECIFICATION : ADDRESSING;
}

static const uint8_t *code_or_fail(struct machine *machine, uint64_t address)
{
	const uint8_t *code = code_at(machine, address);

	if (!code)
		fail("no memory at 0x%llx, where the program went",
		     (unsigned long long)address);
	return code;
}

static void interrupt(struct machine *machine, uint32_t exception)
{
	/* In 2.1.1 both can be those of an instruction a little before an SVC. */
	uint64_t address = current;
	const uint8_t *code = code_or_fail(machine, address);

	for (int i = 0; i < 4 && exception == EXCEPTION_SVC && code[0] != SVC; i++) {
		address += length_of(code[0]);
		code = code_or_fail(machine, address);
	}
	if (exception == EXCEPTION_SVC)
		deliver(machine, SVC_OLD, SVC_CODE, 2 << 16 | code[1], address + 2);
	else
		program_interruption(machine, cause_of(machine, code), address,
				     length_of(code[0]));
}

static void unmapped(struct machine *machine)
{
	const uint8_t *code = code_or_fail(machine, current);

	program_interruption(machine, ADDRESSING, current, length_of(code[0]));
}

static void start(struct machine *machine)
{
	map(machine, 0, MEMORY_SIZE, machine->memory);
	set(machine, UC_S390X_REG_PSWM, PSW_64);
}

const struct architecture s390_architectures[] = {
	{
		.name = "s390x",
		.elf_machine = EM_S390,
		.paracall = PARACALL_S390,
		.arch = UC_ARCH_S390X,
		.mode = UC_MODE_BIG_ENDIAN,
		.engine = &engine,
		.program_counter = UC_S390X_REG_PC,
		.start = start,
		.instruction = instruction,
		.interrupt = interrupt,
		.unmapped = unmapped,
	},
	{ .name = NULL },
};
