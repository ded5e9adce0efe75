#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the host does to a guest while that runs, by QMP.

Usage: test/qmp.py SOCKET LOG STEP...

Steps, done one after the other:
  wait:WORD      until the guest has written a line "paracall-guest: ready: WORD"
                 to LOG, after the one that was waited for last
  until:WORD     likewise, until it has written that anywhere in a line
  loaded:NUMBER  until so many loads are in the trace, the file "events" beside LOG
  sleep:SECONDS  of the host's time
  event:NAME     until QEMU has sent that event
  plug           a vCPU into the first free place
  unplug         the vCPU plugged last, and wait until it is gone
  keys:WORD      press Enter on the guest's keyboard every few seconds, until the
                 guest has written such a line
  savevm:NAME    save the machine's state in its disk; loadvm:NAME loads it, and
                 then only what the guest writes later is waited for
  system_reset   and wait until the machine was reset; likewise
  migrate:FILE   the machine's state into a file; QEMU then goes on no more
  send:SOCKET    the machine, while it runs, to the QEMU that listens there
  arrived        until a machine that comes so, or from a file, is there
  burn:SECONDS   keep the host's processors busy with four times as many programs
  listen         until QEMU ends; then write the names of all events to LOG.events
  NAME           any of QMP's commands without arguments: stop, cont,
                 system_wakeup, quit

Whoever runs QEMU makes a file LOG.ended when that has ended. If a step fails,
this says so, ends QEMU and exits with status 1.
"""

import json
import os
import socket
import subprocess
import sys
import time

MARK = "paracall-guest: ready: "
PAUSE = 0.05
KEY_PAUSE = 2


class Failure(Exception):
    """A step that could not be done."""


class Guest:
    """One QEMU: its QMP connection, and what the guest has written."""

    def __init__(self, path, log):
        self.log = log
        self.seen = 0
        self.events = []
        self.plugged = []
        self.next_id = 0
        connection = socket.socket(socket.AF_UNIX)
        # QEMU may not have begun to listen; if it never does, LOG.ended shows it.
        while connection.connect_ex(path) != 0:
            if os.path.exists(log + ".ended"):
                sys.exit("QEMU did not listen")
            time.sleep(PAUSE)
        self.stream = connection.makefile("rw")
        self.receive()
        self.command("qmp_capabilities")

    def receive(self):
        """The next message that is not an event; events are kept."""
        while True:
            line = self.stream.readline()
            if not line:
                raise Failure("QEMU has ended")
            message = json.loads(line)
            if "event" not in message:
                return message
            self.events.append(message["event"])

    def command(self, name, **arguments):
        json.dump({"execute": name, "arguments": arguments}, self.stream)
        self.stream.flush()
        answer = self.receive()
        if "error" in answer:
            raise Failure(answer["error"]["desc"])
        return answer["return"]

    def wait_until(self, is_so):
        while not is_so():
            # The answer brings along the events before it; without one QEMU has ended.
            self.command("query-status")
            time.sleep(PAUSE)

    def wait_event(self, name):
        self.wait_until(lambda: name in self.events)
        self.events.remove(name)

    def has_written(self, text):
        with open(self.log, encoding="latin1") as log:
            at = log.read().find(text, self.seen)
        if at < 0:
            return False
        self.seen = at + len(text)
        return True

    def wait_text(self, text):
        self.wait_until(lambda: self.has_written(text))

    def has_loaded(self, number):
        path = os.path.join(os.path.dirname(self.log), "events")
        if not os.path.exists(path):
            return False
        with open(path) as events:
            return sum(" loaded" in line for line in events) >= number

    def press_keys(self, word):
        while not self.has_written(MARK + word):
            self.command("send-key", keys=[{"type": "qcode", "data": "ret"}])
            time.sleep(KEY_PAUSE)

    def plug(self):
        places = [p for p in self.command("query-hotpluggable-cpus") if "qom-path" not in p]
        if not places:
            raise Failure("no free place for a vCPU")
        # QEMU lists the last one first.
        place = places[-1]
        name = "plugged%d" % self.next_id
        self.next_id += 1
        self.command("device_add", driver=place["type"], id=name, **place["props"])
        self.plugged.append(name)

    def unplug(self):
        self.command("device_del", id=self.plugged.pop())
        self.wait_event("DEVICE_DELETED")

    def monitor(self, line):
        """A command of the human monitor; warnings are none of ours."""
        answer = self.command("human-monitor-command", **{"command-line": line})
        if "Error" in answer:
            raise Failure(answer.strip())

    def skip_output(self):
        """What the guest wrote until now, it wrote in a former life."""
        self.seen = os.path.getsize(self.log)

    def loadvm(self, name):
        self.monitor("loadvm " + name)
        self.skip_output()

    def reset(self):
        """QEMU answers before it resets, and takes two requests for one."""
        resets = self.events.count("RESET")
        self.command("system_reset")
        self.wait_until(lambda: self.events.count("RESET") > resets)
        self.skip_output()

    def migrate(self, uri):
        self.command("migrate", uri=uri)
        while True:
            status = self.command("query-migrate").get("status")
            if status == "completed":
                return
            if status in ("failed", "cancelled"):
                raise Failure("migration " + status)
            time.sleep(PAUSE)

    def send(self, path):
        # The other one may not have begun to listen.
        self.wait_until(lambda: os.path.exists(path))
        self.migrate("unix:" + path)

    @staticmethod
    def burn(seconds):
        """Returns at once."""
        for _ in range(4 * os.cpu_count()):
            subprocess.Popen(["timeout", seconds, "sh", "-c", "while :; do :; done"])

    def quit(self):
        """Ends QEMU, which closes the connection, perhaps before it answers."""
        try:
            self.command("quit")
        except (Failure, OSError, ValueError):
            pass

    def listen(self):
        try:
            self.receive()
        except (Failure, OSError):
            pass
        with open(self.log + ".events", "w") as file:
            file.writelines(event + "\n" for event in self.events)

    def do(self, step):
        what, _, argument = step.partition(":")
        if what == "wait":
            self.wait_text(MARK + argument)
        elif what == "until":
            self.wait_text(argument)
        elif what == "loaded":
            self.wait_until(lambda: self.has_loaded(int(argument)))
        elif what == "sleep":
            time.sleep(float(argument))
        elif what == "event":
            self.wait_event(argument)
        elif step == "plug":
            self.plug()
        elif step == "unplug":
            self.unplug()
        elif what == "savevm":
            self.monitor("savevm " + argument)
        elif what == "loadvm":
            self.loadvm(argument)
        elif step == "system_reset":
            self.reset()
        elif what == "migrate":
            self.migrate("file:" + argument)
        elif step == "arrived":
            self.wait_until(lambda: self.command("query-status")["status"] != "inmigrate")
        elif what == "send":
            self.send(argument)
        elif step == "quit":
            self.quit()
        elif what == "burn":
            self.burn(argument)
        elif what == "keys":
            self.press_keys(argument)
        elif step == "listen":
            self.listen()
        else:
            self.command(step)


def main(path, log, *steps):
    guest = Guest(path, log)
    for step in steps:
        try:
            guest.do(step)
        except (Failure, OSError, ValueError) as problem:
            print("%s: %s" % (step, problem), flush=True)
            guest.quit()
            sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
