# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on PowerPC. In the table is what it called of the machine itself (H_...), too.
: "${tree:?}" "${kernel:?}" "${image:?}" "${cpus:?}" "${log:?}" "${summary:?}"

demo_boot() {
	"$tree/build/paracall" run --arch=ppc64le --kernel="$kernel" \
		--initrd="$image" --append="quiet panic=-1 paracall.task=demo" --cpus="$cpus" \
		--memory=512M --summary="$summary" </dev/null
}

demo_check() {
	has "$log" say 'hv:linux,kvm' 'hypervisor: linux,kvm'
	has "$summary" call ' FEATURES' H_CEDE
}
