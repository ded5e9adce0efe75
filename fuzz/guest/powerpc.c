/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a PowerPC guest can do, and its engine for it. */
#include "../../lib/powerpc/state.h"
#include "guest.h"

#define REGISTER(number) (UINT64_C(1) << (number))

/* What the magic page's fields are, and what holding the MSR down changes. */
#define PAGE_REGISTERS \
	(~(REGISTER(PARACALL_POWERPC_SRR0) - 1) & ~REGISTER(PARACALL_POWERPC_PIR) & \
	 ~REGISTER(PARACALL_POWERPC_LPCR))
#define HELD REGISTER(PARACALL_POWERPC_MSR)

static uint32_t take_mode(struct guest *guest)
{
	uint8_t byte = take_byte(guest);

	if (byte < 128)
		return PARACALL_MODE_64BIT;
	return byte & (PARACALL_MODE_64BIT | PARACALL_MODE_USER | PARACALL_MODE_LITTLE_ENDIAN |
		       PARACALL_MODE_REAL);
}

/* ---- calls ------------------------------------------------------------------------ */

static void call(struct vcpu *vcpu, uint32_t token, uint32_t mode)
{
	bool is_done;
	uint64_t result;

	vcpu->registers[PARACALL_POWERPC_R11] = token;
	enter(vcpu, REGISTER(PARACALL_POWERPC_R3) | REGISTER(PARACALL_POWERPC_R4) | HELD);
	is_done = paracall_epapr_hypercall(vcpu->cpu, mode);
	leave(vcpu);
	FUZZ_CHECK(is_done == !(mode & PARACALL_MODE_USER));
	if (!is_done)
		return;
	result = vcpu->registers[PARACALL_POWERPC_R3];
	if (!vcpu->guest->has_rules)
		FUZZ_CHECK(result == PARACALL_EV_SUCCESS ||
			   result == PARACALL_EV_UNIMPLEMENTED);
	count_call(vcpu, result != PARACALL_EV_SUCCESS);
}

static void take_arguments(struct vcpu *vcpu, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		vcpu->registers[PARACALL_POWERPC_R3 + i] = take_value(vcpu->guest);
}

static void step_call(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);
	uint32_t token = byte & 64
				 ? PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, byte & 15)
				 : PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, byte & 31);

	if (byte & 128)
		token = take_value(guest);
	take_arguments(vcpu, 4);
	call(vcpu, token, take_mode(guest));
}

static void step_idle(struct vcpu *vcpu)
{
	call(vcpu, PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_EPAPR, PARACALL_EV_IDLE),
	     PARACALL_MODE_64BIT);
}

static void step_map_page(struct vcpu *vcpu)
{
	take_arguments(vcpu, 2);
	call(vcpu,
	     PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM,
				  PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE),
	     take_mode(vcpu->guest));
}

static void step_papr(struct vcpu *vcpu)
{
	take_arguments(vcpu, 4);
	if (take_byte(vcpu->guest) < 192)
		vcpu->registers[PARACALL_POWERPC_R3] = take_byte(vcpu->guest) * 4;
	enter(vcpu, 0);
	paracall_papr_hypercall(vcpu->cpu);
	leave(vcpu);
	count_call(vcpu, false);
}

static void step_refuse_pages(struct vcpu *vcpu)
{
	vcpu->guest->refuses_pages = !vcpu->guest->refuses_pages;
}

/* ---- the magic page ------------------------------------------------------------------ */

static unsigned int take_offset(struct guest *guest)
{
	uint8_t byte = take_byte(guest);

	if (byte < 240)
		return byte;
	return fuzz_take(&guest->input, 2) % PAGE;
}

static uint64_t load(struct vcpu *vcpu, unsigned int offset, unsigned int size, uint32_t mode)
{
	uint64_t value;

	enter(vcpu, HELD);
	value = paracall_magic_page_load(vcpu->cpu, offset, size, mode);
	leave(vcpu);
	fuzz_count_guest_calls(1);
	FUZZ_CHECK(size == 8 || !(value >> 8 * size));
	return value;
}

static void store(struct vcpu *vcpu, unsigned int offset, unsigned int size, uint64_t value,
		  uint32_t mode)
{
	enter(vcpu, PAGE_REGISTERS | HELD);
	paracall_magic_page_store(vcpu->cpu, offset, size, value, mode);
	leave(vcpu);
	fuzz_count_guest_calls(1);
}

/* Where the page is, or anywhere. */
static void step_look(struct vcpu *vcpu)
{
	const struct magic_page *page = powerpc_magic_page(vcpu->cpu);
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);
	uint64_t address = byte < 128 ? page->real_address : page->effective_address;
	uint32_t mode = take_mode(guest);
	bool is_there;

	if (byte & 1)
		address = take_value(guest);
	is_there = paracall_magic_page_is_at(vcpu->cpu, address + (byte & 0x70), mode);
	if (mode & PARACALL_MODE_USER || (!page->real_address && !page->effective_address))
		FUZZ_CHECK(!is_there);
}

static void step_load(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int size = 1u << (take_byte(guest) & 3);

	load(vcpu, take_offset(guest), size, take_mode(guest));
}

