# SPDX-License-Identifier: GPL-2.0-or-later
# Of a page in Markdown the blocks of the language "kind", one after the other. C has to
# stay below 100 lines: the page says so.
/^```/ {
	is_in = $0 == "```" kind
	next
}
is_in {
	print
	count++
}
END {
	if (!count || (kind == "c" && count >= 100)) {
		print "engines.md: " count " lines of C, and not below 100" > "/dev/stderr"
		exit 1
	}
}
