/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tsc.h"

#include "../clock.h"
#include "../load.h"
#include "../readings.h"
#include "apic.h"
#include "registers.h"

#include <stdatomic.h>

#define PAGE_SIZE 4096

/* How often, in nanoseconds, the guest's clock is maintained. */
#define ADJUST_NANOSECONDS UINT64_C(4000000)

static struct {
	/* Whether such a block begins at that place in a page. */
	_Atomic(uint8_t) follows[PAGE_SIZE];
	/* When the clock was last maintained; coarse. */
	_Atomic(uint64_t) adjusted_nanoseconds;
} state;

/*
 * Only the kernel's readings count, and one ends only at the address after it: a program could
 * have a block that was translated before it can follow a reading, and so is not hooked, change
 * the registers.
 */
static void begin_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	struct site site = site_unpack(userdata);

	if (!vcpu)
		return;
	x86_vcpu(vcpu)->pc_after_tsc = site_next_pc(vcpu, &site);
	x86_vcpu(vcpu)->ticks_before_tsc = clock_ticks();
	readings_begin(vcpu);
}

/* One vCPU in a few milliseconds. */
static void adjust_clock(struct vcpu *vcpu, uint64_t tsc)
{
	uint64_t now = clock_coarse_nanoseconds();

	if (now - atomic_load(&state.adjusted_nanoseconds) < ADJUST_NANOSECONDS)
		return;
	atomic_store(&state.adjusted_nanoseconds, now);
	load_check(vcpu);
	paracall_adjust_clock(vcpu->cpu, tsc);
	load_mark(vcpu);
}

static void finish_reading(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_current(index);
	uint64_t tsc;

	(void)userdata;
	if (!vcpu)
		return;
	readings_end(vcpu);
	if (register_read(vcpu, X86_RIP) != x86_vcpu(vcpu)->pc_after_tsc)
		return;
	tsc = (uint32_t)register_read(vcpu, PARACALL_X86_RAX) |
	      register_read(vcpu, PARACALL_X86_RDX) << 32;
	if (clock_learn(x86_vcpu(vcpu)->ticks_before_tsc, tsc))
		adjust_clock(vcpu, tsc);
}

void tsc_init(void)
{
	readings_init(begin_reading, finish_reading);
}

void tsc_hook_reading(struct qemu_plugin_insn *insn, const struct site *site)
{
	uint64_t next = qemu_plugin_insn_vaddr(insn) + qemu_plugin_insn_size(insn);

	if (!clock_can_learn() || site->mode & PARACALL_MODE_USER)
		return;
	state.follows[next % PAGE_SIZE] = true;
	readings_hook(insn, site_pack(site));
}

void tsc_hook_block(struct qemu_plugin_tb *block)
{
	if (state.follows[qemu_plugin_tb_vaddr(block) % PAGE_SIZE])
		readings_hook_next(block);
}
