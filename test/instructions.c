/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes one of x86's calls many times, for test/checks.sh to count the library's
 * instructions. The engine is two registers and a vCPU that runs.
 * Usage: instructions NUMBER ARGUMENT read|known TIMES
 */
#include <paracall/paracall.h>
#include <stdlib.h>
#include <string.h>

static uint64_t registers[PARACALL_X86_REGISTERS];

static uint64_t read_register(void *cpu, unsigned int number)
{
	(void)cpu;
	return registers[number];
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	(void)cpu;
	registers[number] = value;
}

static void wake(void *cpu, void *target, uint32_t apic_id)
{
	(void)cpu;
	(void)target;
	(void)apic_id;
}

int main(int argc, char **argv)
{
	static const struct paracall_engine engine = {
		.size = sizeof(engine),
		.capabilities = PARACALL_CAN_WAKE,
		.read_register = read_register,
		.write_register = write_register,
		.wake = wake,
	};
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = PARACALL_X86,
		.max_cpus = 2,
		.features = paracall_features_default(PARACALL_X86, engine.capabilities),
	};
	uint64_t number = argc == 5 ? strtoull(argv[1], NULL, 0) : 0;
	bool is_known = argc == 5 && !strcmp(argv[3], "known");
	struct paracall_machine *machine;
	struct paracall_cpu *cpu = NULL;

	if (argc != 5 || paracall_machine_new(&machine, &engine, &options))
		return EXIT_FAILURE;
	for (uint32_t i = 2; i--;) {
		cpu = paracall_machine_add_cpu(machine, i, registers);
		paracall_cpu_set_apic_id(cpu, i);
	}
	registers[PARACALL_X86_RCX] = strtoull(argv[2], NULL, 0);
	for (unsigned long i = strtoul(argv[4], NULL, 0); i; i--) {
		registers[PARACALL_X86_RAX] = number;
		if (is_known)
			paracall_hypercall_number(cpu, PARACALL_MODE_64BIT, number);
		else
			paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	}
	paracall_machine_free(machine);
	return EXIT_SUCCESS;
}
