/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86: hypercalls, CPUID, registers and halts; a serial port, the port by which programs
 * end, and as much of a PC as they look for. Unicorn leaves exceptions to its user, who
 * can't change the privilege level. So the guest's own CPU does it, by a call gate of the
 * monitor's: see raise().
 */
#include "machine.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MSR_EFER 0xc0000080
#define EFER_LMA (1u << 10)
#define CR0_PE 1u
#define CR0_PG (1u << 31)
#define CR4_PAE (1u << 5)
#define FLAG_TF (1u << 8)
#define FLAG_IF (1u << 9)
#define FLAG_NT (1u << 14)
#define FLAG_RF (1u << 16)
#define FLAG_VM (1u << 17)
#define VECTOR_UD 6
#define VECTOR_GP 13
#define VECTOR_PF 14
#define PAGE 0x1000u
#define ENTRY_PRESENT 1ull
#define ENTRY_LARGE 0x80ull
#define ENTRY_ADDRESS 0x000ffffffffff000ull
/* Of descriptors. */
#define TRAP_GATE (1ull << 40)
#define PRESENT (1ull << 47)
#define CODE_64BIT (1ull << 53)
#define CODE_32BIT (1ull << 54)

/* A page of the monitor's own, which programs map: code, a far pointer, and a table. */
#define STUB 0xfee01000ull
#define FAR_CALL 0x00
#define FAR_CALL_16BIT 0x08
#define BEHIND_GATE 0x10
#define FAR_POINTER 0x20
#define FAR_RETURN 0x40
#define TABLE 0x100
#define LARGEST_TABLE 0x800

/* The port of QEMU's isa-debug-exit, which programs use, and what it makes of a value. */
#define END_PORT 0xf4
#define SERIAL 0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_IDLE 0x60
#define PIT_COUNTER 0x40
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182

#define START_INFO 0x6000
#define COMMAND_LINE 0x6100
#define LOCAL_APIC 0xfee00000ull
/* Where programs see their memory once more, in 64-bit mode and in 32-bit mode. */
#define ALIAS_64BIT 0x100000000ull
#define ALIAS_32BIT 0x30000000ull

enum {
	RIP = PARACALL_X86_REGISTERS,
	RSP,
	RFLAGS
};

static const int registers[2][RFLAGS + 1] = {
	{ UC_X86_REG_EAX, UC_X86_REG_EBX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_ESI,
	  UC_X86_REG_CR4, 0, UC_X86_REG_EIP, UC_X86_REG_ESP, UC_X86_REG_EFLAGS },
	{ UC_X86_REG_RAX, UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RSI,
	  UC_X86_REG_CR4, 0, UC_X86_REG_RIP, UC_X86_REG_RSP, UC_X86_REG_RFLAGS },
};

static bool is_64bit;
/* The 8254's counter as it was latched. */
static uint16_t counter;
static bool counter_high;
static uint8_t stub[PAGE] __attribute__((aligned(4096)));
/* The exception that is on its way to the guest. */
static struct {
	bool is_under_way, from_user;
	unsigned int vector;
	int error;
	uint64_t rip, rsp, rflags, rax;
	uint16_t cs, ss;
	uc_x86_mmr gdtr;
} exception;

static uint64_t read_register(void *cpu, unsigned int number)
{
	struct machine *machine = cpu;
	uc_x86_msr efer = { .rid = MSR_EFER };

	if (number != PARACALL_X86_EFER)
		return get(machine, registers[is_64bit][number]);
	uc_reg_read(machine->uc, UC_X86_REG_MSR, &efer);
	return efer.value;
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	set(cpu, registers[is_64bit][number], value);
}

/* One vCPU can't be halted while it kicks. */
static void wake(void *cpu, void *target, uint32_t apic_id)
{
	(void)cpu;
	(void)target;
	(void)apic_id;
}

/* The guest's counter is the monitor's own, so many cycles in a nanosecond. */
#define TSC_CYCLES 2

static uint64_t tsc_frequency(void *cpu)
{
	(void)cpu;
	return TSC_CYCLES * UINT64_C(1000000000);
}

