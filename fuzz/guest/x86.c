/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an x86 guest can do, and its engine for it. */
#include "../../lib/x86/state.h"
#include "guest.h"

/* ---- hypercalls ---- */

/* KVM's own calls have numbers below, which are their ids. */
#define FIRST_OTHER_NUMBER 0x20

struct step_call {
	uint64_t number;
	uint64_t arguments[PARACALL_MAX_ARGUMENTS];
	uint32_t mode;
};

/* Mostly 64-bit code of a kernel. */
static uint32_t take_mode(struct guest *guest)
{
	uint8_t byte = take_byte(guest);

	if (byte < 192)
		return PARACALL_MODE_64BIT;
	return byte & (PARACALL_MODE_64BIT | PARACALL_MODE_USER);
}

/* One more of KVM's own calls, of which is known here only that there is such a call. */
static bool has_no_model(uint64_t number)
{
	const struct paracall_call_info *info =
		number < FIRST_OTHER_NUMBER ? paracall_call_by_id((uint32_t)number) : NULL;

	return info && info->architecture == PARACALL_X86 &&
	       info->server == PARACALL_SERVED_BY_LIBRARY;
}

/* What the architecture has as answers; true if @result is one of this call's. */
static bool is_answer(const struct vcpu *vcpu, const struct step_call *call, int64_t result)
{
	if (call->mode & PARACALL_MODE_USER)
		return result == -PARACALL_KVM_EPERM;
	if (result == -PARACALL_KVM_ENOSYS)
		return true;
	switch (call->number) {
	case PARACALL_KVM_HC_VAPIC_POLL_IRQ:
	case PARACALL_KVM_HC_KICK_CPU:
	case PARACALL_KVM_HC_SCHED_YIELD:
		return result == 0;
	case PARACALL_KVM_HC_MMU_OP:
		return result >= 0 && result <= 512 && result % 8 == 0;
	case PARACALL_KVM_HC_CLOCK_PAIRING:
		return result == 0 || result == -PARACALL_KVM_EOPNOTSUPP ||
		       result == -PARACALL_KVM_EFAULT;
	case PARACALL_KVM_HC_SEND_IPI:
		return result == -PARACALL_KVM_EINVAL ||
		       (result >= 0 && result <= vcpu->guest->cpus);
	case PARACALL_KVM_HC_MAP_GPA_RANGE:
		return result == 0 || result == -PARACALL_KVM_EINVAL ||
		       result == -PARACALL_KVM_E2BIG;
	}
	return has_no_model(call->number);
}

/* Where the guest asks the host to write. */
static void allow_memory(struct vcpu *vcpu, const struct step_call *call)
{
	uint64_t address = call->arguments[0];

	if (call->number == PARACALL_KVM_HC_CLOCK_PAIRING) {
		if (!(call->mode & PARACALL_MODE_64BIT))
			address = (uint32_t)address;
		vcpu->may_touch = (struct range){ address, 64 };
	}
	vcpu->may_touch_all = call->number == PARACALL_KVM_HC_MMU_OP;
}

static int64_t make_call(struct vcpu *vcpu, struct step_call call)
{
	struct guest *guest = vcpu->guest;
	uint64_t *registers = vcpu->registers;
	uint64_t result;
	int64_t signed_result;

	registers[PARACALL_X86_RAX] = call.number;
	registers[PARACALL_X86_RBX] = call.arguments[0];
	registers[PARACALL_X86_RCX] = call.arguments[1];
	registers[PARACALL_X86_RDX] = call.arguments[2];
	registers[PARACALL_X86_RSI] = call.arguments[3];
	if (!(call.mode & PARACALL_MODE_64BIT))
		call.number = (uint32_t)call.number;
	allow_memory(vcpu, &call);
	enter(vcpu, 1u << PARACALL_X86_RAX);
	paracall_hypercall(vcpu->cpu, call.mode);
	leave(vcpu);
	result = registers[PARACALL_X86_RAX];
	signed_result = call.mode & PARACALL_MODE_64BIT ? (int64_t)result : (int32_t)result;
	if (!(call.mode & PARACALL_MODE_64BIT))
		FUZZ_CHECK(result <= UINT32_MAX);
	if (!guest->has_rules)
		FUZZ_CHECK(is_answer(vcpu, &call, signed_result));
	count_call(vcpu, signed_result < 0);
	return signed_result;
}

