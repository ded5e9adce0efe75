#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Traces and recordings of real guests: what is in them, and that the guest ends
# in order whatever happens to the readers.
# Usage: test/trace.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

# What a bare-metal guest that is content makes QEMU end with.
good=33
accel=
machine=(-display none -serial stdio -no-reboot -m 128
	-device "isa-debug-exit,iobase=0xf4,iosize=4")

# guest PROGRAM CPUS OPTION...: runs it; output in $work/out.
guest() {
	local program=$1 cpus=$2

	shift 2
	"$limited" "$paracall" run --summary="$work/summary" "$@" -- qemu-system-x86_64 \
		"${machine[@]}" -smp "$cpus" ${accel:+-accel "$accel"} -kernel \
		"$build/guest/$program.elf" >"$work/out" 2>&1 </dev/null
}

# check_status NAME STATUS: the last guest's.
check_status() {
	if [ "$2" -eq $good ]; then
		pass "$1"
	else
		fail "$1" "exit status $2" "$work/out"
	fi
}

# check_line NAME FILE PATTERN: some line matches.
check_line() {
	if grep -qE -- "$3" "$2"; then
		pass "$1"
	else
		fail "$1" "no line like '$3'" "$2"
	fi
}

# check_message NAME TEXT: one line of the last run's output is a message with it.
check_message() {
	local count

	count=$(grep '^paracall: ' "$work/out" | grep -cF -- "$2")
	if [ "$count" -eq 1 ]; then
		pass "$1"
	else
		fail "$1" "said '$2' $count times" "$work/out"
	fi
}

# equal NAME A B
equal() {
	if [ "$2" = "$3" ] && [ -n "$2" ]; then
		pass "$1"
	else
		fail "$1" "$2 is not $3"
	fi
}

# counted CALL: the summary's number of calls.
counted() {
	awk -v name="$1" '$NF == name { print $4 }' "$work/summary"
}

# The recording as babeltrace2 prints it, in $work/events.
print_recording() {
	babeltrace2 "$work/recording" >"$work/events" 2>"$work/errors"
}

# recorded NAME: so many events of that name.
recorded() {
	grep -c " $1: { cpu_id" "$work/events"
}

has_babeltrace() {
	command -v babeltrace2 >/dev/null
}

test_lines() {
	local name='[a-z_]+\+0x[0-9a-f]+'

	guest kick 2 --trace --output="$work/trace" --record="$work/recording" \
		--symbols="$build/guest/kick.elf"
	check_status "traced and recorded" $?
	check_line "KICK_CPU" "$work/trace" \
		"^ +[0-9.]+ cpu 0 $name KICK_CPU\(flags=0, apic_id=1\) = 0 <[0-9.]+>\$"
	check_line "a kick" "$work/trace" "kick: target=cpu 1, ended_halt=yes"
	check_line "a wake-up" "$work/trace" "cpu 1 wake: kick from cpu 0, waited [0-9]+ (ns|us|ms)\$"
	check_line "a halt" "$work/trace" "cpu 1 $name halt\$"
	check_line "CPUID" "$work/trace" "cpuid\(0x40000001\) = .*pv-unhalt\|pv-send-ipi"
	equal "as many lines as calls" "$(grep -c ' KICK_CPU(' "$work/trace")" "$(counted KICK_CPU)"
	# On a busy host some come late.
	equal "nearly all lines are in order" yes "$(awk '$1 < last { n++ } { last = $1 }
		END { print (n < NR / 200) ? "yes" : n " of " NR " are not" }' "$work/trace")"
	if ! has_babeltrace; then
		skip "babeltrace2" "it is not installed"
		return
	fi
	print_recording
	equal "babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "as many events as calls" "$(recorded KICK_CPU)" "$(counted KICK_CPU)"
	check_line "names and fields" "$work/events" \
		"KICK_CPU: \{ cpu_id = 0 \}, .*result = 0 \}, \{ flags = 0x0, apic_id = 1 \}"
	check_line "words in place of numbers" "$work/events" 'cause = \( "kick" : container = 1 \)'
}

