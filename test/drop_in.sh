#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command by QEMU's names, as tools start it: what it leaves to QEMU alone, its guests,
# and how QEMU's own process is kept.
# Usage: test/drop_in.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"

folder=$build/libexec
program=$folder/qemu-system-x86_64
guest=("$program" -display none -serial stdio -m 128 -smp 2
	-device "isa-debug-exit,iobase=0xf4,iosize=4")
unset PARACALL_OPTIONS PARACALL_SUMMARY PARACALL_SEEN

# has_kvm: of the host, so that what is reported of a machine without it is not printed.
has_kvm() {
	[ -w /dev/kvm ]
}

# by_itself NAME STATUS TEXT COMMAND...: like expect, but what it leaves behind goes on.
by_itself() {
	local name=$1 status=$2 text=$3 got

	shift 3
	"$@" >"$work/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$status" ]; then
		fail "$name" "exit status $got, not $status" "$work/out"
	elif [ -n "$text" ] && ! grep -qF -- "$text" "$work/out"; then
		fail "$name" "does not say '$text'" "$work/out"
	else
		pass "$name"
	fi
}

# same NAME INPUT ARGUMENT...: QEMU itself, and by Paracall; what each says on both streams, and
# how it ends, has to be the same. Times in events are not.
same() {
	local name=$1 input=$2 qemu how

	shift 2
	qemu=$(used_qemu)
	for how in "$qemu" "$program"; do
		"$limited" --cpu=60 --idle=60 "$how" "$@" <"$input" >"$work/stdout" 2>"$work/stderr"
		echo "status $?" >>"$work/stdout"
		sed -E 's/"timestamp": \{[^}]*\}/"timestamp"/' "$work/stdout" "$work/stderr" \
			>"$work/${how##*/}.$([ "$how" = "$program" ] && echo ours || echo theirs)"
	done
	if [ ! -s "$work/qemu-system-x86_64.theirs" ]; then
		fail "$name" "QEMU says nothing"
	elif cmp -s "$work"/qemu-system-x86_64.{ours,theirs}; then
		pass "$name"
	else
		fail "$name" "it is not the same" <(diff "$work"/qemu-system-x86_64.{theirs,ours})
	fi
}

# What is no guest is QEMU's alone, byte for byte.
test_alone() {
	local word

	for word in -version --version -help -h; do
		same "QEMU's own: $word" /dev/null "$word"
	done
	for word in machine accel cpu device netdev object chardev d display; do
		same "QEMU's own: -$word help" /dev/null "-$word" help
	done
	same "QEMU's own: a device's properties" /dev/null -device virtio-net-pci,help
	same "QEMU's own: a machine's properties" /dev/null -machine q35,help
	same "QEMU's own: a mistake without a guest" /dev/null -M none -nonsense
	printf '{"execute":"%s"}\n' qmp_capabilities query-version query-kvm query-machines \
		query-cpu-definitions query-qmp-schema quit >"$work/probe"
	same "QEMU's own: what libvirt asks" "$work/probe" -S -no-user-config -nodefaults \
		-nographic -machine none,accel=kvm:tcg -qmp stdio
	PARACALL_OPTIONS='--nonsense "' PARACALL_SUMMARY=/nonexistent/x \
		same "QEMU's own: whatever our variables say" /dev/null -version
	same "QEMU's own: the plugin, if it is there already" /dev/null -M none -display none \
		-plugin "$build/engine/qemu/paracall-qemu.so,features=nonsense"
}