/* Some may have been kicked; it is not known which. */
static void doubt_kicks(struct guest *guest)
{
	for (unsigned int i = 0; i < guest->cpus; i++)
		guest->vcpus[i].kicked = PERHAPS_KICKED;
}

static void step_any_call(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	struct step_call call = { .mode = take_mode(guest) };

	call.number = take_byte(guest) % 14;
	if (take_byte(guest) < 32)
		call.number = take_value(guest);
	for (int i = 0; i < PARACALL_MAX_ARGUMENTS; i++)
		call.arguments[i] = take_value(guest);
	/* These have steps of their own, in which more is known. */
	if (call.number == PARACALL_KVM_HC_MAP_GPA_RANGE)
		guest->knows_private = false;
	make_call(vcpu, call);
	doubt_kicks(guest);
}

/* ---- kicks ---- */

static struct vcpu *vcpu_of(struct guest *guest, uint32_t apic_id)
{
	for (unsigned int i = 0; i < guest->cpus && apic_id <= PARACALL_MAX_APIC_ID; i++)
		if (guest->vcpus[i].cpu && guest->vcpus[i].apic_id == apic_id)
			return &guest->vcpus[i];
	return NULL;
}

struct targets {
	/* Bits by index: all, and those that were halted before. */
	uint32_t all, halted;
	unsigned int wakes[CPUS];
};

static void add_target(struct targets *targets, const struct vcpu *target)
{
	targets->all |= 1u << target->index;
	targets->wakes[target->index] = target->wakes;
	if (target->is_halted)
		targets->halted |= 1u << target->index;
}

/* A halted vCPU is woken, once; the next halt of another one ends at once. */
static void check_kicked(struct guest *guest, const struct targets *targets)
{
	for (unsigned int i = 0; i < guest->cpus; i++) {
		struct vcpu *target = &guest->vcpus[i];

		if (!(targets->all >> i & 1))
			continue;
		if (guest->has_nested) {
			target->kicked = PERHAPS_KICKED;
		} else if (targets->halted >> i & 1) {
			FUZZ_CHECK(target->wakes == targets->wakes[i] + 1);
			FUZZ_CHECK(!target->is_halted);
		} else {
			FUZZ_CHECK(target->wakes == targets->wakes[i]);
			target->kicked = KICKED;
		}
	}
}

static bool kicks(const struct vcpu *vcpu)
{
	return !vcpu->guest->has_rules && vcpu->guest->engine.capabilities & PARACALL_CAN_WAKE;
}

static bool is_feature(const struct vcpu *vcpu, unsigned int feature)
{
	const struct paracall_machine *machine = vcpu->guest->machine;

	return !machine->enforce_features || is_offered(machine, feature);
}

static void step_kick(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	struct step_call call = {
		.number = PARACALL_KVM_HC_KICK_CPU,
		.arguments = { take_byte(guest), take_apic_id(guest) },
		.mode = PARACALL_MODE_64BIT,
	};
	struct targets targets = { .all = 0 };
	struct vcpu *target = vcpu_of(guest, call.arguments[1]);

	for (unsigned int i = 0; i < guest->cpus && call.arguments[1] == 0xff; i++)
		if (guest->vcpus[i].cpu && guest->vcpus[i].apic_id != UINT32_MAX)
			add_target(&targets, &guest->vcpus[i]);
	if (target && call.arguments[1] != 0xff)
		add_target(&targets, target);
	make_call(vcpu, call);
	if (kicks(vcpu) && is_feature(vcpu, PARACALL_KVM_FEATURE_PV_UNHALT))
		check_kicked(guest, &targets);
	else if (guest->has_rules)
		doubt_kicks(guest);
}

