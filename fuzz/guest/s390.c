/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an s390 guest can do, and its engine for it. */
#include "guest.h"

static const uint16_t codes[] = { 0x10, 0x44, 0x9c, 0x258, 0x288, 0x308, 0x500, 0x501 };

#define RELEASE_PAGES 0x10
#define PAGE_REFERENCE 0x258

static bool is_error(enum paracall_diag_outcome outcome)
{
	return outcome != PARACALL_DIAG_DONE && outcome != PARACALL_DIAG_NOT_OURS;
}

static void diagnose(struct vcpu *vcpu, uint32_t code, unsigned int r1, unsigned int r3)
{
	enum paracall_diag_outcome outcome;

	vcpu->may_clear = (code & 0xffff) == RELEASE_PAGES;
	vcpu->may_touch_all = vcpu->may_clear;
	enter(vcpu, (code & 0xffff) == PAGE_REFERENCE ? 1u << r3 : 0);
	outcome = paracall_diag(vcpu->cpu, code, r1, r3);
	leave(vcpu);
	FUZZ_CHECK(outcome <= PARACALL_DIAG_SPECIFICATION);
	count_call(vcpu, is_error(outcome));
}

static void step_diagnose(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);
	uint32_t code = codes[byte % (sizeof(codes) / sizeof(codes[0]))];
	uint8_t fields = take_byte(guest);

	if (byte >= 240)
		code = take_value(guest);
	diagnose(vcpu, code, fields & 15, fields >> 4);
}

static void step_release(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;

	vcpu->registers[1] = (take_byte(guest) & 31) * PAGE;
	vcpu->registers[2] = vcpu->registers[1] + (take_byte(guest) & 31) * PAGE;
	diagnose(vcpu, RELEASE_PAGES, 1, 2);
}

static void step_yield(struct vcpu *vcpu)
{
	vcpu->registers[3] = take_apic_id(vcpu->guest);
	diagnose(vcpu, 0x9c, 3, 0);
}

static void put_doubleword(struct guest *guest, uint64_t address, uint64_t value)
{
	value = __builtin_bswap64(value);
	guest_poke(guest, address, &value, sizeof(value));
}

/* A parameter block, of which at most one thing is wrong. */
static void step_page_reference(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t address = take_address(guest) & ~UINT64_C(7);
	uint64_t subcode = take_byte(guest) & 3;
	uint64_t words[5] = { UINT64_C(0x0258000000050002) | subcode << 32 };
	uint8_t wrong = take_byte(guest);

	if (!subcode) {
		words[1] = take_address(guest) & ~UINT64_C(7);
		words[2] = words[3] = take_byte(guest);
		words[4] = UINT64_C(1) << 63;
	}
	if (wrong < 64)
		words[wrong % 5] ^= UINT64_C(1) << (take_byte(guest) & 63);
	for (unsigned int i = 0; i < 5; i++)
		put_doubleword(guest, address + i * 8, words[i]);
	vcpu->registers[2] = address + (wrong == 255);
	diagnose(vcpu, PAGE_REFERENCE, 2, 4);
}

static void step_set_register(struct vcpu *vcpu)
{
	unsigned int number = take_byte(vcpu->guest) % PARACALL_S390_REGISTERS;

	vcpu->registers[number] = take_value(vcpu->guest);
}

/* It waits; s390 has no kicks, but the engine may call these. */
static void step_wait(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	vcpu->is_halted = paracall_halt(vcpu->cpu);
	leave(vcpu);
	FUZZ_CHECK(vcpu->is_halted);
}

static void step_resume(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_resume(vcpu->cpu);
	leave(vcpu);
	vcpu->is_halted = false;
}

static step *const steps[] = {
	step_diagnose,	     step_diagnose,	  step_diagnose,      step_release,
	step_release,	     step_yield,	  step_yield,	      step_page_reference,
	step_page_reference, step_page_reference, step_set_register,  step_set_register,
	step_update,	     step_wait,		  step_resume,	      step_plug,
	step_unplug,	     step_reset,	  step_reset_machine, step_set_apic_id,
	step_poke,	     step_change_memory,  step_nest,	      step_nest,
	step_pass_time,	     step_trace,
};

static step *const nested_steps[] = {
	step_diagnose, step_yield, step_release, step_page_reference, step_unplug, step_update,
};

static void do_step(struct vcpu *vcpu)
{
	step *chosen = steps[take_byte(vcpu->guest) % (sizeof(steps) / sizeof(steps[0]))];

	if (vcpu->is_halted)
		step_resume(vcpu);
	chosen(vcpu);
}

static void do_nested_step(struct vcpu *vcpu)
{
	if (vcpu->is_halted)
		step_resume(vcpu);
	nested_steps[take_byte(vcpu->guest) % (sizeof(nested_steps) / sizeof(nested_steps[0]))](
		vcpu);
}

const struct kind s390_kind = {
	.architecture = PARACALL_S390,
	.register_count = PARACALL_S390_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
};
