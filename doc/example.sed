# SPDX-License-Identifier: GPL-2.0-or-later
# The program between the marks in a manual page, as a compiler takes it.
/^\.\\" example begins/,/^\.\\" example ends/ {
	/^\./d
	s/\\&//g
	s/\\-/-/g
	s/\\e/\\/g
	p
}
