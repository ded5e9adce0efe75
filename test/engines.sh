#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The engine of doc/engines.md prints what the page says, each time: whether a kick finds
# its target halted or not depends on timing. Usage: test/engines.sh PROGRAM
set -euo pipefail

page=$(cd "$(dirname "${BASH_SOURCE[0]}")/../doc" && pwd)/engines

main() {
	local expected printed

	expected=$(awk -v kind=text -f "$page.awk" "$page.md")
	for ((i = 0; i < 100; i++)); do
		printed=$("$1")
		[ "$printed" = "$expected" ] || {
			printf 'the page says:\n%s\nit prints:\n%s\n' "$expected" "$printed"
			return 1
		}
	done
}

main "$@"
