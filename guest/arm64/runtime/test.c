/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding KVM on arm64, as drivers/firmware/smccc/kvm_guest.c does. */
#include "common/test.h"

#include "runtime.h"

static bool has_smccc_1_1(void)
{
	return !call(PARACALL_PSCI_FEATURES, PARACALL_SMCCC_VERSION, 0, 0).x0 &&
	       call(PARACALL_SMCCC_VERSION, 0, 0, 0).x0 >= PARACALL_SMCCC_VERSION_1_1;
}

static bool has_uid(void)
{
	struct results uid = call(PARACALL_VENDOR_HYP_CALL_UID, 0, 0, 0);

	return uid.x0 == PARACALL_KVM_UID_0 && uid.x1 == PARACALL_KVM_UID_1 &&
	       uid.x2 == PARACALL_KVM_UID_2 && uid.x3 == PARACALL_KVM_UID_3;
}

static uint32_t features;

/* In the order of paracall/abi/arm64.h. */
static uint32_t find_features(void)
{
	struct results bitmaps = call(PARACALL_VENDOR_HYP_KVM_FEATURES, 0, 0, 0);
	uint32_t found = (uint32_t)bitmaps.x0;

	found |= (uint32_t)bitmaps.x2 << PARACALL_KVM_VENDOR_HYP_FEATURES_2_SHIFT;

	if (call(PARACALL_TRNG_VERSION, 0, 0, 0).x0 == PARACALL_TRNG_VERSION_1_0)
		found |= 1u << PARACALL_KVM_FEATURE_TRNG;
	if (!call(PARACALL_PV_TIME_FEATURES, PARACALL_PV_TIME_ST, 0, 0).x0)
		found |= 1u << PARACALL_KVM_FEATURE_PV_TIME;
	return found;
}

void tests_start(const char *program)
{
	kvm_found = !has_own_hypervisor && has_smccc_1_1() && has_uid();
	features = kvm_found ? find_features() : 0;
	print("# %s: %u CPUs, counter of %lu Hz, %s, features 0x%x\n", program, cpu_count,
	      clock_frequency(), kvm_found ? "KVM" : "no KVM", features);
}

uint32_t kvm_features(void)
{
	return features;
}