# With a guest there is nothing more to be seen than what the guest says.
test_guest() {
	"${guest[@]}" -kernel "$build/guest/hypercalls.elf" >"$work/out" 2>"$work/err" </dev/null
	if [ $? -eq 33 ] && grep -q '^# SUMMARY: .* 0 failed, 0 skipped' "$work/out"; then
		pass "a guest has KVM"
	else
		fail "a guest has KVM" "it has not" "$work/out"
	fi
	if [ -s "$work/err" ] || grep -qiE 'usecs|paracall:|features offered' "$work/out"; then
		fail "a guest, no word of Paracall's" "there is" "$work/err"
	else
		pass "a guest, no word of Paracall's"
	fi
	expect "a guest, a mistake" 1 "'nonsense' is not a valid device" \
		"$program" -display none -device nonsense
	expect "a guest that asks for what is not there" 33 "0 failed" \
		"${guest[@]}" -M q35,accel=kvm -cpu host -kernel "$build/guest/kick.elf"
	check_file "and gets a message" "$work/out" \
		"'-cpu host': this guest runs under TCG, with -cpu max"
	expect "a guest with the x2APIC" 33 "1..1" \
		"${guest[@]}" -cpu max,+x2apic -kernel "$build/guest/selftest.elf"
	check_file "it is not offered pv-unhalt" "$work/out" "is not offered pv-unhalt"
	PARACALL_OPTIONS=--features=-pv-send-ipi expect "the same with a feature less" 33 \
		"is not offered pv-unhalt" \
		"${guest[@]}" -cpu max,+x2apic -kernel "$build/guest/selftest.elf"
	PARACALL_OPTIONS=--features=+pv-unhalt expect "the x2APIC, and pv-unhalt by name" 33 \
		"without Paracall" \
		"${guest[@]}" -cpu max,+x2apic -kernel "$build/guest/selftest.elf"
	echo quit | "$program" -display none -S -monitor stdio -M q35 -smp 2,maxcpus=256 \
		>"$work/out" 2>&1
	check_file "APIC ids above 254" "$work/out" \
		"APIC ids above 254: this guest is not offered pv-unhalt and pv-send-ipi"
	expect "a guest for an accelerator that there is not" 1 "without Paracall" \
		"$program" -display none -accel xen
	PATH=$folder:$PATH expect "first on PATH" 33 "0 failed" \
		qemu-system-x86_64 "${guest[@]:1}" -kernel "$build/guest/kick.elf"
	PATH=$folder:$PATH expect "first on PATH, of paracall run" 33 "0 failed" \
		"$paracall" run --summary=/dev/null -- \
		qemu-system-x86_64 "${guest[@]:1}" -kernel "$build/guest/kick.elf"
	expect "as the QEMU of paracall run" 125 "is Paracall by a QEMU's name" \
		"$paracall" run -- "${guest[@]}"
}

