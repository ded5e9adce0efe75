# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# apt with a state of its own, to fetch packages of other suites and
# architectures. It takes the mirror, the keyring and the proxy from the
# machine's configuration, which it only reads. Needs common.sh.
: "${paracall_cache:?}"

# One line per index of the machine's sources: URI|suite|component|origin|label|file:entry
# Fields that are not known stay as they are in the format.
# shellcheck disable=SC2016
apt_indexes() {
	apt-get indextargets "$@" 'Created-By: Packages' \
		--format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)|$(SOURCESENTRY)' \
		2>/dev/null | sort -u
}

# What one entry of the machine's sources names as its keyrings, if anything:
# of a .list file the entry is a line, of a .sources file a paragraph.
entry_keyrings() {
	local file=${1%:*} entry=${1##*:}

	case $file in
	*.list)
		sed -n "${entry}p" "$file" | sed -n 's/.*\[.*signed-by=\([^] ]*\).*\].*/\1/p' |
			tr , '\n'
		;;
	*)
		awk -v RS= -v entry="$entry" 'NR == entry' "$file" |
			sed -n 's/^[Ss]igned-[Bb]y:[ \t]*//p' | tr -s ', ' '\n'
		;;
	esac 2>/dev/null | grep '^/' || true
}

debian_keyring() {
	local file

	for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
}

# How surely an index is Debian's own main: 3 its Release file says so and it is
# this machine's suite, 2 the Release file says so, 1 its lists were never
# fetched, but it has Debian's keyring or this machine's suite, 0 it is not.
debian_score() {
	local suite=$1 component=$2 origin=$3 label=$4 entry=$5 codename=$6

	case $component:$suite:$label:$origin in
	main:*-security:* | main:*/updates:* | main:*:*-Security:*) echo 0 ;;
	main:"$codename":*:Debian) echo 3 ;;
	main:*:Debian | main:*:'Debian Backports') echo 2 ;;
	main:"$codename":*:\$*) echo 1 ;;
	main:*:\$*) entry_keyrings "$entry" | grep -c -m 1 '/debian-archive-' || true ;;
	*) echo 0 ;;
	esac
}

# Empty on a machine that is not Debian: other distributions have such names too.
debian_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || true
}

# Sets debian_mirror (a URI) and debian_signed_by (keyrings, with commas).
find_debian_mirror() {
	local best=0 score codename uri suite component origin label entry best_entry=''

	[ -z "${debian_mirror:-}" ] || return 0
	codename=$(debian_codename)
	while IFS='|' read -r uri suite component origin label entry; do
		case $uri in cdrom:*) continue ;; esac
		score=$(debian_score "$suite" "$component" "$origin" "$label" "$entry" "$codename")
		if [ "$score" -gt "$best" ]; then
			best=$score debian_mirror=${uri%/} best_entry=$entry
		fi
	done < <(apt_indexes; apt_indexes --no-release-info)
	[ "$best" -gt 0 ] ||
		die "No Debian mirror found in this machine's apt sources: add one (see sources.list(5))."

	debian_signed_by=$({ debian_keyring; entry_keyrings "$best_entry"; } | sort -u | paste -sd ,)
	[ -n "$debian_signed_by" ] ||
		die "No Debian keyring found: install the package debian-archive-keyring."
}

# The machine's own Acquire settings (proxies, retries, time-outs), without
# those that choose what is downloaded or that would weaken verification.
machine_acquire_settings() {
	apt-config dump | grep '^Acquire::' | grep -vE \
		'^Acquire::(IndexTargets|CompressionTypes|Changelogs|Languages|cdrom|deb-src|GzipIndexes|PDiffs|Allow)'
}

write_private_apt_conf() {
	local state=$1 architecture=$2

	cat <<-EOT
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$state/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$state";
		Dir::State::lists "$state/lists";
		Dir::State::status "$state/status";
		Dir::Cache "$state/cache";
		Dir::Cache::archives "$state/archives";
		Dir::Log "$state";
		APT::Architecture "$architecture";
		APT::Architectures { "$architecture"; };
		APT::Install-Recommends "false";
		APT::Get::Assume-Yes "true";
		APT::Update::Error-Mode "any";
		// The cache may be in a home folder that apt's own user cannot enter.
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::PDiffs "false";
	EOT
	machine_acquire_settings
}

# private_apt_use ARCHITECTURE SUITE...: from now on private_apt works on these.
# Returns nonzero, with the reason in private_apt_log, if a suite is not available.
private_apt_use() {
	local architecture=$1 suite
	local state=$paracall_cache/apt/$1

	shift
	find_debian_mirror
	mkdir -p "$state/lists/partial" "$state/cache" "$state/archives/partial"
	# Nothing counts as installed, so that a closure comes with its C library.
	: >"$state/status"
	write_private_apt_conf "$state" "$architecture" >"$state/apt.conf"
	for suite in "$@"; do
		echo "deb [arch=$architecture signed-by=$debian_signed_by] $debian_mirror $suite main"
	done >"$state/sources.list"
	private_apt_state=$state
	private_apt_log=$state/update.log
	private_apt apt-get update >"$private_apt_log" 2>&1
}

private_apt() {
	APT_CONFIG=$private_apt_state/apt.conf LC_ALL=C "$@"
}

# The version that a suite offers of a package; empty if none.
suite_version() {
	private_apt apt-cache -o "APT::Default-Release=$1" policy "$2" |
		sed -n 's/^  Candidate: //p' | grep -v '^(none)$' || true
}

show_update_failure() {
	grep -E '^[EW]: ' "$private_apt_log" | tail -n 5 | sed 's/^/    /' >&2 || true
}
