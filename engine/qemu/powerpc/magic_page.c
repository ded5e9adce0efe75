/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "magic_page.h"

#include "../clock.h"
#include "current.h"
#include "msr.h"
#include "registers.h"
#include "sprg.h"

#include <stdatomic.h>

/* Blocks translated after a page was mapped among which Linux's test is looked for. */
#define TEST_BLOCKS 4096

/* Accesses that are done together. */
#define LONGEST_ROW 4

/* A branch that sets the link register, to a relative address. */
#define BRANCH_MASK 0xfc000003u
#define BRANCH_AND_LINK 0x48000001u

/* What is done to memory, and how that is packed for a callback. */
struct access {
	uint8_t size;
	bool is_store;
	bool is_signed;
	uint8_t target;
	uint8_t base;
	int16_t displacement;
};

/* Of each primary opcode; those with size 0 are no accesses. */
static const struct {
	uint8_t size;
	bool is_store;
	bool is_signed;
} opcodes[64] = {
	[32] = { .size = 4 },
	[34] = { .size = 1 },
	[36] = { .size = 4, .is_store = true },
	[38] = { .size = 1, .is_store = true },
	[40] = { .size = 2 },
	[42] = { .size = 2, .is_signed = true },
	[44] = { .size = 2, .is_store = true },
	/* The last bits of these two distinguish several instructions. */
	[58] = { .size = 8 },
	[62] = { .size = 8, .is_store = true },
};

/* The bits of real addresses that count. */
#define REAL_MASK UINT64_C(0x0fffffffffffffff)

/* Blocks to go for which Linux's test is looked for. */
static _Atomic(int) test_blocks;

static bool decode(uint32_t word, struct access *access)
{
	unsigned int opcode = word >> 26;
	unsigned int extended = opcode >= 58 ? word & 3 : 0;

	*access = (struct access){
		.size = opcodes[opcode].size,
		.is_store = opcodes[opcode].is_store,
		.is_signed = opcodes[opcode].is_signed,
		.target = word >> 21 & 31,
		.base = word >> 16 & 31,
		.displacement = word & (opcode >= 58 ? 0xfffc : 0xffff),
	};
	/* lwa; the others are forms that change the base register, and 16 bytes. */
	if (opcode == 58 && extended == 2) {
		access->size = 4;
		access->is_signed = true;
		extended = 0;
	}
	return access->size && !extended;
}

void magic_page_begin_block(void)
{
	int left = atomic_load_explicit(&test_blocks, memory_order_relaxed);

	if (left > 0)
		atomic_compare_exchange_strong(&test_blocks, &left, left - 1);
}

static bool is_testing(void)
{
	return atomic_load_explicit(&test_blocks, memory_order_relaxed) > 0;
}

static bool is_offered(void)
{
	return engine_offers(PARACALL_KVM_FEATURE_MAGIC_PAGE);
}

/*
 * Without a base register; while the guest may be about to test its page, loads
 * with one, and calls. And what moves registers that are kept for the page, or MSR.
 */
bool magic_page_is_hooked(uint32_t word)
{
	struct access access;

	if (decode(word, &access))
		return (!access.base || (is_testing() && !access.is_store)) && is_offered();
	if (sprg_is_hooked(word) || msr_is_hooked(word))
		return is_offered();
	return (word & BRANCH_MASK) == BRANCH_AND_LINK && is_testing();
}

bool magic_page_is_hooked_for_user(uint32_t word)
{
	return sprg_is_hooked_for_user(word) && is_offered();
}

/* ---- when the instruction runs ---------------------------------------------- */

#define MODE_SHIFT 32

/* As KVM sees it: Book E has 32 bits there, whatever its addresses have. */
static uint32_t mode_of(uint64_t msr)
{
	bool is_translated = msr & POWERPC_MSR_DATA_RELOCATE || powerpc_is_book_e();

	return (msr & POWERPC_MSR_SF ? PARACALL_MODE_64BIT : 0) |
	       (msr & POWERPC_MSR_LITTLE_ENDIAN ? PARACALL_MODE_LITTLE_ENDIAN : 0) |
	       (is_translated ? 0 : PARACALL_MODE_REAL);
}

static void *pack(uint32_t word, uint64_t msr)
{
	return (void *)(uintptr_t)(word | (uint64_t)mode_of(msr) << MODE_SHIFT);
}

/* Whose slot it is does not matter: the instruction's other callback takes the same. */
static void note_next(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (vcpu)
		powerpc_vcpu(vcpu)->next_pc = (uintptr_t)userdata;
}