static bool read_clocks(void *cpu, struct paracall_clocks *clocks)
{
	struct timespec now;

	(void)cpu;
	clock_gettime(CLOCK_REALTIME, &now);
	clocks->steady_nanoseconds = nanoseconds();
	clocks->seconds = now.tv_sec;
	clocks->nanoseconds = now.tv_nsec;
	clocks->is_paired = true;
	clocks->tsc = clocks->steady_nanoseconds * TSC_CYCLES;
	return true;
}

static const struct paracall_x86_engine functions = { .size = sizeof(functions),
						      .tsc_frequency = tsc_frequency };

static const struct paracall_engine engine = {
	.size = sizeof(engine),
	.name = "unicorn",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY |
			PARACALL_CAN_READ_CLOCKS,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.yield_to = yield_to,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.read_clocks = read_clocks,
	.clock = host_clock,
	.x86 = &functions,
};

static bool is_long_mode(struct machine *machine)
{
	return read_register(machine, PARACALL_X86_EFER) & EFER_LMA;
}

/* By the guest's page tables. NULL: nothing is there; else all the page is in memory. */
static uint8_t *translate(struct machine *machine, uint64_t address)
{
	bool is_long = is_long_mode(machine), is_wide;
	uint64_t table = get(machine, UC_X86_REG_CR3), entry;
	unsigned int shift, bits;
	const uint8_t *at;

	if (!(get(machine, UC_X86_REG_CR0) & CR0_PG))
		return memory_at(machine, address, 1);
	is_wide = is_long || get(machine, UC_X86_REG_CR4) & CR4_PAE;
	shift = is_long ? 39 : is_wide ? 30 : 22;
	bits = is_wide ? 9 : 10;
	table &= is_long || !is_wide ? ~0xfffull : ~0x1full;
	for (;; shift -= bits) {
		uint64_t index = address >> shift & ((1u << bits) - 1);

		entry = 0;
		at = memory_at(machine, table + index * (is_wide ? 8 : 4), is_wide ? 8 : 4);
		if (at)
			memcpy(&entry, at, is_wide ? 8 : 4);
		if (!(entry & ENTRY_PRESENT))
			return NULL;
		table = entry & ENTRY_ADDRESS;
		/* Of the first of three tables no entry is one of a page. */
		if (shift == 12 ||
		    (entry & ENTRY_LARGE && shift < 39 && (is_long || shift < 30)))
			return memory_at(machine,
					 (table >> shift << shift) +
						 (address & ((1ull << shift) - 1)),
					 1);
	}
}

static bool copy(struct machine *machine, uint64_t address, void *data, size_t size,
		 bool writes)
{
	for (size_t step; size; size -= step) {
		uint8_t *at = translate(machine, address);

		step = PAGE - address % PAGE < size ? PAGE - address % PAGE : size;
		if (!at)
			return false;
		memcpy(writes ? (void *)at : data, writes ? data : at, step);
		address += step;
		data = (uint8_t *)data + step;
	}
	return true;
}

/* Little-endian, and 0 if not all of it is there. */
static uint64_t fetch(struct machine *machine, uint64_t address, size_t size)
{
	uint64_t value = 0;

	return copy(machine, address, &value, size, false) ? value : 0;
}

/* An entry of a table that begins and ends there, or 0 if it is none. */
static uint64_t entry_of(struct machine *machine, int table, uint64_t offset, uint64_t *address)
{
	uc_x86_mmr bounds;

	uc_reg_read(machine->uc, table, &bounds);
	*address = bounds.base + offset;
	return offset + 7 > bounds.limit ? 0 : fetch(machine, *address, 8);
}

static uint64_t descriptor_of(struct machine *machine, uint16_t selector)
{
	uint64_t address;

	return entry_of(machine, UC_X86_REG_GDTR, selector & ~7u, &address);
}

static bool is_real_mode(struct machine *machine)
{
	return !(get(machine, UC_X86_REG_CR0) & CR0_PE);
}

static bool is_vm86(struct machine *machine)
{
	return read_register(machine, RFLAGS) & FLAG_VM;
}

static bool is_user(struct machine *machine)
{
	return !is_real_mode(machine) && (is_vm86(machine) || get(machine, UC_X86_REG_CS) & 3);
}

