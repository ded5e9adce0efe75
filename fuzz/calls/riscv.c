/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RISC-V's guests. */
#include "calls.h"

static void inject(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	static const uint64_t functions[][2] = {
		{ PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM },
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT },
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID },
		{ PARACALL_SBI_TIME, PARACALL_SBI_TIME_SET_TIMER },
		{ PARACALL_SBI_LEGACY_CONSOLE_PUTCHAR, 0 },
	};
	const uint64_t *function = functions[i % (sizeof(functions) / sizeof(functions[0]))];

	registers[PARACALL_RISCV_A7] = function[0];
	registers[PARACALL_RISCV_A6] = function[1];
	registers[PARACALL_RISCV_A0] = registers[PARACALL_RISCV_A1] = 0;
	registers[PARACALL_RISCV_A2] = 0;
	paracall_sbi(cpu);
	paracall_update(cpu);
}

static void resume(struct paracall_cpu *cpu, uint64_t *registers, unsigned int i)
{
	static const uint64_t functions[][2] = {
		{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT },
		{ PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM },
		{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP },
		{ PARACALL_SBI_IPI, PARACALL_SBI_IPI_SEND_IPI },
	};
	const uint64_t *function =
		functions[i / 2 % (sizeof(functions) / sizeof(functions[0]))];

	/* First of all what the record has is used. */
	if (i < 8)
		return;
	registers[PARACALL_RISCV_A7] = function[0];
	registers[PARACALL_RISCV_A6] = function[1];
	registers[PARACALL_RISCV_A0] = i * sizeof(struct paracall_sbi_sta);
	registers[PARACALL_RISCV_A1] = 0;
	registers[PARACALL_RISCV_A2] = 0;
	paracall_sbi(cpu);
}

const struct calls riscv_calls = {
	.architecture = PARACALL_RISCV,
	.inject = inject,
	.resume = resume,
};
