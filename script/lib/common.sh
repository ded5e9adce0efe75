# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every script here needs: folders and messages.

# Everything fetched or unpacked lives below this folder, and nothing else.
paracall_cache=${PARACALL_CACHE:-${XDG_CACHE_HOME:-${HOME:?not set, and PARACALL_CACHE neither}/.cache}/paracall}
# Libraries of s390x, for the unit tests.
# shellcheck disable=SC2034 # for setup and the tests
big_endian=$paracall_cache/big-endian

say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

die() {
	say "$*" >&2
	exit 1
}

# Compilers that script/setup has put there: see cross.sh.
PATH=$PATH:$paracall_cache/cross/bin

# try_logged COMMAND...: the command's output goes to the log; if it fails, its
# last lines are shown.
try_logged() {
	local log=$paracall_cache/setup.log

	"$@" >"$log" 2>&1 </dev/null && return
	tail -n 15 "$log" | sed 's/^/    /' >&2
	return 1
}

# run_logged FAILURE COMMAND...: the same, with FAILURE as the sentence to read
# and the script's end.
run_logged() {
	local failure=$1

	shift
	try_logged "$@" || die "$failure"
}