test_ipi() {
	guest ipi 4 --trace=SEND_IPI,interrupt --output="$work/trace"
	check_status "SEND_IPI alone" $?
	check_line "CPU sets and ICR" "$work/trace" \
		'SEND_IPI\(bitmap_low=\{[0-9,-]+\}, bitmap_high=\{\}, lowest_apic_id=0, icr=fixed[a-z|]*\|vector 0x[0-9a-f]+\) = [1-4] '
	check_line "an error by name" "$work/trace" 'SEND_IPI\(.*\) = -EINVAL'
	equal "nothing else" "$(grep -vcE ' SEND_IPI\(| interrupt: ' "$work/trace")" 0
	guest ipi 4 --trace=SEND_IPI --trace-cpu=0 --failed-only --output="$work/trace"
	check_status "only failures" $?
	equal "only failures are shown" "$(grep -vcE 'cpu 0 .* = -E' "$work/trace")" 0
	guest ipi 2 --trace=%call --trace-format=ftrace --output="$work/trace"
	check_status "ftrace" $?
	check_line "ftrace's lines" "$work/trace" \
		'^ +CPU 0/KVM-0 +\[000\] \.\.\.\.\. +[0-9]+\.[0-9]{6}: kvm_hypercall: nr 0xa a0 0x[0-9a-f]+ a1 0x0 a2 0x[0-9a-f]+  a3 0x[0-9a-f]+$'
	equal "nothing but ftrace's lines" "$(grep -vc ': kvm_hypercall: nr 0x' "$work/trace")" 0
}

test_clock() {
	guest hypercalls 1 --trace=%clock,unknown_call --output="$work/trace"
	check_status "%clock" $?
	check_line "CLOCK_PAIRING opened" "$work/trace" \
		'CLOCK_PAIRING\(address=0x[0-9a-f]+, clock_type=wallclock\) = 0 \{sec=[0-9]{10}, nsec=[0-9]+, tsc=[0-9]+, flags=0\}'
	check_line "an unknown call" "$work/trace" 'unknown_call\(number=0x.* = -ENOSYS'
	guest msr 1 --trace=%register --output="$work/trace"
	check_status "%register" $?
	check_line "a register by name" "$work/trace" 'wrmsr\(SYSTEM_TIME_NEW, 0x[0-9a-f]+\|enabled\) = 0'
	check_line "an exception" "$work/trace" 'wrmsr\(.*\) = general protection exception'
}

test_one_thread() {
	accel=tcg,thread=single guest kick 2 --trace=KICK_CPU --output="$work/trace"
	check_status "one thread for all vCPUs" $?
	equal "all its calls" "$(grep -c ' KICK_CPU(' "$work/trace")" "$(counted KICK_CPU)"
}

# As many as the summary reports, each as the rule that would inject just that.
test_injected() {
	local rule='injected: (KICK_CPU:drop|KICK_CPU:late=100ms|SEND_IPI:error=EINVAL|CLOCK_PAIRING:retval=7|MSR_POLL_CONTROL:fault|cpuid:withdraw=pv-unhalt\+pv-sched-yield|clock:jump=\+10s|steal:burst=5s):when=[0-9]+$'
	local name number machine=("${machine[@]}" -append inject)

	rm -rf "$work/recording"
	guest inject 2 --format=json --trace=injected --output="$work/trace" \
		--record="$work/recording" --inject=SEND_IPI:error=-22:when=10+5 \
		--inject=SCHED_YIELD:enosys:when=2+ --inject=VAPIC_POLL_IRQ:delay=8ms:when=3 \
		--inject=KICK_CPU:drop:when=1 --inject=KICK_CPU:late=100ms:when=3..4 \
		--inject=MSR_POLL_CONTROL:fault:when=2 --inject=MSR_POLL_CONTROL:drop:when=3 \
		--inject=CLOCK_PAIRING:retval=7:50% \
		--inject=cpuid:withdraw=pv-sched-yield+pv-unhalt:50% \
		--inject=clock:jump=+10s:every=200ms --inject=steal:burst=5s:every=100ms:when=2 \
		--inject=seed=1
	check_status "faults, reported" $?
	number=$(sed -n 's/^  "injected": \([0-9]*\),/\1/p' "$work/summary")
	equal "as many lines as faults" "$(grep -c ' injected: ' "$work/trace")" "$number"
	equal "nothing but faults" "$(grep -vc ' injected: ' "$work/trace")" 0
	for name in KICK_CPU:drop KICK_CPU:late SEND_IPI:error CLOCK_PAIRING MSR_POLL_CONTROL \
		cpuid clock steal; do
		check_line "a fault is reported: $name" <(grep -E "$rule" "$work/trace") "injected: $name"
	done
	"$paracall" report --trace=injected "$work/recording" >"$work/report"
	equal "as many faults are recorded" "$(grep -c ' injected: ' "$work/report")" "$number"
	has_babeltrace || return
	print_recording
	equal "babeltrace2 has no complaint about faults" "$? $(cat "$work/errors")" "0 "
	check_line "faults and places are words" "$work/events" \
		'injected: .*fault = \( "drop" : container = 2 \), place = \( "KICK_CPU" : container = 0x[0-9A-F]+ \), .*number = 1 '
}

