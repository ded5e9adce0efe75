#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots Debian's unmodified kernels as test/boots.conf says, with each feature alone,
# and without Paracall, and checks what the kernel found and called.
# Usage: test/boot.sh [NAME]
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

# Seconds, of processors: most boots take 20 to 60.
limit=900
grub_modules=/usr/lib/grub/i386-pc

# What no guest may print: the workload's errors, and the kernel's.
complaints='paracall-guest: (workload|kexec): |kernel BUG at|BUG: unable|BUG: kernel|Oops: |general protection fault|Unable to handle kernel|Kernel panic|calls cannot be counted|cannot be used$'

# What a kernel prints that was stuck for long, and continued: the interrupts by which it
# requests backtraces from its vCPUs end their halts.
stalls='(detected|self-detected) stalls? on CPU|soft lockup|blocked for more than'

# said REGEX: "_" stands for a blank.
said() {
	grep -qE -- "${1//_/ }" "$work/log"
}

# proved TIMES: each boot and each turn of a life was seen by the guest itself to
# kick every vCPU and to send interrupts; on s390x, to yield to another vCPU; on
# PowerPC, arm64, RISC-V and LoongArch, to interrupt another one.
proved() {
	local all='paracall-guest: .* vCPUs, '

	[ "$(grep -cE "$all(kicks|yields|ipis) " "$work/log")" -eq "$1" ] &&
		[ "$(grep -cE "$all(kicks ([1-9][0-9]* )+sends|yields|ipis) [1-9]" "$work/log")" -eq "$1" ]
}

# calls_of NAME: of a hypercall, in the summary.
calls_of() {
	sed -n "s/.*\"name\": \"$1\",.* \"calls\": \([0-9]*\),.*/\1/p" "$work/summary" |
		grep . || echo 0
}

# diags_of CODE: as the kernel has counted them.
diags_of() {
	sed -n "s/.*paracall-guest: diag $1: \([0-9]*\).*/\1/p" "$work/log"
}

# What s390x's kernel counted is what was called. It counts DIAGNOSE 0x9c once for
# each vCPU, since its count is copied when vCPUs are started, and doesn't see the
# last ones.
are_counted() {
	local yields notifications

	yields=$(calls_of DIAG_9C_DIRECTED_YIELD)
	notifications=$(calls_of DIAG_500_CCW_NOTIFY)
	[ "$(diags_of 500)" -eq "$notifications" ] &&
		[ "$yields" -gt "$(($(diags_of 09c) - $(vcpus)))" ]
}

vcpus() {
	sed -n 's/^  "cpus": \([0-9]*\),/\1/p' "$work/summary"
}

# counted NAME MINIMUM: in the summary.
counted() {
	local count

	count=$(sed -n "s/^  \"$1\": \([0-9]*\),\?/\1/p" "$work/summary")
	[ "${count:-0}" -ge "$2" ]
}

# Every second the clock advanced by about a second, whatever the host did.
is_steady() {
	sed -n 's/.*paracall-guest: clock [0-9]*:.* monotonic \([0-9]*\) .*/\1/p' "$work/log" |
		awk 'NR > 1 && ($1 - last < 1e9 || $1 - last > 3e9) { wrong = 1 }
			{ last = $1 } END { exit wrong || NR < 3 }'
}

# More time was stolen in the second half, when the host was busy, than in the
# first: a vCPU's hundredths of a second, added up.
is_stolen_from() {
	sed -n 's/.*paracall-guest: steal [0-9]*: //p' "$work/log" |
		awk '{ sum = 0; for (i = 2; i <= NF; i += 2) sum += $i; at[NR] = sum }
			END {
				middle = int((NR + 1) / 2)
				quiet = at[middle] - at[1]; busy = at[NR] - at[middle]
				print "# stolen: quiet " quiet / 100 " s, busy " busy / 100 " s"
				exit NR < 4 || busy <= quiet || busy < 100
			}'
}

