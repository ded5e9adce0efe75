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
#define FLAG_TF (1u << 8)
#define FLAG_IF (1u << 9)
#define FLAG_NT (1u << 14)
#define FLAG_RF (1u << 16)
#define FLAG_VM (1u << 17)
#define VECTOR_UD 6
#define VECTOR_GP 13
#define VECTOR_PF 14
#define ENTRY_PRESENT 1ull
#define ENTRY_LARGE 0x80ull
#define ENTRY_ADDRESS 0x000ffffffffff000ull

/* In the page at STUB: code, a far pointer, and a table of descriptors. */
#define FAR_CALL STUB
#define FAR_CALL_16BIT (STUB + 0x08)
#define BEHIND_GATE (STUB + 0x10)
#define FAR_POINTER 0x20
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
#define CONFIG_SELECT 0x510
#define CONFIG_DATA 0x511
#define CONFIG_CPUS 5

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

static int number_of(const struct machine *machine, unsigned int number)
{
	return registers[machine->x86.is_64bit][number];
}

static uint64_t read_register(void *cpu, unsigned int number)
{
	struct machine *machine = cpu;
	uc_x86_msr efer = { .rid = MSR_EFER };

	if (number != PARACALL_X86_EFER)
		return get(machine, number_of(machine, number));
	uc_reg_read(machine->uc, UC_X86_REG_MSR, &efer);
	return efer.value;
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	set(cpu, number_of(cpu, number), value);
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
	*clocks = (struct paracall_clocks){
		.steady_nanoseconds = nanoseconds(),
		.seconds = now.tv_sec,
		.nanoseconds = now.tv_nsec,
		.is_paired = true,
	};
	clocks->tsc = clocks->steady_nanoseconds * TSC_CYCLES;
	return true;
}

static const struct paracall_engine engine = {
	.name = "unicorn",
	.capabilities = PARACALL_CAN_WAKE | PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY |
			PARACALL_CAN_TELL_TIME,
	.read_register = read_register,
	.write_register = write_register,
	.wake = wake,
	.yield_to = yield_to,
	.read_memory = read_memory,
	.write_memory = write_memory,
	.tsc_frequency = tsc_frequency,
	.read_clocks = read_clocks,
	.clock = host_clock,
};

static bool is_long_mode(struct machine *machine)
{
	return read_register(machine, PARACALL_X86_EFER) & EFER_LMA;
}

/* By the guest's page tables, in long mode and as PAE has them; NULL: nothing is there. */
static void *translate(struct machine *machine, uint64_t address, uint64_t size)
{
	bool is_long = is_long_mode(machine);
	uint64_t table = get(machine, UC_X86_REG_CR3) & (is_long ? ~0xfffull : ~0x1full);
	const uint64_t *entry;

	if (!(get(machine, UC_X86_REG_CR0) & CR0_PG))
		return memory_at(machine, address, size);
	for (unsigned int shift = is_long ? 39 : 30;; shift -= 9) {
		bool can_be_large = shift == 21 || (shift == 30 && is_long);
		uint64_t offset = address & ((1ull << shift) - 1);

		entry = memory_at(machine, table + (address >> shift & 0x1ff) * 8, 8);
		if (!entry || !(*entry & ENTRY_PRESENT))
			return NULL;
		table = *entry & ENTRY_ADDRESS;
		if (shift == 12 || (can_be_large && *entry & ENTRY_LARGE))
			return memory_at(machine, (table >> shift << shift) + offset, size);
	}
}

static uint64_t descriptor_at(struct machine *machine, uint64_t base, uint64_t offset)
{
	const uint64_t *descriptor = translate(machine, base + offset, 8);

	return descriptor ? *descriptor : 0;
}

/* Where the code segment begins: in 64-bit mode at 0. */
static uint64_t code_base(struct machine *machine)
{
	uint16_t cs = get(machine, UC_X86_REG_CS);
	uint64_t descriptor;
	uc_x86_mmr gdtr;

	if (!(get(machine, UC_X86_REG_CR0) & CR0_PE) ||
	    get(machine, number_of(machine, RFLAGS)) & FLAG_VM)
		return cs * 16;
	uc_reg_read(machine->uc, UC_X86_REG_GDTR, &gdtr);
	descriptor = descriptor_at(machine, gdtr.base, cs & ~7u);
	return (descriptor >> 16 & 0xffffff) | (descriptor >> 32 & 0xff000000);
}

