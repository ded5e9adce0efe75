/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PowerPC: hypercalls, the device tree, interrupts, and as much as programs look for of
 * pseries, that is PAPR's calls, or of a Macintosh. Unicorn leaves interrupts to its user,
 * who can't get at the registers that they need; and it has no time base, and crashes where
 * a program reads it. So those special-purpose registers are kept here.
 *
 * Its 64-bit CPU is a POWER10 in the state of a hypervisor's guest, without a hypervisor
 * (qemu/target/ppc/translate_init.inc.c, cpu_ppc_init() and ppc_cpu_reset()). So programs
 * run in real mode only.
 */
#include "machine.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MSR_SF (1ull << 63)
#define MSR_EE 0x8000ull
#define MSR_PR 0x4000ull
#define MSR_ME 0x1000ull
#define MSR_TRANSLATES 0x30ull
#define MSR_LE 1ull
/* Bits of SRR1 that describe the interrupt. */
#define SRR1_REASON 0x783f0000ull
#define REASON_ILLEGAL 0x80000u
#define REASON_PRIVILEGED 0x40000u
#define REASON_TRAP 0x20000u

enum special_register {
	DSISR = 18,
	DAR = 19,
	DECREMENTER = 22,
	SRR0 = 26,
	SRR1 = 27,
	CFAR = 28,
	USPRG3 = 259,
	TIME_BASE = 268,
	TIME_BASE_UPPER = 269,
	SPRG0 = 272,
	SPRG3 = 275,
	PIR = 1023
};
#define FOR_SUPERVISORS 0x10u

/* Of an instruction: the first 6 bits, and bits 21 to 30 with these. */
#define EXTENDED(first, second) ((uint32_t)(first) << 26 | (second) << 1)
#define EXTENDED_MASK 0xfc0007feu
#define RFI EXTENDED(19, 50)
#define RFID EXTENDED(19, 18)
#define MFSPR EXTENDED(31, 339)
#define MFTB EXTENDED(31, 371)
#define MTSPR EXTENDED(31, 467)
#define SC 0x44000002u
#define SC_MASK 0xfc000002u

#define MACHINE_CHECK 0x200
#define PROGRAM 0x700
#define DECREMENTER_INTERRUPT 0x900
#define SYSTEM_CALL 0xc00

/* Where Unicorn's numbers of exceptions lead to, POWERPC_EXCP_ in its cpu.h. */
static const uint16_t vectors[] = {
	[1] = MACHINE_CHECK, [2] = 0x300,  [3] = 0x400,	 [5] = 0x600,
	[6] = PROGRAM,	     [7] = 0x800,  [65] = 0x380, [66] = 0x480,
	[68] = 0xd00,	     [73] = 0xf20, [78] = 0x400, [79] = 0x300,
	[80] = 0x300,	     [94] = 0xf40, [95] = 0xf60, [96] = PROGRAM,
};

#define TIME_BASE_MHZ 512

static uint64_t special[1024];
/* The time base at which the decrementer is 0. */
static uint64_t decrementer_end;
/* Interrupts are taken in little-endian order. */
static bool interrupts_are_little;
static bool is_64bit;

static uint64_t time_base(void)
{
	return nanoseconds() * TIME_BASE_MHZ / 1000;
}

static int32_t decrementer(void)
{
	return decrementer_end - time_base();
}

static uint64_t read_register(void *cpu, unsigned int number)
{
	return get(cpu, UC_PPC_REG_0 + number);
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	set(cpu, UC_PPC_REG_0 + number, value);
}

/* Until the next interrupt, which is the decrementer's. */
static void idle(void *cpu)
{
	int64_t left = decrementer() * 1000LL / TIME_BASE_MHZ + 1000;
	struct timespec time = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };

	(void)cpu;
	if (left > 0)
		nanosleep(&time, NULL);
}

static const struct paracall_powerpc_engine functions = { .size = sizeof(functions),
							  .idle = idle };

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "unicorn",
	.capabilities = PARACALL_CAN_ACCESS_MEMORY,
	.read_register = read_register,
	.write_register = write_register,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.clock = host_clock,
	.powerpc = &functions,
};

static void deliver(struct machine *machine, unsigned int vector, uint64_t next,
		    uint64_t reason)
{
	uint64_t msr = get(machine, UC_PPC_REG_MSR);

	special[SRR0] = next;
	special[SRR1] = (msr & ~SRR1_REASON) | reason;
	set(machine, UC_PPC_REG_MSR,
	    (msr & MSR_ME) | (is_64bit ? MSR_SF : 0) | (interrupts_are_little ? MSR_LE : 0));
	set(machine, UC_PPC_REG_PC, vector);
}

