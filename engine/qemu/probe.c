/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin for no QEMU: each one refuses it, and its message says which version
 * of the plugin interface it has. 'paracall engines' reads that.
 */
#define EXPORT __attribute__((visibility("default")))

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(void);

int qemu_plugin_version = 0x7fffffff;

int qemu_plugin_install(void)
{
	return -1;
}
