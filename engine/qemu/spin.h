/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spinning vCPUs yield to others, as on KVM, where the processor ends the run of
 * a guest after a number of hints that it spins (kvm's ple_gap, ple_window): see
 * virt/kvm/kvm_main.c, kvm_vcpu_on_spin, and its callers.
 */
#ifndef PARACALL_QEMU_SPIN_H
#define PARACALL_QEMU_SPIN_H

#include "engine.h"

/* When the plugin is loaded; @gives_way: the user's choice. */
void spin_init(bool gives_way);

/*
 * Where the guest hints that it spins: adds @callback, which gets @site, if there is
 * anything to do there. It calls spin_hint(), or is spin_call_hint().
 */
void spin_hook(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_cb *callback, void *site);

/*
 * For hints at which QEMU does not end a vCPU's turn itself, where one thread runs all of
 * them. Elsewhere the same as spin_hook() with spin_call_hint().
 */
void spin_hook_hint(struct qemu_plugin_insn *insn, void *site);

/* A hint: the site is the place, and QEMU's number the vCPU. */
qemu_plugin_vcpu_cb spin_call_hint;

/* On the vCPU's thread, which may yield. For the place see trace_note_site(). */
void spin_hint(struct vcpu *vcpu, void *site, uint64_t pc);

/* The same at once: the guest asks for it, by a call that QEMU has. */
void spin_give_way(struct vcpu *vcpu, void *site, uint64_t pc);

/*
 * A vCPU waits, or does not: on its thread, or on its waker's. load.c calls it where QEMU
 * reports that a vCPU sleeps or goes on, whatever it waits for; targets also where they
 * know earlier, or better. Costs next to nothing if nothing changed. One that never ran is
 * not awake.
 */
void spin_note_halt(struct vcpu *vcpu);
void spin_note_wake(struct vcpu *vcpu);

#endif /* PARACALL_QEMU_SPIN_H */