# powerpc_guest PROGRAM OPTION...: in $work/trace, and recorded.
powerpc_guest() {
	local program=$build/guest/powerpc/$1.elf

	shift
	rm -rf "$work/recording"
	"$limited" "$paracall" run --summary="$work/summary" --trace --output="$work/trace" \
		--record="$work/recording" --symbols="$program" "$@" -- qemu-system-ppc64 \
		-display none -serial stdio -no-reboot -M pseries,x-vof=on -m 256 -smp 2 \
		-kernel "$program" >"$work/out" 2>&1 </dev/null
	equal "PowerPC: ${program##*/} ends" "$? $(tail -n 1 "$work/out")" "0 # exit: passed"
}

# Numbers and names of a table's calls; faults that were injected have a table after it.
counts_in() {
	awk '/^faults injected/ { exit } /^ *[0-9]/ && NF > 4 { print $4, $NF }' "$1" | sort
}

# all_reported NAME: all that the summary counts is in the trace, and in the recording.
all_reported() {
	local calls

	calls=$(awk '$NF == "total" { print $4 }' "$work/summary")
	equal "$1: all calls are reported" "$(grep ') = ' "$work/trace" | grep -vc ' cpucfg(')" "$calls"
	"$paracall" report --count "$work/recording" >"$work/table" 2>&1
	equal "$1: the recording's counts" "$(counts_in "$work/table")" \
		"$(counts_in "$work/summary")"
}

test_powerpc() {
	local place='[a-z_]+\+0x[0-9a-f]+'

	if ! find_qemu ppc64 >/dev/null || [ ! -e "$build/guest/powerpc/magic-be.elf" ]; then
		skip "PowerPC" "there is no qemu-system-ppc64, or no guest for it"
		return
	fi
	powerpc_guest magic-be --features=+magic-page
	check_line "PowerPC: FEATURES" "$work/trace" \
		"^ +[0-9.]+ cpu 0 $place FEATURES\(\) = 0 \{features=magic-page\} <[0-9.]+>\$"
	check_line "PowerPC: PPC_MAP_MAGIC_PAGE" "$work/trace" \
		'effective_address_and_flags=0x[0-9a-f]+\|not-mapped-nx\) = 0 \{page_features=mas0-to-sprg7\}'
	check_line "PowerPC: a call of PAPR's" "$work/trace" \
		"cpu 0 $place H_PROD\(processor=1\) = \?\$"
	all_reported PowerPC
	powerpc_guest epapr-le
	check_line "PowerPC: EV_IDLE" "$work/trace" "cpu 0 $place EV_IDLE\(\) = 0 "
	check_line "PowerPC: an unknown call" "$work/trace" \
		"unknown_epapr\(number=0x3, .*a3=0x[0-9a-f]+\) = EV_UNIMPLEMENTED "
	check_line "PowerPC: PAPR's unknown one" "$work/trace" 'unknown_papr\(number=0x7ff8,.*= \?'
	all_reported PowerPC
	has_babeltrace || return
	print_recording
	equal "PowerPC: babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "PowerPC: as many events" "$(recorded FEATURES)" "$(counted FEATURES)"
}

