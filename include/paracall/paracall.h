/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libparacall: the host side of Linux KVM's paravirtual interface, for CPU
 * engines that have no KVM below them.
 *
 * An engine (an emulator, a monitor) creates one machine per guest and adds
 * its vCPUs. It then calls the library when the guest executes a hypercall
 * instruction, reads a CPUID leaf or is about to halt, and the library calls
 * back through struct paracall_engine. The library keeps no globals, starts
 * no threads, does no I/O and allocates memory in paracall_machine_new() only.
 *
 * Threads: a function marked [vCPU] may be called only by the thread that
 * runs that vCPU; [any] by any thread at any time; [stopped] only while no
 * vCPU of the machine runs. vCPUs of one machine may all share one thread.
 *
 * The rules come from the kernel's Documentation/virt/kvm/x86/hypercalls.rst
 * and cpuid.rst, and from arch/x86/kvm/ where the documents are silent.
 */
#ifndef PARACALL_PARACALL_H
#define PARACALL_PARACALL_H

#include <paracall/abi.h>
#include <paracall/arm64.h>
#include <paracall/engine.h>
#include <paracall/event.h>
#include <paracall/inject.h>
#include <paracall/loongarch.h>
#include <paracall/powerpc.h>
#include <paracall/riscv.h>
#include <paracall/s390.h>
#include <paracall/statistics.h>
#include <paracall/table.h>
#include <paracall/trace.h>
#include <paracall/x86.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The version of the interface that these headers describe, which grows when something is
 * added. Each struct that a caller fills in begins with its size, by which the library
 * knows the caller's version of it: members that an older caller doesn't have are 0, and
 * so is what they stand for. A larger struct than the library has is refused with
 * PARACALL_ERROR_VERSION. Members are only ever added at the end, after all padding.
 */
#define PARACALL_INTERFACE_VERSION 1u

/*
 * [any] The library's PARACALL_INTERFACE_VERSION. One that is below the program's is too
 * old for it; one above does.
 */
uint32_t paracall_interface_version(void);

/* What a library function returns: 0, or one of these. */
enum paracall_error {
	PARACALL_OK = 0,
	/* Out of memory. */
	PARACALL_ERROR_MEMORY = -1,
	/* An argument is outside its range. */
	PARACALL_ERROR_ARGUMENT = -2,
	/* A feature was chosen that this library or the engine lacks. */
	PARACALL_ERROR_FEATURE = -3,
	/* No vCPU slot, or APIC id, of that number is left. */
	PARACALL_ERROR_CPU = -4,
	/* A name is not in the table. */
	PARACALL_ERROR_NAME = -5,
	/* Not a flattened device tree, or a damaged one. */
	PARACALL_ERROR_TREE = -6,
	/* It has no room for more. */
	PARACALL_ERROR_ROOM = -7,
	/* Not the record of a machine, or one that no machine can have saved. */
	PARACALL_ERROR_RECORD = -8,
	/* It is of a newer version of this library, or another version's trace. */
	PARACALL_ERROR_VERSION = -9,
	/* For .report: a function was called for the wrong object, or at a wrong time. */
	PARACALL_ERROR_USE = -10,
};

/* [any] A sentence fragment for an error; never NULL. */
const char *paracall_strerror(int error);

/* [any] The library's version, like "0.2.0". */
const char *paracall_version(void);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_PARACALL_H */