# Each target has its name.
test_targets() {
	local name

	while read -r name; do
		if [ -z "$(used_qemu "${name#qemu-system-}")" ]; then
			skip "$name" "no such QEMU"
			continue
		fi
		expect "$name" 0 "QEMU emulator version" "$folder/$name" -version
	done < <(sed -n 's/.*\.program = "\(.*\)".*/\1/p' "$tree/cli/targets.c")
	if [ -z "$(used_qemu s390x)" ] || [ ! -e "$build/guest/s390x/selftest.elf" ]; then
		skip "an s390x guest" "no qemu-system-s390x, or no guest for it"
		return
	fi
	PARACALL_SUMMARY=$work/s390x expect "an s390x guest" 0 "# exit: passed" \
		"$folder/qemu-system-s390x" -accel kvm -cpu host -m 128 -display none -serial stdio \
		-kernel "$build/guest/s390x/selftest.elf"
	check_file "an s390x guest's summary" "$work/s390x" DIAG_9C_DIRECTED_YIELD
}

# The process that a tool has started is QEMU, and nothing of ours holds its streams.
test_process() {
	local process status

	PARACALL_SUMMARY=$work/summary "$program" -display none -pidfile "$work/pid" \
		>"$work/out" 2>&1 </dev/null &
	process=$!
	wait_until has_started $process
	if [ "$(cat "$work/pid")" = $process ]; then
		pass "QEMU's process is the tool's"
	else
		fail "QEMU's process is the tool's" "it is $(cat "$work/pid"), not $process" "$work/out"
	fi
	if "$paracall" top --once $process >"$work/out" 2>&1; then
		pass "paracall top finds it"
	else
		fail "paracall top finds it" "it does not" "$work/out"
	fi
	kill -KILL $process
	wait $process 2>/dev/null
	status=$?
	if [ $status -eq 137 ]; then
		pass "its end by a signal is QEMU's"
	else
		fail "its end by a signal is QEMU's" "status $status"
	fi
	wait_until test -s "$work/summary"
	check_file "a summary after SIGKILL" "$work/summary" "did not exit normally"
	# A tool that reads until all have closed the pipe is not held up.
	PARACALL_SUMMARY=$work/summary2 expect "a pipe is closed with QEMU" 0 "all read" \
		python3 -c 'import subprocess, sys
p = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
assert p.returncode == 33 and b"SUMMARY" in p.stdout
print("all read")' "${guest[@]}" -kernel "$build/guest/kick.elf"
}

test_daemon() {
	local process

	PARACALL_SUMMARY=$work/daemon-%p by_itself "-daemonize returns" 0 "" \
		"$program" -display none -daemonize -pidfile "$work/daemon" -snapshot
	process=$(cat "$work/daemon")
	wait_until has_started "$process"
	if "$paracall" top --once "$process" >"$work/out" 2>&1; then
		pass "-daemonize, a guest goes on"
	else
		fail "-daemonize, a guest goes on" "it does not" "$work/out"
	fi
	kill "$process"
	wait_until has_ended "$process"
	wait_until compgen -G "$work/daemon-[0-9]*"
	wait_until test -s "$(echo "$work"/daemon-[0-9]*)"
	check_file "-daemonize, its summary" "$(echo "$work"/daemon-[0-9]*)" total
	expect "-daemonize, a mistake is QEMU's" 1 "nonsense" \
		"$program" -display none -daemonize -device nonsense
	by_itself "paracall run, -daemonize" 0 "" "$paracall" run --summary="$work/run" \
		--trace=cpuid --output="$work/trace" -- qemu-system-x86_64 -display none -daemonize \
		-pidfile "$work/daemon"
	process=$(cat "$work/daemon")
	wait_until has_started "$process"
	kill "$process"
	wait_until test -s "$work/run"
	check_file "paracall run, -daemonize, its summary" "$work/run" total
	check_file "paracall run, -daemonize, its trace" "$work/trace" cpuid
	expect "paracall run, -daemonize without a file" 125 "--summary=FILE" \
		"$paracall" run -- qemu-system-x86_64 -daemonize
	expect "paracall run, -daemonize and a trace without a file" 125 "--output=FILE" \
		"$paracall" run --summary="$work/run" --trace -- qemu-system-x86_64 -daemonize
}

# What others write into the counters does no harm to QEMU, or to its summary.
test_hostile() {
	local process file status

	PARACALL_SUMMARY=$work/hostile "$program" -display none >"$work/out" 2>&1 </dev/null &
	process=$!
	wait_until has_started $process
	file=$(find "/proc/$process/fd" -lname '/memfd:paracall-report*' | head -n 1)
	# By struct paracall_statistics: .max_cpus, .cpus and .architecture.
	python3 - "$file" <<-EOT
		import os, sys
		file = os.open(sys.argv[1], os.O_WRONLY)
		for word in 2, 4, 8:
		    os.pwrite(file, b"\xff\xff\xff\xff", 4 * word)
		# QEMU would end by SIGBUS.
		try:
		    os.ftruncate(file, 0)
		except PermissionError:
		    sys.exit()
		sys.exit("the counters can be cut")
	EOT
	status=$?
	if [ $status -eq 0 ]; then
		pass "counters that others spoil, their size"
	else
		fail "counters that others spoil, their size" "it can be changed" "$work/out"
	fi
	kill $process
	wait $process
	status=$?
	if [ $status -eq 0 ]; then
		pass "counters that others spoil, QEMU's end"
	else
		fail "counters that others spoil, QEMU's end" "status $status" "$work/out"
	fi
	check_file "counters that others spoil, the summary" "$work/hostile" ' total'
	check_file "counters that others spoil, the architecture" "$work/hostile" 'CPUID 0x40000000'
}

has_recorded() {
	"$paracall" report --count "$1" | grep -q KICK_CPU
}

# What is written, and where; and no summary if nobody asks for it.
test_variables() {
	local -x PARACALL_SUMMARY=$work/variables PARACALL_OPTIONS

	for _ in 1 2; do
		expect "a summary" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf"
	done
	if [ "$(grep -c ' total$' "$work/variables")" -eq 2 ]; then
		pass "summaries of two guests"
	else
		fail "summaries of two guests" "there are not" "$work/variables"
	fi
	PARACALL_SUMMARY=$work/json
	PARACALL_OPTIONS="--format=json --features=-pv-send-ipi --record='$work/a recording'"
	by_itself "options" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf"
	expect "options, JSON" 0 "False True" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))["features_offered"]
print("pv-send-ipi" in d, "pv-unhalt" in d)' "$work/json"
	wait_until has_recorded "$work/a recording"
	expect "options, a recording" 0 "KICK_CPU" "$paracall" report --count "$work/a recording"
	PARACALL_OPTIONS="--format=json --features=-pv-time,pv-unhalt"
	rm "$work/json"
	by_itself "options, another architecture's feature first" 33 "0 failed" \
		"${guest[@]}" -kernel "$build/guest/kick.elf"
	expect "options, the others stay" 0 "True" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))["features_offered"]