test_arm64() {
	local program=$build/guest/arm64/smccc.elf place='[a-z_]+\+0x[0-9a-f]+'

	if ! find_qemu aarch64 >/dev/null || [ ! -e "$program" ]; then
		skip "arm64" "there is no qemu-system-aarch64, or no guest for it"
		return
	fi
	rm -rf "$work/recording"
	"$limited" "$paracall" run --summary="$work/summary" --trace --output="$work/trace" \
		--target-impl-cpus=0x411fd070:0x100000001:0xffffffffffffffff,0x481fd010 \
		--record="$work/recording" --symbols="$program" -- qemu-system-aarch64 \
		-display none -serial stdio -M virt,gic-version=2 -cpu max -m 128 -smp 2 \
		-kernel "$program" >"$work/out" 2>&1 </dev/null
	equal "arm64: smccc ends" "$? $(tail -n 1 "$work/out")" "0 # exit: passed"
	check_line "arm64: KVM's UID" "$work/trace" \
		"^ +[0-9.]+ cpu 0 $place VENDOR_HYP_CALL_UID\(\) = 0xb66fb428 \{uid1=0xe911c52e, uid2=0x564bcaa9, uid3=0x743a004d\} <[0-9.]+>\$"
	check_line "arm64: a function's name" "$work/trace" \
		"cpu 0 $place SMCCC_ARCH_FEATURES\(function=PV_TIME_FEATURES\) = 0 "
	check_line "arm64: what there is not" "$work/trace" \
		'unknown_smccc\(number=0x95c1ba5f, x1=0, .*\) = NOT_SUPPORTED '
	check_line "arm64: answered here" "$work/trace" \
		'PSCI_FEATURES\(function=SMCCC_VERSION\) = 0 '
	check_line "arm64: of the same function, answered by QEMU" "$work/trace" \
		'PSCI_FEATURES\(function=PSCI_CPU_OFF\) = \? '
	check_line "arm64: which functions from 64 on" "$work/trace" \
		'VENDOR_HYP_KVM_FEATURES\(\) = 0x3 \{bitmap2=0x3\} '
	check_line "arm64: how many CPUs are listed" "$work/trace" \
		'VENDOR_HYP_KVM_DISCOVER_IMPL_VER\(\) = 0 \{version=0x10000, count=2\} '
	check_line "arm64: a CPU that is listed" "$work/trace" \
		'VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS\(index=1, reserved2=0, reserved3=0\) = 0 \{midr=0x481fd010, revidr=0, aidr=0\} '
	check_line "arm64: a CPU that is not listed" "$work/trace" \
		'VENDOR_HYP_KVM_DISCOVER_IMPL_CPUS\(index=2, reserved2=0, reserved3=0\) = INVALID_PARAMETER '
	check_line "arm64: QEMU's own" "$work/trace" 'PSCI_CPU_ON_64\(mpidr=0x1, .*\) = \? '
	"$paracall" report --format=json "$work/recording" >"$work/json"
	check_line "arm64: QEMU's own, in JSON" "$work/json" '"PSCI_CPU_ON_64".*"result": null'
	all_reported arm64
	"$paracall" report --format=chrome "$work/recording" >"$work/chrome"
	check_line "arm64: calls have a length in Chrome's form" "$work/chrome" \
		'"ph":"X".*"name":"SMCCC_VERSION"'
	"$limited" "$paracall" run --summary="$work/single" --trace=SMCCC_VERSION \
		--output="$work/trace" --symbols="$program" -- qemu-system-aarch64 \
		-display none -serial stdio -M virt,gic-version=2 -cpu max -m 128 -smp 4 \
		-accel tcg,thread=single -kernel "$program" >"$work/out" 2>&1 </dev/null
	equal "arm64: smccc ends with one thread for all vCPUs" \
		"$? $(tail -n 1 "$work/out")" "0 # exit: passed"
	equal "arm64: with one thread for all vCPUs each is named" \
		"$(grep -o '\<cpu [1-3]' "$work/trace" | sort | uniq -c | tr -s ' \n' ' ')" \
		" 2 cpu 1 1 cpu 2 1 cpu 3 "
	has_babeltrace || return
	print_recording
	equal "arm64: babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "arm64: as many events" "$(recorded SMCCC_VERSION)" "$(counted SMCCC_VERSION)"
}

test_riscv() {
	local program=$build/guest/riscv/sta.elf place='[a-z_]+\+0x[0-9a-f]+'

	if ! find_qemu riscv64 >/dev/null || [ ! -e "$program" ]; then
		skip "RISC-V" "there is no qemu-system-riscv64, or no guest for it"
		return
	fi
	rm -rf "$work/recording"
	"$limited" "$paracall" run --summary="$work/summary" --trace --output="$work/trace" \
		--inject=steal:burst=200ms:every=50ms \
		--record="$work/recording" --symbols="$program" -- qemu-system-riscv64 \
		-display none -serial stdio -M virt -m 128 -smp 2 \
		-kernel "$program" >"$work/out" 2>&1 </dev/null
	equal "RISC-V: sta ends" "$? $(tail -n 1 "$work/out")" "0 # exit: passed"
	check_line "RISC-V: who answers" "$work/trace" \
		"^ +[0-9.]+ cpu [01] $place SBI_BASE_GET_IMP_ID\(\) = 0x3 <[0-9.]+>\$"
	check_line "RISC-V: an extension's name" "$work/trace" \
		"cpu [01] $place SBI_BASE_PROBE_EXT\(extension=STA\) = 0x1 "
	check_line "RISC-V: what is refused" "$work/trace" \
		'SBI_STA_STEAL_TIME_SET_SHMEM\(address=0x1000, .*\) = INVALID_ADDRESS '
	check_line "RISC-V: steal time" "$work/trace" 'steal: stolen=200 ms, address=0x8'
	check_line "RISC-V: the firmware's" "$work/trace" 'SBI_HSM_HART_START\(hart=[01], .*\) = \?'
	"$paracall" report --format=json "$work/recording" >"$work/json"
	check_line "RISC-V: the firmware's, in JSON" "$work/json" \
		'"SBI_HSM_HART_START".*"result": null'
	all_reported RISC-V
	has_babeltrace || return
	print_recording
	equal "RISC-V: babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "RISC-V: as many events" "$(recorded SBI_STA_STEAL_TIME_SET_SHMEM)" \
		"$(counted SBI_STA_STEAL_TIME_SET_SHMEM)"
}