/* Where the code segment begins. */
static uint64_t code_base(struct machine *machine)
{
	uint16_t cs = get(machine, UC_X86_REG_CS);
	uint64_t descriptor;

	if (is_real_mode(machine) || is_vm86(machine))
		return cs * 16;
	descriptor = descriptor_of(machine, cs);
	return (descriptor >> 16 & 0xffffff) | (descriptor >> 32 & 0xff000000);
}

static uint32_t mode_of(struct machine *machine)
{
	uint32_t mode = is_user(machine) ? PARACALL_MODE_USER : 0;

	if (is_long_mode(machine) &&
	    descriptor_of(machine, get(machine, UC_X86_REG_CS)) & CODE_64BIT)
		mode |= PARACALL_MODE_64BIT;
	return mode;
}

static void push(struct machine *machine, uint64_t *rsp, uint64_t value, unsigned int size)
{
	*rsp -= size;
	if (!copy(machine, size == 8 ? *rsp : (uint32_t)*rsp, &value, size, true))
		fail("an exception at 0x%llx, and no stack for it",
		     (unsigned long long)exception.rip);
}

/* By the table of handlers; here it has those of its own code segment only. */
static void raise_in_real_mode(struct machine *machine, unsigned int vector, uint16_t ip)
{
	uint64_t rsp = read_register(machine, RSP), flags = read_register(machine, RFLAGS);
	uint64_t table, stack = get(machine, UC_X86_REG_SS) * 16 + (uint16_t)(rsp - 6) + 6;
	uint16_t cs = get(machine, UC_X86_REG_CS);
	uint32_t handler;

	entry_of(machine, UC_X86_REG_IDTR, 0, &table);
	handler = fetch(machine, table + vector * 4, 4);
	if (!handler || handler >> 16 != cs)
		fail("exception %u in real mode, and no handler", vector);
	push(machine, &stack, flags, 2);
	push(machine, &stack, cs, 2);
	push(machine, &stack, ip, 2);
	write_register(machine, RSP, (rsp & ~0xffffull) | (uint16_t)(rsp - 6));
	write_register(machine, RFLAGS, flags & ~(uint64_t)(FLAG_TF | FLAG_IF));
	write_register(machine, RIP, handler & 0xffff);
}

static uint64_t find_gate(struct machine *machine, uint64_t *address)
{
	unsigned int size = is_long_mode(machine) ? 16 : 8;

	return entry_of(machine, UC_X86_REG_IDTR, exception.vector * size, address);
}

/*
 * A table that is the guest's and a call gate after it, to the segment that the guest's
 * own gate names. Returns the call gate's selector.
 */
static uint16_t make_table(struct machine *machine)
{
	uc_x86_mmr own = { .base = STUB + TABLE };
	uint64_t address, gate = find_gate(machine, &address);
	unsigned int size = exception.gdtr.limit + 1, place = (size + 7) & ~7u;

	memset(stub + TABLE, 0, LARGEST_TABLE);
	if (!(gate & PRESENT) || place + 16 > LARGEST_TABLE ||
	    !copy(machine, exception.gdtr.base, stub + TABLE, size, false))
		fail("exception %u at 0x%llx, and no handler", exception.vector,
		     (unsigned long long)exception.rip);
	gate = ((STUB + BEHIND_GATE) & 0xffff) | (gate & 0xffff0000) | 0xecull << 40 |
	       ((STUB + BEHIND_GATE) & 0xffff0000) << 32;
	memcpy(stub + TABLE + place, &gate, sizeof(gate));
	own.limit = place + 15;
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &own);
	return place | 3;
}

#define NO_ERROR (-1)

/*
 * Have the guest make a far call through a call gate to its handler's segment: the CPU then
 * is at the handler's privilege level, and on its stack. The rest is done at BEHIND_GATE.
 */