# The guest's clock was never 1 ms from the host's, nor would be after a minute.
is_paired() {
	sed -n 's/.*paracall-guest: pair [0-9]*: host \([0-9]*\) ns, guest \([-+0-9]*\) ns.*/\1 \2/p' \
		"$work/log" |
		awk '{ drift = $2 < 0 ? -$2 : $2; if (drift > 1e6) wrong = 1 }
			END {
				print "# after " $1 / 1e9 " s " $2 " ns apart"
				exit wrong || !NR || drift * 6e10 > 1e6 * $1
			}'
}

# The machine was stopped once, for at least 2 s: by that the guest's clock is behind from then
# on. Each pair is right to a microsecond. The host's clock may be steered meanwhile.
is_paired_again() {
	sed -n 's/.*paracall-guest: pair [0-9]*: host \([0-9]*\) ns, guest \([-+0-9]*\) ns.*/\1 \2/p' \
		"$work/log" |
		awk 'NR > 1 { step = $2 - last }
			NR > 1 && step < -2e9 { stops++ }
			NR > 1 && step >= -2e9 {
				most = step < 0 ? -step : step
				if (most > worst) worst = most
				after += stops
			}
			{ last = $2 }
			END {
				print "# " stops + 0 " stops; from pair to pair at most " worst " ns; " after + 0 " of them later"
				exit stops != 1 || after < 3 || worst > 2000
			}'
}

# The guest's kernel takes the counter's frequency to be the host's, to 20 parts of a
# million. What is left is the noise of two measurements, of which the shorter one takes
# some hundred milliseconds.
is_exact() {
	sed -n 's/.*tsc: Detected \([0-9.]*\) MHz.*/\1/p' "$work/log" | head -n 1 |
		awk -v host="$("$build/test/tsc-frequency")" '
			{ wrong = $1 * 1e12 / host - 1e6 }
			END {
				print "# the counter at " host " Hz is " wrong " ppm faster for the guest"
				exit !NR || wrong > 20 || wrong < -20
			}'
}

# What a word of "expected" stands for: a pattern, and where it must be.
is_true() {
	local name minimum

	case $1 in
	KVM) said 'Hypervisor detected: KVM|Linux is running under KVM in 64-bit mode|Hardware name: .* hv:linux,kvm|smccc: KVM: hypervisor services detected|SBI implementation ID=0x3 ' ;;
	PATCHED) said 'KVM: Live patching for a fast VM worked' ;;
	SPINLOCKS) said 'PV spinlocks enabled' ;;
	IPIS) grep -qE 'setup PV IPIs|send_IPI_mask\(\) replaced' "$work/log" ;;
	KVMCLOCK) said 'kvm-clock: Using msrs' ;;
	resets=events) is_true "resets=$(grep -c '^RESET$' "$work/log.events")" ;;
	resets=*) grep -q "\"resets\": ${1#resets=}\>" "$work/summary" ;;
	proved=*) proved "${1#proved=}" ;;
	used=*) grep -q "^  \"features_used\": .*\"${1#used=}\"" "$work/summary" ;;
	calls=*) IFS='=:' read -r _ name minimum <<<"$1" && [ "$(calls_of "$name")" -ge "$minimum" ] ;;
	diags) are_counted ;;
	counted=*) IFS='=:' read -r _ name minimum <<<"$1" && counted "$name" "$minimum" ;;
	steady) is_steady ;;
	stolen) is_stolen_from >&2 ;;
	paired) is_paired >&2 ;;
	paired-again) is_paired_again >&2 ;;
	exact) is_exact >&2 ;;
	said:*) said "${1#said:}" ;;
	panic) said 'Kernel panic' ;;
	*) grep -q "\"name\": \"$1\"" "$work/summary" ;;
	esac
}

check_words() {
	local word

	for word in $1; do
		if [ "${word#!}" = "$word" ]; then
			is_true "$word" || echo "no $word"
		elif is_true "${word#!}"; then
			echo "${word#!}, but should not be"
		fi
	done
	[[ " $1 " = *' panic '* ]] || grep -E "$complaints" "$work/log" | head -n 3
}

