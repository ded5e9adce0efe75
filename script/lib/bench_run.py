# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benches of all architectures share: runs of QEMU, alternating, and what they
come to. begin() comes first."""

import os
import re
import statistics
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TREE, "build")
SUMMARY = os.path.join(BUILD, "bench-summary")
HOST_CPUS = 2
LIMIT = 600


class Setting:
    """Which QEMU is used, and the kernel and image of the guest."""

    qemu = kernel = image = None


def script(text, *arguments):
    """What a shell says that knows script/lib."""
    return subprocess.run(
        ["bash", "-c", ". script/lib/common.sh; . script/lib/qemu.sh; . script/lib/build.sh; "
         ". script/lib/guest-image.sh; " + text, "bench", *arguments],
        cwd=TREE, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def architectures():
    return script("first_arch; more_archs").split()


def find_qemu(arch):
    """The QEMU that 'paracall run' takes; for other targets than the first, the scripts'."""
    if arch == architectures()[0]:
        text = subprocess.run([os.path.join(BUILD, "paracall"), "engines"],
                              capture_output=True, text=True).stdout
        found = re.search(r"^\* (.*)$", text, re.M)
        if found:
            return found.group(1)
    try:
        return script('find_qemu "$(guest_target "$(arch_debian "$1")")"', arch)
    except subprocess.CalledProcessError:
        sys.exit("bench: no QEMU can be used; run script/setup --arch=" + arch)


def begin(arch):
    """Sets up and builds, as script/demo does."""
    subprocess.run(
        ["bash", "-c", '. script/lib/common.sh; . script/lib/build.sh; '
         '. script/lib/guest-image.sh; script/setup --arch="$1" && build_tree build gcc && '
         'kernel=$(arch_kernel "$1") && '
         'build_guest_image "build/$(guest_image "$kernel")" "$kernel"', "bench", arch],
        cwd=TREE, check=True)
    Setting.qemu = find_qemu(arch)
    Setting.kernel = script('echo "$(guest_folder "$(arch_kernel "$1")")/vmlinuz"', arch)
    Setting.image = os.path.join(BUILD, script('guest_image "$(arch_kernel "$1")"', arch))


def settings_of(archs):
    """Begins with each; by architecture, what use() takes. The last one is in use then."""
    settings = {}
    for arch in archs:
        begin(arch)
        settings[arch] = (Setting.qemu, Setting.kernel, Setting.image)
    return settings


def use(setting):
    Setting.qemu, Setting.kernel, Setting.image = setting


def paracall_command(*options, build=BUILD):
    return [os.path.join(build, "paracall"), "run", "--summary=" + SUMMARY, *options, "--",
            Setting.qemu]


def command_of(with_paracall):
    return paracall_command() if with_paracall else [Setting.qemu]


def children_seconds():
    """User and system time of all that was run so far."""
    times = os.times()
    return times.children_user + times.children_system


class Run:
    """One run of QEMU: what it printed, how long it took, and its CPU time."""

    def __init__(self, command):
        start = time.monotonic()
        before = children_seconds()
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=LIMIT)
        self.seconds = time.monotonic() - start
        self.cpu_seconds = children_seconds() - before
        self.output = done.stdout

    def number(self, pattern):
        """The number that the guest printed."""
        found = re.search(pattern, self.output)
        if not found:
            sys.exit("bench: the guest did not print '%s':\n%s" % (pattern, self.output[-2000:]))
        return float(found.group(1))


def kernel_arguments(machine, cpus, console, task):
    return ["-machine", machine, "-smp", str(cpus), "-m", "1G", "-nographic", "-nic", "none",
            "-kernel", Setting.kernel, "-initrd", Setting.image,
            "-append", "console=%s quiet panic=-1 paracall.task=%s" % (console, task)]


def alternate(runs, commands, measure):
    """Runs of these two in turn; after one pair that does not count. Pairs of figures."""
    result = []
    for number in range(runs + 1):
        order = (0, 1) if number % 2 else (1, 0)
        figures = {kind: measure(Run(commands[kind])) for kind in order}
        if number:
            result.append((figures[0], figures[1]))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return result


def pairs(runs, arguments, measure, other=None):
    """With Paracall, and without; or with Paracall and the option @other."""
    without = paracall_command(other) if other else command_of(False)
    return alternate(runs, [command + arguments for command in (command_of(True), without)],
                     measure)


def show(name, values, unit=""):
    print("%-58s %7.2f%s  (%.2f to %.2f)" % (name, statistics.median(values), unit,
                                             min(values), max(values)))


def show_ratios(name, figures):
    show(name, [with_it / without for with_it, without in figures])


def show_boot(name, runs, arguments):
    figures = pairs(runs, arguments, lambda run: (run.seconds, run.cpu_seconds))
    for kind, words in ((0, ""), (1, ", CPU time")):
        show_ratios(name + words, [(run[kind], plain[kind]) for run, plain in figures])


def calls_of(run):
    """Time for each operation, the median of its batches."""
    return {name: float(median) for name, _, median in
            re.findall(r"^(\S+) ([0-9.]+) ([0-9.]+)\r?$", run.output, re.M)}


def best_calls_of(run):
    """The same of the best batch, which others on the machine disturb least."""
    return {name: float(best) for name, best, _ in
            re.findall(r"^(\S+) ([0-9.]+) ([0-9.]+)\r?$", run.output, re.M)}


def against(runs, arguments, folder):
    """Each call of the guest that measures them, with this build and with that one."""
    figures = alternate(runs, [paracall_command(build=build) + arguments
                               for build in (BUILD, folder)],
                        best_calls_of)
    for name in figures[0][0]:
        if all(name in run for pair in figures for run in pair):
            best = [min(pair[kind][name] for pair in figures) for kind in (0, 1)]
            show(name, [this[name] / that[name] for this, that in figures],
                 "  %6.2f" % (best[0] / best[1]))


def cpu_seconds(pid):
    """CPU time so far of a process' threads, by the scheduler's clock: ticks are too coarse
    for one that sleeps. Without that clock, the ticks."""
    total = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                total += int(file.read().split()[0])
        except OSError:  # It has ended, or there is no such clock.
            pass
    if total:
        return total / 1e9
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Others:
    """What else runs on the processors that are measured on, since this was made."""

    def __init__(self):
        self.processors = os.sched_getaffinity(0)
        self.began = time.monotonic()
        self.busy = self.host_seconds()
        self.own = self.own_seconds()

    def host_seconds(self):
        """User, nice and system time, interrupts, and what the host's own host took."""
        total = 0
        with open("/proc/stat") as file:
            for line in file:
                found = re.match(r"cpu(\d+) ", line)
                if found and int(found.group(1)) in self.processors:
                    ticks = [int(field) for field in line.split()[1:9]]
                    total += sum(ticks[:3] + ticks[5:8])
        return total / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def own_seconds():
        times = os.times()
        return sum(times[:4])

    def share(self):
        """Of all processors, in percent."""
        busy = self.host_seconds() - self.busy - (self.own_seconds() - self.own)
        return max(0, 100 * busy / ((time.monotonic() - self.began) *
                                   len(self.processors)))


class Budget:
    """Rounds as long as they fit into so many seconds; the first one always does."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def has(self, seconds):
        return time.monotonic() + seconds <= self.end
