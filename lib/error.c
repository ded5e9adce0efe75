/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors in words, and the version. */
#include <paracall/paracall.h>

static const char *const errors[] = {
	[-PARACALL_OK] = "no error",
	[-PARACALL_ERROR_MEMORY] = "out of memory",
	[-PARACALL_ERROR_ARGUMENT] = "an argument is out of range",
	[-PARACALL_ERROR_FEATURE] = "the feature is not available here",
	[-PARACALL_ERROR_CPU] = "no such vCPU, or its APIC id is taken",
	[-PARACALL_ERROR_NAME] = "no such name",
	[-PARACALL_ERROR_TREE] = "not a flattened device tree, or a damaged one",
	[-PARACALL_ERROR_ROOM] = "no room left in the device tree",
	[-PARACALL_ERROR_RECORD] = "not the record of a saved machine, or a damaged one",
	[-PARACALL_ERROR_VERSION] = "made for a newer version of the library",
	[-PARACALL_ERROR_USE] = "a function of the library was misused",
};

const char *paracall_strerror(int error)
{
	int count = sizeof(errors) / sizeof(errors[0]);

	if (error > 0 || error <= -count)
		return "unknown error";
	return errors[-error];
}

uint32_t paracall_interface_version(void)
{
	return PARACALL_INTERFACE_VERSION;
}

const char *paracall_version(void)
{
	return PARACALL_VERSION;
}