static uint32_t mode_of(struct machine *machine)
{
	uint16_t cs = get(machine, UC_X86_REG_CS);
	uint32_t mode = cs & 3 ? PARACALL_MODE_USER : 0;
	uc_x86_mmr gdtr;

	uc_reg_read(machine->uc, UC_X86_REG_GDTR, &gdtr);
	if (is_long_mode(machine) && descriptor_at(machine, gdtr.base, cs & ~7u) >> 53 & 1)
		mode |= PARACALL_MODE_64BIT;
	return mode;
}

/* By the table of handlers; here it has those of its own code segment only. */
static void raise_in_real_mode(struct machine *machine, unsigned int vector)
{
	uint64_t rip = get(machine, number_of(machine, RIP));
	uint64_t rsp = get(machine, number_of(machine, RSP));
	uint64_t flags = get(machine, number_of(machine, RFLAGS));
	uint16_t frame[3] = { rip, get(machine, UC_X86_REG_CS), flags };
	uint16_t sp = rsp - sizeof(frame);
	void *stack = memory_at(machine, get(machine, UC_X86_REG_SS) * 16 + sp, sizeof(frame));
	const uint16_t *handler;
	uc_x86_mmr idtr;

	uc_reg_read(machine->uc, UC_X86_REG_IDTR, &idtr);
	handler = memory_at(machine, idtr.base + vector * 4, 4);
	if (!stack || !handler || handler[1] != frame[1])
		fail("exception %u in real mode, and no handler", vector);
	memcpy(stack, frame, sizeof(frame));
	set(machine, number_of(machine, RSP), (rsp & ~0xffffull) | sp);
	set(machine, number_of(machine, RFLAGS), flags & ~(uint64_t)(FLAG_TF | FLAG_IF));
	set(machine, number_of(machine, RIP), handler[0]);
}

/*
 * Have the guest make a far call through a call gate to the segment that its interrupt
 * gate names: the CPU then is at the handler's privilege level, and on its stack. The
 * rest is done at BEHIND_GATE. The table of descriptors is the guest's and that gate.
 */
static void raise(struct machine *machine, unsigned int vector, bool has_error, uint64_t error)
{
	uint64_t *table = (uint64_t *)(machine->stub + TABLE);
	unsigned int gate_size = is_long_mode(machine) ? 16 : 8;
	uc_x86_mmr idtr, own = { .base = STUB + TABLE };
	const void *guest_table;
	uint64_t gate, base = code_base(machine);
	bool is_16bit;

	if (!(get(machine, UC_X86_REG_CR0) & CR0_PE)) {
		raise_in_real_mode(machine, vector);
		return;
	}
	machine->x86.vector = vector;
	machine->x86.has_error = has_error;
	machine->x86.error = error;
	machine->x86.rip = get(machine, number_of(machine, RIP));
	machine->x86.rsp = get(machine, number_of(machine, RSP));
	machine->x86.rflags = get(machine, number_of(machine, RFLAGS));
	machine->x86.rax = get(machine, number_of(machine, PARACALL_X86_RAX));
	machine->x86.cs = get(machine, UC_X86_REG_CS);
	machine->x86.ss = get(machine, UC_X86_REG_SS);
	machine->x86.is_inner = machine->x86.cs & 3 || machine->x86.rflags & FLAG_VM;
	uc_reg_read(machine->uc, UC_X86_REG_IDTR, &idtr);
	uc_reg_read(machine->uc, UC_X86_REG_GDTR, &machine->x86.gdtr);
	gate = descriptor_at(machine, idtr.base, vector * gate_size);
	own.limit = machine->x86.gdtr.limit + 1;
	guest_table = translate(machine, machine->x86.gdtr.base, own.limit);
	if (!gate || !guest_table || own.limit > LARGEST_TABLE)
		fail("exception %u at 0x%llx, and no handler", vector,
		     (unsigned long long)machine->x86.rip);
	memcpy(table, guest_table, own.limit);
	table[own.limit / 8] = (BEHIND_GATE & 0xffff) | (gate & 0xffff0000) | 0xecull << 40 |
			       (BEHIND_GATE & 0xffff0000) << 32;
	table[own.limit / 8 + 1] = 0;
	*(uint32_t *)(machine->stub + FAR_POINTER) = 0;
	*(uint16_t *)(machine->stub + FAR_POINTER + 4) = own.limit | 3;
	own.limit += 15;
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &own);
	is_16bit =
		machine->x86.rflags & FLAG_VM ||
		!(descriptor_at(machine, machine->x86.gdtr.base, machine->x86.cs & ~7u) >> 53 &
		  3);
	/* Without the flag a vCPU in virtual-8086 mode is at level 3 of protected mode. */
	set(machine, number_of(machine, RFLAGS),
	    machine->x86.rflags & ~(uint64_t)(FLAG_TF | FLAG_VM));
	set(machine, number_of(machine, PARACALL_X86_RAX), STUB + FAR_POINTER);
	set(machine, number_of(machine, RIP), (is_16bit ? FAR_CALL_16BIT : FAR_CALL) - base);
}

