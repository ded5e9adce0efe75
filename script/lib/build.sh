# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Building the tree. Needs common.sh.
: "${paracall_cache:?}"

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=script/lib/targets.sh
. "$tree/script/lib/targets.sh"

# What meson leaves out if it is missing: a list, compared, like the options, with
# the previous one.
optional_parts() {
	guest_compilers
	command -v node || true
	"$tree/report/html/modules.sh" 2>/dev/null || true
	pkg-config --modversion unicorn 2>/dev/null || true
}

# configure_tree FOLDER COMPILER [MESON-OPTION...]: quiet unless it fails.
configure_tree() {
	local folder=$tree/$1 compiler=$2 parts=$tree/$1/optional-parts now

	shift 2
	now=$(optional_parts; printf '%s\n' "$@")
	if [ ! -f "$folder/build.ninja" ]; then
		CC=$compiler run_logged "meson could not configure $folder: see above." \
			meson setup "$@" "$folder" "$tree"
	elif [ "$now" != "$(cat "$parts" 2>/dev/null)" ]; then
		run_logged "meson could not configure $folder: see above." \
			meson setup --reconfigure "$@" "$folder" "$tree"
	fi
	echo "$now" >"$parts"
}

# build_tree FOLDER COMPILER [MESON-OPTION...]: quiet unless it fails.
build_tree() {
	configure_tree "$@"
	run_logged "The build in $tree/$1 failed: see above." ninja -C "$tree/$1"
}
