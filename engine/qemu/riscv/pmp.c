/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical memory protection: the firmware's own memory is closed to the guest's kernel, and
 * stays so if the kernel has the host write there. RISC-V Privileged Architecture,
 * "Physical Memory Protection" and "Smepmp"; of the entries that match the first one counts.
 */
#include "pmp.h"

#include "registers.h"

/* Of an entry's configuration, a byte. */
#define READ 0x01u
#define WRITE 0x02u
#define EXECUTE 0x04u
#define LOCKED 0x80u
#define MATCHING(configuration) ((configuration) >> 3 & 3)
#define MATCH_OFF 0
#define MATCH_TOP_OF_RANGE 1
#define MATCH_NATURALLY_ALIGNED_4 2

static uint8_t read_configuration(struct vcpu *vcpu, unsigned int entry)
{
	uint64_t word = register_read(vcpu, RISCV_PMP_CONFIGURATION +
						    entry / RISCV_PMP_PER_CONFIGURATION);

	return (uint8_t)(word >> entry % RISCV_PMP_PER_CONFIGURATION * 8);
}

/* In units of 4 bytes, as the registers have them. */
static uint64_t read_address(struct vcpu *vcpu, unsigned int entry)
{
	return register_read(vcpu, RISCV_PMP_ADDRESS + entry);
}

static bool matches(struct vcpu *vcpu, unsigned int entry, uint8_t configuration, uint64_t unit)
{
	uint64_t address = read_address(vcpu, entry);
	uint64_t low_bits;

	switch (MATCHING(configuration)) {
	case MATCH_OFF:
		return false;
	case MATCH_TOP_OF_RANGE:
		return unit < address && (!entry || unit >= read_address(vcpu, entry - 1));
	case MATCH_NATURALLY_ALIGNED_4:
		return unit == address;
	}
	/* The ones at the end, and the zero before them. */
	low_bits = address ^ (address + 1);
	return !((unit ^ address) & ~low_bits);
}

/* Smepmp changes what entries mean, if the firmware has chosen it: its table of them. */
#define MSECCFG_MACHINE_MODE_LOCKDOWN 0x1u

static bool is_writable(struct vcpu *vcpu, uint8_t configuration)
{
	if (!(register_read(vcpu, RISCV_MSECCFG) & MSECCFG_MACHINE_MODE_LOCKDOWN))
		return configuration & WRITE;
	return configuration & WRITE && configuration & (READ | EXECUTE) &&
	       !(configuration & LOCKED);
}

static bool allows(struct vcpu *vcpu, uint64_t address)
{
	for (unsigned int entry = 0; entry < RISCV_PMP_ENTRIES; entry++) {
		uint8_t configuration = read_configuration(vcpu, entry);

		if (matches(vcpu, entry, configuration, address >> 2))
			return is_writable(vcpu, configuration);
	}
	return false;
}

/* A CPU without it has no such registers. */
bool pmp_allows_write(struct vcpu *vcpu, uint64_t address, uint64_t size)
{
	if (!register_exists(RISCV_PMP_CONFIGURATION))
		return true;
	return allows(vcpu, address) && allows(vcpu, address + size - 4);
}
