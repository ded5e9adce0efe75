/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where things go that a program finds by the PVH boot protocol. */
#ifndef PARACALL_KVM_X86_PVH_H
#define PARACALL_KVM_X86_PVH_H

#include "../machine.h"

#define START_INFO 0x7000
#define COMMAND_LINE 0x7100

#endif /* PARACALL_KVM_X86_PVH_H */
