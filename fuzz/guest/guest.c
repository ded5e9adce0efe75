/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sequences of everything that a guest can do to the library. An input's first bytes say
 * what machine it is; then each step takes what it needs.
 */
#include "guest.h"

#include <string.h>

/* After this many steps the whole machine is checked. */
#define CHECK_EACH 512

static void do_step(struct guest *guest)
{
	struct vcpu *vcpu = &guest->vcpus[take_byte(guest) % guest->cpus];

	/* One that does not exist does nothing; it may be plugged in. */
	if (!vcpu->cpu)
		vcpu = guest->vcpus;
	guest->kind->step(vcpu);
	if (vcpu->cpu)
		check_vcpu(vcpu);
	if (guest->kind->check_step)
		guest->kind->check_step(guest);
}

static void run(struct guest *guest)
{
	uint8_t tail = take_byte(guest);
	unsigned int steps = 0;

	/* Nearly all inputs are longer than their bytes, up to some ten thousand steps. */
	if (tail & 15)
		guest->input.tail = UINT64_C(8) << (tail & 15);
	while (!fuzz_is_over(&guest->input)) {
		do_step(guest);
		guest->now += 100;
		if (++steps % CHECK_EACH == 0)
			check_machine(guest);
	}
	guest_take_events(guest);
	check_machine(guest);
	check_saved(guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Too large for a stack. */
	static struct guest guest;

	memset(&guest, 0, sizeof(guest));
	guest.input = fuzz_input(data, size);
	fuzz_count_execution();
	if (guest_create(&guest))
		run(&guest);
	guest_destroy(&guest);
	return 0;
}
