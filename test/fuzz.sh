#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes a target for a minute, or for so many seconds. Usage: fuzz.sh TARGET [SECONDS]
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/lib.sh
. "$here/lib.sh"

main() {
	local name="nothing is found in ${1:?a target}"

	if ! command -v clang >/dev/null; then
		skip "$name" "there is no clang"
	elif "$tree/script/fuzz" --no-setup "$1" "${2:-60}" >"$work/log" 2>&1; then
		pass "$name"
		sed 's/^/# /' "$work/log"
	else
		fail "$name" "script/fuzz fails" "$work/log"
	fi
	finish
}

main "$@"
