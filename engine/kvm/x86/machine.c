/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documentation/virt/kvm/api.rst. Local APICs, I/O APIC and 8254 are the
 * kernel's; a serial port, the port by which programs end, and the number of
 * CPUs, which QEMU reports by fw_cfg (docs/specs/fw_cfg.rst there), are ours.
 */
#include "pvh.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>

#define MOST_LEAVES 256
/* KVM_CPUID_FEATURES of Documentation/virt/kvm/x86/cpuid.rst, and in eax of it: */
#define FEATURES_LEAF 0x40000001
#define FEATURE_HC_MAP_GPA_RANGE (1u << 16)
/* Number of the hypercall; include/uapi/linux/kvm_para.h. */
#define HC_MAP_GPA_RANGE 12
/* Three pages that Intel's processors need, where there is no memory. */
#define TSS_ADDRESS 0xfffbd000ul

/* A PC's: between them are only the screen and firmware. */
#define LOW_MEMORY_END 0xa0000
#define HIGH_MEMORY 0x100000

#define SERIAL 0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_IDLE 0x60
/* Of QEMU's device isa-debug-exit, here and in the machine that this one is in. */
#define END_PORT 0xf4
/* What programs write there when they crash: guest/x86/runtime/console.c. */
#define CRASHED (16 + 2)
#define CONFIG_SELECT 0x510
#define CONFIG_DATA 0x511
#define CONFIG_CPUS 5

/* Words of the program's command line: what is enabled or disabled in KVM. */
static bool has_map_gpa_range, enforces_features;
/* The configuration that was requested. */
static uint16_t selected, position;

void machine_end(uint32_t value)
{
	if (!ioperm(END_PORT, 4, 1))
		outl(value == END_CRASHED ? CRASHED : value, END_PORT);
}

/* The signature, and the number of CPUs; nothing else. */
static uint8_t read_config(const struct machine *machine)
{
	static const char signature[] = { 'Q', 'E', 'M', 'U' };
	uint16_t at = position++;

	if (selected == 0 && at < sizeof(signature))
		return signature[at];
	if (selected == CONFIG_CPUS && at < 2)
		return machine->cpus >> (8 * at);
	return 0;
}

static void port_out(struct machine *machine, uint16_t port, uint32_t value)
{
	if (port == SERIAL)
		put_char(machine, value);
	if (port == END_PORT)
		finish(value);
	if (port == CONFIG_SELECT) {
		selected = value;
		position = 0;
	}
}

static uint32_t port_in(const struct machine *machine, uint16_t port)
{
	if (port == SERIAL_STATUS)
		return SERIAL_IDLE;
	if (port == CONFIG_DATA)
		return read_config(machine);
	return -1;
}

static void do_port(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;

	for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
		uint32_t value = 0;

		if (run->io.direction == KVM_EXIT_IO_OUT) {
			memcpy(&value, data, run->io.size);
			port_out(cpu->machine, run->io.port, value);
		} else {
			value = port_in(cpu->machine, run->io.port);
			memcpy(data, &value, run->io.size);
		}
	}
}

/* Where there is nothing, reads return all ones. */
static void do_memory(struct kvm_run *run)
{
	if (!run->mmio.is_write)
		memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
}

/* The one call that KVM leaves to user space, which may allow any memory to be private. */
static void do_hypercall(struct kvm_run *run)
{
	if (run->hypercall.nr != HC_MAP_GPA_RANGE) {
		errno = 0;
		fail("KVM left a hypercall to us that is not MAP_GPA_RANGE");
	}
	run->hypercall.ret = 0;
}

bool do_exit(struct cpu *cpu)
{
	switch (cpu->run->exit_reason) {
	case KVM_EXIT_IO:
		do_port(cpu);
		return true;
	case KVM_EXIT_MMIO:
		do_memory(cpu->run);
		return true;
	case KVM_EXIT_HYPERCALL:
		do_hypercall(cpu->run);
		return true;
	}
	return false;
}

