/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DIAGNOSE 0x258: the guest wants to be notified, by a token of its own, of pages
 * that the host has to bring first, and when they are available (pfault). All of
 * the guest's memory is always present, so it is never notified; the checks and the
 * answers are KVM's (arch/s390/kvm/diag.c, __diag_page_ref_service).
 */
#include "diag.h"
#include "state.h"

#define CODE 0x258
#define VERSION 2
/* In doublewords. */
#define LENGTH 5
#define ZARCH (UINT64_C(1) << 63)

/* The block says none. */
#define NO_SUBCODE UINT64_MAX

enum result {
	RESULT_DONE = 0,
	RESULT_NO_TOKEN = 4,
	RESULT_HAS_TOKEN = 8,
};

static unsigned int halfword(const struct diag_block *block, unsigned int number)
{
	return block->head >> (48 - 16 * number) & 0xffff;
}

/* A CPU's prefix area and the first two pages are exchanged. */
static struct paracall_gpa real_address(uint64_t address, uint64_t prefix)
{
	if (address < PREFIX_AREA)
		return guest_address(address + prefix);
	if (address - prefix < PREFIX_AREA)
		return guest_address(address - prefix);
	return guest_address(address);
}

static uint64_t doubleword(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* It may cross into another page, whose place is another one. */
static bool read_block(struct paracall_cpu *cpu, uint64_t address, struct diag_block *block)
{
	uint64_t prefix = diag_prefix(cpu);
	uint8_t bytes[8 * LENGTH];
	size_t first = GUEST_PAGE_SIZE - address % GUEST_PAGE_SIZE;

	if (first > sizeof(bytes))
		first = sizeof(bytes);
	if (!guest_read(cpu, real_address(address, prefix), bytes, first))
		return false;
	if (first < sizeof(bytes) && !guest_read(cpu, real_address(address + first, prefix),
						 bytes + first, sizeof(bytes) - first))
		return false;
	*block = (struct diag_block){
		.head = doubleword(bytes),
		.token = doubleword(bytes + 8),
		.select = doubleword(bytes + 16),
		.compare = doubleword(bytes + 24),
		.zarch = doubleword(bytes + 32),
	};
	return true;
}

/* The checks that come before it is read. */
uint64_t diag_page_reference_subcode(struct paracall_cpu *cpu, struct diag_call *call)
{
	uint64_t address = diag_read_subcode(cpu, call, DIAG_R1, call->r1);

	if (address % 8)
		return NO_SUBCODE;
	if (!read_block(cpu, address, &call->block)) {
		call->refusal = PARACALL_DIAG_ADDRESSING;
		return NO_SUBCODE;
	}
	if (halfword(&call->block, 0) != CODE || halfword(&call->block, 2) < LENGTH ||
	    halfword(&call->block, 3) != VERSION)
		return NO_SUBCODE;
	return halfword(&call->block, 1);
}

static int64_t answer(struct paracall_cpu *cpu, struct call *call, enum result result)
{
	call->outputs[0] = result;
	cpu_write_register(cpu, diag_call(call)->r3, result);
	return PARACALL_DIAG_DONE;
}

int64_t paracall_diag_token(struct paracall_cpu *cpu, struct call *call)
{
	const struct diag_block *block = &diag_call(call)->block;
	uint64_t token;

	if (atomic_load(&s390_cpu(cpu)->has_pfault_token))
		return answer(cpu, call, RESULT_HAS_TOKEN);
	if (block->compare & ~block->select || block->token % 8 || block->zarch != ZARCH)
		return PARACALL_DIAG_SPECIFICATION;
	if (!guest_read(cpu, guest_address(block->token), &token, sizeof(token)))
		return PARACALL_DIAG_ADDRESSING;
	atomic_store(&s390_cpu(cpu)->has_pfault_token, true);
	return answer(cpu, call, RESULT_DONE);
}

int64_t paracall_diag_cancel(struct paracall_cpu *cpu, struct call *call)
{
	const struct diag_block *block = &diag_call(call)->block;

	if (block->token || block->select || block->compare || block->zarch)
		return PARACALL_DIAG_SPECIFICATION;
	return answer(cpu, call,
		      atomic_exchange(&s390_cpu(cpu)->has_pfault_token, false)
			      ? RESULT_DONE
			      : RESULT_NO_TOKEN);
}