static void step_halt(struct vcpu *vcpu)
{
	/* A kick to all may have reached it. */
	bool is_nested = vcpu->guest->depth;
	enum kicked before;
	bool is_halted;

	enter(vcpu, 0);
	is_halted = paracall_halt(vcpu->cpu);
	leave(vcpu);
	before = vcpu->guest->has_rules || is_nested ? PERHAPS_KICKED : vcpu->kicked;
	if (before == NOT_KICKED && !vcpu->wakers)
		FUZZ_CHECK(is_halted);
	if (before == KICKED || vcpu->wakers)
		FUZZ_CHECK(!is_halted);
	vcpu->kicked = NOT_KICKED;
	vcpu->is_halted = is_halted;
}

static void step_resume(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_resume(vcpu->cpu);
	leave(vcpu);
	vcpu->is_halted = false;
}

/* ---- interrupts ---- */

static uint64_t take_icr(struct guest *guest)
{
	uint64_t icr = fuzz_take(&guest->input, 3);

	/* Else mostly refused. */
	if (take_byte(guest) < 224)
		icr &= ~(uint64_t)(PARACALL_ICR_LOGICAL | PARACALL_ICR_SHORTHAND_MASK);
	return icr;
}

static unsigned int mode_of(uint64_t icr)
{
	return (icr & PARACALL_ICR_MODE_MASK) >> PARACALL_ICR_MODE_SHIFT;
}

static void send(struct vcpu *vcpu, uint64_t icr)
{
	struct guest *guest = vcpu->guest;
	struct step_call call = {
		.number = PARACALL_KVM_HC_SEND_IPI,
		.arguments = { fuzz_take(&guest->input, 2), take_byte(guest) & 1,
			       take_apic_id(guest), icr },
		.mode = take_mode(guest),
	};
	uint64_t sent = vcpu->cpu->statistics->interrupts_sent;
	int64_t result;

	result = make_call(vcpu, call);
	if (mode_of(icr) == PARACALL_ICR_MODE_RESERVED)
		doubt_kicks(guest);
	if (!guest->has_rules)
		FUZZ_CHECK(vcpu->cpu->statistics->interrupts_sent ==
			   sent + (result > 0 ? (uint64_t)result : 0));
}

static void step_send(struct vcpu *vcpu)
{
	send(vcpu, take_icr(vcpu->guest));
}

/* An INIT stops clocks, which waits for other vCPUs. */
static void nested_send(struct vcpu *vcpu)
{
	uint64_t icr = take_icr(vcpu->guest);

	if (mode_of(icr) == PARACALL_ICR_MODE_INIT)
		icr &= ~(uint64_t)PARACALL_ICR_MODE_MASK;
	send(vcpu, icr);
}

static void step_refuse_interrupts(struct vcpu *vcpu)
{
	vcpu->refuses_interrupts = !vcpu->refuses_interrupts;
}

static void step_yield(struct vcpu *vcpu)
{
	make_call(vcpu, (struct step_call){ .number = PARACALL_KVM_HC_SCHED_YIELD,
					    .arguments = { take_apic_id(vcpu->guest) },
					    .mode = PARACALL_MODE_64BIT });
}

/* ---- memory ---- */

static void note_range(struct guest *guest, const struct step_call *call)
{
	uint64_t first = call->arguments[0] / PAGE;
	uint64_t end = first + call->arguments[1];

	for (uint64_t page = first; page < end && page < KNOWN_PAGES; page++)
		guest->is_private[page] =
			call->arguments[2] & PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED;
	if (end > KNOWN_PAGES)
		guest->knows_private = false;
}

static void step_map_range(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	struct step_call call = {
		.number = PARACALL_KVM_HC_MAP_GPA_RANGE,
		.arguments = { fuzz_take(&guest->input, 2) % KNOWN_PAGES * PAGE,
			       take_byte(guest), take_byte(guest) },
		.mode = PARACALL_MODE_64BIT,
	};

	if (!call.arguments[2])
		call.arguments[0] = take_value(guest);
	if (!call.arguments[1])
		call.arguments[1] = take_value(guest);
	if (!make_call(vcpu, call) && !guest->has_rules)
		note_range(guest, &call);
	else if (guest->has_rules)
		guest->knows_private = false;
}