/* As user space has to: the APIC's id, and that there is a hypervisor. */
static void set_leaves(const struct cpu *cpu, struct kvm_cpuid2 *leaves)
{
	for (uint32_t i = 0; i < leaves->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &leaves->entries[i];

		if (entry->function == 1) {
			entry->ebx = (entry->ebx & 0x00ffffff) | cpu->id << 24;
			entry->ecx |= 1u << 31;
		} else if (entry->function == 0xb) {
			entry->edx = cpu->id;
		} else if (entry->function == FEATURES_LEAF) {
			if (has_map_gpa_range)
				entry->eax |= FEATURE_HC_MAP_GPA_RANGE;
			if (enforces_features)
				entry->eax = 0;
		}
	}
	must(ioctl(cpu->fd, KVM_SET_CPUID2, leaves), "KVM_SET_CPUID2");
}

static struct kvm_segment flat(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){ .limit = 0xffffffff,
				     .selector = selector,
				     .type = type,
				     .present = 1,
				     .s = 1,
				     .db = 1,
				     .g = 1 };
}

/* 32-bit protected mode without paging, ebx at the information. */
static void set_entry(const struct cpu *cpu, const struct program *program)
{
	struct kvm_regs registers = { .rip = program->entry, .rbx = START_INFO, .rflags = 2 };
	struct kvm_sregs system;

	must(ioctl(cpu->fd, KVM_GET_SREGS, &system), "KVM_GET_SREGS");
	system.cs = flat(8, 11);
	system.ds = system.es = system.fs = system.gs = system.ss = flat(16, 3);
	system.tr = (struct kvm_segment){ .limit = 0x67, .type = 11, .present = 1 };
	/* QEMU's TCG, below, takes a busy task for wrong in 32-bit mode. */
	system.tr.type = 9;
	system.cr0 = 0x11;
	system.cr4 = 0;
	system.efer = 0;
	must(ioctl(cpu->fd, KVM_SET_SREGS, &system), "KVM_SET_SREGS");
	must(ioctl(cpu->fd, KVM_SET_REGS, &registers), "KVM_SET_REGS");
}

/* Of the machine, or of a vCPU. */
static void enable(int file, uint32_t capability, uint64_t argument)
{
	struct kvm_enable_cap order = { .cap = capability, .args = { argument } };

	must(ioctl(file, KVM_ENABLE_CAP, &order), "KVM_ENABLE_CAP");
}

/* The same in both address spaces: there is a second one for system management. */
static void add_memory(const struct machine *machine, uint32_t slot, uint8_t *memory,
		       uint32_t begin, uint32_t end)
{
	for (uint32_t space = 0; space < 2; space++)
		machine_add_memory(machine, space << 16 | slot, begin, memory + begin,
				   end - begin);
}

static void make_vm(const struct machine *machine, uint8_t *memory)
{
	struct kvm_pit_config timer = { .flags = 0 };

	must(ioctl(machine->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS), "KVM_SET_TSS_ADDR");
	must(ioctl(machine->vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	must(ioctl(machine->vm, KVM_CREATE_PIT2, &timer), "KVM_CREATE_PIT2");
	if (has_map_gpa_range)
		enable(machine->vm, KVM_CAP_EXIT_HYPERCALL, 1u << HC_MAP_GPA_RANGE);
	add_memory(machine, 0, memory, 0, LOW_MEMORY_END);
	add_memory(machine, 1, memory, HIGH_MEMORY, MEMORY_SIZE);
}

void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus)
{
	static struct machine machine;
	struct kvm_cpuid2 *leaves =
		calloc(1, sizeof(*leaves) + MOST_LEAVES * sizeof(leaves->entries[0]));

	if (!leaves)
		fail("memory");
	leaves->nent = MOST_LEAVES;
	has_map_gpa_range = strstr(program->command_line, "kvm=map-gpa-range");
	enforces_features = strstr(program->command_line, "kvm=enforce-features");
	machine_open(&machine);
	make_vm(&machine, memory);
	must(ioctl(machine.kvm, KVM_GET_SUPPORTED_CPUID, leaves), "KVM_GET_SUPPORTED_CPUID");
	while (machine.cpus < cpus) {
		const struct cpu *cpu = machine_add_cpu(&machine);

		if (enforces_features)
			enable(cpu->fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1);
		set_leaves(cpu, leaves);
	}
	set_entry(&machine.all[0], program);
	machine_start(&machine);
}
