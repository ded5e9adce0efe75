/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace's memory, which the command shares with the plugin. */
#ifndef PARACALL_QEMU_TRACE_H
#define PARACALL_QEMU_TRACE_H

#include "engine.h"

/*
 * Maps the file at @path and makes room for rings there, as @options' machine needs it, and
 * fills in what that and the engine, whose .clock is there, have for traces. On failure says
 * so on standard error and returns false.
 */
bool trace_map(const char *path, struct paracall_options *options,
	       struct paracall_engine *engine);

/* QEMU ends in order; @trace may be NULL. */
void trace_finish(struct paracall_trace *trace);

/*
 * The instruction whose callback runs, as the target packs it, or if @site is
 * NULL where the vCPU was before it took an interrupt. An instruction that is
 * executed again and again without an interrupt stays where it is: its address
 * is read once.
 */
static inline void trace_note_site(struct vcpu *vcpu, void *site, uint64_t pc)
{
	if (site && site == vcpu->site)
		return;
	vcpu->site = site;
	vcpu->site_pc = pc;
}

#endif /* PARACALL_QEMU_TRACE_H */