static void step_ask_private(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t page = fuzz_take(&guest->input, 2) % KNOWN_PAGES;
	bool is_private = paracall_machine_is_private(guest->machine,
						      (struct paracall_gpa){ page * PAGE });

	if (guest->knows_private)
		FUZZ_CHECK(is_private == guest->is_private[page]);
}

static void step_refuse_ranges(struct vcpu *vcpu)
{
	vcpu->guest->refuses_ranges = !vcpu->guest->refuses_ranges;
}

/* A buffer of operations, some of which make sense. */
static void step_mmu_op(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t operations[24] = { 0 };
	uint64_t address = take_address(guest);
	uint64_t length = (take_byte(guest) & 7) * sizeof(operations) / 8;

	for (unsigned int i = 0; i < 24; i += 3) {
		operations[i] = take_byte(guest) & 3;
		operations[i + 1] = take_address(guest);
		operations[i + 2] = take_byte(guest);
	}
	guest_poke(guest, address, operations, sizeof(operations));
	vcpu->registers[PARACALL_X86_CR4] = take_byte(guest);
	vcpu->registers[PARACALL_X86_EFER] = take_byte(guest) << 8;
	make_call(vcpu,
		  (struct step_call){ .number = PARACALL_KVM_HC_MMU_OP,
				      .arguments = { length, address, take_byte(guest) & 1 },
				      .mode = take_mode(guest) });
}

/* ---- clocks ---- */

static void step_pair_clocks(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;

	make_call(vcpu, (struct step_call){
				.number = PARACALL_KVM_HC_CLOCK_PAIRING,
				.arguments = { take_address(guest), take_byte(guest) < 16 },
				.mode = take_mode(guest) });
}

/* The guest read its counter a little while ago. */
static void step_adjust_clock(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t tsc = guest_tsc(guest) - take_byte(guest);

	enter(vcpu, 0);
	paracall_adjust_clock(vcpu->cpu, tsc);
	leave(vcpu);
}

/* Time stands still for the guest, and its counter with it. */
static void step_pause(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint64_t tsc = guest_tsc(guest);

	guest->now += fuzz_take(&guest->input, 3) * 5;
	guest->drift -= guest_tsc(guest) - tsc;
	paracall_machine_was_paused(guest->machine);
}

/* The host has let it wait, perhaps. */
static void step_late_update(struct vcpu *vcpu)
{
	vcpu->run_delay += take_byte(vcpu->guest) & 3 ? 0 : 1000;
	step_update(vcpu);
}

/* ---- registers ---- */

static struct range page_at(uint64_t value, uint64_t flags, uint64_t size)
{
	return (struct range){ value & ~flags, value & PARACALL_KVM_MSR_ENABLED ? size : 0 };
}

/*
 * Where the library may write from now on. By a rule a write can be dropped, and one of
 * ASYNC_PF_EN that is refused can leave its value, as in KVM: then it is looked up.
 */
static void register_page(struct vcpu *vcpu, unsigned int index, uint64_t value,
			  enum paracall_msr_outcome outcome)
{
	const struct x86_cpu *cpu = x86_cpu(vcpu->cpu);
	bool is_sure = !vcpu->guest->has_rules && outcome == PARACALL_MSR_DONE;

	if (outcome != PARACALL_MSR_DONE && index != MSR_ASYNC_PF_EN && !vcpu->guest->has_rules)
		return;
	switch (index) {
	case MSR_SYSTEM_TIME:
	case MSR_SYSTEM_TIME_NEW:
		vcpu->clock = page_at(is_sure ? value : atomic_load(&cpu->system_time), 1, 32);
		break;
	case MSR_STEAL_TIME:
		vcpu->steal = page_at(is_sure ? value : cpu->msrs.steal_time, 63, 64);
		break;
	case MSR_ASYNC_PF_EN:
		vcpu->async_pf = page_at(is_sure ? value : cpu->msrs.async_pf_en, 63, 64);
		break;
	}
}

