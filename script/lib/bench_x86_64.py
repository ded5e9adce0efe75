# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured on x86."""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time

import bench_plot
from bench_run import (HOST_CPUS, TREE, Budget, Others, Run, architectures, best_calls_of,
                       calls_of, children_seconds, command_of, cpu_seconds, kernel_arguments,
                       pairs, paracall_command, settings_of, show, show_ratios, use)


def boot_arguments(cpus, task):
    return kernel_arguments("q35", cpus, "ttyS0", task)


def bench_boot(runs):
    show_ratios("boot of Debian's kernel to power-off, 2 vCPUs",
                pairs(runs, boot_arguments(2, "boot"), lambda run: run.seconds))


def bench_arguments():
    return ["-machine", "q35", "-m", "128", "-display", "none", "-serial", "stdio",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-kernel", os.path.join(TREE, "build", "guest", "bench.elf")]


def bench_calls(runs):
    figures = pairs(runs, bench_arguments(), calls_of)
    for name, words in (("vmcall-poll", "hypercall (VAPIC_POLL_IRQ, vmcall)"),
                        ("vmmcall-poll", "hypercall (VAPIC_POLL_IRQ, vmmcall)"),
                        ("call-unknown", "unknown hypercall"),
                        ("call-kick-absent", "KICK_CPU, no such CPU")):
        show(words + " against a port read", [run[name] / run["port-read"] for run, _ in figures])
    for name, words in (("cpuid-1", "CPUID leaf 1, leaf in the program"),
                        ("cpuid-1-loaded", "CPUID leaf 1, leaf loaded from memory"),
                        ("port-read", "port read"),
                        ("wrmsr-other", "wrmsr of a register that is not KVM's"),
                        ("rdtsc", "rdtsc"),
                        ("clock", "reading kvmclock, against rdtsc and the arithmetic")):
        show_ratios(words, [(run[name], plain[name]) for run, plain in figures])


# Without what has to be kept up to date in the guest's memory.
NO_UPKEEP = ("--features=-clocksource,-clocksource2,-clocksource-stable-bit,-steal-time,"
             "-async-pf,-async-pf-int")


def bench_upkeep(runs):
    show_ratios("boot with clocks and steal time against one without",
                pairs(runs, boot_arguments(2, "boot"), lambda run: run.seconds, NO_UPKEEP))


RECORD = "--record=" + os.path.join(TREE, "build", "bench-recording")


def bench_record(runs):
    """With a recording against without one, both with Paracall. A batch fills a ring
    several times, so the best one depends on the process that empties it, too: where that
    has no processor to itself the guest waits for it."""
    figures = pairs(runs, bench_arguments(), lambda run: (best_calls_of(run), calls_of(run)),
                    RECORD)
    for kind, which in ((0, "best batches"), (1, "median batches")):
        for name, words in (("vmcall-poll", "hypercall (VAPIC_POLL_IRQ, vmcall)"),
                            ("call-kick-absent", "KICK_CPU, no such CPU"),
                            ("rdtsc", "rdtsc, which is not recorded")):
            show_ratios("%s, recorded, %s" % (words, which),
                        [(recorded[kind][name], plain[kind][name])
                         for plain, recorded in figures])
    for name, words in (("vmcall-poll", "VAPIC_POLL_IRQ"), ("call-kick-absent", "KICK_CPU")):
        plain, recorded = ([pair[kind][0][name] for pair in figures] for kind in (0, 1))
        print("%-58s %7.2f" % (words + ", recorded, best batch of all runs",
                              min(recorded) / min(plain)))


def bench_record_boot(runs):
    figures = pairs(runs, boot_arguments(2, "boot"),
                    lambda run: (run.seconds, run.cpu_seconds), RECORD)
    for kind, words in ((0, ""), (1, ", CPU time")):
        show_ratios("boot of Debian's kernel, recorded" + words,
                    [(recorded[kind], plain[kind]) for plain, recorded in figures])


def bench_workload(runs, task, name, words):
    show_ratios(words, pairs(runs, boot_arguments(8, task),
                             lambda run: run.number(name + r": .* (\d+) ms")))


def bench_forks(runs):
    bench_workload(runs, "forks", "forks", "parallel fork, exec and pipes, 8 vCPUs")


def bench_contend(runs):
    bench_workload(runs, "demo", "contend", "one lock, held for long by many, 8 vCPUs")


class IdleRun:
    """One boot of a guest that then sleeps, and powers off. @idle: of a core, in percent,
    what QEMU uses while it sleeps; seconds and CPU seconds are those of the boot alone."""

    SETTLE = 3

    def __init__(self, command, sleep):
        pid_file = os.path.join(TREE, "build", "bench-pid")
        start = time.monotonic()
        process = subprocess.Popen(command + ["-pidfile", pid_file], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.wait_for(process, b"paracall-guest: up")
        up = time.monotonic()
        with open(pid_file) as file:
            pid = int(file.read())
        up_cpu = cpu_seconds(pid)
        time.sleep(self.SETTLE)
        begin, begin_cpu = time.monotonic(), cpu_seconds(pid)
        time.sleep(sleep - self.SETTLE - 1)
        self.idle = 100 * (cpu_seconds(pid) - begin_cpu) / (time.monotonic() - begin)
        self.wait_for(process, b"paracall-guest: idle for")
        over = time.monotonic()
        over_cpu = cpu_seconds(pid)
        before = children_seconds()
        process.stdout.read()
        process.wait()
        self.seconds = up - start + time.monotonic() - over
        self.cpu_seconds = children_seconds() - before - (over_cpu - up_cpu)

    @staticmethod
    def wait_for(process, words):
        for line in process.stdout:
            if words in line:
                return
        sys.exit("bench: the guest did not print '%s'" % words.decode())


IDLE_SECONDS = 12


def idle_run(with_paracall, cpus):
    return IdleRun(command_of(with_paracall) +
                   boot_arguments(cpus, "idle:%d" % IDLE_SECONDS), IDLE_SECONDS)


def bench_idle(runs):
    figures = [(idle_run(True, 8).idle, idle_run(False, 8).idle) for _ in range(runs)]
    for kind, words in ((0, "with"), (1, "without")):
        show("idle, 8 vCPUs, %s Paracall, %% of a core" % words,
             [figure[kind] for figure in figures])


# What the table has: name, architecture, task, vCPUs, what the guest says took so many ms
# (else it is the whole run).
TABLE = (
    ("boot", "x86_64", "boot", 1, None),
    ("boot", "x86_64", "boot", 2, None),
    ("boot", "x86_64", "boot", 4, None),
    ("boot", "x86_64", "boot", 8, None),
    ("boot", "x86_64", "boot", 16, None),
    ("boot", "x86_64", "idle", 64, None),
    ("forks", "x86_64", "forks", 8, r"forks: .* (\d+) ms"),
    ("one lock, held for long", "x86_64", "demo", 8, r"contend: .* (\d+) ms"),
    ("messages", "x86_64", "messages", 8, r"messages: .* (\d+) ms"),
    ("messages", "x86_64", "messages", 16, r"messages: .* (\d+) ms"),
    ("boot, then idle", "x86_64", "idle", 8, None),
    ("boot, arm64", "arm64", "boot", 2, None),
    ("boot, arm64", "arm64", "boot", 8, None),
    ("boot, riscv64", "riscv64", "boot", 8, None),
    ("boot, s390x", "s390x", "boot", 8, None),
    ("boot, ppc64le", "ppc64le", "boot", 8, None),
    ("boot, loongarch64", "loongarch64", "boot", 8, None),
)
# What is left of the time after one pair of each row goes to more pairs, up to so many of each.
MOST_PAIRS = 5


class Row:
    """One line of the table: by "plain" and "paracall", seconds of each run, and CPU seconds
    of it as a whole; where the guest then sleeps also what that takes of a processor, in
    percent."""

    def __init__(self, name, arch, task, cpus, pattern):
        self.arch, self.task, self.pattern = arch, task, pattern
        self.figures = {"name": name, "vcpus": cpus, "plain": [], "paracall": [],
                        "plain_cpu": [], "paracall_cpu": []}
        self.pair_seconds = 0

    def arguments(self):
        """Of QEMU."""
        module = importlib.import_module("bench_" + self.arch)
        return module.boot_arguments(self.figures["vcpus"], self.task)

    def measure_one(self, kind):
        if self.task == "idle":
            run = idle_run(kind == "paracall", self.figures["vcpus"])
            self.figures.setdefault(kind + "_idle", []).append(run.idle)
        else:
            run = Run(command_of(kind == "paracall") + self.arguments())
        self.figures[kind].append(run.number(self.pattern) / 1000 if self.pattern
                                  else run.seconds)
        self.figures[kind + "_cpu"].append(run.cpu_seconds)

    def pairs(self):
        return len(self.figures["paracall"])

    def measure(self, settings):
        """One pair; the other engine is the first each time."""
        use(settings[self.arch])
        begin = time.monotonic()
        for kind in ("paracall", "plain") if self.pairs() % 2 else ("plain", "paracall"):
            self.measure_one(kind)
        self.pair_seconds = time.monotonic() - begin
        print("%s, %d vCPUs: %.2f s plain, %.2f s with Paracall" % (
            self.figures["name"], self.figures["vcpus"], self.figures["plain"][-1],
            self.figures["paracall"][-1]), file=sys.stderr, flush=True)

    def finish(self):
        for suffix in ("", "_cpu"):
            ratios = [with_it / without for with_it, without in
                      zip(self.figures["paracall" + suffix], self.figures["plain" + suffix])]
            self.figures["ratio" + suffix] = statistics.median(ratios)
            self.figures["ratios" + suffix] = ratios


def spread(ratios):
    return "(%.2f to %.2f)" % (min(ratios), max(ratios))


def print_row(row):
    print("%-26s %5d %5d %8.2f %8.2f %6.2f %-15s %9.2f %8.2f %6.2f %s" % (
        row["name"], row["vcpus"], len(row["ratios"]), statistics.median(row["plain"]),
        statistics.median(row["paracall"]), row["ratio"], spread(row["ratios"]),
        statistics.median(row["plain_cpu"]), statistics.median(row["paracall_cpu"]),
        row["ratio_cpu"], spread(row["ratios_cpu"])))
    if "plain_idle" in row:
        print("%-26s %5d %5d %7.2f%% %7.2f%%        of a processor" % (
            "idle after that", row["vcpus"], len(row["ratios"]),
            statistics.median(row["plain_idle"]), statistics.median(row["paracall_idle"])))


def print_rows(rows):
    print("%-26s %5s %5s %8s %8s %6s %-15s %9s %8s %6s" % (
        "", "vCPUs", "pairs", "plain, s", "with, s", "ratio", "", "plain CPU", "with CPU",
        "ratio"))
    for row in rows:
        print_row(row)


def points_of(rows, kind):
    """Of the boots, for the picture."""
    return [(row["vcpus"], statistics.median(row[kind]), min(row[kind]), max(row[kind]))
            for row in rows if row["name"] == "boot"]


def add_pairs(rows, settings, budget):
    """What is left of the time: to rows with few pairs, of those the shortest."""
    while True:
        left = [row for row in rows if row.pairs() < MOST_PAIRS and budget.has(row.pair_seconds)]
        if not left:
            return
        min(left, key=lambda row: (row.pairs(), row.pair_seconds)).measure(settings)


def measure_rows(runs, seconds, settings):
    rows = [Row(*line) for line in TABLE]
    budget = Budget(seconds)
    for _ in range(runs or 1):
        for row in rows:
            row.measure(settings)
    if not runs:
        add_pairs(rows, settings, budget)
    for row in rows:
        row.finish()
    return [row.figures for row in rows]


def bench_table(runs, minutes, machine, json_file, plot_file):
    settings = settings_of(reversed(architectures()))
    begin = time.monotonic()
    others = Others()
    rows = measure_rows(runs, 60 * minutes - 40, settings)
    print_rows(rows)
    share = others.share()
    print("in %d s; other jobs used %.0f %% of the processors" % (time.monotonic() - begin,
                                                                 share))
    if json_file:
        with open(json_file, "w") as file:
            json.dump({"machine": machine, "others_percent": share, "rows": rows}, file,
                      indent=1)
            file.write("\n")
    if plot_file:
        with open(plot_file, "w") as file:
            file.write(bench_plot.draw(
                "Boot of Debian's kernel to power-off on %d processors" % HOST_CPUS, machine,
                {kind: points_of(rows, kind) for kind in ("plain", "paracall")}))


# What a guest is offered, compared with all the defaults; and how its vCPUs spin.
FEATURES = ("--features=-pv-unhalt", "--features=-pv-send-ipi", "--features=-steal-time",
            "--features=-poll-control", "--features=-async-pf", "--hints=realtime")
KEEP = "--spin=keep"
WORK = (("boot", None), ("lock", r"contend: .* (\d+) ms"), ("forks", r"forks: .* (\d+) ms"),
        ("messages", r"messages: .* (\d+) ms"))


CPU_TIME = "CPU time"


def work_of(options):
    """What each kind of work took in one run, in seconds; the rest of it counts as boot."""
    run = Run(paracall_command(*options) + boot_arguments(8, "bench"))
    took = {name: run.number(pattern) / 1000 for name, pattern in WORK if pattern}
    took["boot"] = run.seconds - sum(took.values())
    took["all"] = run.seconds
    took[CPU_TIME] = run.cpu_seconds
    return took


# What counts as faster than the defaults; anything closer is noise.
FASTER = 0.97


def print_features(rounds, variants):
    names = list(rounds[0][None])
    print(("%-26s" + " %10s" * len(names)) % ("", *names) + "  (lowest to highest)")
    for option in variants:
        ratios = {name: [one[option][name] / one[None][name] for one in rounds]
                  for name in names}
        medians = [statistics.median(ratios[name]) for name in names]
        print(("%-26s" + " %10.2f" * len(names)) % (option, *medians) + "  " +
              spread(ratios[CPU_TIME]))
    faster = [option for option in variants
              if all(statistics.median(one[option][name] / one[None][name] for one in rounds)
                     < FASTER for name in ("all", CPU_TIME))]
    print("faster than the defaults, and with less CPU time, by %.0f %% at least: %s" %
          (100 * (1 - FASTER), ", ".join(faster) or "none"))


def compare_features(runs, variants, always=()):
    """One round has a run with the defaults, and one of each that differs: boots with 8 vCPUs,
    and their work. All of them with the options @always."""
    rounds = []
    others = Others()
    for number in range(runs):
        options = (None,) + variants
        rounds.append({option: work_of([*always, option] if option else always)
                       for option in (options[::-1] if number % 2 else options)})
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print("8 vCPUs%s, each against the default of the same round, median of %d; other jobs "
          "used %.0f %% of the processors:" % ("".join(", " + option for option in always), runs,
                                               others.share()))
    print_features(rounds, variants)


def bench_features(runs):
    compare_features(runs, FEATURES + (KEEP,))


def bench_features_keep(runs):
    """The same where vCPUs that spin do not yield."""
    compare_features(runs, FEATURES, (KEEP,))


BENCHES = {"features": bench_features, "features-keep": bench_features_keep,
           "boot": bench_boot, "upkeep": bench_upkeep, "calls": bench_calls,
           "record": bench_record, "record-boot": bench_record_boot, "forks": bench_forks,
           "contend": bench_contend, "idle": bench_idle}
CALLS = bench_arguments