print("pv-unhalt" in d and "steal-time" in d)' "$work/json"
	PARACALL_OPTIONS="--trace=KICK_CPU --output=$work/trace"
	by_itself "options, a trace" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf"
	wait_until grep -qF "KICK_CPU(" "$work/trace"
	check_file "options, a trace's lines" "$work/trace" "KICK_CPU("
	for PARACALL_OPTIONS in '--summary="x' '--nonsense' '--features=nonsense' '--help' '--hel' 'x' \
		'--trace' '--kernel=x' '--features=none --'; do
		expect "a mistake: $PARACALL_OPTIONS" 1 "paracall: " "${guest[@]}"
		"${guest[@]}" 2>/dev/null </dev/null >"$work/out"
		[ ! -s "$work/out" ] || fail "a mistake: $PARACALL_OPTIONS" "on standard output" "$work/out"
	done
	PARACALL_OPTIONS=''
	PARACALL_SUMMARY=/nonexistent/x
	expect "a summary that can't be written" 1 "can't be written to '/nonexistent/x'" "${guest[@]}"
}

# has_no_file PROCESS WORDS: it has no file of that name open.
has_no_file() {
	! find "/proc/$1/fd" -lname "*$2*" | grep -q .
}

# is_settled PROCESS: its guest has started, or never will.
is_settled() {
	has_started "$1" || has_ended "$1"
}

# Each guest has a recording and a trace of its own, also of two at once.
test_files() {
	local -x PARACALL_OPTIONS="--record=$work/recording-%p --trace --output=$work/trace-%p"
	local process
	local -a processes=()

	for _ in 1 2; do
		"$program" -display none >>"$work/files" 2>&1 </dev/null &
		processes+=($!)
	done
	for process in "${processes[@]}"; do
		wait_until is_settled "$process"
		if has_started "$process" >"$work/out" 2>&1; then
			pass "a recording for each guest"
		else
			fail "a recording for each guest" "it does not run" "$work/files"
		fi
	done
	kill "${processes[@]}"
	wait "${processes[@]}" 2>/dev/null
	for process in "${processes[@]}"; do
		if [ -e "$work/recording-$process" ] && wait_until \
			"$paracall" report --count "$work/recording-$process"; then
			pass "a recording named by the process"
		else
			fail "a recording named by the process" "it is not there"
		fi
		if [ -e "$work/trace-$process" ]; then
			pass "a trace named by the process"
		else
			fail "a trace named by the process" "it is not there"
		fi
	done
}