static void push(struct machine *machine, uint64_t *rsp, uint64_t value, unsigned int size)
{
	void *stack = translate(machine, *rsp -= size, size);

	if (!stack)
		fail("exception %u, and no stack for it", (unsigned int)machine->x86.vector);
	memcpy(stack, &value, size);
}

/* The frame as an interrupt makes it, in place of the far call's. */
static void enter_handler(struct machine *machine)
{
	bool is_long = is_long_mode(machine), is_inner = machine->x86.is_inner;
	unsigned int size = is_long ? 8 : 4;
	uint64_t rsp = machine->x86.rsp, flags = FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM;
	uint64_t gate, handler, called = get(machine, number_of(machine, RSP));
	uc_x86_mmr idtr;

	uc_reg_read(machine->uc, UC_X86_REG_IDTR, &idtr);
	gate = descriptor_at(machine, idtr.base, machine->x86.vector * 2 * size);
	handler = (gate & 0xffff) | (gate >> 32 & 0xffff0000);
	if (is_long)
		handler |= descriptor_at(machine, idtr.base, machine->x86.vector * 2 * size + 8)
			   << 32;
	/* An interrupt gate, not one for traps. */
	if (!(gate >> 40 & 1))
		flags |= FLAG_IF;
	/* The call has pushed four words on the new stack. */
	if (is_inner)
		rsp = called + 4 * size;
	if (is_long)
		rsp &= ~15ull;
	if (machine->x86.rflags & FLAG_VM) {
		push(machine, &rsp, get(machine, UC_X86_REG_GS), size);
		push(machine, &rsp, get(machine, UC_X86_REG_FS), size);
		push(machine, &rsp, get(machine, UC_X86_REG_DS), size);
		push(machine, &rsp, get(machine, UC_X86_REG_ES), size);
	}
	if (is_long || is_inner) {
		push(machine, &rsp, machine->x86.ss, size);
		push(machine, &rsp, machine->x86.rsp, size);
	}
	push(machine, &rsp, machine->x86.rflags, size);
	push(machine, &rsp, machine->x86.cs, size);
	push(machine, &rsp, machine->x86.rip, size);
	if (machine->x86.has_error)
		push(machine, &rsp, machine->x86.error, size);
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &machine->x86.gdtr);
	set(machine, number_of(machine, RSP), rsp);
	set(machine, number_of(machine, RFLAGS), machine->x86.rflags & ~flags);
	set(machine, number_of(machine, PARACALL_X86_RAX), machine->x86.rax);
	set(machine, number_of(machine, RIP), handler);
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

/* True if the instruction is done. Here what Unicorn would execute in its own way. */
static bool execute(struct machine *machine, const uint8_t *code)
{
	enum paracall_msr_outcome outcome;

	if (code[1] == 0x31) {
		set_pair(machine, nanoseconds() * TSC_CYCLES);
		return true;
	}
	if (code[1] != 0x30 && code[1] != 0x32)
		return false;
	outcome = mode_of(machine) & PARACALL_MODE_USER ? PARACALL_MSR_FAULT
							: do_msr(machine, code[1] == 0x30);
	if (outcome == PARACALL_MSR_FAULT)
		raise(machine, VECTOR_GP, true, 0);
	return outcome == PARACALL_MSR_DONE;
}

