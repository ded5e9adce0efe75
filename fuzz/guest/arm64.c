/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an arm64 guest can do, and its engine for it. */
#include "guest.h"

#include <string.h>

static const uint32_t functions[] = {
	PARACALL_SMCCC_VERSION,
	PARACALL_SMCCC_ARCH_FEATURES,
	PARACALL_SMCCC_ARCH_WORKAROUND_1,
	PARACALL_PSCI_VERSION,
	PARACALL_PSCI_CPU_OFF,
	PARACALL_PSCI_FEATURES,
	PARACALL_PSCI_CPU_ON | PARACALL_SMCCC_64BIT,
	PARACALL_TRNG_FEATURES,
	PARACALL_TRNG_GET_UUID,
	PARACALL_TRNG_RND32,
	PARACALL_TRNG_RND64,
	PARACALL_PV_TIME_FEATURES,
	PARACALL_PV_TIME_ST,
	PARACALL_VENDOR_HYP_CALL_UID,
	PARACALL_VENDOR_HYP_KVM_FEATURES,
	PARACALL_VENDOR_HYP_KVM_PTP,
	PARACALL_VENDOR_HYP_KVM_MEM_SHARE,
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))
#define RESULTS ((1u << PARACALL_ARM64_REGISTERS) - 1)

/*
 * Where the record of stolen time is to be, plus 1. It is in place of a register of x86's:
 * a reset of the machine forgets it likewise. The record itself is vcpu->steal, once the
 * guest has asked for it.
 */
static uint64_t *place_of(struct vcpu *vcpu)
{
	return &vcpu->msrs[0];
}

/* Bits beyond those asked for are 0, in X3 the lowest ones. */
static void check_random(const struct vcpu *vcpu, uint32_t function, uint64_t asked)
{
	unsigned int width = function == PARACALL_TRNG_RND64 ? 64 : 32;

	if (vcpu->registers[PARACALL_ARM64_X0])
		return;
	FUZZ_CHECK(vcpu->guest->has_rules || (uint32_t)asked <= 3 * width);
	for (unsigned int word = 0; word < 3; word++) {
		uint64_t value = vcpu->registers[PARACALL_ARM64_X3 - word];
		unsigned int below = word * width;
		unsigned int left = (uint32_t)asked > below ? (uint32_t)asked - below : 0;

		left = left < width ? left : width;
		FUZZ_CHECK(left == 64 || !(value >> left));
	}
}

/* What the engine lists. */
#define IMPLEMENTATIONS 3

static struct paracall_arm64_implementation implementation_at(uint64_t index)
{
	return (struct paracall_arm64_implementation){ .midr = index + 1,
						       .revidr = ~index,
						       .aidr = index << 32 };
}

static void check_implementation(const struct vcpu *vcpu, const uint64_t *before)
{
	uint64_t index = before[PARACALL_ARM64_X1];
	struct paracall_arm64_implementation expected = implementation_at(index);

	if (vcpu->registers[PARACALL_ARM64_X0] || vcpu->guest->has_rules)
		return;
	FUZZ_CHECK(index < IMPLEMENTATIONS);
	FUZZ_CHECK(!before[PARACALL_ARM64_X2] && !before[PARACALL_ARM64_X3]);
	FUZZ_CHECK(vcpu->registers[PARACALL_ARM64_X1] == expected.midr);
	FUZZ_CHECK(vcpu->registers[PARACALL_ARM64_X2] == expected.revidr);
	FUZZ_CHECK(vcpu->registers[PARACALL_ARM64_X3] == expected.aidr);
}

/* What was asked for there, and answered. */
static void check_done(struct vcpu *vcpu, uint32_t function, const uint64_t *before)
{
	int64_t result = (int64_t)vcpu->registers[PARACALL_ARM64_X0];
	uint64_t asked = before[PARACALL_ARM64_X1];

	if (function == PARACALL_TRNG_RND32 || function == PARACALL_TRNG_RND64)
		check_random(vcpu, function, asked);
	if (function == PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS)
		check_implementation(vcpu, before);
	if (vcpu->guest->has_rules || function != PARACALL_PV_TIME_ST || result < 0)
		return;
	FUZZ_CHECK(*place_of(vcpu) == (uint64_t)result + 1);
}

