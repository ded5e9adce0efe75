/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exceptions.h"

#include "../memory.h"

/* Set or not, the address is not canonical: code has addresses below 2^47. */
#define NOT_CANONICAL (UINT64_C(1) << 62)

#define EFER_LMA (1u << 10)

void exception_raise_at(struct vcpu *vcpu, uint64_t trap, uint64_t pc, uint64_t error_code,
			uint64_t cr2)
{
	x86_vcpu(vcpu)->raised = (struct raised){
		.trap = trap,
		.pc = pc,
		.error_code = error_code,
		.cr2 = cr2,
	};
	qemu_plugin_set_pc(trap);
}

/* 32-bit code has no such address. */
void exception_general_protection(struct vcpu *vcpu, const struct site *site, uint64_t pc)
{
	if (site_mode(vcpu, site) & PARACALL_MODE_64BIT)
		exception_raise_at(vcpu, pc ^ NOT_CANONICAL, pc, 0,
				   register_read(vcpu, X86_CR2));
}

/* An address where nothing is mapped; false if none of a few is. */
static bool find_unmapped(bool is_64bit, uint64_t *address)
{
	unsigned int shift = is_64bit ? 39 : 22;
	uint64_t physical;

	for (uint64_t i = 1; i < (is_64bit ? 256 : 1024); i++) {
		*address = i << shift;
		if (!qemu_plugin_translate_vaddr(*address, &physical))
			return true;
	}
	return false;
}

void exception_page_fault(struct vcpu *vcpu, const struct site *site, uint64_t pc,
			  uint64_t error_code, uint64_t address)
{
	uint64_t trap;

	if (find_unmapped(site_mode(vcpu, site) & PARACALL_MODE_64BIT, &trap))
		exception_raise_at(vcpu, trap, pc, error_code, address);
}

/* A word of the handler's stack, which is aligned unless the guest is odd. */
static bool locate(uint64_t vaddr, size_t size, uint64_t *physical)
{
	return vaddr % size == 0 && qemu_plugin_translate_vaddr(vaddr, physical);
}

static bool stack_is(struct vcpu *vcpu, uint64_t vaddr, size_t size, uint64_t expected)
{
	uint64_t physical, value = 0;

	return locate(vaddr, size, &physical) && physical_read(vcpu, physical, &value, size) &&
	       GUINT64_FROM_LE(value) == expected;
}

static void stack_set(struct vcpu *vcpu, uint64_t vaddr, size_t size, uint64_t value)
{
	uint64_t physical;

	if (!locate(vaddr, size, &physical))
		return;
	value = GUINT64_TO_LE(value);
	physical_write(vcpu, physical, &value, size);
}

void exception_raised(struct vcpu *vcpu, uint64_t from)
{
	if (from == x86_vcpu(vcpu)->raised.trap)
		x86_vcpu(vcpu)->raised.count++;
}

/*
 * On the stack are the error code, which interrupts don't have, and rip. After
 * an interrupt the instruction is executed again, as if it had come before it.
 * Of an exception in the exception's delivery only rip is ours.
 */
bool exception_taken(struct vcpu *vcpu)
{
	struct raised raised = x86_vcpu(vcpu)->raised;
	uint64_t stack, rip;
	size_t size;

	x86_vcpu(vcpu)->raised.trap = 0;
	size = register_read(vcpu, PARACALL_X86_EFER) & EFER_LMA ? 8 : 4;
	stack = register_read(vcpu, X86_RSP);
	rip = raised.count ? stack + size : stack;
	if (!stack_is(vcpu, rip, size, raised.trap))
		return raised.count;
	stack_set(vcpu, rip, size, raised.pc);
	if (raised.count != 1)
		return raised.count;
	stack_set(vcpu, stack, size, raised.error_code);
	register_write(vcpu, X86_CR2, raised.cr2);
	return true;
}
