/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documentation/virt/kvm/api.rst, and devices/arm-vgic.rst and devices/vcpu.rst beside it.
 * Interrupt controller (version 2), timers and PSCI are the kernel's; the serial port, an
 * Arm PL011, is ours. Addresses are those of QEMU's machine virt.
 */
#include "../machine.h"

#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>

#define GIC_DISTRIBUTOR 0x08000000ull
#define GIC_CPU_INTERFACE 0x08010000ull
#define GIC_INTERRUPTS 64
#define SERIAL_DATA 0x09000000ull

/* Behind the program's memory, for records of stolen time: as a host has them. */
#define RECORDS_SIZE 0x10000u
#define RECORD_SIZE 64

/* The program's last line has said how it ended. */
void machine_end(uint32_t value)
{
	(void)value;
	reboot(RB_POWER_OFF);
}

/* Reads give 0: of the serial port that it can take a character. */
static void do_memory(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;

	if (!run->mmio.is_write)
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
	else if (run->mmio.phys_addr == SERIAL_DATA)
		put_char(cpu->machine, (char)run->mmio.data[0]);
}

bool do_exit(struct cpu *cpu)
{
	switch (cpu->run->exit_reason) {
	case KVM_EXIT_MMIO:
		do_memory(cpu);
		return true;
	case KVM_EXIT_SYSTEM_EVENT:
		finish(0);
	}
	return false;
}

static void set_attribute(int file, uint32_t group, uint64_t attribute, const void *value,
			  const char *what)
{
	struct kvm_device_attr order = { .group = group,
					 .attr = attribute,
					 .addr = (uintptr_t)value };

	must(ioctl(file, KVM_SET_DEVICE_ATTR, &order), what);
}

/* All but the first one are off until that switches them on. */
static void make_cpu(const struct cpu *cpu, const struct program *program)
{
	struct kvm_vcpu_init init;
	uint64_t record = memory_start + MEMORY_SIZE + (uint64_t)cpu->id * RECORD_SIZE;
	struct kvm_one_reg pc = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (uintptr_t)&program->entry,
	};

	must(ioctl(cpu->machine->vm, KVM_ARM_PREFERRED_TARGET, &init),
	     "KVM_ARM_PREFERRED_TARGET");
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (cpu->id)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	must(ioctl(cpu->fd, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
	set_attribute(cpu->fd, KVM_ARM_VCPU_PVTIME_CTRL, KVM_ARM_VCPU_PVTIME_IPA, &record,
		      "the record of stolen time");
	if (!cpu->id)
		must(ioctl(cpu->fd, KVM_SET_ONE_REG, &pc), "the program counter");
}

/* Addresses first; the number of vCPUs is known by then. */
static void make_interrupt_controller(const struct machine *machine)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V2 };
	uint64_t distributor = GIC_DISTRIBUTOR;
	uint64_t interface = GIC_CPU_INTERFACE;
	uint32_t interrupts = GIC_INTERRUPTS;

	must(ioctl(machine->vm, KVM_CREATE_DEVICE, &device), "KVM_CREATE_DEVICE");
	set_attribute(device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_DIST,
		      &distributor, "the interrupt controller's distributor");
	set_attribute(device.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_CPU,
		      &interface, "the interrupt controller's interface");
	set_attribute(device.fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &interrupts,
		      "the number of interrupts");
	set_attribute(device.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL,
		      "the interrupt controller");
}

static void add_memory(const struct machine *machine, uint8_t *memory)
{
	uint8_t *records = mmap(NULL, RECORDS_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (records == MAP_FAILED)
		fail("memory for stolen time");
	machine_add_memory(machine, 0, memory_start, memory, MEMORY_SIZE);
	machine_add_memory(machine, 1, memory_start + MEMORY_SIZE, records, RECORDS_SIZE);
}

void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus)
{
	static struct machine machine;

	machine_open(&machine);
	add_memory(&machine, memory);
	while (machine.cpus < cpus)
		make_cpu(machine_add_cpu(&machine), program);
	make_interrupt_controller(&machine);
	machine_start(&machine);
}