static void fault(struct machine *machine, unsigned int vector, uint64_t address,
		  uint64_t reason)
{
	if (address == vector)
		fail("interrupt 0x%x at 0x%llx, and no handler", vector,
		     (unsigned long long)special[SRR0]);
	deliver(machine, vector, address, reason);
}

/* What the device tree names: lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop. */
static const uint32_t words[PARACALL_HCALL_INSTRUCTIONS] = { 0x3c004b56, 0x60004d21, SC,
							     0x60000000 };

/* A kernel begins with one in register 3; whoever made it has left room. */
static void change_tree(struct machine *machine, uint64_t address)
{
	uint8_t *tree = memory_at(machine, address, 8), *copy, *result;
	uint64_t size = tree ? load(tree + 4, 4) : 0;

	if (!tree || load(tree, 4) != 0xd00dfeed || size > PARACALL_DEVICE_TREE_LARGEST ||
	    !memory_at(machine, address, size))
		return;
	copy = malloc(size + 1);
	result = malloc(size + 1);
	if (!copy || !result)
		fail("no memory for the device tree");
	memcpy(copy, tree, size);
	if (!paracall_device_tree_add(copy, size, result, size, words, true))
		memcpy(tree, result, size);
	free(copy);
	free(result);
}

#define RTAS_POWER_OFF 0x2003
#define RTAS_NO_SUCH ((uint32_t)-3)

static void do_rtas(struct machine *machine, uint64_t address)
{
	uint8_t *block = memory_at(machine, address, 12);
	uint64_t arguments = block ? load(block + 4, 4) : 0;

	if (block && load(block, 4) == RTAS_POWER_OFF)
		finish(machine, 0);
	else if (block && memory_at(machine, address, 12 + 4 * (arguments + 1)))
		store(block + 12 + 4 * arguments, RTAS_NO_SUCH, 4);
}

#define H_PUT_TERM_CHAR 0x58
#define H_CEDE 0xe0
#define H_PROD 0xe8
#define H_SET_MODE 0x31c
#define H_RTAS 0xf000
#define H_SUCCESS 0
#define H_FUNCTION (-2)
#define H_PARAMETER (-4)
#define TERMINAL_MOST 16
#define SET_MODE_LITTLE_ENDIAN 4

static int64_t do_papr(struct machine *machine, uint64_t number)
{
	uint64_t first = read_register(machine, 4), second = read_register(machine, 5);
	uint8_t text[TERMINAL_MOST];

	switch (number) {
	case H_PUT_TERM_CHAR:
		if (second > TERMINAL_MOST)
			return H_PARAMETER;
		store(text, read_register(machine, 6), 8);
		store(text + 8, read_register(machine, 7), 8);
		fwrite(text, 1, second, stdout);
		return H_SUCCESS;
	case H_CEDE:
		set(machine, UC_PPC_REG_MSR, get(machine, UC_PPC_REG_MSR) | MSR_EE);
		idle(machine);
		return H_SUCCESS;
	case H_PROD:
		return first ? H_PARAMETER : H_SUCCESS;
	case H_SET_MODE:
		if (second != SET_MODE_LITTLE_ENDIAN || first > 1)
			return H_PARAMETER;
		interrupts_are_little = first;
		return H_SUCCESS;
	case H_RTAS:
		do_rtas(machine, first);
		return H_SUCCESS;
	}
	return H_FUNCTION;
}

/* Either kind of call, or a system call. */
static void do_system_call(struct machine *machine, uint32_t word, uint64_t next, uint64_t msr)
{
	uint64_t number = read_register(machine, PARACALL_POWERPC_R3);
	unsigned int level = word >> 5 & 0x7f;
	uint32_t mode = (msr & MSR_SF ? PARACALL_MODE_64BIT : 0) |
			(msr & MSR_PR ? PARACALL_MODE_USER : 0);

	if (level == 1 && is_64bit && !(msr & MSR_PR)) {
		paracall_papr_hypercall_number(machine->cpu, number);
		write_register(machine, PARACALL_POWERPC_R3, do_papr(machine, number));
	} else if (level || (uint32_t)read_register(machine, 0) != PARACALL_KVM_SC_MAGIC ||
		   !paracall_epapr_hypercall(machine->cpu, mode)) {
		deliver(machine, SYSTEM_CALL, next, 0);
		return;
	}
	set(machine, UC_PPC_REG_PC, next);
}

static bool is_among(const uint16_t *numbers, size_t count, unsigned int number)
{
	while (count && numbers[count - 1] != number)
		count--;
	return count;
}

