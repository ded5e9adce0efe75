/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vCPUs that sleep and go on, of QEMU's plugin: what is read of them, and how a load is
 * noticed. QEMU wakes vCPUs often only for work of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/qemu/load.h"
#include "../../engine/qemu/registers.h"

#define VCPUS 2
#define REGISTERS 4

/* ---- what load.c is linked with ---- */

struct engine paracall_qemu_engine;

static struct {
	struct vcpu vcpus[VCPUS];
	_Atomic(struct vcpu *) places[VCPUS];
	qemu_plugin_vcpu_cb *idle;
	qemu_plugin_vcpu_cb *resume;
	uint64_t registers[REGISTERS];
	unsigned int registers_read;
	bool has_certain_record;
	bool has_other_record;
	unsigned int records_saved;
	unsigned int loads;
} fake;

uint64_t register_read(struct vcpu *vcpu, unsigned int number)
{
	(void)vcpu;
	fake.registers_read++;
	return fake.registers[number];
}

bool paracall_set_mark(struct paracall_cpu *cpu)
{
	(void)cpu;
	return false;
}

enum paracall_mark paracall_check_mark(struct paracall_cpu *cpu)
{
	(void)cpu;
	return PARACALL_MARK_NONE;
}

void paracall_machine_loaded(struct paracall_machine *machine, struct paracall_cpu *cpu)
{
	(void)machine;
	(void)cpu;
}

void qemu_plugin_register_vcpu_idle_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
				       void *userdata)
{
	(void)id;
	(void)userdata;
	fake.idle = callback;
}

void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_cb *callback,
					 void *userdata)
{
	(void)id;
	(void)userdata;
	fake.resume = callback;
}

void qemu_plugin_register_flush_cb(qemu_plugin_id_t id, qemu_plugin_simple_cb *callback,
				   void *userdata)
{
	(void)id;
	(void)callback;
	(void)userdata;
}

/* ---- a target ---- */

static bool is_at_start(struct vcpu *vcpu)
{
	(void)vcpu;
	return false;
}

static const char *forget_machine(struct vcpu *vcpu)
{
	(void)vcpu;
	fake.loads++;
	return NULL;
}

static void forget_vcpu(struct vcpu *vcpu)
{
	(void)vcpu;
}

static void save(struct vcpu *vcpu)
{
	(void)vcpu;
	fake.records_saved++;
}

static bool has_other_record(struct vcpu *vcpu)
{
	(void)vcpu;
	return fake.has_other_record;
}

static bool record_is_certain(void)
{
	return fake.has_certain_record;
}

static const char *restore(struct vcpu *vcpu, bool has_record)
{
	(void)vcpu;
	(void)has_record;
	fake.has_other_record = false;
	return NULL;
}

static const struct target target = {
	.register_count = REGISTERS,
	.is_at_start = is_at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
	.save = save,
	.has_other_record = has_other_record,
	.record_is_certain = record_is_certain,
	.restore = restore,
};

static void begin(bool has_certain_record)
{
	fake.has_certain_record = has_certain_record;
	fake.has_other_record = false;
	if (!fake.idle) {
		paracall_qemu_engine.vcpus = fake.places;
		paracall_qemu_engine.max_vcpus = VCPUS;
		paracall_qemu_engine.reports_idle = true;
		load_init(0, &target);
		for (unsigned int i = 0; i < VCPUS; i++) {
			fake.vcpus[i].index = i;
			atomic_store(&fake.places[i], &fake.vcpus[i]);
			load_vcpu_init(&fake.vcpus[i]);
		}
	}
	for (unsigned int i = 0; i < VCPUS; i++)
		fake.resume(i, NULL);
	/* They run. */
	fake.registers[0]++;
	fake.registers_read = 0;
	fake.records_saved = 0;
	fake.loads = 0;
}

/* As for each invalidation of a TLB entry by the other one. */
static void wake_and_sleep(void)
{
	for (int i = 0; i < 100; i++) {
		fake.idle(1, NULL);
		fake.resume(1, NULL);
	}
}

static void certain_record_spares_the_registers(void **state)
{
	(void)state;
	begin(true);
	wake_and_sleep();
	assert_int_equal(fake.registers_read, 0);
	assert_int_equal(fake.records_saved, 0);
	fake.idle(0, NULL);
	fake.idle(1, NULL);
	assert_int_equal(fake.registers_read, 0);
	assert_int_equal(fake.records_saved, 1);
}

static void load_is_noticed_by_its_record(void **state)
{
	(void)state;
	begin(true);
	fake.idle(0, NULL);
	fake.idle(1, NULL);
	fake.resume(0, NULL);
	assert_int_equal(fake.loads, 0);
	fake.idle(0, NULL);
	fake.has_other_record = true;
	fake.resume(1, NULL);
	assert_int_equal(fake.loads, 1);
}

static void load_is_noticed_by_registers_without_a_record(void **state)
{
	(void)state;
	begin(false);
	wake_and_sleep();
	fake.idle(0, NULL);
	fake.idle(1, NULL);
	assert_int_not_equal(fake.registers_read, 0);
	fake.resume(0, NULL);
	fake.idle(0, NULL);
	assert_int_equal(fake.loads, 0);
	fake.registers[REGISTERS - 1]++;
	fake.resume(0, NULL);
	assert_int_equal(fake.loads, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certain_record_spares_the_registers),
		cmocka_unit_test(load_is_noticed_by_its_record),
		cmocka_unit_test(load_is_noticed_by_registers_without_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
