/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asynchronous page faults: msr.rst, and arch/x86/kvm/x86.c,
 * kvm_pv_enable_async_pf and kvm_arch_async_page_present. All of the guest's
 * memory is always there, so there is no cause for one but testing the guest.
 * When the guest enables them, all waiting tasks are woken, as KVM does.
 */
#include "async_pf.h"

#include "../memory.h"
#include "../misuse.h"
#include "../trace/trace.h"
#include "feature_bits.h"
#include "msr.h"
#include "state.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>
#include <string.h>

#define RESERVED_BITS UINT64_C(0x30)
#define FLAG_BITS UINT64_C(0x3f)
#define VECTOR_BITS UINT64_C(0xff)

static_assert(sizeof(struct paracall_kvm_vcpu_pv_apf_data) == 64, "the ABI's size");

static bool is_enabled(uint64_t value)
{
	const uint64_t both = PARACALL_KVM_MSR_ENABLED | PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT;

	return (value & both) == both;
}

static struct paracall_gpa data_address(struct paracall_cpu *cpu)
{
	return guest_address(x86_cpu(cpu)->msrs.async_pf_en & ~FLAG_BITS);
}

static struct paracall_gpa token_address(struct paracall_cpu *cpu)
{
	return guest_offset(data_address(cpu),
			    offsetof(struct paracall_kvm_vcpu_pv_apf_data, token));
}

/* Notify the guest that the page for @token is available. */
static bool announce_ready(struct paracall_cpu *cpu, uint32_t token)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	const struct paracall_interrupt interrupt = {
		.vector = x86_cpu(cpu)->msrs.async_pf_int,
		.delivery_mode = PARACALL_ICR_MODE_FIXED,
	};
	const uint32_t none = 0;
	uint32_t announced = htole32(token);
	uint32_t last;

	/* The guest puts 0 there when it has taken the last one. */
	if (!guest_read(cpu, token_address(cpu), &last, sizeof(last)) || last ||
	    !guest_write(cpu, token_address(cpu), &announced, sizeof(announced)))
		return false;
	if (engine->send_interrupt(cpu->engine_cpu, cpu->engine_cpu, atomic_load(&cpu->apic_id),
				   &interrupt)) {
		trace_now(cpu, PARACALL_EVENT_ASYNC_PF_READY, token);
		return true;
	}
	/* Its local APIC takes no interrupts yet; or it was reset, and has no such page. */
	if (is_enabled(x86_cpu(cpu)->msrs.async_pf_en))
		guest_write(cpu, token_address(cpu), &none, sizeof(none));
	return false;
}

static void forget_oldest(struct async_pf *faults)
{
	faults->count--;
	faults->ready--;
	memmove(faults->tokens, faults->tokens + 1, faults->count * sizeof(faults->tokens[0]));
}

/*
 * The engine may call paracall_update() while it sends the interrupt. That takes a reset,
 * and announces the same again if the guest has taken it.
 */
void paracall_update_async_pf(struct paracall_cpu *cpu)
{
	struct async_pf *faults = &x86_cpu(cpu)->async_pf;
	uint32_t token;

	if ((!faults->owes_wake_all && !faults->ready) ||
	    !is_enabled(x86_cpu(cpu)->msrs.async_pf_en))
		return;
	token = faults->owes_wake_all ? PARACALL_KVM_ASYNC_PF_WAKE_ALL : faults->tokens[0];
	if (!announce_ready(cpu, token))
		return;
	if (token == PARACALL_KVM_ASYNC_PF_WAKE_ALL) {
		faults->owes_wake_all = false;
	} else if (faults->ready && faults->tokens[0] == token) {
		forget_oldest(faults);
		paracall_statistics_add(&cpu->statistics->async_pf_ended, 1);
	}
}

static bool write_flags(struct paracall_cpu *cpu, uint32_t flags)
{
	flags = htole32(flags);
	return guest_write(cpu, data_address(cpu), &flags, sizeof(flags));
}

/* As KVM makes them: a number and the vCPU. Below 64 KiB, see async_pf_raise(). */
#define NUMBERS 15

static uint32_t next_token(struct paracall_cpu *cpu)
{
	uint32_t number = x86_cpu(cpu)->async_pf.next++ % NUMBERS + 1;

	return number << 12 | cpu->index;
}

static bool is_token(const struct paracall_cpu *cpu, uint32_t token)
{
	uint32_t number = token >> 12;

	return number >= 1 && number <= NUMBERS && (token & 0xfff) == cpu->index;
}

uint32_t paracall_async_pf_begin(struct paracall_cpu *cpu)
{
	struct async_pf *faults = &x86_cpu(cpu)->async_pf;
	uint32_t flags;
	uint32_t token;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_async_pf_begin"))
		return 0;
	take_reset(cpu);
	if (!is_enabled(x86_cpu(cpu)->msrs.async_pf_en) || faults->owes_wake_all ||
	    faults->count == MAX_ASYNC_PFS ||
	    !guest_read(cpu, data_address(cpu), &flags, sizeof(flags)) || flags ||
	    !write_flags(cpu, PARACALL_KVM_PV_REASON_PAGE_NOT_PRESENT))
		return 0;
	token = next_token(cpu);
	faults->tokens[faults->count++] = token;
	paracall_statistics_add(&cpu->statistics->async_pf_begun, 1);
	trace_now(cpu, PARACALL_EVENT_ASYNC_PF, token);
	return token;
}