static void do_special(struct machine *machine, uint32_t word, uint64_t address, uint64_t msr)
{
	/* XER, LR, CTR, VRSAVE, PVR: of these Unicorn knows as much as a program can want. */
	static const uint16_t others[] = { 1, 8, 9, 256, 287 };
	static const uint16_t kept[] = {
		DSISR, DAR,	  DECREMENTER,	   SRR0,      SRR1,
		CFAR,  USPRG3,	  SPRG0,	   SPRG0 + 1, SPRG0 + 2,
		SPRG3, TIME_BASE, TIME_BASE_UPPER, PIR,
	};
	unsigned int number = (word >> 16 & 31) | (word >> 6 & 0x3e0), own = word >> 21 & 31;

	if (is_among(others, sizeof(others) / sizeof(others[0]), number))
		return;
	if (msr & MSR_PR && number & FOR_SUPERVISORS) {
		fault(machine, PROGRAM, address, REASON_PRIVILEGED);
		return;
	}
	if (!is_among(kept, sizeof(kept) / sizeof(kept[0]), number)) {
		fault(machine, PROGRAM, address, REASON_ILLEGAL);
		return;
	}
	special[DECREMENTER] = (uint32_t)decrementer();
	special[USPRG3] = special[SPRG3];
	special[TIME_BASE] = time_base();
	special[TIME_BASE_UPPER] = special[TIME_BASE] >> 32;
	if ((word & EXTENDED_MASK) != MTSPR) {
		write_register(machine, own, special[number]);
	} else {
		special[number] = read_register(machine, own);
		if (number == DECREMENTER)
			decrementer_end = time_base() + (uint32_t)special[number];
	}
	set(machine, UC_PPC_REG_PC, address + 4);
}

static void return_from_interrupt(struct machine *machine, uint64_t address, uint64_t msr)
{
	if (msr & MSR_PR) {
		fault(machine, PROGRAM, address, REASON_PRIVILEGED);
		return;
	}
	set(machine, UC_PPC_REG_MSR, special[SRR1]);
	set(machine, UC_PPC_REG_PC, special[SRR0] & ~3ull);
}

static uint32_t word_at(struct machine *machine, uint64_t address, uint64_t msr)
{
	const uint8_t *code = memory_at(machine, address, 4);
	uint32_t word = code ? load(code, 4) : 0;

	return msr & MSR_LE ? __builtin_bswap32(word) : word;
}

/*
 * Of a Macintosh: its Open Firmware, which a program asks for the devices' address only;
 * a serial port; and the controller that switches it off.
 */
#define FIRMWARE (MEMORY_SIZE - 4)
#define FIRMWARE_GETPROP_ARGUMENTS 4
#define BLR 0x4e800020
#define DEVICES 0x80000000u
#define DEVICES_SIZE 0x20000
#define SERIAL_CONTROL 0x13020
#define SERIAL_DATA 0x13030
#define SERIAL_IDLE 4
#define VIA_SHIFT 0x17400
#define POWER_OFF 0x0a

static void do_firmware(struct machine *machine)
{
	uint8_t *request = memory_at(machine, read_register(machine, 3), 32), *buffer;

	if (!request || load(request + 4, 4) != FIRMWARE_GETPROP_ARGUMENTS)
		return;
	buffer = memory_at(machine, load(request + 20, 4), 12);
	if (buffer)
		store(buffer + 8, DEVICES, 4);
}

static uint64_t read_device(uc_engine *uc, uint64_t offset, unsigned int size, void *context)
{
	(void)uc;
	(void)size;
	(void)context;
	return offset == SERIAL_CONTROL ? SERIAL_IDLE : 0;
}

static void write_device(uc_engine *uc, uint64_t offset, unsigned int size, uint64_t value,
			 void *context)
{
	(void)uc;
	(void)size;
	if (offset == SERIAL_DATA)
		putchar(value & 0xff);
	else if (offset == VIA_SHIFT && value == POWER_OFF)
		finish(context, 0);
}

static void instruction(struct machine *machine, uint64_t address)
{
	uint64_t msr = get(machine, UC_PPC_REG_MSR);
	uint32_t word = word_at(machine, address, msr), extended = word & EXTENDED_MASK;

	if (address == machine->entry && !read_register(machine, 5))
		change_tree(machine, read_register(machine, PARACALL_POWERPC_R3));
	if (msr & MSR_EE && decrementer() < 0)
		deliver(machine, DECREMENTER_INTERRUPT, address, 0);
	else if ((word & SC_MASK) == SC)
		do_system_call(machine, word, address + 4, msr);
	else if (extended == MFSPR || extended == MTSPR || extended == MFTB)
		do_special(machine, word, address, msr);
	else if (extended == (is_64bit ? RFID : RFI))
		return_from_interrupt(machine, address, msr);
	else if (!is_64bit && address == FIRMWARE)
		do_firmware(machine);
}

static bool is_trap(uint32_t word)
{
	return word >> 26 == 2 || word >> 26 == 3 ||
	       (word & EXTENDED_MASK) == EXTENDED(31, 4) ||
	       (word & EXTENDED_MASK) == EXTENDED(31, 68);
}

