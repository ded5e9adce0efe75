# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on arm64."""

import os

from bench_run import (TREE, best_calls_of, kernel_arguments, pairs, show, show_boot,
                       show_ratios)


def boot_arguments(cpus, task):
    return kernel_arguments("virt", cpus, "ttyAMA0", task) + ["-cpu", "max"]


def bench_arguments():
    return ["-machine", "virt,gic-version=2", "-cpu", "max", "-m", "128", "-display", "none",
            "-serial", "stdio", "-nic", "none",
            "-kernel", os.path.join(TREE, "build", "guest", "arm64", "bench.elf")]


def bench_boot(runs):
    for cpus in (2, 8):
        show_boot("boot of Debian's arm64 kernel, %d vCPUs" % cpus, runs,
                  boot_arguments(cpus, "boot"))


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), best_calls_of)
    for name, words in (("smccc-version", "SMCCC_VERSION"),
                        ("uid", "VENDOR_HYP_CALL_UID"),
                        ("unknown", "a function that there is not"),
                        ("ptp", "VENDOR_HYP_KVM_PTP"),
                        ("rnd64-192", "TRNG_RND64, 192 bits")):
        show(words + ", against PSCI_VERSION without Paracall",
             [run[name] / plain["psci-version"] for run, plain in figures])
    show_ratios("PSCI_VERSION, served by QEMU",
                [(run["psci-version"], plain["psci-version"]) for run, plain in figures])
    show_ratios("counter read", [(run["counter"], plain["counter"]) for run, plain in figures])


BENCHES = {"boot": bench_boot, "calls": bench_calls}
CALLS = bench_arguments
