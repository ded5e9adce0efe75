# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on LoongArch."""

import os

from bench_run import (TREE, best_calls_of, kernel_arguments, pairs, show, show_boot,
                       show_ratios)


def boot_arguments(cpus, task):
    return kernel_arguments("virt", cpus, "ttyS0", task + " initcall_blacklist=i8042_init") + ["-cpu", "max"]


def bench_arguments():
    return ["-machine", "virt", "-cpu", "max", "-m", "1024", "-display", "none",
            "-serial", "stdio", "-nic", "none",
            "-kernel", os.path.join(TREE, "build", "guest", "loongarch", "bench.elf")]


def bench_boot(runs):
    show_boot("boot of Debian's loong64 kernel, 2 vCPUs", runs, boot_arguments(2, "boot"))


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), best_calls_of)
    for name, words in (("cpucfg-features", "CPUCFG, KVM's features"),
                        ("unknown", "a service that there is not"),
                        ("notify-off", "HCALL_FUNC_NOTIFY of none")):
        show(words + ", against an IOCSR reading without Paracall",
             [run[name] / plain["iocsr"] for run, plain in figures])
    for name, words in (("cpucfg", "CPUCFG, the CPU's own"), ("iocsr", "IOCSR reading")):
        show_ratios(words, [(run[name], plain[name]) for run, plain in figures])


BENCHES = {"boot": bench_boot, "calls": bench_calls}
CALLS = bench_arguments
