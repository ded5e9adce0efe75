/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a RISC-V guest can do. */
#include "guest.h"

#include "../../lib/riscv/state.h"

#include <string.h>

struct function {
	uint64_t extension, function;
};

static const struct function functions[] = {
	{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_SPEC_VERSION },
	{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_ID },
	{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_GET_IMP_VERSION },
	{ PARACALL_SBI_BASE, PARACALL_SBI_BASE_PROBE_EXT },
	{ PARACALL_SBI_BASE, 7 },
	{ PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM },
	{ PARACALL_SBI_STA, 1 },
	{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_START },
	{ PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP },
	{ PARACALL_SBI_IPI, PARACALL_SBI_IPI_SEND_IPI },
	{ PARACALL_SBI_TIME, PARACALL_SBI_TIME_SET_TIMER },
	{ PARACALL_SBI_LEGACY_CONSOLE_PUTCHAR, 0 },
	{ PARACALL_SBI_LEGACY_LAST, 0 },
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))
#define RESULTS (1u << PARACALL_RISCV_A0 | 1u << PARACALL_RISCV_A1)
#define RECORD_SIZE 64u

static bool is_function(const struct vcpu *vcpu, uint64_t extension, uint64_t function)
{
	return vcpu->registers[PARACALL_RISCV_A7] == extension &&
	       vcpu->registers[PARACALL_RISCV_A6] == function;
}

static bool sets_record(const struct vcpu *vcpu)
{
	return is_function(vcpu, PARACALL_SBI_STA, PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM);
}

/* By its registers before the call; both halves all ones is nowhere. */
static struct range wanted_record(const uint64_t *before)
{
	struct range record = { before[PARACALL_RISCV_A0], RECORD_SIZE };

	if (before[PARACALL_RISCV_A1] == UINT64_MAX)
		record.size = 0;
	return record;
}

/* With rules nobody knows whether a call was done. */
static void note_record(struct vcpu *vcpu, struct range record)
{
	uint64_t address = ((struct riscv_cpu *)vcpu->cpu)->sta_record;

	if (vcpu->guest->has_rules)
		record = (struct range){ address, address == NO_RECORD ? 0 : RECORD_SIZE };
	vcpu->steal = record;
	FUZZ_CHECK(address == NO_RECORD ? !record.size : address == record.address);
}

/* KVM takes no other. */
static void check_set(const struct vcpu *vcpu, const uint64_t *before)
{
	bool is_nowhere = before[PARACALL_RISCV_A0] == UINT64_MAX &&
			  before[PARACALL_RISCV_A1] == UINT64_MAX;

	FUZZ_CHECK(vcpu->guest->has_rules || !(uint32_t)before[PARACALL_RISCV_A2]);
	FUZZ_CHECK(
		vcpu->guest->has_rules || is_nowhere ||
		(before[PARACALL_RISCV_A0] % RECORD_SIZE == 0 && !before[PARACALL_RISCV_A1]));
}

static void check_done(struct vcpu *vcpu, const uint64_t *before)
{
	bool is_good = !vcpu->registers[PARACALL_RISCV_A0];

	FUZZ_CHECK(vcpu->guest->has_rules || before[PARACALL_RISCV_A7] == PARACALL_SBI_BASE ||
		   before[PARACALL_RISCV_A7] == PARACALL_SBI_STA);
	if (sets_record(vcpu) && is_good) {
		check_set(vcpu, before);
		note_record(vcpu, wanted_record(before));
	} else if (vcpu->guest->has_rules) {
		note_record(vcpu, vcpu->steal);
	}
	count_call(vcpu, (int64_t)vcpu->registers[PARACALL_RISCV_A0] < 0);
}

static void call(struct vcpu *vcpu)
{
	uint64_t before[PARACALL_RISCV_REGISTERS];
	enum paracall_sbi_outcome outcome;

	memcpy(before, vcpu->registers, sizeof(before));
	if (sets_record(vcpu))
		vcpu->may_touch = wanted_record(before);
	enter(vcpu, RESULTS);
	outcome = paracall_sbi(vcpu->cpu);
	leave(vcpu);
	if (outcome == PARACALL_SBI_DONE) {
		check_done(vcpu, before);
		return;
	}
	FUZZ_CHECK(outcome == PARACALL_SBI_NOT_OURS);
	FUZZ_CHECK(before[PARACALL_RISCV_A7] != PARACALL_SBI_STA);
	FUZZ_CHECK(!memcmp(before, vcpu->registers, sizeof(before)));
	if (is_function(vcpu, PARACALL_SBI_HSM, PARACALL_SBI_HSM_HART_STOP))
		note_record(vcpu, (struct range){ 0, 0 });
	count_call(vcpu, false);
}

static void step_call(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);
	struct function function = functions[byte % FUNCTIONS];

	if (byte >= 240)
		function = (struct function){ take_value(guest), take_value(guest) };
	vcpu->registers[PARACALL_RISCV_A7] = function.extension;
	vcpu->registers[PARACALL_RISCV_A6] = function.function;
	vcpu->registers[PARACALL_RISCV_A0] = take_value(guest);
	call(vcpu);
}

/* Mostly good ones. */
static void step_record(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);

	vcpu->registers[PARACALL_RISCV_A7] = PARACALL_SBI_STA;
	vcpu->registers[PARACALL_RISCV_A6] = PARACALL_SBI_STA_STEAL_TIME_SET_SHMEM;
	vcpu->registers[PARACALL_RISCV_A0] = take_address(guest) & -(uint64_t)RECORD_SIZE;
	vcpu->registers[PARACALL_RISCV_A1] = 0;
	vcpu->registers[PARACALL_RISCV_A2] = 0;
	if (byte < 32)
		vcpu->registers[PARACALL_RISCV_A0] = vcpu->registers[PARACALL_RISCV_A1] =
			UINT64_MAX;
	else if (byte < 64)
		vcpu->registers[PARACALL_RISCV_A0 + byte % 3] = take_value(guest);
	call(vcpu);
}

static void step_set_register(struct vcpu *vcpu)
{
	unsigned int number = take_byte(vcpu->guest) % PARACALL_RISCV_REGISTERS;

	vcpu->registers[number] = take_value(vcpu->guest);
}

static step *const steps[] = {
	step_call,	    step_call,	    step_call,	    step_call,
	step_mark,	    step_record,    step_record,    step_record,
	step_set_register,  step_update,    step_update,    step_update,
	step_plug,	    step_unplug,    step_reset,	    step_poke,
	step_reset_machine, step_nest,	    step_nest,	    step_set_apic_id,
	step_change_memory, step_pass_time, step_pass_time, step_trace,
};

static step *const nested_steps[] = { step_call, step_record, step_unplug, step_update };

static void do_step(struct vcpu *vcpu)
{
	steps[take_byte(vcpu->guest) % (sizeof(steps) / sizeof(steps[0]))](vcpu);
}

static void do_nested_step(struct vcpu *vcpu)
{
	nested_steps[take_byte(vcpu->guest) % (sizeof(nested_steps) / sizeof(nested_steps[0]))](
		vcpu);
}

const struct kind riscv_kind = {
	.architecture = PARACALL_RISCV,
	.register_count = PARACALL_RISCV_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
};
