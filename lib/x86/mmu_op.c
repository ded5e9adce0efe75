/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_MMU_OP, as KVM had it until Linux 3.2 (arch/x86/kvm/mmu.c,
 * kvm_pv_mmu_op): a buffer of operations on the guest's page tables, done in
 * order. The result is how many bytes of it are done; the guest calls again for
 * the rest. KVM gave up with an error of its own at memory that is not there;
 * here the operations before count as done.
 */
#include "../memory.h"
#include "quick.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

static_assert(sizeof(struct paracall_kvm_mmu_op_write_pte) == 24, "the ABI's size");
static_assert(sizeof(struct paracall_kvm_mmu_op_flush_tlb) == 8, "the ABI's size");
static_assert(sizeof(struct paracall_kvm_mmu_op_release_pt) == 16, "the ABI's size");

/* KVM's: as much as it reads in one call. */
#define MAX_LENGTH 512

/* Intel SDM volume 3, "Control Registers" and "IA32_EFER". */
#define CR4_PAE (1u << 5)
#define EFER_LMA (1u << 10)

static bool is_long_mode(struct paracall_cpu *cpu, uint32_t mode)
{
	return mode & PARACALL_MODE_64BIT ||
	       cpu_read_register(cpu, PARACALL_X86_EFER) & EFER_LMA;
}

static size_t pte_size(struct paracall_cpu *cpu, bool long_mode)
{
	if (long_mode || cpu_read_register(cpu, PARACALL_X86_CR4) & CR4_PAE)
		return 8;
	return 4;
}

struct batch {
	struct paracall_cpu *cpu;
	bool long_mode;
	bool needs_flush;
	size_t length;
	unsigned char data[MAX_LENGTH];
};

static bool write_pte(struct batch *batch, const unsigned char *data)
{
	struct paracall_kvm_mmu_op_write_pte op;

	memcpy(&op, data, sizeof(op));
	/* The low half comes first. */
	if (!guest_write(batch->cpu, guest_address(le64toh(op.pte_phys)), &op.pte_val,
			 pte_size(batch->cpu, batch->long_mode)))
		return false;
	batch->needs_flush = true;
	return true;
}

static size_t operation_size(uint32_t number)
{
	switch (number) {
	case PARACALL_KVM_MMU_OP_WRITE_PTE:
		return sizeof(struct paracall_kvm_mmu_op_write_pte);
	case PARACALL_KVM_MMU_OP_FLUSH_TLB:
		return sizeof(struct paracall_kvm_mmu_op_flush_tlb);
	case PARACALL_KVM_MMU_OP_RELEASE_PT:
		return sizeof(struct paracall_kvm_mmu_op_release_pt);
	}
	return 0;
}

/* Do the operation at @done; returns its size, or 0 if that is not possible. */
static size_t do_one(struct batch *batch, size_t done)
{
	struct paracall_kvm_mmu_op_header header;
	uint32_t number;
	size_t size;

	if (batch->length - done < sizeof(header))
		return 0;
	memcpy(&header, batch->data + done, sizeof(header));
	number = le32toh(header.op);
	size = operation_size(number);
	if (!size || batch->length - done < size)
		return 0;
	if (number == PARACALL_KVM_MMU_OP_WRITE_PTE && !write_pte(batch, batch->data + done))
		return 0;
	if (number == PARACALL_KVM_MMU_OP_FLUSH_TLB)
		batch->needs_flush = true;
	/* And RELEASE_PT: nothing about page tables is kept here. */
	return size;
}

DEFINE_CALL(paracall_mmu_op)
{
	struct batch batch = { .cpu = cpu };
	uint64_t address = call->arguments[1];
	size_t done = 0, size;

	/* No current KVM has it, so it exists on request only. */
	if (!is_offered(cpu->machine, PARACALL_KVM_FEATURE_MMU_OP))
		return -PARACALL_KVM_ENOSYS;
	batch.long_mode = is_long_mode(cpu, call->mode);
	batch.length = call->arguments[0] < MAX_LENGTH ? call->arguments[0] : MAX_LENGTH;
	if (!batch.long_mode)
		address |= call->arguments[2] << 32;
	if (!guest_read(cpu, guest_address(address), batch.data, batch.length))
		return 0;
	while ((size = do_one(&batch, done)))
		done += size;
	/*
	 * Once for all of them, since the guest doesn't run in between. KVM had
	 * shadow page tables, which it updated with each entry.
	 */
	if (batch.needs_flush)
		cpu->machine->engine.x86->flush_tlb(cpu->engine_cpu);
	return (int64_t)done;
}