static void go_on(unsigned int index)
{
	qemu_plugin_set_pc(powerpc_vcpu(vcpu_by_index(index))->next_pc);
}

static uint64_t extend(uint64_t value, const struct access *access)
{
	if (!access->is_signed)
		return value;
	return access->size == 2 ? (uint64_t)(int16_t)value : (uint64_t)(int32_t)value;
}

static void do_access(struct vcpu *vcpu, const struct access *access, uint64_t address,
		      uint32_t mode)
{
	unsigned int offset = address & 0xfff;

	if (access->is_store)
		paracall_magic_page_store(vcpu->cpu, offset, access->size,
					  register_read(vcpu, access->target), mode);
	else
		register_write(vcpu, access->target,
			       extend(paracall_magic_page_load(vcpu->cpu, offset, access->size,
							       mode),
				      access));
}

static struct vcpu *current(unsigned int index, uint32_t mode)
{
	return powerpc_vcpu_current(index, !(mode & PARACALL_MODE_LITTLE_ENDIAN));
}

static bool access_page(unsigned int index, void *userdata)
{
	uint64_t packed = (uintptr_t)userdata;
	uint32_t mode = packed >> MODE_SHIFT;
	struct vcpu *vcpu = current(index, mode);
	struct access access;
	uint64_t address;

	decode((uint32_t)packed, &access);
	address = (uint64_t)(int64_t)access.displacement;
	if (!vcpu || !paracall_magic_page_is_at(vcpu->cpu, address, mode))
		return false;
	do_access(vcpu, &access, address, mode);
	return true;
}

/* Of several accesses in a row, all but the last. */
static void call_access(unsigned int index, void *userdata)
{
	access_page(index, userdata);
}

static void call_last_access(unsigned int index, void *userdata)
{
	if (access_page(index, userdata))
		go_on(index);
}

/*
 * Before Linux patches itself it tests whether it can read the page. Before 5.17
 * that is a load by a base register: served once after a page was mapped.
 */
static void call_test_load(unsigned int index, void *userdata)
{
	uint64_t packed = (uintptr_t)userdata;
	uint32_t mode = packed >> MODE_SHIFT;
	struct vcpu *vcpu = is_testing() ? current(index, mode) : NULL;
	struct access access;
	uint64_t address;

	if (!vcpu)
		return;
	decode((uint32_t)packed, &access);
	address = register_read(vcpu, access.base) + (uint64_t)(int64_t)access.displacement;
	if (!paracall_magic_page_is_at(vcpu->cpu, address, mode) ||
	    !atomic_exchange(&test_blocks, 0))
		return;
	do_access(vcpu, &access, address, mode);
	go_on(index);
}

/*
 * Since then it is fault_in_readable(), which is for user memory and refuses all
 * other addresses without reading, so that no host passes. Here it is answered: a call
 * with the page and 4 bytes, once after a page was mapped.
 */
static void call_test(unsigned int index, void *userdata)
{
	uint64_t packed = (uintptr_t)userdata;
	uint32_t mode = packed >> MODE_SHIFT;
	struct vcpu *vcpu = is_testing() ? current(index, mode) : NULL;
	uint64_t address;

	if (!vcpu || register_read(vcpu, PARACALL_POWERPC_R4) != 4)
		return;
	address = register_read(vcpu, PARACALL_POWERPC_R3);
	if (address & 0xfff || !paracall_magic_page_is_at(vcpu->cpu, address, mode) ||
	    !atomic_exchange(&test_blocks, 0))
		return;
	register_write(vcpu, PARACALL_POWERPC_R3, 0);
	go_on(index);
}

/* ---- when it is translated -------------------------------------------------- */

static void hook(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_cb *callback, uint32_t word,
		 uint64_t msr)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_RW_REGS_PC,
					       pack(word, msr));
}

/* The address after an instruction does not fit into the pointer with the rest. */
static void hook_next(struct qemu_plugin_insn *insn, const struct qemu_plugin_insn *last,
		      uint64_t msr)
{
	uint64_t next = qemu_plugin_insn_vaddr(last) + 4;

	if (!powerpc_is_64bit(msr))
		next = (uint32_t)next;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, note_next, QEMU_PLUGIN_CB_NO_REGS,
					       (void *)(uintptr_t)next);
}

