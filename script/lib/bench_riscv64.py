# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on RISC-V."""

import os

from bench_run import (TREE, best_calls_of, kernel_arguments, pairs, show, show_boot,
                       show_ratios)


def boot_arguments(cpus, task):
    return kernel_arguments("virt", cpus, "ttyS0", task)


def bench_arguments():
    return ["-machine", "virt", "-m", "128", "-display", "none",
            "-serial", "stdio", "-nic", "none",
            "-kernel", os.path.join(TREE, "build", "guest", "riscv", "bench.elf")]


def bench_boot(runs):
    for cpus in (2, 8):
        show_boot("boot of Debian's riscv64 kernel, %d vCPUs" % cpus, runs,
                  boot_arguments(cpus, "boot"))


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), best_calls_of)
    for name, words in (("imp-id", "BASE_GET_IMP_ID"),
                        ("probe-sta", "BASE_PROBE_EXT of STA"),
                        ("set-shmem", "STA_STEAL_TIME_SET_SHMEM")):
        show(words + ", against BASE_GET_SPEC_VERSION without Paracall",
             [run[name] / plain["spec-version"] for run, plain in figures])
    for name, words in (("spec-version", "BASE_GET_SPEC_VERSION, served by the firmware"),
                        ("unknown", "an extension that there is not"),
                        ("counter", "counter read")):
        show_ratios(words, [(run[name], plain[name]) for run, plain in figures])


BENCHES = {"boot": bench_boot, "calls": bench_calls}
CALLS = bench_arguments