static void instruction(uc_engine *uc, uint64_t address, uint32_t size, void *context)
{
	struct machine *machine = context;
	const uint8_t *code = memory_at(machine, address, 3);

	(void)uc;
	(void)size;
	if (address == BEHIND_GATE)
		enter_handler(machine);
	else if (!code && !(code = translate(machine, address, 3)))
		return;
	else if (code[0] == 0x0f && execute(machine, code))
		set(machine, number_of(machine, RIP), address + 2);
	else if (code[0] == 0xf4 && mode_of(machine) & PARACALL_MODE_USER) {
		raise(machine, VECTOR_GP, true, 0);
	} else if (code[0] == 0xf4) {
		machine->is_halted = paracall_halt(machine->cpu);
		if (!machine->is_halted)
			set(machine, number_of(machine, RIP), address + 1);
	}
}

/* Of errors' codes Unicorn tells nothing: here is what can be known. */
static void interrupt(uc_engine *uc, uint32_t vector, void *context)
{
	struct machine *machine = context;
	uint64_t error = 0;

	(void)uc;
	/* invalid() has seen to it; 2.1.1 comes here, too. */
	if (vector == VECTOR_UD)
		return;
	if (vector == VECTOR_PF)
		error = (translate(machine, get(machine, UC_X86_REG_CR2), 1) ? 1 : 0) |
			(get(machine, UC_X86_REG_CS) & 3 ? 4 : 0);
	raise(machine, vector, vector == 8 || (vector >= 10 && vector <= 14) || vector == 17,
	      error);
}

/* Unicorn 2.0.1 looks there before it looks into the page tables. */
static void unmapped(struct machine *machine)
{
	bool writes = machine->missing_for == UC_MEM_WRITE_UNMAPPED;
	bool is_user = get(machine, UC_X86_REG_CS) & 3;

	if (translate(machine, machine->missing, 1) || !(get(machine, UC_X86_REG_CR0) & CR0_PG))
		fail("no memory at 0x%llx", (unsigned long long)machine->missing);
	set(machine, UC_X86_REG_CR2, machine->missing);
	raise(machine, VECTOR_PF, true, (writes ? 2 : 0) | (is_user ? 4 : 0));
}