/* The last one that was begun. */
void paracall_async_pf_cancel(struct paracall_cpu *cpu, uint32_t token)
{
	struct async_pf *faults = &x86_cpu(cpu)->async_pf;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_async_pf_cancel"))
		return;
	take_reset(cpu);
	if (!faults->count || faults->tokens[faults->count - 1] != token ||
	    faults->ready == faults->count)
		return;
	faults->count--;
	write_flags(cpu, 0);
	paracall_statistics_add(&cpu->statistics->async_pf_begun, -(uint64_t)1);
}

void paracall_async_pf_end(struct paracall_cpu *cpu)
{
	struct async_pf *faults = &x86_cpu(cpu)->async_pf;

	ENTER(cpu);
	if (!IS_FOR(cpu, PARACALL_X86, "paracall_async_pf_end"))
		return;
	take_reset(cpu);
	faults->ready = faults->count;
	paracall_update_async_pf(cpu);
}

static bool has_reserved_bits(const struct paracall_cpu *cpu, uint64_t value)
{
	return value & RESERVED_BITS ||
	       (value & PARACALL_KVM_ASYNC_PF_DELIVERY_AS_PF_VMEXIT &&
		!has_feature(cpu, FEATURE_BIT_ASYNC_PF_VMEXIT)) ||
	       (value & PARACALL_KVM_ASYNC_PF_DELIVERY_AS_INT &&
		!has_feature(cpu, FEATURE_BIT_ASYNC_PF_INT));
}

/* Events need a local APIC. */
bool paracall_accepts_async_pf_en(const struct paracall_cpu *cpu, uint64_t value)
{
	return !has_reserved_bits(cpu, value) &&
	       (cpu->machine->engine.capabilities & PARACALL_CAN_INTERRUPT || !value);
}

bool paracall_write_async_pf_en(struct paracall_cpu *cpu, uint64_t value)
{
	struct x86_cpu *x86 = x86_cpu(cpu);
	struct paracall_kvm_vcpu_pv_apf_data data;

	if (!paracall_accepts_async_pf_en(cpu, value))
		return false;
	x86->msrs.async_pf_en = value;
	x86->async_pf = (struct async_pf){ .next = x86->async_pf.next };
	if (!is_enabled(value))
		return true;
	if (!guest_read(cpu, data_address(cpu), &data, sizeof(data)))
		return false;
	x86->async_pf.owes_wake_all = true;
	paracall_update_async_pf(cpu);
	return true;
}

uint64_t paracall_read_async_pf_en(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.async_pf_en;
}

bool paracall_accepts_async_pf_int(const struct paracall_cpu *cpu, uint64_t value)
{
	return !(value & ~VECTOR_BITS) &&
	       cpu->machine->engine.capabilities & PARACALL_CAN_INTERRUPT;
}

bool paracall_write_async_pf_int(struct paracall_cpu *cpu, uint64_t value)
{
	if (!paracall_accepts_async_pf_int(cpu, value))
		return false;
	x86_cpu(cpu)->msrs.async_pf_int = value;
	return true;
}

uint64_t paracall_read_async_pf_int(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.async_pf_int;
}

/* The guest can take another. */
bool paracall_write_async_pf_ack(struct paracall_cpu *cpu, uint64_t value)
{
	if (value & PARACALL_KVM_MSR_ENABLED)
		paracall_update_async_pf(cpu);
	return true;
}

uint64_t paracall_read_async_pf_ack(struct paracall_cpu *cpu)
{
	(void)cpu;
	return 0;
}

void paracall_async_pf_save(const struct x86_cpu *cpu, struct record_writer *writer)
{
	const struct async_pf *faults = &cpu->async_pf;

	record_put_byte(writer, faults->owes_wake_all);
	record_put_byte(writer, (uint8_t)faults->count);
	record_put_byte(writer, (uint8_t)faults->ready);
	record_put_byte(writer, (uint8_t)(faults->next % NUMBERS));
	for (uint32_t i = 0; i < faults->count; i++)
		record_put_word(writer, faults->tokens[i]);
}

bool paracall_async_pf_load(const struct paracall_cpu *cpu, uint64_t en,
			    struct record_reader *reader, struct async_pf *faults)
{
	*faults = (struct async_pf){ .owes_wake_all = record_get_bool(reader) };
	faults->count = record_get_byte(reader);
	faults->ready = record_get_byte(reader);
	faults->next = record_get_byte(reader);
	if (faults->count > MAX_ASYNC_PFS || faults->ready > faults->count ||
	    faults->next >= NUMBERS ||
	    (!is_enabled(en) && (faults->owes_wake_all || faults->count)))
		return false;
	for (uint32_t i = 0; i < faults->count; i++) {
		faults->tokens[i] = record_get_word(reader);
		if (!is_token(cpu, faults->tokens[i]))
			return false;
	}
	return true;
}
