# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on PowerPC."""

import os

from bench_run import (TREE, Run, alternate, best_calls_of, command_of, kernel_arguments,
                       pairs, paracall_command, show, show_ratios)

PSERIES = "pseries,x-vof=on,cap-cfpc=broken,cap-ibs=broken,cap-ccf-assist=off"
MAGIC_PAGE = "--features=+magic-page"


def boot_arguments(cpus, task):
    return kernel_arguments(PSERIES, cpus, "hvc0", task)


def bench_arguments():
    return ["-machine", PSERIES, "-m", "256", "-display", "none", "-serial", "stdio",
            "-nodefaults",
            "-kernel", os.path.join(TREE, "build", "guest", "powerpc", "bench-le.elf")]


def bench_boot(runs):
    show_ratios("boot of Debian's ppc64el kernel to power-off, 2 vCPUs",
                pairs(runs, boot_arguments(2, "boot"), lambda run: run.seconds))


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), best_calls_of)
    for name, words in (("call-features", "hypercall (FEATURES)"),
                        ("call-unknown", "unknown hypercall"),
                        ("call-sc", "hypercall by KVM's sc")):
        show(words + ", against sc 1 of QEMU", [run[name] / run["papr"] for run, _ in figures])
        show("the same, against sc 1 without Paracall",
             [run[name] / plain["papr"] for run, plain in figures])
    show_ratios("sc 1, served by QEMU", [(run["papr"], plain["papr"]) for run, plain in figures])


def bench_page(runs):
    """One access to the magic page."""
    command = paracall_command(MAGIC_PAGE) + bench_arguments()
    figures = [best_calls_of(Run(command)) for _ in range(runs)]
    for name, words in (("page-read-srr0", "magic page, SRR0 read"),
                        ("page-read-sprg0", "magic page, SPRG0 read"),
                        ("page-read-sprg3", "magic page, SPRG3 read"),
                        ("page-write-srr0", "magic page, SRR0 written"),
                        ("page-write-sprg0", "magic page, SPRG0 written"),
                        ("page-write-sprg3", "magic page, SPRG3 written"),
                        ("page-scratch", "magic page, a scratch field written")):
        show(words + ", against sc 1 of QEMU", [run[name] / run["papr"] for run in figures])


def bench_page_boot(runs):
    """With the magic page against QEMU alone."""
    commands = [command + boot_arguments(2, "boot")
                for command in (paracall_command(MAGIC_PAGE), command_of(False))]
    show_ratios("boot of Debian's ppc64el kernel with the magic page",
                alternate(runs, commands, lambda run: run.seconds))


BENCHES = {"boot": bench_boot, "calls": bench_calls, "page": bench_page,
           "page-boot": bench_page_boot}
CALLS = bench_arguments