# make_image KERNEL NEXT: sets image. With NEXT the kernel and that image are in
# a second archive after the first, for what the guest starts by itself.
make_image() {
	local kernel=$1 root

	image=$build/$(guest_image "$kernel")
	build_guest_image "$image" "$kernel"
	[ "$2" = yes ] || return 0
	root=$work/root
	mkdir -p "$root/next"
	cp "$(kernel_file)" "$root/next/vmlinuz"
	cp "$image" "$root/next/guest.img"
	pack_initramfs "$root" | cat "$image" - >"$work/next.img"
	rm -rf "$root"
	image=$work/next.img
}

# make_grub_disks KERNEL-FILE APPEND: the first disk is GRUB, the second one an
# archive that GRUB reads as a file system.
make_grub_disks() {
	local root=$work/root

	mkdir -p "$root"
	cp "$1" "$root/vmlinuz"
	cp "$image" "$root/guest.img"
	cat >"$root/grub.cfg" <<-EOT
		serial --unit=0
		terminal_output serial
		set timeout=1
		menuentry "Debian's kernel" {
			linux /vmlinuz $2
			initrd /guest.img
		}
	EOT
	tar -C "$root" --format=ustar -cf "$work/files.disk" vmlinuz guest.img grub.cfg
	rm -rf "$root"
	grub-mkimage -O i386-pc -o "$work/core.img" -p '(hd1)' biosdisk tar normal linux serial \
		terminal || return
	# The image of GRUB's core begins where its boot sector looks for it.
	cat "$grub_modules/boot.img" "$work/core.img" >"$work/grub.disk"
	truncate -s %1M "$work/grub.disk"
}

# Sets from_where, QEMU's arguments for the kernel: from_where LOADER FILE APPEND
set_from_where() {
	case $1 in
	efi)
		from_where=(-bios "$(guest_firmware "$(guest_architecture "$kernel")")" -kernel "$2"
			-initrd "$image" -append "$3")
		;;
	grub)
		make_grub_disks "$2" "$3" || return
		from_where=(-drive "file=$work/grub.disk,format=raw,index=0,snapshot=on"
			-drive "file=$work/files.disk,format=raw,index=1,snapshot=on")
		;;
	*) from_where=(-kernel "$2" -initrd "$image" -append "$3") ;;
	esac
}

# end_stuck LIMITED: the command below it, when the guest has reported that it is stuck. One
# of its vCPUs may spin for good then, which limited doesn't take for idle.
end_stuck() {
	until said "$stalls"; do
		kill -0 "$1" 2>/dev/null || return
		sleep 1
	done
	kill "$(cat "$work/command")"
}

# start SOCKET COMMAND...: runs it, and the host's steps beside it.
start() {
	local socket=$1 client='' guest status
	shift

	: >"$work/log"
	: >"$work/log.events"
	: >"$work/steps"
	if [ ${#steps[@]} -gt 0 ]; then
		"$tree/test/qmp.py" "$socket" "$work/log" "${steps[@]}" >"$work/steps" 2>&1 &
		client=$!
		set -- "$@" -qmp "unix:$socket,server=on,wait=off"
	fi
	# shellcheck disable=SC2016 # they are the inner shell's
	"$limited" --cpu="$limit" --idle="${hangs:-120}" \
		bash -c 'echo $$ >"$0" && exec "$@"' "$work/command" "$@" >"$work/log" 2>&1 </dev/null &
	guest=$!
	[ -z "$hangs" ] || end_stuck $guest
	wait $guest
	status=$?
	if [ -n "$client" ]; then
		: >"$work/log.ended"
		wait "$client" || [ -s "$work/steps" ] || echo 'the steps failed' >"$work/steps"
		rm -f "$socket" "$work/log.ended"
	fi
	return $status
}

judge() {
	local name=$1 status=$2 expected=$3 wrong

	# One that hangs is ended.
	ended_well "$name" "$([ -n "$hangs" ] && echo 0 || echo "$status")" "$work/log" || return 0
	if [ -n "$hangs" ] && [ "$status" -ne 124 ] && ! said "$stalls"; then
		fail "$name" "it does not hang, exit status $status" "$work/log"
	elif [ -z "$hangs" ] && ! grep -q 'paracall-guest: up' "$work/log"; then
		fail "$name" "the guest did not come up" "$work/log"
	else
		wrong=$(check_words "$expected")
		if [ -z "$wrong" ]; then
			pass "$name"
		else
			fail "$name" "${wrong//$'\n'/, }" "$work/log"
			sed 's/^/# /' "$work/summary"
		fi
	fi
}

# Sets kernel, own, target, console, loader, next, disk and hangs from the words of "how".
read_how() {
	local word architecture

	kernel=trixie own='' loader=qemu next=no disk=no hangs=
	for word in $1; do
		case $word in
		quick | long | always | alone) ;;
		kernel=*) kernel=${word#kernel=} ;;
		own=*) own=${word#own=} ;;
		loader=*) loader=${word#loader=} ;;
		next) next=yes ;;
		disk) disk=yes ;;
		hangs=*) hangs=${word#hangs=} ;;
		*) die "boots.conf: what is '$word'?" ;;
		esac
	done
	architecture=$(guest_architecture "$kernel")
	target=$(guest_target "$architecture")
	console=$(guest_console "$architecture")
}