/* Where two registers are one, or all vCPUs have one. */
static uint64_t *model_of(struct vcpu *vcpu, unsigned int index)
{
	switch (index) {
	case MSR_WALL_CLOCK:
	case MSR_WALL_CLOCK_NEW:
		return &vcpu->guest->wall_clock;
	case MSR_MIGRATION_CONTROL:
		return &vcpu->guest->migration_control;
	case MSR_SYSTEM_TIME_NEW:
		return &vcpu->msrs[MSR_SYSTEM_TIME];
	}
	return &vcpu->msrs[index];
}

static void note_write(struct vcpu *vcpu, unsigned int index, uint64_t value,
		       enum paracall_msr_outcome outcome)
{
	/* By a rule it need not have been written. */
	if (vcpu->guest->has_rules)
		vcpu->known_msrs &= ~(1u << index);
	if (outcome == PARACALL_MSR_DONE) {
		*model_of(vcpu, index) = index == MSR_ASYNC_PF_ACK ? 0 : value;
		vcpu->known_msrs |= vcpu->guest->has_rules ? 0 : 1u << index;
	} else if (index == MSR_ASYNC_PF_EN) {
		/* The value may stay, as in KVM, where its page is none. */
		vcpu->known_msrs &= ~(1u << index);
	}
}

static uint64_t take_msr_value(struct guest *guest, unsigned int index)
{
	uint8_t byte = take_byte(guest);

	if (byte < 32)
		return take_value(guest);
	switch (index) {
	case MSR_ASYNC_PF_EN:
		return (take_address(guest) & ~UINT64_C(63)) | (byte & 0xf);
	case MSR_STEAL_TIME:
		return (take_address(guest) & ~UINT64_C(63)) | (byte & 1);
	case MSR_PV_EOI_EN:
		return (take_address(guest) & ~UINT64_C(3)) | (byte & 1);
	case MSR_POLL_CONTROL:
	case MSR_ASYNC_PF_ACK:
	case MSR_MIGRATION_CONTROL:
		return byte & 1;
	case MSR_ASYNC_PF_INT:
		return byte;
	}
	return (take_address(guest) & ~UINT64_C(1)) | (byte & 1);
}

static void step_write_msr(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int index = take_byte(guest) % paracall_msr_count();
	uint64_t value = take_msr_value(guest, index);
	enum paracall_msr_outcome outcome;

	/* Until it is known whether this is taken, the old pages and the new one. */
	vcpu->may_touch = (struct range){
		index == MSR_WALL_CLOCK || index == MSR_WALL_CLOCK_NEW ? value
								       : value & ~UINT64_C(63),
		64,
	};
	if (index == MSR_SYSTEM_TIME || index == MSR_SYSTEM_TIME_NEW)
		vcpu->may_touch.address = value & ~UINT64_C(1);
	enter(vcpu, 0);
	outcome = paracall_wrmsr(vcpu->cpu, paracall_msr_info(index)->number, value);
	leave(vcpu);
	FUZZ_CHECK(outcome == PARACALL_MSR_DONE || outcome == PARACALL_MSR_FAULT);
	note_write(vcpu, index, value, outcome);
	register_page(vcpu, index, value, outcome);
}

static void step_read_msr(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int index = take_byte(guest) % paracall_msr_count();
	uint64_t value = 0;
	enum paracall_msr_outcome outcome;

	enter(vcpu, 0);
	outcome = paracall_rdmsr(vcpu->cpu, paracall_msr_info(index)->number, &value);
	leave(vcpu);
	FUZZ_CHECK(outcome != PARACALL_MSR_NOT_OURS);
	/* In the midst of another vCPU's write it can be either value. */
	if (outcome == PARACALL_MSR_DONE && vcpu->known_msrs >> index & 1 &&
	    !guest->has_rules && !guest->depth)
		FUZZ_CHECK(value == *model_of(vcpu, index));
}