test_loongarch() {
	local program=$build/guest/loongarch/hypercalls.elf place='[a-z_]+\+0x[0-9a-f]+'

	if ! find_qemu loongarch64 >/dev/null || [ ! -e "$program" ]; then
		skip "LoongArch" "there is no qemu-system-loongarch64, or no guest for it"
		return
	fi
	rm -rf "$work/recording"
	"$limited" "$paracall" run --summary="$work/summary" --trace --output="$work/trace" \
		--record="$work/recording" --symbols="$program" \
		--inject=steal:burst=200ms:every=50ms -- qemu-system-loongarch64 -display none \
		-serial stdio -M virt -cpu max -m 1024 -smp 2 -kernel "$program" >"$work/out" 2>&1 \
		</dev/null
	equal "LoongArch: hypercalls ends" "$? $(tail -n 1 "$work/out")" "0 # exit: passed"
	check_line "LoongArch: the signature" "$work/trace" \
		"^ +[0-9.]+ cpu 0 $place cpucfg\(0x40000000\) = 0x4d564b\$"
	check_line "LoongArch: features" "$work/trace" 'cpucfg\(0x40000004\) = steal-time$'
	check_line "LoongArch: a call" "$work/trace" \
		'HCALL_FUNC_NOTIFY\(feature=steal-time, address=0x[0-9a-f]+1\) = 0 <'
	check_line "LoongArch: one that is refused" "$work/trace" \
		'HCALL_FUNC_NOTIFY\(feature=steal-time, address=0x1002\) = INVALID_PARAMETER '
	check_line "LoongArch: what there is not" "$work/trace" \
		'unknown_hvcl\(number=0x7fff, a0=0x2, .*\) = INVALID_CODE '
	all_reported LoongArch
	"$paracall" report --format=chrome "$work/recording" >"$work/chrome"
	check_line "LoongArch: calls have a length in Chrome's form" "$work/chrome" \
		'"ph":"X".*"name":"HCALL_FUNC_NOTIFY"'
	has_babeltrace || return
	print_recording
	equal "LoongArch: babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "LoongArch: as many events" "$(recorded HCALL_FUNC_NOTIFY)" \
		"$(counted HCALL_FUNC_NOTIFY)"
}

# make_names: a machine's firmware, in $work/names.
make_names() {
	local compiler=loongarch64-linux-gnu-gcc

	"$compiler" -nostdlib -static "-Wl,-Ttext=0x1c000000,-estart,--build-id=none" \
		-o "$work/names.elf" "$tree/test/firmware/loongarch/names.S" &&
		"$("$compiler" -print-prog-name=objcopy)" -O binary -j .text "$work/names.elf" \
			"$work/names"
}

# With one thread for all vCPUs they are told apart by what kernels have in $r21, which is
# another number after a reset. And that is one reset, however many vCPUs begin again.
test_loongarch_names() {
	local accel

	if ! find_qemu loongarch64 >/dev/null || ! command -v loongarch64-linux-gnu-gcc >/dev/null
	then
		skip "LoongArch: vCPUs by name" "there is no qemu-system-loongarch64, or no compiler"
		return
	fi
	make_names || { fail "LoongArch: vCPUs by name" "no program"; return; }
	for accel in tcg tcg,thread=single; do
		"$limited" "$paracall" run --summary="$work/summary" --format=json \
			--trace=HCALL_FUNC_NOTIFY --output="$work/trace" -- qemu-system-loongarch64 \
			-display none -serial stdio -M virt -cpu max -m 256M -smp 2 -accel "$accel" \
			-bios "$work/names" >"$work/out" 2>&1 </dev/null
		equal "LoongArch: vCPUs by name, $accel" \
			"$(sed -n 's/.* cpu \([0-9]\) .*address=\(0[0-9a-fx]*\)).*/\1 \2/p' "$work/trace")" \
			"0 0
1 0x100
0 0x10000
1 0x10100"
		equal "LoongArch: resets are counted, $accel" \
			"$(sed -n 's/^  "resets": \([0-9]*\),/\1/p' "$work/summary")" 1
	done
}

