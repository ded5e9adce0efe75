/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved state of the machine is loaded (loadvm, -loadvm, -incoming): QEMU reports
 * it to no plugin, and what was known of the former state must not meet the new one.
 */
#ifndef PARACALL_QEMU_LOAD_H
#define PARACALL_QEMU_LOAD_H

#include "target.h"

/* When the plugin is loaded. */
void load_init(qemu_plugin_id_t id, const struct target *target);

/* When a vCPU is there, on its thread; when one is unplugged. */
void load_vcpu_init(struct vcpu *vcpu);
void load_vcpu_exit(struct vcpu *vcpu);

/*
 * While a block is translated, before anything else is registered for its first
 * instruction; @may_be_first: it is where the machine begins. If a state may have been
 * loaded, that is found out when the block runs, before all else.
 */
void load_note_block(struct qemu_plugin_tb *block, bool may_be_first);

/*
 * While a block is translated: a state may have been loaded, so what is known may be another
 * one's. Not so once that was found out.
 */
bool load_is_open(void);

/*
 * On an interrupt, before anything that is known of the guest is used: a state that was
 * loaded may begin with one, before any block of it runs.
 */
void load_note_interrupt(struct vcpu *vcpu);

/* A vCPU begins where the machine does, so this is no other state than one after a reset. */
void load_note_start(void);

/*
 * With one thread for all vCPUs, and with -icount, QEMU does not say when they stop. So
 * now and then, before halts, and when what is known of the guest has changed, a new mark
 * is set, and a new record made. These three do nothing elsewhere, and are for targets of
 * which loads are noticed.
 */
void load_mark(struct vcpu *vcpu);

/* The same without a mark, which the guest would see in the page that it just registered. */
void load_save(struct vcpu *vcpu);

/* There, in place of load_note_interrupt() and at other moments: a record shows it, too. */
void load_check(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_LOAD_H */