static void raise(struct machine *machine, unsigned int vector, int error, uint64_t rip)
{
	uint64_t base = code_base(machine), rflags = read_register(machine, RFLAGS);
	uint16_t selector, cs = get(machine, UC_X86_REG_CS);
	bool is_16bit =
		rflags & FLAG_VM || !(descriptor_of(machine, cs) & (CODE_32BIT | CODE_64BIT));

	if (exception.is_under_way)
		fail("exception %u at 0x%llx, and its handler can't be entered",
		     exception.vector, (unsigned long long)exception.rip);
	exception.vector = vector;
	exception.error = error;
	exception.rip = rip;
	if (is_real_mode(machine)) {
		raise_in_real_mode(machine, vector, rip);
		return;
	}
	exception.is_under_way = true;
	exception.from_user = is_user(machine);
	exception.rsp = read_register(machine, RSP);
	exception.rflags = rflags;
	exception.rax = read_register(machine, PARACALL_X86_RAX);
	exception.cs = cs;
	exception.ss = get(machine, UC_X86_REG_SS);
	uc_reg_read(machine->uc, UC_X86_REG_GDTR, &exception.gdtr);
	selector = make_table(machine);
	memset(stub + FAR_POINTER, 0, 4);
	memcpy(stub + FAR_POINTER + 4, &selector, sizeof(selector));
	/* Without the flag a vCPU in virtual-8086 mode is at level 3 of protected mode. */
	write_register(machine, RFLAGS, rflags & ~(uint64_t)(FLAG_TF | FLAG_VM));
	write_register(machine, PARACALL_X86_RAX, STUB + FAR_POINTER);
	write_register(machine, RIP, STUB + (is_16bit ? FAR_CALL_16BIT : FAR_CALL) - base);
}

/* The frame as an interrupt makes it, in place of the far call's. */
static void enter_handler(struct machine *machine)
{
	static const int segments[] = { UC_X86_REG_GS, UC_X86_REG_FS, UC_X86_REG_DS,
					UC_X86_REG_ES };
	bool is_long = is_long_mode(machine);
	unsigned int size = is_long ? 8 : 4;
	uint64_t rsp = exception.rsp, flags = FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM;
	uint64_t address, gate = find_gate(machine, &address);
	uint64_t handler = (gate & 0xffff) | (gate >> 32 & 0xffff0000);

	if (is_long)
		handler |= fetch(machine, address + 8, 4) << 32;
	if (!(gate & TRAP_GATE))
		flags |= FLAG_IF;
	/* The call has pushed four words on the new stack. */
	if (exception.from_user)
		rsp = read_register(machine, RSP) + 4 * size;
	if (is_long)
		rsp &= ~15ull;
	for (unsigned int i = 0; i < 4 && exception.rflags & FLAG_VM; i++)
		push(machine, &rsp, get(machine, segments[i]), size);
	if (is_long || exception.from_user) {
		push(machine, &rsp, exception.ss, size);
		push(machine, &rsp, exception.rsp, size);
	}
	push(machine, &rsp, exception.rflags, size);
	push(machine, &rsp, exception.cs, size);
	push(machine, &rsp, exception.rip, size);
	if (exception.error != NO_ERROR)
		push(machine, &rsp, exception.error, size);
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &exception.gdtr);
	write_register(machine, RSP, rsp);
	write_register(machine, RFLAGS, exception.rflags & ~flags);
	write_register(machine, PARACALL_X86_RAX, exception.rax);
	write_register(machine, RIP, handler);
	exception.is_under_way = false;
}

static void set_pair(struct machine *machine, uint64_t value)
{
	write_register(machine, PARACALL_X86_RAX, (uint32_t)value);
	write_register(machine, PARACALL_X86_RDX, value >> 32);
}

static enum paracall_msr_outcome do_msr(struct machine *machine, bool writes)
{
	uint32_t number = read_register(machine, PARACALL_X86_RCX);
	uint64_t value = (uint32_t)read_register(machine, PARACALL_X86_RAX) |
			 read_register(machine, PARACALL_X86_RDX) << 32;
	enum paracall_msr_outcome outcome;

	if (!paracall_msr_is_ours(number))
		return PARACALL_MSR_NOT_OURS;
	if (writes)
		return paracall_wrmsr(machine->cpu, number, value);
	outcome = paracall_rdmsr(machine->cpu, number, &value);
	if (outcome == PARACALL_MSR_DONE)
		set_pair(machine, value);
	return outcome;
}

