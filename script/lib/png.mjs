// SPDX-License-Identifier: GPL-2.0-or-later
// Texts in pictures: PNG's chunks tEXt.

const SIGNATURE = 8;

// The CRC of PNG, section 5.5 of its specification.
function crc(bytes) {
	let sum = 0xffffffff;

	for (const byte of bytes) {
		sum ^= byte;
		for (let i = 0; i < 8; i++)
			sum = sum & 1 ? sum >>> 1 ^ 0xedb88320 : sum >>> 1;
	}
	return ~sum >>> 0;
}

function* chunks(picture) {
	for (let at = SIGNATURE; at < picture.length; at += picture.readUInt32BE(at) + 12)
		yield { at, type: picture.toString("latin1", at + 4, at + 8),
			data: picture.subarray(at + 8, at + 8 + picture.readUInt32BE(at)) };
}

// The picture with that text, before its end.
export function addText(picture, keyword, text) {
	const { at } = [...chunks(picture)].find(({ type }) => type === "IEND");
	const data = Buffer.from(`tEXt${keyword}\0${text}`, "latin1");
	const length = Buffer.alloc(4);
	const check = Buffer.alloc(4);

	length.writeUInt32BE(data.length - 4);
	check.writeUInt32BE(crc(data));
	return Buffer.concat([picture.subarray(0, at), length, data, check, picture.subarray(at)]);
}

// undefined: there is none.
export function textOf(picture, keyword) {
	for (const { type, data } of chunks(picture))
		if (type === "tEXt" && data.toString("latin1").startsWith(`${keyword}\0`))
			return data.toString("latin1", keyword.length + 1);
	return undefined;
}