/* Any number at all. */
static void step_other_msr(struct vcpu *vcpu)
{
	uint32_t number = take_value(vcpu->guest);
	uint64_t value = take_value(vcpu->guest);
	enum paracall_msr_outcome outcome;

	for (size_t i = 0; i < paracall_msr_count(); i++)
		if (paracall_msr_info(i)->number == number)
			return;
	enter(vcpu, 0);
	outcome = value & 1 ? paracall_wrmsr(vcpu->cpu, number, value)
			    : paracall_rdmsr(vcpu->cpu, number, &value);
	leave(vcpu);
	FUZZ_CHECK(outcome ==
		   (paracall_msr_is_ours(number) ? PARACALL_MSR_FAULT : PARACALL_MSR_NOT_OURS));
}

static void step_cpuid(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint32_t leaf = PARACALL_KVM_CPUID_SIGNATURE + (take_byte(guest) & 3);
	struct paracall_cpuid result = { .eax = 0 };
	bool is_ours;

	enter(vcpu, 0);
	is_ours = paracall_cpuid(vcpu->cpu, leaf, &result);
	leave(vcpu);
	FUZZ_CHECK(is_ours == paracall_cpuid_is_ours(leaf));
	if (leaf == PARACALL_KVM_CPUID_FEATURES)
		FUZZ_CHECK(!(result.eax & ~guest->machine->features));
}

/* ---- asynchronous page faults ---- */

static void step_begin_fault(struct vcpu *vcpu)
{
	uint32_t token;

	enter(vcpu, 0);
	token = paracall_async_pf_begin(vcpu->cpu);
	leave(vcpu);
	FUZZ_CHECK(token <= UINT16_MAX);
	if (token)
		vcpu->tokens[token % 4] = token;
}

static void step_cancel_fault(struct vcpu *vcpu)
{
	uint8_t byte = take_byte(vcpu->guest);
	uint32_t token = byte < 16 ? take_value(vcpu->guest) : vcpu->tokens[byte % 4];

	enter(vcpu, 0);
	paracall_async_pf_cancel(vcpu->cpu, token);
	leave(vcpu);
}

static void step_end_faults(struct vcpu *vcpu)
{
	enter(vcpu, 0);
	paracall_async_pf_end(vcpu->cpu);
	leave(vcpu);
}

/* As the guest's handler does it: it has seen the flags, or the token. */
static void step_take_fault(struct vcpu *vcpu)
{
	const uint32_t none = 0;

	if (vcpu->async_pf.size)
		guest_poke(vcpu->guest,
			   vcpu->async_pf.address + (take_byte(vcpu->guest) & 1) * 4, &none,
			   sizeof(none));
}

/* ---- steps ---- */

static step *const steps[] = {
	step_kick,
	step_kick,
	step_kick,
	step_send,
	step_send,
	step_yield,
	step_any_call,
	step_any_call,
	step_map_range,
	step_map_range,
	step_mmu_op,
	step_pair_clocks,
	step_write_msr,
	step_write_msr,
	step_write_msr,
	step_write_msr,
	step_read_msr,
	step_read_msr,
	step_other_msr,
	step_cpuid,
	step_halt,
	step_halt,
	step_resume,
	step_late_update,
	step_late_update,
	step_adjust_clock,
	step_pause,
	step_begin_fault,
	step_begin_fault,
	step_cancel_fault,
	step_end_faults,
	step_take_fault,
	step_ask_private,
	step_refuse_ranges,
	step_refuse_interrupts,
	step_plug,
	step_unplug,
	step_reset,
	step_reset_machine,
	step_set_apic_id,
	step_poke,
	step_change_memory,
	step_nest,
	step_nest,
	step_pass_time,
	step_trace,
};

/* What must not wait for others: see the clock's lock. */
/* clang-format off */
static step *const nested_steps[] = {
	step_kick, step_yield, nested_send, step_map_range,
	step_pair_clocks, step_late_update, step_begin_fault, step_end_faults,
	step_adjust_clock, step_unplug, step_cpuid, step_read_msr,
	step_halt,
};
/* clang-format on */

static void do_step(struct vcpu *vcpu)
{
	step *chosen = steps[take_byte(vcpu->guest) % (sizeof(steps) / sizeof(steps[0]))];

	/* It runs again, by an interrupt, before it does anything else. */
	if (vcpu->is_halted && chosen != step_halt)
		step_resume(vcpu);
	chosen(vcpu);
}

