/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a LoongArch guest can do. */
#include "guest.h"

#include "../../lib/loongarch/state.h"

#define STEAL_TIME (UINT64_C(1) << PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME)
#define MAY_WRITE (1u << PARACALL_LOONGARCH_A0)

/* Of a record, as far as the host writes it. */
#define RECORD_SIZE 12

static const uint32_t codes[] = {
	PARACALL_HCALL_SERVICE,
	PARACALL_HCALL_SERVICE,
	PARACALL_HCALL_SERVICE,
	PARACALL_HCALL_SWDBG,
	PARACALL_HCALL_USER_SERVICE,
	0,
	0x7fff,
};

#define CODES (sizeof(codes) / sizeof(codes[0]))

static uint64_t *argument(struct vcpu *vcpu, unsigned int number)
{
	return &vcpu->registers[PARACALL_LOONGARCH_A0 + number];
}

static struct range record_at(uint64_t value)
{
	bool is_valid = value & PARACALL_KVM_STEAL_PHYS_VALID;

	return (struct range){ value & PARACALL_KVM_STEAL_PHYS_MASK,
			       is_valid ? RECORD_SIZE : 0 };
}

/* What KVM answers. */
static int64_t expected(struct vcpu *vcpu, uint32_t code)
{
	if (code != PARACALL_HCALL_SERVICE ||
	    *argument(vcpu, 0) != PARACALL_HCALL_FUNC_NOTIFY ||
	    !(vcpu->guest->machine->features & STEAL_TIME) || *argument(vcpu, 1) != STEAL_TIME)
		return PARACALL_HCALL_INVALID_CODE;
	return *argument(vcpu, 2) & 0x3e ? PARACALL_HCALL_INVALID_PARAMETER
					 : PARACALL_HCALL_SUCCESS;
}

static void call(struct vcpu *vcpu, uint32_t code)
{
	int64_t result = expected(vcpu, code);
	uint64_t value = *argument(vcpu, 2);

	if (!result) {
		vcpu->may_touch = record_at(value);
		if (!vcpu->guest->has_rules)
			vcpu->steal = record_at(value);
	}
	enter(vcpu, MAY_WRITE);
	paracall_hvcl(vcpu->cpu, code);
	leave(vcpu);
	if (!vcpu->guest->has_rules)
		FUZZ_CHECK((int64_t)*argument(vcpu, 0) == result);
	/* A rule may have kept it from being done. */
	vcpu->steal = record_at(((struct loongarch_cpu *)vcpu->cpu)->steal_time);
	if (!vcpu->guest->has_rules && !result)
		FUZZ_CHECK(vcpu->steal.address == record_at(value).address &&
			   vcpu->steal.size == record_at(value).size);
	count_call(vcpu, (int64_t)*argument(vcpu, 0) < 0);
}

static void step_call(struct vcpu *vcpu)
{
	uint8_t byte = take_byte(vcpu->guest);

	*argument(vcpu, 0) = byte & 0x80 ? take_value(vcpu->guest) : byte >> 4 & 3;
	*argument(vcpu, 1) = byte & 0x40 ? take_value(vcpu->guest) : STEAL_TIME;
	*argument(vcpu, 2) = take_value(vcpu->guest);
	call(vcpu, codes[(byte & 15) % CODES]);
}

static void step_notify(struct vcpu *vcpu)
{
	uint8_t byte = take_byte(vcpu->guest);

	*argument(vcpu, 0) = PARACALL_HCALL_FUNC_NOTIFY;
	*argument(vcpu, 1) = STEAL_TIME;
	*argument(vcpu, 2) =
		(take_address(vcpu->guest) & PARACALL_KVM_STEAL_PHYS_MASK) | !!(byte & 3);
	call(vcpu, PARACALL_HCALL_SERVICE);
}

static void step_cpucfg(struct vcpu *vcpu)
{
	uint8_t byte = take_byte(vcpu->guest);
	uint32_t index = byte < 128 ? PARACALL_KVM_CPUCFG_SIGNATURE + byte % 8
				    : (uint32_t)take_value(vcpu->guest);
	uint32_t value = 0x12345678;
	bool is_kvms;

	enter(vcpu, 0);
	is_kvms = paracall_cpucfg(vcpu->cpu, index, &value);
	leave(vcpu);
	FUZZ_CHECK(is_kvms == (index >> 8 == 0x400000));
	if (!is_kvms)
		FUZZ_CHECK(value == 0x12345678);
	else if (index == PARACALL_KVM_CPUCFG_SIGNATURE)
		FUZZ_CHECK(value == PARACALL_KVM_CPUCFG_KVM);
	else if (index != PARACALL_KVM_CPUCFG_FEATURES)
		FUZZ_CHECK(!value);
}

static void step_set_register(struct vcpu *vcpu)
{
	unsigned int number = take_byte(vcpu->guest) % PARACALL_LOONGARCH_REGISTERS;

	vcpu->registers[number] = take_value(vcpu->guest);
}

static step *const steps[] = {
	step_call,   step_call,		 step_notify,	   step_notify,
	step_notify, step_cpucfg,	 step_mark,	   step_mark,
	step_update, step_update,	 step_update,	   step_set_register,
	step_plug,   step_unplug,	 step_reset,	   step_poke,
	step_poke,   step_reset_machine, step_set_apic_id, step_change_memory,
	step_nest,   step_nest,		 step_pass_time,   step_pass_time,
	step_trace,
};

static step *const nested_steps[] = { step_call, step_notify, step_cpucfg, step_unplug,
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

const struct kind loongarch_kind = {
	.architecture = PARACALL_LOONGARCH,
	.register_count = PARACALL_LOONGARCH_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
};