# A guest without Paracall has nothing of it, and standard files are there.
test_nothing_left() {
	local -x PARACALL_OPTIONS=--features=pv-unhalt PARACALL_SUMMARY=$work/none
	local process script=$work/shows_files

	PARACALL_OPTIONS+=" --record=$work/none-recording"
	rm -f "$work/pid"
	"$program" -display none -cpu max,+x2apic -pidfile "$work/pid" >"$work/out" 2>&1 </dev/null &
	process=$!
	wait_until test -s "$work/pid"
	check_file "a guest without Paracall" "$work/out" "without Paracall"
	if has_no_file $process memfd:paracall && has_no_file $process "$work/none"; then
		pass "a guest without Paracall, its files"
	else
		fail "a guest without Paracall, its files" "some are ours" <(ls -l /proc/$process/fd)
	fi
	kill $process
	wait $process 2>/dev/null
	# shellcheck disable=SC2016 # the script's
	printf '#!/bin/sh\nfor i in 0 1 2; do all="$all $(readlink /proc/$$/fd/$i)"; done\n%s "%s"\n' \
		'echo "$all" >' "$work/files" >"$script"
	chmod +x "$script"
	PARACALL_QEMU=$script PATH=/usr/bin:/bin XDG_CACHE_HOME=$work "$program" -version \
		<&- >&- 2>&-
	if [ "$(cat "$work/files")" = " /dev/null /dev/null /dev/null" ]; then
		pass "QEMU's own, without standard files"
	else
		fail "QEMU's own, without standard files" "they are not there" "$work/files"
	fi
}

# Each has a sentence.
test_mistakes() {
	local qemu

	qemu=$(used_qemu)
	expect "-append without its value" 1 "requires an argument" \
		"${guest[@]}" -kernel "$build/guest/kick.elf" -append
	same "-append without its value, QEMU's sentence" /dev/null -display none -append
	expect "-append without its value, paracall run" 125 "'-append' needs a value" \
		"$paracall" run -- qemu-system-x86_64 -display none -append
	PARACALL_OPTIONS="--qemu=$qemu" expect "--qemu" 1 "PARACALL_QEMU" "${guest[@]}"
	PARACALL_QEMU=$program expect "PARACALL_QEMU is Paracall" 0 \
		"PARACALL_QEMU: '$program' is Paracall by a QEMU's name" "$program" -version
	PARACALL_QEMU=/nonexistent/x expect "PARACALL_QEMU is nothing" 0 \
		"PARACALL_QEMU: there is no program '/nonexistent/x'" "$program" -version
	PARACALL_SUMMARY=$work/limited expect "no files left" 1 "no process to wait for QEMU's end" \
		bash -c 'ulimit -n 6; exec "$@"' bash "${guest[@]}" -kernel "$build/guest/kick.elf"
}

# offers_riscv NAME OPTIONS FEATURES: what a RISC-V guest is offered with these options.
offers_riscv() {
	local process

	rm -f "$work/riscv"
	PARACALL_OPTIONS="--format=json $2" PARACALL_SUMMARY=$work/riscv \
		"$folder/qemu-system-riscv64" -M virt -display none >"$work/out" 2>&1 </dev/null &
	process=$!
	wait_until is_settled $process
	kill $process 2>/dev/null
	wait $process
	expect "riscv64, $1" 0 "offered: $3." python3 -c 'import json, sys
print("offered: " + " ".join(json.load(open(sys.argv[1]))["features_offered"]) + ".")' "$work/riscv"
}

