# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on s390x."""

import os

from bench_run import (TREE, best_calls_of, kernel_arguments, pairs, show, show_boot,
                       show_ratios)


def boot_arguments(cpus, task):
    return kernel_arguments("s390-ccw-virtio", cpus, "ttysclp0", task)


def bench_arguments():
    return ["-machine", "s390-ccw-virtio", "-m", "128", "-display", "none",
            "-serial", "stdio", "-nic", "none",
            "-kernel", os.path.join(TREE, "build", "guest", "s390x", "bench.elf")]


def bench_boot(runs):
    show_boot("boot of Debian's s390x kernel, 2 vCPUs", runs, boot_arguments(2, "boot"))


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), best_calls_of)
    for name, words in (("diag-9c-self", "DIAGNOSE 0x9c, own address"),
                        ("diag-44", "DIAGNOSE 0x44"),
                        ("diag-10-page", "DIAGNOSE 0x10, one page"),
                        ("diag-258-cancel", "DIAGNOSE 0x258, cancel")):
        if all(name in run for run, _ in figures):
            show(words + ", against 0x500 of QEMU",
                 [run[name] / run["diag-500-notify"] for run, _ in figures])
    show_ratios("DIAGNOSE 0x500, served by QEMU",
                [(run["diag-500-notify"], plain["diag-500-notify"]) for run, plain in figures])


def bench_contend(runs):
    """The same kernel: without Paracall it can't yield to the holder of a lock."""
    for cpus in (4, 8):
        show_ratios("one lock, with directed yield, %d vCPUs" % cpus,
                    pairs(runs, boot_arguments(cpus, "demo"),
                          lambda run: run.number(r"contend: .* (\d+) ms")))


BENCHES = {"boot": bench_boot, "calls": bench_calls, "contend": bench_contend}
CALLS = bench_arguments