# The one that read_how has chosen.
kernel_file() {
	if [ -n "$own" ]; then
		echo "${!own}"
	else
		echo "$(guest_folder "$kernel")/vmlinuz"
	fi
}

# Says why a boot is not possible here; fails if it is.
cannot_boot() {
	if [ "$loader" = grub ] && ! { command -v grub-mkimage && [ -f "$grub_modules/boot.img" ]; } >/dev/null; then
		echo "no GRUB: script/setup --all-kernels gets it on x86"
		return
	fi
	guest_missing "$kernel" && return
	if [ -n "$own" ] && [ ! -f "${!own:-}" ]; then
		echo "$own names no kernel for it: doc/testing.md says how to build one"
		return
	fi
	if [ "$loader" = efi ]; then
		firmware_missing "$(guest_architecture "$kernel")" && return
	fi
	[ "$target" != x86_64 ] || return 1
	if ! find_qemu "$target" >/dev/null; then
		echo "no QEMU for $target: script/setup --all-kernels gets one"
	elif [[ $("$paracall" run -- "qemu-system-$target" --version 2>&1) = *'not supported yet'* ]]; then
		echo "Paracall does not know $target yet"
	else
		return 1
	fi
}

# An empty disk of as many MB as test/guest/init expects, and a random number
# generator: QEMU's arguments for them.
add_devices() {
	truncate -s 0 "$work/disk" && truncate -s 16M "$work/disk"
	# shellcheck disable=SC2054 # the commas are QEMU's
	arguments+=(-drive "file=$work/disk,format=raw,if=none,id=disk"
		-device virtio-blk-ccw,drive=disk -device virtio-rng-ccw)
}

# boot NAME HOW OPTIONS ARGUMENTS TASK EXPECTED STEPS
boot() {
	local name="boot, $1" kernel own target console loader next disk hangs why image
	local -a options arguments steps from_where command

	read_how "$2"
	if why=$(cannot_boot); then
		skip "$name" "$why"
		return
	fi
	read -ra options <<<"$3"
	read -ra arguments <<<"$4"
	read -ra steps <<<"$7"
	[ "$disk" = no ] || add_devices
	make_image "$kernel" "$next"
	set_from_where "$loader" "$(kernel_file)" \
		"console=$console $guest_append paracall.task=$5" || {
		fail "$name" "its disks could not be made"
		return
	}
	: >"$work/summary"
	command=("$paracall" run "${options[@]}" --summary="$work/summary" --format=json
		-- "qemu-system-$target" -m 512M "${arguments[@]}" -nographic -nic none
		"${from_where[@]}")
	repeat_once "$name" "$work/log" start "$work/qmp" "${command[@]}"
	judge "$name$attempt" $? "$6"
}

