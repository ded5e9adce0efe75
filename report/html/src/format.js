/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people read them. */

const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "us"], [1, "ns"]];

/* Nanoseconds, with so many digits in all. */
export function time(nanoseconds, digits = 4) {
	const size = Math.abs(nanoseconds);

	if (!size)
		return "0";
	for (const [factor, unit] of UNITS)
		if (size >= factor || factor === 1)
			return `${Number((nanoseconds / factor).toPrecision(digits))} ${unit}`;
}

/* A moment, as exact as the width of what is shown asks for. */
export function moment(nanoseconds, width) {
	const [factor, unit, most] = nanoseconds < 1e9 ? [1e6, "ms", 6] : [1e9, "s", 9];
	const digits = Math.min(most, Math.max(0, Math.ceil(Math.log10(factor / width)) + 2));

	return `${(nanoseconds / factor).toFixed(digits)} ${unit}`;
}

export function count(number) {
	return number.toLocaleString("en");
}

export function hex(value) {
	return "0x" + value.toString(16);
}