# One PARACALL_OPTIONS for guests of several architectures.
test_architectures() {
	local -x PARACALL_OPTIONS PARACALL_SUMMARY=$work/architectures
	local program=$folder/qemu-system-s390x

	if [ -z "$(used_qemu s390x)" ]; then
		skip "options of another architecture" "no qemu-system-s390x"
		return
	fi
	for PARACALL_OPTIONS in --features=-pv-send-ipi --features=all --replace=keep --spin=keep \
		--target-impl-cpus=0x411fd070 --hints=realtime --enforce-features --inject=KICK_CPU:drop; do
		expect "s390x, $PARACALL_OPTIONS" 0 "# exit: passed" \
			"$program" -m 128 -display none -serial stdio \
			-kernel "$build/guest/s390x/selftest.elf"
	done
	PARACALL_OPTIONS=--inject=nonsense:drop expect "s390x, no such fault" 1 nonsense \
		"$program" -display none
	program=$folder/qemu-system-riscv64
	if [ -z "$(used_qemu riscv64)" ]; then
		skip "features of another architecture" "no qemu-system-riscv64"
		return
	fi
	PARACALL_OPTIONS=--features=-nonsense expect "riscv64, no such feature" 1 nonsense \
		"$program" -M virt -display none
	offers_riscv "one of another architecture" --features=-pv-send-ipi sta
	offers_riscv "one of each" --features=pv-unhalt,sta sta
	offers_riscv "a list for another architecture" --features=pv-unhalt ""
	offers_riscv "without both" --features=-pv-send-ipi,-sta ""
}

# QEMU's switches that change how it runs.
test_switches() {
	local -x PARACALL_SUMMARY=$work/switches
	local qmp status

	expect "-sandbox" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf" \
		-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
	expect "-run-with" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf" \
		-run-with async-teardown=on
	printf '[machine]\n  type = "q35"\n  accel = "kvm"\n' >"$work/config"
	if ! has_kvm; then
		expect "-readconfig" 33 "0 failed" "${guest[@]}" -kernel "$build/guest/kick.elf" \
			-readconfig "$work/config"
	fi
	expect "-readconfig of what can't be read twice" 1 "without Paracall" "${guest[@]}" \
		-readconfig /dev/null -accel nonsense
	# A machine that was stopped before it began goes on elsewhere.
	for status in source target; do
		: >"$work/$status.log"
		rm -f "$work/qmp"
		qmp="migrate:$work/state quit"
		# Until it has come, "cont" is for nothing.
		[ $status = source ] || qmp="arrived cont listen"
		# shellcheck disable=SC2086 # they are words
		"$tree/test/qmp.py" "$work/qmp" "$work/$status.log" $qmp >/dev/null 2>&1 &
		# shellcheck disable=SC2046 # they are words
		"${guest[@]}" -S -kernel "$build/guest/kick.elf" -qmp "unix:$work/qmp,server=on,wait=off" \
			$([ $status = source ] || echo -incoming "file:$work/state") \
			>"$work/$status.log" 2>&1 </dev/null
		echo $? >"$work/$status.log.ended"
		wait
	done
	check_file "-S and -incoming" "$work/target.log" " 0 failed"
}

# It never finds itself again, whatever leads to it.
test_loops() {
	local other=$work/other script=$work/script

	mkdir -p "$other" "$script"
	# Another installation, and a script.
	cp "$paracall" "$other/qemu-system-x86_64"
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >"$script/qemu-system-x86_64"
	chmod +x "$script/qemu-system-x86_64"
	PATH=$folder:$other:$script:$folder:$PATH expect "by others back to itself" 0 \
		"QEMU emulator version" qemu-system-x86_64 -version
	PATH=$script:$folder:$PATH expect "by a script" 33 "0 failed" \
		qemu-system-x86_64 "${guest[@]:1}" -kernel "$build/guest/kick.elf"
	expect "by nothing but itself" 127 "no qemu-system-x86_64 was found besides Paracall" \
		/usr/bin/env PATH="$script:$folder:$other" PARACALL_CACHE="$work/cache" \
		XDG_CACHE_HOME="$work/cache" qemu-system-x86_64 -version
}