/* vmcall and vmmcall are none to its CPUs. */
static bool invalid(uc_engine *uc, void *context)
{
	struct machine *machine = context;
	uint64_t rip = get(machine, number_of(machine, RIP));
	const uint8_t *code = translate(machine, code_base(machine) + rip, 3);

	(void)uc;
	if (code && code[0] == 0x0f && code[1] == 0x01 &&
	    (code[2] == 0xc1 || code[2] == 0xd9)) {
		paracall_hypercall(machine->cpu, mode_of(machine));
		set(machine, number_of(machine, RIP), rip + 3);
	} else {
		raise(machine, VECTOR_UD, false, 0);
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

/* The signature, and one CPU. */
static uint8_t read_config(struct machine *machine)
{
	uint16_t position = machine->x86.config_position++;

	if (!machine->x86.config && position < 4)
		return "QEMU"[position];
	return machine->x86.config == CONFIG_CPUS && !position;
}

static uint32_t port_in(uc_engine *uc, uint32_t port, int size, void *context)
{
	struct machine *machine = context;

	(void)uc;
	(void)size;
	switch (port) {
	case SERIAL_STATUS:
		return SERIAL_IDLE;
	case CONFIG_DATA:
		return read_config(machine);
	case PIT_COUNTER:
		machine->x86.counter_high = !machine->x86.counter_high;
		return machine->x86.counter >> (machine->x86.counter_high ? 0 : 8) & 0xff;
	}
	return UINT32_MAX;
}

static void port_out(uc_engine *uc, uint32_t port, int size, uint32_t value, void *context)
{
	struct machine *machine = context;

	(void)uc;
	(void)size;
	switch (port) {
	case SERIAL:
		putchar(value & 0xff);
		break;
	case END_PORT:
		finish(machine, (value << 1 | 1) & 0xff);
		break;
	case CONFIG_SELECT:
		machine->x86.config = value;
		machine->x86.config_position = 0;
		break;
	case PIT_COMMAND:
		machine->x86.counter = -(nanoseconds() * PIT_HZ / 1000000000);
		machine->x86.counter_high = false;
	}
}

/* In 32-bit protected mode without paging, by the PVH boot protocol. */
static void start(struct machine *machine, bool is_64bit)
{
	/* lcall *(%rax); and for 16-bit code lcall *(%eax) */
	static const uint8_t far_call[] = { 0xff, 0x18 };
	static const uint8_t far_call_16bit[] = { 0x66, 0x67, 0xff, 0x18 };
	/* lretq to the program: off STACK its address and a 32-bit segment's selector */
	static const uint8_t far_return[] = { 0x48, 0xcb };
	uint64_t *info = memory_at(machine, START_INFO, 64);
	uc_x86_mmr gdtr = { .base = STUB + TABLE, .limit = 15 };
	uint64_t *table = (uint64_t *)(machine->stub + TABLE);

	machine->x86.is_64bit = is_64bit;
	machine->hole = 0xa0000;
	machine->hole_end = 0x100000;
	hook(machine, UC_HOOK_INSN_INVALID, (void *)invalid, 0);
	hook(machine, UC_HOOK_INSN, (void *)cpuid, UC_X86_INS_CPUID);
	hook(machine, UC_HOOK_INSN, (void *)port_in, UC_X86_INS_IN);
	hook(machine, UC_HOOK_INSN, (void *)port_out, UC_X86_INS_OUT);
	/* Its registers are memory here: it has the id 0, and does nothing. */
	if (uc_mem_map(machine->uc, LOCAL_APIC, 0x1000, UC_PROT_ALL))
		fail("no memory for the local APIC");
	/* Unicorn 2.0.1 looks for a virtual address among those of the memory. */
	if (uc_mem_map_ptr(machine->uc, is_64bit ? ALIAS_64BIT : ALIAS_32BIT, MEMORY_SIZE,
			   UC_PROT_ALL, machine->memory))
		fail("no second view of the memory");
	info[0] = 0x1336ec578;
	info[3] = COMMAND_LINE;
	strncpy(memory_at(machine, COMMAND_LINE, 256), machine->command_line, 255);
	memcpy(machine->stub, far_call, sizeof(far_call));
	memcpy(machine->stub + 8, far_call_16bit, sizeof(far_call_16bit));
	memset(machine->stub + 0x10, 0x90, 0x10);
	set(machine, number_of(machine, PARACALL_X86_RBX), START_INFO);
	if (!is_64bit)
		return;
	/* Unicorn's 64-bit CPU begins in long mode. */
	memcpy(machine->stub + 0x40, far_return, sizeof(far_return));
	table[1] = 0x00cf9b000000ffff;
	table[2] = machine->entry;
	table[3] = 8;
	uc_reg_write(machine->uc, UC_X86_REG_GDTR, &gdtr);
	set(machine, UC_X86_REG_RSP, STUB + TABLE + 16);
	set(machine, UC_X86_REG_RIP, STUB + 0x40);
}

static void start_64bit(struct machine *machine)
{
	start(machine, true);
}

static void start_32bit(struct machine *machine)
{
	start(machine, false);
}

const struct architecture x86_64_architecture = {
	.elf_machine = EM_X86_64,
	.paracall = PARACALL_X86,
	.arch = UC_ARCH_X86,
	.mode = UC_MODE_64,
	.engine = &engine,
	.program_counter = UC_X86_REG_RIP,
	.start = start_64bit,
	.instruction = instruction,
	.interrupt = interrupt,
	.unmapped = unmapped,
};

const struct architecture i386_architecture = {
	.elf_machine = EM_386,
	.paracall = PARACALL_X86,
	.arch = UC_ARCH_X86,
	.mode = UC_MODE_32,
	.engine = &engine,
	.program_counter = UC_X86_REG_EIP,
	.start = start_32bit,
	.instruction = instruction,
	.interrupt = interrupt,
	.unmapped = unmapped,
};
