/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documentation/virt/kvm/api.rst, and devices/arm-vgic.rst and devices/vcpu.rst beside it.
 * Interrupt controller (version 2), timers and PSCI are the kernel's; the serial port, an
 * Arm PL011, is ours. Addresses are those of QEMU's machine virt.
 */
#include "../machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

#define GIC_DISTRIBUTOR 0x08000000ull
#define GIC_CPU_INTERFACE 0x08010000ull
#define GIC_INTERRUPTS 64
#define SERIAL_DATA 0x09000000ull

/* Behind the program's memory, for records of stolen time: as a host has them. */
#define RECORDS_SIZE 0x10000u
#define RECORD_SIZE 64

struct machine {
	int kvm, vm;
	uint32_t cpus;
	size_t run_size;
	pthread_mutex_t lock;
	/* Under the lock: a line of output. */
	char line[256];
	size_t length;
};

struct cpu {
	struct machine *machine;
	uint32_t id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
};

static void must(int result, const char *what)
{
	if (result < 0)
		fail(what);
}

/* The program's last line has said how it ended. */
void machine_end(uint32_t value)
{
	(void)value;
	reboot(RB_POWER_OFF);
}

static void put_char(struct machine *machine, char c)
{
	pthread_mutex_lock(&machine->lock);
	machine->line[machine->length++] = c;
	if (c == '\n' || machine->length == sizeof(machine->line)) {
		fwrite(machine->line, 1, machine->length, stdout);
		fflush(stdout);
		machine->length = 0;
	}
	pthread_mutex_unlock(&machine->lock);
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

static void *run_cpu(void *argument)
{
	struct cpu *cpu = argument;
	char what[64];

	while (1) {
		if (ioctl(cpu->fd, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			fail("KVM_RUN");
		}
		switch (cpu->run->exit_reason) {
		case KVM_EXIT_MMIO:
			do_memory(cpu);
			break;
		case KVM_EXIT_SYSTEM_EVENT:
			finish(0);
		default:
			errno = 0;
			snprintf(what, sizeof(what), "CPU %u left KVM, reason %u", cpu->id,
				 cpu->run->exit_reason);
			fail(what);
		}
	}
	return NULL;
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
static void make_cpu(struct cpu *cpu, const struct program *program)
{
	struct machine *machine = cpu->machine;
	struct kvm_vcpu_init init;
	uint64_t record = memory_start + MEMORY_SIZE + (uint64_t)cpu->id * RECORD_SIZE;
	struct kvm_one_reg pc = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (uintptr_t)&program->entry,
	};

	cpu->fd = ioctl(machine->vm, KVM_CREATE_VCPU, cpu->id);
	must(cpu->fd, "KVM_CREATE_VCPU");
	cpu->run =
		mmap(NULL, machine->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED)
		fail("mmap of a vCPU");
	must(ioctl(machine->vm, KVM_ARM_PREFERRED_TARGET, &init), "KVM_ARM_PREFERRED_TARGET");
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

static void add_memory(const struct machine *machine, uint32_t slot, uint64_t address,
		       uint8_t *memory, uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	must(ioctl(machine->vm, KVM_SET_USER_MEMORY_REGION, &region),
	     "KVM_SET_USER_MEMORY_REGION");
}

static void make_vm(struct machine *machine, uint8_t *memory)
{
	uint8_t *records = mmap(NULL, RECORDS_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (records == MAP_FAILED)
		fail("memory for stolen time");
	machine->vm = ioctl(machine->kvm, KVM_CREATE_VM, 0);
	must(machine->vm, "KVM_CREATE_VM");
	add_memory(machine, 0, memory_start, memory, MEMORY_SIZE);
	add_memory(machine, 1, memory_start + MEMORY_SIZE, records, RECORDS_SIZE);
}

void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus)
{
	static struct machine machine = { .lock = PTHREAD_MUTEX_INITIALIZER };
	static struct cpu all[MOST_CPUS];
	int run_size;

	machine.cpus = cpus;
	machine.kvm = open("/dev/kvm", O_RDWR);
	must(machine.kvm, "/dev/kvm");
	run_size = ioctl(machine.kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	must(run_size, "KVM_GET_VCPU_MMAP_SIZE");
	machine.run_size = (size_t)run_size;
	make_vm(&machine, memory);
	for (uint32_t i = 0; i < cpus; i++) {
		all[i] = (struct cpu){ .machine = &machine, .id = i };
		make_cpu(&all[i], program);
	}
	make_interrupt_controller(&machine);
	for (uint32_t i = 1; i < cpus; i++)
		must(-pthread_create(&all[i].thread, NULL, run_cpu, &all[i]), "a thread");
	run_cpu(&all[0]);
	abort();
}