# boot_plain NAME KERNEL TASK EXPECTED ARGUMENTS...: the control, without the
# plugin.
boot_plain() {
	local name="boot without Paracall, $1" task=$3 expected=$4 image qemu why
	local kernel own target console loader next disk hangs
	local -a steps=()

	read_how "kernel=$2"
	if why=$(guest_missing "$kernel") || ! qemu=$(find_qemu "$target"); then
		skip "$name" "${why:-no QEMU for $target}"
		return
	fi
	shift 4
	make_image "$kernel" no
	: >"$work/summary"
	start "$work/qmp" "$qemu" "$@" -m 512M -nographic -nic none \
		-kernel "$(kernel_file)" -initrd "$image" \
		-append "console=$console $guest_append paracall.task=$task"
	judge "$name" $? "$expected"
}

# None of it is available. On s390x the kernel tries DIAGNOSE 0x9c once, and not again.
boot_all_plain() {
	! is_asked_for "plain x86-64" ||
		boot_plain x86-64 trixie boot '!KVM !SPINLOCKS !IPIS' -machine q35 -smp 2
	! is_asked_for "plain s390x" ||
		boot_plain s390x s390x demo 'KVM said:diag_09c:_2.?$' \
			-machine s390-ccw-virtio -smp 2
	! is_asked_for "plain PowerPC" ||
		boot_plain PowerPC ppc64le demo '!KVM !PATCHED' -machine pseries,x-vof=on -smp 2
	! is_asked_for "plain arm64" ||
		boot_plain arm64 arm64 demo '!KVM !said:stolen_time said:Convention_v1.0' \
			-machine virt -cpu max -smp 2
	! is_asked_for "plain RISC-V" ||
		boot_plain RISC-V riscv64 demo '!KVM said:SBI_implementation_ID=0x1_' \
			-machine virt -smp 2
	! is_asked_for "plain LoongArch" ||
		boot_plain LoongArch loongarch64 'demo initcall_blacklist=i8042_init' \
			'!said:paravirt_steal-time' \
			-machine virt -cpu max -smp 2
}

# What a guest that is offered these, and no more, finds and calls.
expected_of() {
	local -A not=([pv-unhalt]='!' [pv-send-ipi]='!' [clock]='!')
	local feature

	for feature in $1; do
		case $feature in
		pv-unhalt | pv-send-ipi) not[$feature]='' ;;
		clocksource | clocksource2) not[clock]='' ;;
		esac
	done
	echo "KVM ${not[pv-unhalt]}SPINLOCKS ${not[pv-unhalt]}KICK_CPU" \
		"${not[pv-send-ipi]}IPIS ${not[pv-send-ipi]}SEND_IPI ${not[clock]}KVMCLOCK"
}

# All that can be offered, and each alone.
boot_features() {
	local feature
	local -a offered

	mapfile -t offered < <("$paracall" list --features |
		awk '/^PPC/ { exit } $1 ~ /^[0-9]+$/ && $3 != "no" { print $2 }')
	for feature in all "${offered[@]}"; do
		is_asked_for "feature $feature" || continue
		boot "feature $feature" quick "--features=$feature" "-machine q35 -smp 4" demo \
			"$(expected_of "${feature/#all/${offered[*]}}")" ""
	done
}

boot_all() {
	local name how options arguments task expected steps

	while IFS='|' read -r name how options arguments task expected steps; do
		name=$(trim "$name")
		how=$(trim "$how")
		[[ -n $name && $name != \#* ]] || continue
		is_asked_for "$name" || continue
		boot "$name" "$how" "$options" "$arguments" "$(trim "$task")" "$expected" "$steps"
	done <"$tree/test/boots.conf"
}

# is_asked_for NAME: by the script's argument, or all are.
is_asked_for() {
	[ -z "$only" ] || [ "$only" = "$1" ]
}

only=${1:-}
boot_all_plain
boot_all
boot_features
[ $((passed + failed + skipped)) -gt 0 ] || case $only in
feature*) skip "boot, $only" "it can't be offered here" ;;
*) die "no boot is called '$only'" ;;
esac
finish