/* What Unicorn would execute in its own way: hlt, and of two bytes rdtsc, rdmsr, wrmsr. */
static void instruction(struct machine *machine, uint64_t address)
{
	const uint8_t *code = memory_at(machine, address, 1);
	uint8_t second = 0;
	enum paracall_msr_outcome outcome = PARACALL_MSR_DONE;
	uint64_t rip;

	if (address == STUB + BEHIND_GATE && exception.is_under_way) {
		enter_handler(machine);
		return;
	}
	if (!code && !(code = translate(machine, address)))
		return;
	if (code[0] == 0x0f)
		second = fetch(machine, address + 1, 1);
	if (code[0] != 0xf4 && second != 0x30 && second != 0x31 && second != 0x32)
		return;
	rip = address - code_base(machine);
	if (second == 0x31)
		set_pair(machine, nanoseconds() * TSC_CYCLES);
	else if (is_user(machine))
		outcome = PARACALL_MSR_FAULT;
	else if (second)
		outcome = do_msr(machine, second == 0x30);
	else if (paracall_halt(machine->cpu))
		fail("halted forever at 0x%llx", (unsigned long long)address);
	if (outcome == PARACALL_MSR_FAULT)
		raise(machine, VECTOR_GP, 0, rip);
	else if (outcome == PARACALL_MSR_DONE)
		write_register(machine, RIP, rip + (second ? 2 : 1));
}

/* Unicorn reports no error codes: here is what can be known. */
static void interrupt(struct machine *machine, uint32_t vector)
{
	bool has_error = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
	int error = has_error ? 0 : NO_ERROR;

	/* invalid() has seen to it; 2.1.1 comes here, too. */
	if (vector == VECTOR_UD)
		return;
	if (vector == VECTOR_PF)
		error = (translate(machine, get(machine, UC_X86_REG_CR2)) ? 1 : 0) |
			(is_user(machine) ? 4 : 0);
	raise(machine, vector, error, read_register(machine, RIP));
}

/* Unicorn 2.0.1 looks there before it looks into the page tables; 2.1.1 after them. */
static void unmapped(struct machine *machine)
{
	bool writes = machine->missing_for == UC_MEM_WRITE_UNMAPPED;

	if (UC_API_MINOR || !(get(machine, UC_X86_REG_CR0) & CR0_PG) ||
	    translate(machine, machine->missing))
		fail("no memory at 0x%llx", (unsigned long long)machine->missing);
	set(machine, UC_X86_REG_CR2, machine->missing);
	raise(machine, VECTOR_PF, (writes ? 2 : 0) | (is_user(machine) ? 4 : 0),
	      read_register(machine, RIP) - code_base(machine));
}

/* vmcall and vmmcall are none to its CPUs. */
static bool invalid(uc_engine *uc, void *context)
{
	struct machine *machine = context;
	uint64_t rip = read_register(machine, RIP);
	uint64_t code = fetch(machine, code_base(machine) + rip, 3);

	(void)uc;
	if (code == 0xc1010f || code == 0xd9010f) {
		paracall_hypercall(machine->cpu, mode_of(machine));
		write_register(machine, RIP, rip + 3);
	} else {
		raise(machine, VECTOR_UD, NO_ERROR, rip);
	}
	return true;
}

static int cpuid(uc_engine *uc, void *context)
{
	struct machine *machine = context;
	uint32_t leaf = read_register(machine, PARACALL_X86_RAX);
	struct paracall_cpuid result = {
		/* Family 6; FPU, PSE, TSC, MSR, PAE, CX8, APIC, CMOV; and a hypervisor. */
		.eax = 0x663,
		.ecx = 1u << PARACALL_CPUID_1_ECX_HYPERVISOR,
		.edx = 0x8379,
	};

	(void)uc;
	if (leaf != 1 && !paracall_cpuid(machine->cpu, leaf, &result))
		return 0;
	write_register(machine, PARACALL_X86_RAX, result.eax);
	write_register(machine, PARACALL_X86_RBX, result.ebx);
	write_register(machine, PARACALL_X86_RCX, result.ecx);
	write_register(machine, PARACALL_X86_RDX, result.edx);
	return 1;
}

static uint32_t port_in(uc_engine *uc, uint32_t port, int size, void *context)
{
	(void)uc;
	(void)size;
	(void)context;
	switch (port) {
	case SERIAL_STATUS:
		return SERIAL_IDLE;
	case PIT_COUNTER:
		counter_high = !counter_high;
		return counter >> (counter_high ? 0 : 8) & 0xff;
	}
	return UINT32_MAX;
}

