/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's names for KVM's features, which its -cpu knows with KVM; under TCG it warns of
 * them, or refuses them. Each architecture has a kvm_names.def, with rows
 *
 * KVM_NAME(name, feature, another feature or NULL)
 */
#ifndef PARACALL_COMMAND_LINE_KVM_NAMES_H
#define PARACALL_COMMAND_LINE_KVM_NAMES_H

#include <paracall/paracall.h>
#include <stddef.h>

struct kvm_name {
	enum paracall_architecture architecture;
	/* "kvm-pv-ipi" */
	const char *name;
	/*
	 * "pv-send-ipi", as the kernel's documents and --features have it, and a second one
	 * or NULL. Of what is no feature both are NULL.
	 */
	const char *features[2];
};

#define KVM_NAME_HIDES "kvm"
#define KVM_NAME_DEDICATED "kvm-hint-dedicated"
#define KVM_NAME_ENFORCES "kvm-pv-enforce-cpuid"

/* One after the other from 0; NULL after the last. */
const struct kvm_name *kvm_name_at(size_t index);

/* Of a word of @length characters, where "_" stands for "-", too; NULL if it is none. */
const struct kvm_name *kvm_name_find(enum paracall_architecture architecture, const char *word,
				     size_t length);

/*
 * The value of -cpu, @text, without such words; @model, if not NULL, in place of the
 * model. The caller's to free; NULL if memory is short.
 */
char *kvm_names_drop(enum paracall_architecture architecture, const char *text,
		     const char *model);

#endif /* PARACALL_COMMAND_LINE_KVM_NAMES_H */
