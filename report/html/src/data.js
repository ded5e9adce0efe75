/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events as the command wrote them into the page (report/html.c): blocks of
 * columns, compressed. They become typed arrays over all events.
 */

export const FAILED = 1;
export const CALL = 2;
export const ACCESS = 4;
export const YIELDS = 8;
const NO_RESULT = 16;
const CAUSE_SHIFT = 4;

/* Kinds of include/paracall/event.h that the page treats specially. */
export const KIND = { HALT: 8, WAKE: 9, KICK: 10, INTERRUPT: 11, LOST: 20, SPIN: 23 };

/* By paracall_wake_cause's numbers. */
export const CAUSES = ["interrupt", "kick", "earlier kick", "reset", "unknown"];
/* Of faults injected, by paracall_fault's numbers: the words of --inject's rules. */
export const FAULTS = ["retval", "enosys", "drop", "delay", "late", "fault",
	"withdraw", "jump", "burst"];

const HEAD_WORDS = 11;

function take(id) {
	const element = document.getElementById(id);
	const text = element.textContent;

	/* Millions of characters that are not needed again. */
	element.remove();
	return text;
}

function decodeBase64(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);
	for (let i = 0; i < binary.length; i++)
		bytes[i] = binary.charCodeAt(i);
	return bytes;
}

async function inflate(bytes) {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));

	return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Numbers of seven bits a byte, the lowest first; exact up to 2^53. */
class Numbers {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	next() {
		const bytes = this.bytes;
		let byte = bytes[this.at++];
		let value = byte & 127;
		let factor = 128;

		while (byte & 128) {
			byte = bytes[this.at++];
			value += (byte & 127) * factor;
			factor *= 128;
		}
		return value;
	}
}

function columnsOf(bytes) {
	const head = new Uint32Array(bytes.buffer, 0, HEAD_WORDS);
	const columns = [];
	let at = HEAD_WORDS * 4;

	for (let i = 1; i < HEAD_WORDS; i++) {
		columns.push(bytes.subarray(at, at + head[i]));
		at += head[i];
	}
	return { count: head[0], columns };
}

/* A view of 64-bit words, which must begin at a multiple of 8. */
function words(type, bytes) {
	const copy = bytes.slice();

	return new type(copy.buffer, 0, copy.length / 8);
}

export class Events {
	constructor(count) {
		this.count = count;
		this.time = new Float64Array(count);
		this.duration = new Uint32Array(count);
		this.span = new Float64Array(count);
		this.cpu = new Uint16Array(count);
		this.class = new Uint16Array(count);
		this.flags = new Uint8Array(count);
		this.peer = new Int16Array(count);
		this.blocks = [];
	}

	/* Returns the time of the last one. */
	add(first, { count, columns }, time) {
		const [times, cpus, classes, , durations, peers, spans] =
			columns.map((column) => new Numbers(column));

		this.flags.set(columns[3], first);
		for (let i = first; i < first + count; i++) {
			time += times.next();
			this.time[i] = time;
			this.cpu[i] = cpus.next();
			this.class[i] = classes.next();
			this.duration[i] = durations.next();
			this.peer[i] = peers.next() - 1;
			this.span[i] = spans.next();
		}
		this.blocks.push({ first, pc: words(BigUint64Array, columns[7]),
			result: words(BigInt64Array, columns[8]), rest: columns[9] });
		return time;
	}

	start(i) {
		return this.time[i] - this.duration[i];
	}

	cause(i) {
		return this.flags[i] >> CAUSE_SHIFT;
	}

	blockOf(i) {
		let low = 0;
		let high = this.blocks.length - 1;

		while (low < high) {
			const middle = (low + high + 1) >> 1;

			if (this.blocks[middle].first <= i)
				low = middle;
			else
				high = middle - 1;
		}
		return this.blocks[low];
	}

	pc(i) {
		const block = this.blockOf(i);

		return block.pc[i - block.first];
	}

	/* null if it is not known. */
	result(i) {
		const block = this.blockOf(i);

		if (this.flags[i] & CALL && this.flags[i] & NO_RESULT)
			return null;
		return block.result[i - block.first];
	}

	/*
	 * The words of the arguments, and of what was given back; only wanted for
	 * single events, so searched.
	 */
	values(i) {
		const block = this.blockOf(i);
		const view = new DataView(block.rest.buffer, block.rest.byteOffset,
			block.rest.byteLength);
		let at = 0;

		for (let skip = i - block.first; skip; skip--)
			at += 2 + 8 * (block.rest[at] + block.rest[at + 1]);
		const words = Array.from({ length: block.rest[at] + block.rest[at + 1] },
			(_, word) => view.getBigUint64(at + 2 + 8 * word, true));
		return [words.slice(0, block.rest[at]), words.slice(block.rest[at])];
	}
}

/* Ends with what is only known when all events were read. */
export async function load() {
	const recording = JSON.parse(take("recording"));
	const end = JSON.parse(take("end"));
	const events = new Events(end.events);
	let first = 0;
	let time = 0;

	/* All are inflated at the same time, beside the script. */
	const blocks = Array.from({ length: end.blocks },
		(_, i) => inflate(decodeBase64(take("block" + i))));
	for (const block of blocks) {
		const decoded = columnsOf(await block);

		time = events.add(first, decoded, time);
		first += decoded.count;
	}
	return { ...recording, ...end, events };
}