# run_with NAME OPTIONS CPU: of the guest msr, with a summary in JSON; its lines and errors.
run_with() {
	local -a options

	read -ra options <<<"$2"
	"$limited" --cpu=240 --idle=60 "$paracall" run "${options[@]}" --format=json \
		--summary="$work/$1.json" -- qemu-system-x86_64 -display none -serial stdio -m 128 \
		-smp 2 -cpu "$3" -device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-kernel "$build/guest/${4:-msr}.elf" >"$work/$1" 2>"$work/$1.err" </dev/null
}

# offers NAME WORDS: what the guest of that name was offered.
offers() {
	expect "$1, offered" 0 "$2" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))["features_offered"]
print(*(sign + name for sign, name in ((w[0], w[1:]) for w in sys.argv[2].split())
        if (name in d) == (sign == "+")))' "$work/$1.json" "$2"
}

# QEMU's names on -cpu do what they do with KVM.
test_features() {
	run_with default "" max
	run_with own "--enforce-features --features=-pv-unhalt,-steal-time" max
	run_with flags "" max,kvm-pv-enforce-cpuid,kvm-pv-unhalt=off,-kvm_steal_time
	offers flags "-pv-unhalt -steal-time +pv-send-ipi"
	# Without the instants that some lines have.
	if cmp -s <(sed 's/[0-9][0-9]*//g' "$work/own") <(sed 's/[0-9][0-9]*//g' "$work/flags") &&
		! cmp -s <(sed 's/[0-9][0-9]*//g' "$work/default") <(sed 's/[0-9][0-9]*//g' "$work/flags"); then
		pass "the guest sees features by QEMU's names"
	else
		fail "the guest sees features by QEMU's names" "it does not" \
			<(diff "$work/own" "$work/flags")
	fi
	run_with clock "" max,-kvmclock
	offers clock "-clocksource -clocksource2 +steal-time"
	# --features with signs changes what -cpu says; without, it replaces that.
	run_with both "--features=-pv-send-ipi" max,-kvmclock,-kvm-steal-time,kvm-hint-dedicated=on
	offers both "-clocksource -clocksource2 -pv-send-ipi -steal-time +pv-unhalt"
	run_with again "--features=+steal-time,clocksource" max,-kvmclock,-kvm-steal-time
	offers again "+clocksource -clocksource2 +steal-time +pv-unhalt"
	run_with instead "--features=clocksource,+pv-unhalt" max,-kvmclock,-kvm-pv-unhalt
	offers instead "+clocksource -clocksource2 +pv-unhalt -steal-time"
	run_with names "--features=kvmclock,kvm-pv-unhalt" max
	offers names "+clocksource +clocksource2 +pv-unhalt -steal-time"
	check_file "names, what was meant" "$work/names.err" \
		"--features: QEMU's 'kvmclock' is clocksource and clocksource2"
	run_with asked "" max,+kvm-pv-eoi,kvm-asyncpf-vmexit=on,kvm-mmu=on
	offers asked "-pv-eoi -async-pf-vmexit +mmu-op"
	check_file "asked, a warning" "$work/asked.err" "the feature 'kvm-pv-eoi' can't be offered"
	check_file "asked, another" "$work/asked.err" "'kvm-asyncpf-vmexit' can't be offered"
	if [ "$(wc -l <"$work/asked.err")" -eq 2 ]; then
		pass "asked, no more"
	else
		fail "asked, no more" "there is" "$work/asked.err"
	fi
	run_with hidden "" max,kvm=off hypercalls
	check_file "hidden, there is no KVM" "$work/hidden" "0 passed, 0 failed"
	offers hidden "-pv-unhalt -clocksource -clocksource2"
	run_with hides "--features=-pv-send-ipi" max,kvm=off hypercalls
	check_file "hides, there is no KVM" "$work/hides" "0 passed, 0 failed"
	offers hides "-pv-unhalt -clocksource -clocksource2"
	run_with shown "--features=+clocksource" max,kvm=off hypercalls
	expect "shown, there is a KVM" 0 "" grep -E " [1-9][0-9]* passed, 0 failed" "$work/shown"
	offers shown "+clocksource -clocksource2 -pv-unhalt"
	run_with hint "--record=$work/recording" max,kvm-hint-dedicated=on hypercalls
	expect "the hint" 0 '"edx": "0x1"' "$paracall" report --format=json --trace=cpuid "$work/recording"
}