static void call(struct vcpu *vcpu, enum paracall_smccc_conduit conduit)
{
	uint64_t before[PARACALL_ARM64_REGISTERS];
	enum paracall_smccc_outcome outcome;
	uint32_t function = (uint32_t)vcpu->registers[PARACALL_ARM64_X0];
	struct range place = { *place_of(vcpu) - 1, PARACALL_STOLEN_TIME_SIZE };

	memcpy(before, vcpu->registers, sizeof(before));
	if (function == PARACALL_PV_TIME_ST && *place_of(vcpu)) {
		vcpu->may_touch = place;
		vcpu->steal = place;
	}
	enter(vcpu, RESULTS);
	outcome = paracall_smccc(vcpu->cpu, conduit);
	leave(vcpu);
	if (outcome == PARACALL_SMCCC_DONE) {
		check_done(vcpu, function, before);
		count_call(vcpu, (int64_t)vcpu->registers[PARACALL_ARM64_X0] < 0);
		return;
	}
	FUZZ_CHECK(outcome == PARACALL_SMCCC_NOT_OURS);
	FUZZ_CHECK(conduit == PARACALL_SMCCC_HVC);
	FUZZ_CHECK(function >> 24 == 0x84 || function >> 24 == 0xc4);
	FUZZ_CHECK(!memcmp(before, vcpu->registers, sizeof(before)));
	count_call(vcpu, false);
}

/* Some by their number's place in the list, others by any number. */
static uint64_t take_function(struct guest *guest, uint8_t byte)
{
	if (byte < 240)
		return functions[byte % FUNCTIONS];
	switch (byte) {
	case 240:
		return PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_VER;
	case 241:
	case 242:
		return PARACALL_VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS;
	}
	return take_value(guest);
}

static void step_call(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);
	uint8_t argument = take_byte(guest);

	vcpu->registers[PARACALL_ARM64_X0] = take_function(guest, byte);
	if (argument < 128)
		vcpu->registers[PARACALL_ARM64_X1] = functions[argument % FUNCTIONS];
	else if (argument < 240)
		vcpu->registers[PARACALL_ARM64_X1] = argument - 128;
	else
		vcpu->registers[PARACALL_ARM64_X1] = take_value(guest);
	call(vcpu, byte & 1 ? PARACALL_SMCCC_SMC : PARACALL_SMCCC_HVC);
}

static void step_stolen_time(struct vcpu *vcpu)
{
	vcpu->registers[PARACALL_ARM64_X0] = PARACALL_PV_TIME_ST;
	call(vcpu, PARACALL_SMCCC_HVC);
}

/* The engine's part; a record that is counted in is then the new one. */
static void step_place(struct vcpu *vcpu)
{
	uint64_t address = take_address(vcpu->guest);
	bool is_good = address % PARACALL_STOLEN_TIME_SIZE == 0;

	FUZZ_CHECK(
		paracall_arm64_place_stolen_time(vcpu->cpu, (struct paracall_gpa){ address }) ==
		(is_good ? PARACALL_OK : PARACALL_ERROR_ARGUMENT));
	if (!is_good)
		return;
	*place_of(vcpu) = address + 1;
	if (vcpu->steal.size)
		vcpu->steal.address = address;
}

static void step_set_register(struct vcpu *vcpu)
{
	unsigned int number = take_byte(vcpu->guest) % PARACALL_ARM64_REGISTERS;

	vcpu->registers[number] = take_value(vcpu->guest);
}

/* Unlike x86's, a vCPU's own reset leaves its record. */
static void step_reset_cpu(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_cpu_reset(vcpu->cpu);
	leave(vcpu);
}

static step *const steps[] = {
	step_call,	    step_call,	 step_call,	     step_call,
	step_call,	    step_call,	 step_stolen_time,   step_stolen_time,
	step_place,	    step_place,	 step_set_register,  step_update,
	step_update,	    step_update, step_plug,	     step_unplug,
	step_reset_cpu,	    step_poke,	 step_reset_machine, step_set_apic_id,
	step_change_memory, step_nest,	 step_nest,	     step_pass_time,
	step_pass_time,	    step_trace,
};

static step *const nested_steps[] = { step_call, step_stolen_time, step_place, step_unplug,
				      step_update };

static void do_step(struct vcpu *vcpu)
{
	steps[take_byte(vcpu->guest) % (sizeof(steps) / sizeof(steps[0]))](vcpu);
}

static void do_nested_step(struct vcpu *vcpu)
{
	nested_steps[take_byte(vcpu->guest) % (sizeof(nested_steps) / sizeof(nested_steps[0]))](
		vcpu);
}

/* Now and then there are none. */
static bool give_random(void *context, void *data, size_t size)
{
	struct guest *guest = guest_caller(context)->guest;

	guest_nest(guest);
	memset(data, 0xff, size);
	return guest->now / 100 % 8;
}

static uint64_t find_implementation(void *context, uint64_t index,
				    struct paracall_arm64_implementation *implementation)
{
	guest_nest(guest_caller(context)->guest);
	if (index < IMPLEMENTATIONS)
		*implementation = implementation_at(index);
	return IMPLEMENTATIONS;
}

static const struct paracall_arm64_engine arm64 = { .size = sizeof(arm64),
						    .random = give_random,
						    .implementation = find_implementation };

static void complete(struct paracall_engine *engine)
{
	engine->arm64 = &arm64;
}

const struct kind arm64_kind = {
	.architecture = PARACALL_ARM64,
	.complete = complete,
	.register_count = PARACALL_ARM64_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
};
