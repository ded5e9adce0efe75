# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The packages of npm that the page of 'paracall report --html' is built from, and
# tested with. Needs common.sh.
: "${paracall_cache:?}"

page_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../report/html" && pwd)
page_folder=$paracall_cache/npm

# Prints where they are; fails if they are not, or not those that the tree asks for.
page_modules() {
	[ -d "$page_folder/node_modules/uplot" ] &&
		cmp -s "$page_source/package-lock.json" "$page_folder/package-lock.json" &&
		echo "$page_folder/node_modules"
}

# Gets them; fails if npm can't.
get_page_modules() {
	rm -rf "$page_folder"
	mkdir -p "$page_folder"
	cp "$page_source/package.json" "$page_source/package-lock.json" "$page_source/.npmrc" \
		"$page_folder/"
	# Nothing of a package's own runs while it is installed.
	(cd "$page_folder" && npm ci --ignore-scripts) >"$paracall_cache/npm.log" 2>&1 </dev/null ||
		rm -rf "$page_folder"
	page_modules >/dev/null
}