# What people's scripts say of KVM.
test_accelerators() {
	local -a run=("$paracall" run --summary=/dev/null)
	local -a arguments=(-- qemu-system-x86_64 "${guest[@]:1}" -kernel "$build/guest/kick.elf")
	local word

	expect "-enable-kvm, --accel=tcg" 33 "'-enable-kvm': this guest runs under TCG" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -enable-kvm
	expect "-cpu host, --accel=tcg" 33 "'-cpu host,migratable=off': this guest runs under TCG, with -cpu max" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -accel kvm -cpu host,migratable=off
	expect "-machine accel=, --accel=tcg" 33 "0 failed" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -M q35,accel=kvm,kernel_irqchip=split
	expect "lists, --accel=tcg" 33 "0 failed" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -accel hvf -accel kvm -accel tcg,thread=multi
	expect "another accelerator, --accel=tcg" 125 "the accelerator 'xen'" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -accel xen
	expect "another system's accelerator, --accel=tcg" 33 "'-accel mshv': this guest runs under TCG" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -accel mshv
	expect "a list with others, --accel=tcg" 33 "0 failed" \
		"${run[@]}" --accel=tcg "${arguments[@]}" -M q35,accel=nonsense:xen:mshv:tcg
	expect "an accelerator that is not known" 125 "'nonsense', which is not known here" \
		"${run[@]}" "${arguments[@]}" -accel nonsense -accel tcg
	# QEMU takes the first that works, and those of other systems and hosts do not.
	for word in "-accel mshv -accel tcg" "-M q35,accel=nitro:xen:whpx:tcg" \
		"-accel tcg -accel xen" "-M q35,accel=tcg:kvm"; do
		if [ -e /dev/mshv ] || [ -e /dev/nitro_enclaves ] || [ -e /dev/xen/privcmd ]; then
			skip "$word" "this host has such a device"
			continue
		fi
		# shellcheck disable=SC2086 # they are words
		expect "$word" 33 "0 failed" "${run[@]}" "${arguments[@]}" $word
		if grep -q -e "falling" -e "paracall:" "$work/out"; then
			fail "$word, in silence" "it is not" "$work/out"
		else
			pass "$word, in silence"
		fi
	done
	expect "--accel of another" 2 "--accel=kvm: use tcg" "${run[@]}" --accel=kvm "${arguments[@]}"
	for word in "-machine accel=kvm:tcg" "-accel kvm -accel tcg" "-M q35,accel=kvm:hvf:tcg"; do
		# shellcheck disable=SC2086 # they are words
		if has_kvm; then
			expect "$word, with KVM" 125 "which can be used here" "${run[@]}" "${arguments[@]}" $word
		else
			expect "$word, without KVM" 33 "0 failed" "${run[@]}" "${arguments[@]}" $word
			if grep -q -e falling -e "under TCG" "$work/out"; then
				fail "$word, in silence" "it is not" "$work/out"
			else
				pass "$word, in silence"
			fi
		fi
	done
}

only "$@"
test_alone
test_guest
test_targets
test_process
test_hostile
test_daemon
test_variables
test_files
test_nothing_left
test_mistakes
test_architectures
test_switches
test_loops
test_features
test_accelerators
finish