static void do_nested_step(struct vcpu *vcpu)
{
	step *chosen = nested_steps[take_byte(vcpu->guest) %
				    (sizeof(nested_steps) / sizeof(nested_steps[0]))];

	if (vcpu->is_halted)
		step_resume(vcpu);
	chosen(vcpu);
}

/* ---- what must always be so ---- */

static uint64_t clock_nanoseconds(const struct clock_line *line, uint64_t tsc)
{
	unsigned __int128 passed = tsc - line->tsc_timestamp;

	passed = line->shift < 0 ? passed >> -line->shift : (uint64_t)passed << line->shift;
	return line->system_time + (uint64_t)(passed * line->multiplier >> 32);
}

/* The guest's clock never goes back, by its pages' line. */
static void check_clock(struct guest *guest)
{
	const struct clock_line *line;
	uint64_t tsc = guest_tsc(guest);
	uint64_t now;

	if (guest->has_rules)
		return;
	line = &x86_machine(guest->machine)->clock.line;
	if (!line->multiplier)
		return;
	now = clock_nanoseconds(line, tsc);
	if (guest->last_tsc && tsc >= guest->last_tsc)
		FUZZ_CHECK(now >= guest->last_nanoseconds);
	guest->last_tsc = tsc;
	guest->last_nanoseconds = now;
}

static void check_async_pf(const struct async_pf *faults)
{
	FUZZ_CHECK(faults->count <= MAX_ASYNC_PFS);
	FUZZ_CHECK(faults->ready <= faults->count);
	for (uint32_t i = 0; i < faults->count; i++)
		FUZZ_CHECK(faults->tokens[i]);
}

static void check_x86(const struct vcpu *vcpu)
{
	const struct x86_cpu *cpu = x86_cpu(vcpu->cpu);

	FUZZ_CHECK(!(atomic_load(&cpu->requests) &
		     ~(uint32_t)(REQUEST_CLOCK | REQUEST_CLOCK_PAUSED | REQUEST_CLOCK_JUMP)));
	check_async_pf(&cpu->async_pf);
}

/* Each list of private memory is one vCPU's, or the current one. */
static void check_spare_lists(const struct guest *guest)
{
	uint32_t seen = 0;

	for (unsigned int i = 0; i < guest->cpus; i++) {
		uint32_t list = x86_cpu(cpu_at(guest->machine, i))->spare_list;

		FUZZ_CHECK(list <= guest->cpus);
		FUZZ_CHECK(!(seen >> list & 1));
		seen |= 1u << list;
	}
}

static void check_x86_machine(const struct guest *guest)
{
	struct clock *clock = &x86_machine(guest->machine)->clock;

	FUZZ_CHECK(!pthread_mutex_trylock(&clock->mutex));
	pthread_mutex_unlock(&clock->mutex);
	check_spare_lists(guest);
}

#define FREQUENCY UINT64_C(2400000000)

static uint64_t tsc_frequency(void *context)
{
	guest_caller(context);
	return FREQUENCY;
}

static void flush_tlb(void *context)
{
	guest_caller(context);
}

static int64_t map_gpa_range(void *context, struct paracall_gpa address, uint64_t pages,
			     uint64_t attributes)
{
	struct guest *guest = guest_caller(context)->guest;

	(void)attributes;
	FUZZ_CHECK(address.value % PAGE == 0);
	FUZZ_CHECK(pages);
	guest_nest(guest);
	return guest->refuses_ranges ? -PARACALL_KVM_EINVAL : 0;
}

static const struct paracall_x86_engine x86 = {
	.size = sizeof(x86),
	.tsc_frequency = tsc_frequency,
	.flush_tlb = flush_tlb,
	.map_gpa_range = map_gpa_range,
};

static void complete(struct paracall_engine *engine)
{
	engine->x86 = &x86;
}

const struct kind x86_kind = {
	.architecture = PARACALL_X86,
	.complete = complete,
	.register_count = PARACALL_X86_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
	.check_vcpu = check_x86,
	.check_machine = check_x86_machine,
	.check_step = check_clock,
};
