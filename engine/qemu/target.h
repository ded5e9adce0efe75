/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between the machines that QEMU emulates. */
#ifndef PARACALL_QEMU_TARGET_H
#define PARACALL_QEMU_TARGET_H

#include "command.h"
#include "options.h"

/*
 * A target keeps its state in two structs of its own, in its folder, initially all 0:
 * one of the machine, .target_machine of struct engine, and one of each
 * vCPU, which begins with struct vcpu and is reached by a cast.
 */
struct target {
	/* QEMU's name for it, that of qemu-system-NAME. */
	const char *name;
	/* Of its guests, for users of other programs: "which runs ...". May be NULL. */
	const char *remark;
	enum paracall_architecture architecture;
	/*
	 * The registers' names in QEMU, by number, and how their bytes come. Only
	 * the first ones are needed, if it says how many; others may be missing.
	 */
	const char *const *registers;
	unsigned int register_count;
	unsigned int needed_registers;
	bool is_big_endian;
	/*
	 * What the library gets, but for its size, the clock and the reports, which are the
	 * same for all; and of the plugin's capabilities, these.
	 */
	const struct paracall_engine *engine;
	uint32_t capabilities;
	/* Bytes of its two structs; of the machine's 0 if it has none. */
	size_t machine_size;
	size_t vcpu_size;
	/* The plugin's options that it has besides those of all targets, up to NULL. */
	const struct plugin_option *const *options;
	/*
	 * Before these are read: fills in the machine's struct, by what QEMU's command
	 * says. May be NULL.
	 */
	void (*prepare)(const struct command *command);
	/*
	 * QEMU records or replays (see replay.h): changes what can't be replayed. False,
	 * and a message on standard error, if that is impossible. May be NULL.
	 */
	bool (*begin_replay)(const struct plugin_options *options);
	/* Its own options that the guest can see, as " key=value". May be NULL. */
	void (*describe_options)(char *text, size_t size);
	/* When QEMU loads the plugin and the machine exists. */
	void (*install)(qemu_plugin_id_t id, const struct plugin_options *options);
	/* A vCPU exists; one is unplugged. */
	void (*vcpu_init)(struct vcpu *vcpu);
	void (*vcpu_exit)(struct vcpu *vcpu);
	/*
	 * All from here on is for load.c; all is NULL where loads are not noticed. On the
	 * vCPU's thread: its registers are as a reset leaves them.
	 */
	bool (*is_at_start)(struct vcpu *vcpu);
	/*
	 * On @vcpu's thread, before anything runs or is loaded; false: that's too early,
	 * so again later. Not with one thread for all vCPUs, nor with -icount. May be
	 * NULL.
	 */
	bool (*look_around)(struct vcpu *vcpu);
	/*
	 * All vCPUs sleep, so that the machine may be stopped; and @vcpu slept, and goes on, on
	 * its thread. Not there either. Both may be NULL.
	 */
	void (*note_sleep)(void);
	void (*note_resume)(struct vcpu *vcpu);
	/*
	 * Another state was loaded, and @vcpu is the first to go on: nothing of what is
	 * known is true any more. Returns what that means for the guest, a clause that
	 * ends a sentence; NULL if nothing. Then each vCPU's part, while none runs.
	 */
	const char *(*forget_machine)(struct vcpu *vcpu);
	void (*forget_vcpu)(struct vcpu *vcpu);
	/*
	 * Where a record of what is known goes with the machine's state; else all are NULL.
	 * .save makes a new one, while no vCPU runs or as often as may be.
	 * .has_other_record: the last one is not there any more. .restore: all was forgotten
	 * before, and it takes what the record has, if there is one. Returns NULL, or why
	 * that is lost, a clause that begins a sentence. .record_is_certain: no state can be
	 * loaded that leaves the last record as it is, so nothing else need be compared;
	 * NULL if it never is.
	 */
	void (*save)(struct vcpu *vcpu);
	bool (*has_other_record)(struct vcpu *vcpu);
	bool (*record_is_certain)(void);
	const char *(*restore)(struct vcpu *vcpu, bool has_record);
};

/* All of them, up to NULL. */
extern const struct target *const targets[];

/* For struct paracall_engine; @context is a struct vcpu. */
uint64_t target_read_register(void *context, unsigned int number);
void target_write_register(void *context, unsigned int number, uint64_t value);
uint64_t target_run_delay(void *context);

#endif /* PARACALL_QEMU_TARGET_H */