static void port_out(uc_engine *uc, uint32_t port, int size, uint32_t value, void *context)
{
	(void)uc;
	(void)size;
	switch (port) {
	case SERIAL:
		putchar(value & 0xff);
		break;
	case END_PORT:
		finish(context, (value << 1 | 1) & 0xff);
		break;
	case PIT_COMMAND:
		counter = -(nanoseconds() * PIT_HZ / 1000000000);
		counter_high = false;
	}
}

/* In 32-bit protected mode without paging, by the PVH boot protocol. */
static void start(struct machine *machine)
{
	/* lcall *(%rax); and for 16-bit code lcall *(%eax) */
	static const uint8_t far_call[] = { 0xff, 0x18 };
	static const uint8_t far_call_16bit[] = { 0x66, 0x67, 0xff, 0x18 };
	/* lretq to the program: its address and a 32-bit segment's selector */
	static const uint8_t far_return[] = { 0x48, 0xcb };
	static const uint64_t info[] = { 0x1336ec578, 0, 0, COMMAND_LINE };
	uint64_t table[] = { 0, 0x00cf9b000000ffff, machine->entry, 8 };
	uc_x86_mmr gdtr = { .base = STUB + TABLE, .limit = 15 };

	is_64bit = machine->architecture->mode == UC_MODE_64;
	machine->hole = 0xa0000;
	machine->hole_end = 0x100000;
	hook(machine, UC_HOOK_INSN_INVALID, (void *)invalid, 0);
	hook(machine, UC_HOOK_INSN, (void *)cpuid, UC_X86_INS_CPUID);
	hook(machine, UC_HOOK_INSN, (void *)port_in, UC_X86_INS_IN);
	hook(machine, UC_HOOK_INSN, (void *)port_out, UC_X86_INS_OUT);
	map(machine, 0, MEMORY_SIZE, machine->memory);
	map(machine, STUB, PAGE, stub);
	/* Unicorn 2.0.1 looks for a virtual address among those of the memory. */
	map(machine, is_64bit ? ALIAS_64BIT : ALIAS_32BIT, MEMORY_SIZE, machine->memory);
	/* Its registers are memory here: it has the id 0, and does nothing. */
	if (uc_mem_map(machine->uc, LOCAL_APIC, PAGE, UC_PROT_ALL))
		fail("no memory for the local APIC");
	memcpy(memory_at(machine, START_INFO, sizeof(info)), info, sizeof(info));
	strncpy(memory_at(machine, COMMAND_LINE, 256), machine->command_line, 255);
	memcpy(stub + FAR_CALL, far_call, sizeof(far_call));
	memcpy(stub + FAR_CALL_16BIT, far_call_16bit, sizeof(far_call_16bit));
	memset(stub + BEHIND_GATE, 0x90, 0x10);
	memcpy(stub + FAR_RETURN, far_return, sizeof(far_return));
	memcpy(stub + TABLE, table, sizeof(table));
	write_register(machine, PARACALL_X86_RBX, START_INFO);
	if (!is_64bit)
		return;
	/* Unicorn's 64-bit CPU begins in long mode. */
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &gdtr);
	write_register(machine, RSP, STUB + TABLE + 16);
	write_register(machine, RIP, STUB + FAR_RETURN);
}

/* Xen's docs/misc/pvh.pandoc. */
#define NOTE_PHYS32_ENTRY 18

#define X86(what, elf, bits, counter_register) \
	{ \
		.name = what, .elf_machine = elf, .entry_note = NOTE_PHYS32_ENTRY, \
		.paracall = PARACALL_X86, .arch = UC_ARCH_X86, .mode = bits, \
		.engine = &engine, .program_counter = counter_register, .start = start, \
		.instruction = instruction, .interrupt = interrupt, .unmapped = unmapped, \
	}

const struct architecture x86_architectures[] = {
	X86("x86-64", EM_X86_64, UC_MODE_64, UC_X86_REG_RIP),
	X86("i386", EM_386, UC_MODE_32, UC_X86_REG_EIP),
	{ .name = NULL },
};