# s390x_guest PROGRAM OPTION...: the same of s390x; what the host does to it is in steps.
s390x_guest() {
	local name=$1 program=$build/guest/s390x/$1.elf client=
	local -a qmp=()

	shift
	rm -rf "$work/recording"
	: >"$work/out"
	if [ ${#steps[@]} -gt 0 ]; then
		qmp=(-qmp "unix:$work/qmp,server=on,wait=off")
		"$tree/test/qmp.py" "$work/qmp" "$work/out" "${steps[@]}" >"$work/steps" 2>&1 &
		client=$!
	fi
	"$limited" "$paracall" run --summary="$work/summary" --trace --output="$work/trace" \
		--record="$work/recording" --symbols="$program" "$@" -- qemu-system-s390x \
		-display none -serial stdio -m 128 -smp 4 ${accel:+-accel "$accel"} "${qmp[@]}" \
		-kernel "$program" >"$work/out" 2>&1 </dev/null
	equal "s390x: $name ends${accel:+, $accel}" "$? $(tail -n 1 "$work/out")" \
		"0 # exit: passed"
	: >"$work/out.ended"
	[ -z "$client" ] || wait "$client" || fail "s390x: QMP" "it failed" "$work/steps"
	rm -f "$work/out.ended"
}

# resets NUMBER WHOSE: so many are in the summary.
resets() {
	equal "s390x: resets are counted, $2" \
		"$(sed -n 's/^  "resets": \([0-9]*\),/\1/p' "$work/summary")" "$1"
}

# reported_counts FUNCTION: of DIAGNOSE, how often each of its subcodes is in the trace.
reported_counts() {
	sed -n "s/.* $1_\([A-Z_]*\)(.*/\1/p" "$work/trace" | sort | uniq -c |
		awk '{ print $2, $1 }'
}

test_s390x_resets() {
	for accel in tcg tcg,thread=single; do
		steps=(wait:reset system_reset)
		s390x_guest host_reset --format=json
		resets 1 "the host's"
		check_line "s390x: a reset by the host is reported" "$work/trace" \
			'cpu 0 start\+0x0 reset$'
		steps=()
		s390x_guest reset --format=json
		resets "$(grep -c '^ok .* 0x308 resets' "$work/out")" "the guest's own"
		equal "s390x: its own are calls" "$(grep -c ' reset$' "$work/trace")" 0
		equal "s390x: its own by name" "$(reported_counts DIAG_308)" "CLEAR_RESET 2
LOAD_CLEAR 2
LOAD_NORMAL_DUMP 3
LOAD_NORMAL_RESET 1"
	done
	accel=
}

test_s390x() {
	local place='[a-z_]+\+0x[0-9a-f]+'
	local -a steps=()

	if ! find_qemu s390x >/dev/null || [ ! -e "$build/guest/s390x/diag.elf" ]; then
		skip "s390x" "there is no qemu-system-s390x, or no guest for it"
		return
	fi
	test_s390x_resets
	s390x_guest diag
	check_line "s390x: a yield" "$work/trace" \
		"cpu 0 $place DIAG_9C_DIRECTED_YIELD\(cpu_address=1\) = done <[0-9.]+>\$"
	check_line "s390x: whom to" "$work/trace" "cpu 0 $place yield: target=cpu [123]\$"
	check_line "s390x: an exception" "$work/trace" 'DIAG_.*\) = specification exception'
	all_reported s390x
	# Nothing reports them; paracall-trace(7) says so.
	equal "s390x: no halts" "$(grep -cE ' (halt|wake)($|:)' "$work/trace")" 0
	has_babeltrace || return
	print_recording
	equal "s390x: babeltrace2 has no complaint" "$? $(cat "$work/errors")" "0 "
	equal "s390x: as many events" "$(recorded DIAG_9C_DIRECTED_YIELD)" \
		"$(counted DIAG_9C_DIRECTED_YIELD)"
}

# boot_recorded KERNEL IMAGE
boot_recorded() {
	rm -rf "$work/recording"
	"$limited" "$paracall" run --trace='%ipi,wake' --output="$work/trace" --cpus=4 \
		--record="$work/recording" --summary="$work/summary" --initrd="$2" --kernel="$1" \
		--append="console=ttyS0 quiet panic=-1 paracall.task=demo" >"$work/out" 2>&1 </dev/null
}

# Debian's kernel, with everything.
test_boot() {
	local image=$build/guest.img folder

	folder=$(guest_folder trixie)
	if [ ! -e "$folder/vmlinuz" ]; then
		skip "Debian's kernel" "it is not there: script/setup gets it"
		return
	fi
	build_guest_image "$image" trixie
	repeat_once "Debian's kernel" "$work/out" boot_recorded "$folder/vmlinuz" "$image"
	equal "Debian's kernel ends" $? 0
	check_line "Debian's kernel kicks" "$work/trace" \
		'cpu [0-3] 0xf[0-9a-f]+ KICK_CPU\(flags=0, apic_id=[0-3]\) = 0 '
	check_line "Debian's kernel sends" "$work/trace" \
		'SEND_IPI\(bitmap_low=\{[0-3,-]+\}, bitmap_high=\{\}, lowest_apic_id=0, icr=fixed\|vector 0xf[0-9a-f]\) = [1-3] '
	check_line "Debian's kernel is woken" "$work/trace" 'wake: kick from cpu [0-3], waited'
	equal "all its kicks" "$(grep -c ' KICK_CPU(' "$work/trace")" "$(counted KICK_CPU)"
	has_babeltrace || return
	print_recording
	equal "all its kicks are recorded" "$(recorded KICK_CPU)" "$(counted KICK_CPU)"
	equal "all its interrupts are recorded" "$(recorded SEND_IPI)" "$(counted SEND_IPI)"
	check_line "where its kernel is" "$work/events" 'kernel_entry: .* address = 0xFFFFFFFF'
}

# QEMU killed, in the middle of it.
test_killed() {
	local run counted

	rm -rf "$work/recording"
	"$limited" "$paracall" run --summary="$work/summary" --record="$work/recording" -- \
		qemu-system-x86_64 "${machine[@]}" -pidfile "$work/pid" \
		-kernel "$build/guest/bench.elf" >"$work/out" 2>&1 </dev/null &
	run=$!
	wait_until test -s "$work/recording/cpu0"
	kill -KILL "$(cat "$work/pid")"
	wait $run
	equal "QEMU killed" $? 137
	has_babeltrace || return
	print_recording
	equal "it can be read" "$? $(cat "$work/errors")" "0 "
	# guest: CPUID 0x40000000 read 6 times, 0x40000001 29 times
	counted=$(awk '$2 == "CPUID" { print $5 + $8 }' "$work/summary")
	# Counted first: the one vCPU may have been killed before it reported the last.
	equal "nothing is missing" $((counted - $(recorded cpuid) >> 1)) 0
}

# A disk of 256 KiB, for this guest alone, whose recording is copied from there.
test_small_disk() {
	mkdir -p "$work/disk"
	export -f guest
	export accel build limited paracall work
	# shellcheck disable=SC2016 # for the shell in there
	unshare -rm bash -c 'mount -t tmpfs -o size=256k tmpfs "$work/disk" || exit 1
		'"$(declare -p machine)"'
		guest kick 2 --record="$work/disk/recording"
		status=$?
		rm -rf "$work/recording"
		cp -r "$work/disk/recording" "$work/"
		exit $status'
	check_status "a full disk, recording" $?
	check_message "a full disk is reported" "recording to '$work/disk/recording' ends here: No space left on device"
	has_babeltrace || return
	print_recording
	equal "what was written can be read" "$? $(cat "$work/errors")" "0 "
}

test_full_disk() {
	if unshare -rm true 2>/dev/null; then
		test_small_disk
	else
		skip "a full disk, recording" "no file system may be mounted here"
	fi
	guest kick 2 --trace --output=/dev/full
	check_status "a full disk, trace" $?
	check_message "a full disk is reported, trace" "the trace ends here: No space left on device"
}

test_closed_pipe() {
	mkfifo "$work/fifo"
	head -n 5 "$work/fifo" >"$work/head" &
	guest kick 2 --trace --output="$work/fifo"
	check_status "a closed pipe" $?
	check_message "a closed pipe is reported" "the trace ends here: Broken pipe"
	equal "what was read" "$(wc -l <"$work/head")" 5
	wait
}

# Nobody reads standard error: neither the trace nor the summary.
test_closed_error() {
	local status

	"$paracall" run --trace -- qemu-system-x86_64 "${machine[@]}" -smp 2 -kernel \
		"$build/guest/kick.elf" </dev/null 2> >(head -n 1 >"$work/head") >/dev/null
	check_status "standard error is a closed pipe" $?
	"$paracall" run --trace --summary="$work/summary" -- qemu-system-x86_64 "${machine[@]}" \
		-smp 2 -kernel "$build/guest/kick.elf" </dev/null 2>&- >/dev/null
	status=$?
	check_status "standard error is closed" $status
	check_line "the summary of a run without standard error" "$work/summary" KICK_CPU
}

# What was refused did not touch the recording that was there.
test_recording_kept() {
	local before

	guest kick 2 --record="$work/recording"
	before=$(ls -l "$work/recording")
	guest kick 2 --record="$work/recording" --trace --symbols="$work/none"
	check_message "no symbols" "can't be read"
	equal "no symbols, and the recording is kept" "$(ls -l "$work/recording")" "$before"
	guest kick 2 --record="$work/recording" --trace --output="$work/none/trace"
	check_message "no output" "can't be written"
	equal "no output, and the recording is kept" "$(ls -l "$work/recording")" "$before"
}

# The recording has all that belongs to an event; so does the line that is printed soon.
test_whole_lines() {
	local i

	for i in 1 2 3; do
		guest hypercalls 2 --trace --output="$work/trace" --record="$work/recording"
		check_status "calls of many arguments, $i" $?
		"$paracall" report "$work/recording" >"$work/report"
		equal "the trace is the recording's, $i" "$(sort "$work/trace" | md5sum)" \
			"$(sort "$work/report" | md5sum)"
	done
}

# All that the guest whose QEMU is in $work/pid has done so far: names and numbers.
counts() {
	has_started "$(cat "$work/pid")" | sed -nE 's/^(.*[^ ] +[0-9]+) +[0-9.]+( +[0-9.]+)?$/\1/p'
}

has_called() {
	counts | grep -q CPUID
}

# How often its vCPU has gone to sleep, or nothing once that has ended.
sleeps() {
	local task

	for task in "/proc/$(cat "$work/pid")"/task/*; do
		! grep -q '^CPU 0/' "$task/comm" ||
			awk '/^voluntary_ctxt_switches/ { print $2 }' "$task/status"
	done
}

has_slept() {
	local now

	now=$(sleeps)
	[ -z "$now" ] || [ "$now" -ge "$1" ]
}

# It sleeps again and again, and does nothing in between, because there is no room; or it
# has ended. A vCPU that waits for a processor does not sleep.
is_blocked() {
	local before first

	before=$(counts)
	first=$(sleeps)
	[ -z "$first" ] || wait_until has_slept $((first + 10))
	[ "$(counts)" = "$before" ]
}

# with_reader SIGNAL OPTION...: a guest whose reader gets that signal; and CONT when that
# guest can't go on, or has ended.
with_reader() {
	local signal=$1 run reader status

	shift
	rm -rf "$work/recording" "$work/pid"
	"$paracall" run --summary="$work/summary" --record="$work/recording" "$@" -- \
		qemu-system-x86_64 "${machine[@]}" -pidfile "$work/pid" \
		-kernel "$build/guest/bench.elf" >"$work/out" 2>&1 </dev/null &
	run=$!
	wait_until pgrep -P $run -x paracall-reader
	reader=$(pgrep -P $run -x paracall-reader)
	kill -"$signal" "$reader"
	if [ "$signal" = STOP ]; then
		wait_until has_called && wait_until is_blocked
		kill -CONT "$reader"
	fi
	wait $run
	status=$?
	return $status
}

test_reader() {
	local got

	with_reader KILL
	check_status "the reader killed" $?
	check_message "the reader's end is reported" "was killed by signal 9"
	with_reader STOP
	check_status "a slow reader" $?
	if has_babeltrace; then
		print_recording
		equal "a slow reader misses nothing" "$(recorded VAPIC_POLL_IRQ)" \
			"$(counted VAPIC_POLL_IRQ)"
	fi
	with_reader STOP --record-loss=drop
	check_status "a slow reader, events dropped" $?
	check_message "their number is reported" "events were dropped"
	has_babeltrace || return
	print_recording
	got=$(awk '/ lost: / { sub(/.*events = /, ""); n += $1 } END { print n }' "$work/events")
	equal "as many as the recording says" "$got" \
		"$(sed -n 's/^paracall: \([0-9]*\) events were dropped.*/\1/p' "$work/out")"
}

only "$@"
test_lines
test_ipi
test_clock
test_one_thread
test_injected
test_powerpc
test_arm64
test_riscv
test_loongarch
test_loongarch_names
test_s390x
test_boot
test_killed
test_full_disk
test_closed_pipe
test_closed_error
test_recording_kept
test_whole_lines
test_reader
finish