/* Whether that instruction of the block is one more access, to the same page. */
static bool is_in_row(struct qemu_plugin_tb *block, size_t index, uint64_t msr,
		      const struct access *first, uint32_t *word)
{
	struct qemu_plugin_insn *insn;
	struct access access;

	if (index >= qemu_plugin_tb_n_insns(block))
		return false;
	insn = qemu_plugin_tb_get_insn(block, index);
	if (qemu_plugin_insn_size(insn) != sizeof(*word) ||
	    qemu_plugin_insn_data(insn, word, sizeof(*word)) != sizeof(*word))
		return false;
	*word = msr & POWERPC_MSR_LITTLE_ENDIAN ? GUINT32_FROM_LE(*word)
						: GUINT32_FROM_BE(*word);
	return decode(*word, &access) && !access.base &&
	       access.displacement >> 12 == first->displacement >> 12;
}

/*
 * An access and those that follow at once are done together, and the block is left
 * once for all of them. The page is mapped for all or for none.
 */
static void hook_row(struct qemu_plugin_tb *block, size_t index, uint32_t word, uint64_t msr,
		     const struct access *first)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
	uint32_t words[LONGEST_ROW] = { word };
	size_t count = 1;

	while (count < LONGEST_ROW &&
	       is_in_row(block, index + count, msr, first, &words[count]))
		count++;
	/* QEMU calls them in this order. */
	hook_next(insn, qemu_plugin_tb_get_insn(block, index + count - 1), msr);
	for (size_t i = 0; i < count; i++)
		hook(insn, i + 1 < count ? call_access : call_last_access, words[i], msr);
}

void magic_page_hook(struct qemu_plugin_tb *block, size_t index, uint32_t word, uint64_t msr)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, index);
	struct access access;
	bool is_access = decode(word, &access);

	if (sprg_is_hooked(word)) {
		sprg_hook(insn, word, !(msr & POWERPC_MSR_LITTLE_ENDIAN));
		return;
	}
	if (msr_is_hooked(word)) {
		msr_hook(insn, !(msr & POWERPC_MSR_LITTLE_ENDIAN));
		return;
	}
	if (is_access && !access.base) {
		hook_row(block, index, word, msr, &access);
		return;
	}
	hook_next(insn, insn, msr);
	hook(insn, is_access ? call_test_load : call_test, word, msr);
}

/* ---- the engine's functions ------------------------------------------------- */

/*
 * An address that an instruction can name without a base register; 0, which is
 * none, too. In 32-bit mode the lower half is all of it.
 */
static bool is_reachable(uint64_t address)
{
	return address + 0x8000 < 0x10000 ||
	       (address <= UINT32_MAX && (uint32_t)(address + 0x8000) < 0x10000);
}

static bool is_reachable_in_real_mode(uint64_t address)
{
	return powerpc_is_book_e() || is_reachable(address) ||
	       ((address + 0x8000) & REAL_MASK) < 0x10000;
}

bool magic_page_map(void *context, uint64_t address, uint64_t effective_address)
{
	(void)context;
	if (!is_reachable_in_real_mode(address) || !is_reachable(effective_address))
		return false;
	if (effective_address)
		atomic_store(&test_blocks, TEST_BLOCKS);
	return true;
}

void magic_page_interrupted(struct vcpu *vcpu, uint64_t from)
{
	uint64_t after;

	if (!paracall_magic_page_is_critical(vcpu->cpu))
		return;
	powerpc_read_msr(vcpu);
	after = register_read(vcpu, POWERPC_SRR0) - from;
	/* Book E's critical ones, and hypervisors', leave SRR0 and SRR1 alone. */
	if (!after || after == 4)
		paracall_magic_page_interrupted(vcpu->cpu);
	msr_note_loaded(vcpu);
}

bool magic_page_has_register(void *context, unsigned int number)
{
	(void)context;
	return register_exists(number);
}

uint64_t magic_page_read_register(void *context, unsigned int number)
{
	return sprg_is(number) ? sprg_read(context, number) : register_read(context, number);
}

/*
 * A vCPU whose instructions are counted must not interrupt itself within a block.
 * Then interrupts stay disabled until the guest enables them by an instruction.
 */
void magic_page_write_register(void *context, unsigned int number, uint64_t value)
{
	if (number == POWERPC_MSR && value & POWERPC_MSR_EXTERNAL_INTERRUPTS &&
	    !clock_can_learn() &&
	    !(register_read(context, POWERPC_MSR) & POWERPC_MSR_EXTERNAL_INTERRUPTS))
		value &= ~POWERPC_MSR_EXTERNAL_INTERRUPTS;
	if (sprg_is(number))
		sprg_write(context, number, value);
	else
		register_write(context, number, value);
}
