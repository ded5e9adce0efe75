# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Building the tree. Needs common.sh.
: "${paracall_cache:?}"

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# build_tree FOLDER COMPILER [MESON-OPTION...]: quiet unless it fails.
build_tree() {
	local folder=$tree/$1 compiler=$2

	shift 2
	# What was left out at first may be there now.
	if [ -f "$folder/build.ninja" ] && [ ! -e "$folder/report/html/report.html" ] &&
		"$tree/report/html/modules.sh" >/dev/null; then
		run_logged "meson could not configure $folder: see above." \
			meson setup --reconfigure "$folder" "$tree"
	fi
	[ -f "$folder/build.ninja" ] ||
		CC=$compiler run_logged "meson could not configure $folder: see above." \
			meson setup "$@" "$folder" "$tree"
	run_logged "The build in $folder failed: see above." ninja -C "$folder"
}