static void step_store(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int size = 1u << (take_byte(guest) & 3);
	unsigned int offset = take_offset(guest);

	store(vcpu, offset, size, take_value(guest), take_mode(guest));
}

/* Scratch fields and segment registers keep what was stored there. */
static void step_keep(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int size = 1u << (take_byte(guest) & 3);
	uint8_t byte = take_byte(guest);
	unsigned int offset = byte & 64 ? 0x68 + byte % (64 - size) : byte % (24 - size);
	uint64_t value = fuzz_take(&guest->input, size);
	uint32_t mode = take_mode(guest);

	store(vcpu, offset, size, value, mode);
	FUZZ_CHECK(load(vcpu, offset, size, mode) == value);
}

/* Into a critical section, and out of it: the field is the stack pointer. */
static void step_enter_section(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	uint8_t byte = take_byte(guest);

	store(vcpu, 0x18, 8, vcpu->registers[PARACALL_POWERPC_R1] + (byte & 1),
	      take_mode(guest));
}

static void step_interrupt(struct vcpu *vcpu)
{
	bool is_critical = paracall_magic_page_is_critical(vcpu->cpu);

	enter(vcpu, is_critical ? REGISTER(PARACALL_POWERPC_SRR1) : 0);
	paracall_magic_page_interrupted(vcpu->cpu);
	leave(vcpu);
}

/* ---- the guest's own instructions ------------------------------------------------------ */

static void step_set_register(struct vcpu *vcpu)
{
	struct guest *guest = vcpu->guest;
	unsigned int number = take_byte(guest) % PARACALL_POWERPC_REGISTERS;

	vcpu->registers[number] = take_value(guest);
}

static void step_load_msr(struct vcpu *vcpu)
{
	vcpu->registers[PARACALL_POWERPC_MSR] = fuzz_take(&vcpu->guest->input, 2);
	vcpu->has_loaded_msr = take_byte(vcpu->guest) & 3;
}

static step *const steps[] = {
	step_call,	    step_call,	       step_idle,	   step_map_page,
	step_map_page,	    step_papr,	       step_papr,	   step_refuse_pages,
	step_look,	    step_look,	       step_load,	   step_load,
	step_load,	    step_store,	       step_store,	   step_store,
	step_keep,	    step_keep,	       step_enter_section, step_enter_section,
	step_interrupt,	    step_set_register, step_set_register,  step_load_msr,
	step_load_msr,	    step_plug,	       step_unplug,	   step_reset,
	step_reset_machine, step_set_apic_id,  step_poke,	   step_nest,
	step_pass_time,	    step_trace,
};

static step *const nested_steps[] = {
	step_call, step_papr, step_look, step_load, step_store, step_interrupt, step_unplug,
};

/* Of MSR the magic page may change these bits: EE and RI. */
#define MSR_CHANGEABLE UINT64_C(0x8002)

static bool may_write(const struct vcpu *vcpu, unsigned int number, uint64_t value)
{
	return number != PARACALL_POWERPC_MSR ||
	       !((value ^ vcpu->registers[number]) & ~MSR_CHANGEABLE);
}

static void do_step(struct vcpu *vcpu)
{
	steps[take_byte(vcpu->guest) % (sizeof(steps) / sizeof(steps[0]))](vcpu);
}

static void do_nested_step(struct vcpu *vcpu)
{
	nested_steps[take_byte(vcpu->guest) % (sizeof(nested_steps) / sizeof(nested_steps[0]))](
		vcpu);
}

static void check_magic_page(const struct vcpu *vcpu)
{
	const struct magic_page *page = powerpc_magic_page(vcpu->cpu);

	if (page->is_critical)
		FUZZ_CHECK(page->is_prepared);
	if (page->is_prepared)
		FUZZ_CHECK(!(page->missing & ~vcpu->missing));
}

static void idle(void *context)
{
	guest_nest(guest_caller(context)->guest);
}

static bool has_register(void *context, unsigned int number)
{
	const struct vcpu *vcpu = context;

	return !(vcpu->missing >> number & 1);
}

static bool map_magic_page(void *context, uint64_t address, uint64_t effective_address)
{
	struct guest *guest = guest_caller(context)->guest;

	FUZZ_CHECK(address % PAGE == 0);
	FUZZ_CHECK(effective_address % PAGE == 0);
	return !guest->refuses_pages;
}

static bool msr_was_loaded(void *context)
{
	struct vcpu *vcpu = guest_caller(context);
	bool was_loaded = vcpu->has_loaded_msr;

	vcpu->has_loaded_msr = false;
	return was_loaded;
}

static const struct paracall_powerpc_engine powerpc = {
	.size = sizeof(powerpc),
	.idle = idle,
	.has_register = has_register,
	.map_magic_page = map_magic_page,
	.msr_was_loaded = msr_was_loaded,
};

static void complete(struct paracall_engine *engine)
{
	engine->powerpc = &powerpc;
}

const struct kind powerpc_kind = {
	.architecture = PARACALL_POWERPC,
	.complete = complete,
	.register_count = PARACALL_POWERPC_REGISTERS,
	.step = do_step,
	.nested_step = do_nested_step,
	.check_vcpu = check_magic_page,
	.first_optional_register = PARACALL_POWERPC_PIR,
	.may_write = may_write,
};