/* Unicorn steps over the instruction, and doesn't report the reason. */
static void interrupt(struct machine *machine, uint32_t number)
{
	uint64_t address = get(machine, UC_PPC_REG_PC) - 4, msr = get(machine, UC_PPC_REG_MSR);
	unsigned int vector =
		number < sizeof(vectors) / sizeof(vectors[0]) ? vectors[number] : 0;
	uint64_t reason = 0;

	if (!vector)
		fail("exception %u of Unicorn's at 0x%llx", number,
		     (unsigned long long)address);
	/* Addresses that are not translated are no memory's. */
	if ((vector == 0x300 || vector == 0x380) && !(msr & MSR_TRANSLATES))
		vector = MACHINE_CHECK;
	if (vector == PROGRAM)
		reason = is_trap(word_at(machine, address, msr)) ? REASON_TRAP
			 : msr & MSR_PR				 ? REASON_PRIVILEGED
								 : REASON_ILLEGAL;
	fault(machine, vector, address, reason);
}

static void unmapped(struct machine *machine)
{
	special[DAR] = machine->missing;
	fault(machine, MACHINE_CHECK, get(machine, UC_PPC_REG_PC), 0);
}

#if UC_API_MINOR
static void map_real_mode(struct machine *machine)
{
	map(machine, 0, MEMORY_SIZE, machine->memory);
	if (uc_ctl_tlb_mode(machine->uc, UC_TLB_VIRTUAL))
		fail("Unicorn needs page tables");
}
#else
/*
 * Unicorn 2.0.1 knows no other way than a hypervisor's hashed page table: here with each
 * page in a group of its own. It, and the entry at address 0 that says where it is, are out
 * of the program's reach, which has its first page elsewhere. Power ISA 3.0, book III,
 * "Virtual Real Mode Addressing" and "Hashed Page Table Entry".
 */
#define PAGE 0x1000ull
#define TABLE 0x10000000ull
#define TABLE_SIZE (4ull << 20)
#define TABLE_SIZE_FIELD 4
#define GROUP_SIZE 128
#define FIRST_PAGE (TABLE + TABLE_SIZE)
#define ENTRY_VIRTUAL 0x0001ffffff000001ull
#define ENTRY_REAL 0x0400000000000182ull

static void map_real_mode(struct machine *machine)
{
	/* For as long as the machine is. */
	static uint8_t pointer[PAGE] __attribute__((aligned(4096)));
	static uint8_t table[TABLE_SIZE] __attribute__((aligned(4096)));

	store(pointer, TABLE | TABLE_SIZE_FIELD, 8);
	for (uint64_t page = 0; page < MEMORY_SIZE / PAGE; page++) {
		uint8_t *entry = table + (~page & (TABLE_SIZE / GROUP_SIZE - 1)) * GROUP_SIZE;

		store(entry, ENTRY_VIRTUAL | (page >> 4 & ~0x7full), 8);
		store(entry + 8, ENTRY_REAL | (page ? page * PAGE : FIRST_PAGE), 8);
	}
	map(machine, 0, PAGE, pointer);
	map(machine, PAGE, MEMORY_SIZE - PAGE, machine->memory + PAGE);
	map(machine, TABLE, TABLE_SIZE, table);
	map(machine, FIRST_PAGE, PAGE, machine->memory);
}
#endif

static void start_pseries(struct machine *machine)
{
	is_64bit = true;
	map_real_mode(machine);
	set(machine, UC_PPC_REG_MSR, MSR_SF | MSR_ME);
	/* There is firmware, whose address no program uses. */
	write_register(machine, 5, FIRMWARE);
}

static void start_mac(struct machine *machine)
{
	map(machine, 0, MEMORY_SIZE, machine->memory);
	if (uc_mmio_map(machine->uc, DEVICES, DEVICES_SIZE, read_device, machine, write_device,
			machine))
		fail("no place for the devices");
	store(memory_at(machine, FIRMWARE, 4), BLR, 4);
	set(machine, UC_PPC_REG_MSR, MSR_ME);
	write_register(machine, 5, FIRMWARE);
}

#define POWERPC(what, elf, bits, begin) \
	{ \
		.name = what, .elf_machine = elf, .paracall = PARACALL_POWERPC, \
		.arch = UC_ARCH_PPC, .mode = bits | UC_MODE_BIG_ENDIAN, .engine = &engine, \
		.program_counter = UC_PPC_REG_PC, .start = begin, .instruction = instruction, \
		.interrupt = interrupt, .unmapped = unmapped, \
	}

const struct architecture powerpc_architectures[] = {
	POWERPC("ppc64", EM_PPC64, UC_MODE_PPC64, start_pseries),
	POWERPC("ppc", EM_PPC, UC_MODE_PPC32, start_mac),
	{ .name = NULL },
};
