/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

void must(int result, const char *what)
{
	if (result < 0)
		fail(what);
}

void machine_open(struct machine *machine)
{
	int run_size;

	machine->kvm = open("/dev/kvm", O_RDWR);
	must(machine->kvm, "/dev/kvm");
	run_size = ioctl(machine->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	must(run_size, "KVM_GET_VCPU_MMAP_SIZE");
	machine->run_size = (size_t)run_size;
	machine->vm = ioctl(machine->kvm, KVM_CREATE_VM, 0);
	must(machine->vm, "KVM_CREATE_VM");
	pthread_mutex_init(&machine->lock, NULL);
}

void machine_add_memory(const struct machine *machine, uint32_t slot, uint64_t address,
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

struct cpu *machine_add_cpu(struct machine *machine)
{
	struct cpu *cpu = &machine->all[machine->cpus];

	cpu->machine = machine;
	cpu->id = machine->cpus++;
	cpu->fd = ioctl(machine->vm, KVM_CREATE_VCPU, cpu->id);
	must(cpu->fd, "KVM_CREATE_VCPU");
	cpu->run =
		mmap(NULL, machine->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED)
		fail("mmap of a vCPU");
	return cpu;
}

void put_char(struct machine *machine, char c)
{
	machine->line[machine->length++] = c;
	if (c != '\n' && machine->length < sizeof(machine->line))
		return;
	fwrite(machine->line, 1, machine->length, stdout);
	fflush(stdout);
	machine->length = 0;
}

static noreturn void fail_to_go_on(const struct cpu *cpu)
{
	const struct kvm_run *run = cpu->run;
	char what[64];

	errno = 0;
	snprintf(what, sizeof(what), "CPU %u left KVM, reason %u, %u", cpu->id,
		 run->exit_reason,
		 run->exit_reason == KVM_EXIT_INTERNAL_ERROR ? run->internal.suberror : 0);
	fail(what);
}

static void *run_cpu(void *argument)
{
	struct cpu *cpu = argument;

	while (1) {
		if (ioctl(cpu->fd, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			fail("KVM_RUN");
		}
		pthread_mutex_lock(&cpu->machine->lock);
		if (!do_exit(cpu))
			fail_to_go_on(cpu);
		pthread_mutex_unlock(&cpu->machine->lock);
	}
	return NULL;
}

void machine_start(struct machine *machine)
{
	pthread_t thread;

	for (uint32_t i = 1; i < machine->cpus; i++)
		must(-pthread_create(&thread, NULL, run_cpu, &machine->all[i]), "a thread");
	run_cpu(&machine->all[0]);
	abort();
}
