/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's side of KVM's paravirtual interface, for each architecture that has a
 * header in guest/; for others it declares nothing. Freestanding, nothing to link.
 */
#ifndef PARACALL_GUEST_H
#define PARACALL_GUEST_H

#include <paracall/guest/powerpc.h>
#include <paracall/guest/s390.h>
#include <paracall/guest/x86.h>

#endif /* PARACALL_GUEST_H */
