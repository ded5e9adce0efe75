/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documentation/virt/kvm/api.rst. All of the SBI that the kernel has is the kernel's, timers
 * and the start of harts among it; the serial port, a 16550, is ours. Addresses are those of
 * QEMU's machine virt.
 */
#include "../machine.h"

#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>

#define SERIAL_DATA 0x10000000ull
#define SERIAL_LINE_STATUS 0x10000005ull
#define LINE_STATUS_EMPTY 0x20

#define SBI_ERR_NOT_SUPPORTED (-2)

/* The program's last line has said how it ended. */
void machine_end(uint32_t value)
{
	(void)value;
	reboot(RB_POWER_OFF);
}

/* The serial port can always take a character. */
static void do_memory(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;

	if (run->mmio.is_write) {
		if (run->mmio.phys_addr == SERIAL_DATA)
			put_char(cpu->machine, (char)run->mmio.data[0]);
		return;
	}
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	if (run->mmio.phys_addr == SERIAL_LINE_STATUS)
		run->mmio.data[0] = LINE_STATUS_EMPTY;
}

bool do_exit(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		do_memory(cpu);
		return true;
	/* Extensions of an experiment's or a vendor's, of which this machine has none. */
	case KVM_EXIT_RISCV_SBI:
		run->riscv_sbi.ret[0] = (unsigned long)SBI_ERR_NOT_SUPPORTED;
		run->riscv_sbi.ret[1] = 0;
		return true;
	case KVM_EXIT_SYSTEM_EVENT:
		finish(0);
	}
	return false;
}

static void set_core(const struct cpu *cpu, uint64_t number, const void *value,
		     const char *what)
{
	struct kvm_one_reg reg = {
		.id = KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE | number,
		.addr = (uintptr_t)value,
	};

	must(ioctl(cpu->fd, KVM_SET_ONE_REG, &reg), what);
}

/* All but the first one are off until that switches them on. */
static void make_first_cpu(const struct cpu *cpu, const struct program *program)
{
	uint64_t hart = cpu->id;

	set_core(cpu, KVM_REG_RISCV_CORE_REG(regs.pc), &program->entry, "the program counter");
	set_core(cpu, KVM_REG_RISCV_CORE_REG(regs.a0), &hart, "the hart's number");
	set_core(cpu, KVM_REG_RISCV_CORE_REG(regs.a1), &memory_start, "the device tree");
}

void machine_run(const struct program *program, uint8_t *memory, uint32_t cpus)
{
	static struct machine machine;

	machine_open(&machine);
	machine_add_memory(&machine, 0, memory_start, memory, MEMORY_SIZE);
	while (machine.cpus < cpus)
		machine_add_cpu(&machine);
	make_first_cpu(&machine.all[0], program);
	machine_start(&machine);
}
