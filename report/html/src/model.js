/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is derived from the events: states of the vCPUs, filters, statistics. */

import { ACCESS, CALL, FAILED, KIND, YIELDS } from "./data.js";

export const STATE = { RUNNING: 0, SPINNING: 1, YIELDED: 2, CALL: 3, HALTED: 4 };

/* Yields that follow each other faster than that are one wait for something. */
const SPIN_GAP = 100e3;

/* Index of the first item that is not below the value. */
export function lowerBound(array, value, low = 0, high = array.length) {
	while (low < high) {
		const middle = (low + high) >>> 1;

		if (array[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Stretches of one kind, in order, that do not overlap. */
class Stretches {
	constructor(room) {
		this.start = new Float64Array(room);
		this.end = new Float64Array(room);
		this.event = new Uint32Array(room);
		this.count = 0;
	}

	add(start, end, event) {
		const last = this.count ? this.end[this.count - 1] : -Infinity;

		if (end <= last)
			return;
		this.start[this.count] = Math.max(start, last);
		this.end[this.count] = end;
		this.event[this.count++] = event;
	}

	finish() {
		this.start = this.start.slice(0, this.count);
		this.end = this.end.slice(0, this.count);
		this.event = this.event.slice(0, this.count);
		return this;
	}
}

/* One vCPU: its events by index, and its states. */
function makeCpu(events, kinds, indices, end) {
	const room = indices.length + 1;
	const halted = new Stretches(room);
	const called = new Stretches(room);
	const spinning = new Stretches(room);
	const yielded = new Stretches(room);
	let halt = -1;
	let spin = null;

	for (const i of indices) {
		const kind = kinds[events.class[i]];
		const time = events.time[i];
		const flags = events.flags[i];

		if (kind === KIND.WAKE)
			halted.add(time - events.span[i], time, i);
		else if (halt >= 0)
			halted.add(events.time[halt], events.start(i), halt);
		halt = kind === KIND.HALT ? i : -1;
		if (flags & (CALL | ACCESS))
			called.add(events.start(i), time, i);
		if (!(flags & YIELDS))
			continue;
		/* Others ran meanwhile; without one of these it spun. */
		if (kind === KIND.SPIN)
			yielded.add(events.start(i), time, i);
		/* Behind one of these there are many turns of a loop. */
		const weight = kind === KIND.SPIN ? 2 : 1;

		if (spin && events.start(i) - spin.end < SPIN_GAP) {
			spin.end = time;
			spin.yields += weight;
			continue;
		}
		if (spin && spin.yields > 1)
			spinning.add(spin.start, spin.end, spin.event);
		spin = { start: events.start(i), end: time, event: i, yields: weight };
	}
	if (spin && spin.yields > 1)
		spinning.add(spin.start, spin.end, spin.event);
	/* It did not wake before the recording ended. */
	if (halt >= 0)
		halted.add(events.time[halt], end, halt);
	return { indices, halted: halted.finish(), called: called.finish(),
		spinning: spinning.finish(), yielded: yielded.finish() };
}

function indicesByCpu(events, cpus) {
	const counts = new Uint32Array(cpus);
	for (let i = 0; i < events.count; i++)
		counts[events.cpu[i]]++;
	const lists = Array.from(counts, (count) => new Uint32Array(count));
	counts.fill(0);
	for (let i = 0; i < events.count; i++)
		lists[events.cpu[i]][counts[events.cpu[i]]++] = i;
	return lists;
}

/* A list like "0-3": of "cpu:0-3,7" each part between commas is a word of its own. */
function parseCpus(text) {
	const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];

	return first === undefined ? null : [Number(first), Number(last ?? first)];
}

const TIME_FACTORS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/*
 * Words with commas or blanks between them: parts of names, "!name" for all but
 * these, "failed", "cpu:0-3", ">100us". Null if a word is not understood.
 */
export function parseFilter(text) {
	const filter = { names: [], not: [], cpus: [], failed: false, atLeast: 0 };

	for (const word of text.toLowerCase().split(/[\s,]+/).filter(Boolean)) {
		const slow = /^>(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(word);

		if (slow) {
			filter.atLeast = Number(slow[1]) * TIME_FACTORS[slow[2]];
		} else if (word === "failed") {
			filter.failed = true;
		} else if (word.startsWith("cpu:")) {
			const range = parseCpus(word.slice(4));

			if (!range)
				return null;
			filter.cpus.push(range);
		} else if (/^!?[\w%().-]+$/.test(word)) {
			if (word.startsWith("!"))
				filter.not.push(word.slice(1));
			else
				filter.names.push(word);
		} else {
			return null;
		}
	}
	return filter;
}

function bucketOf(nanoseconds) {
	return nanoseconds < 1 ? 0 : Math.floor(Math.log2(nanoseconds)) + 1;
}

const BUCKETS = 42;
const SLOWEST = 100;

function quantile(sorted, part) {
	return sorted.length ? sorted[Math.min(sorted.length - 1,
		Math.floor(sorted.length * part))] : 0;
}

export class Model {
	constructor(recording) {
		const { events, classes } = recording;

		this.recording = recording;
		this.events = events;
		this.classes = classes;
		this.kinds = Uint16Array.from(classes, (each) => each.kind);
		this.end = events.count ? events.time[events.count - 1] : 1;
		this.begin = 0;
		if (events.count)
			this.begin = Math.max(0, events.start(0) - events.span[0]);
		if (this.end <= this.begin)
			this.end = this.begin + 1000;
		this.cpus = indicesByCpu(events, recording.cpus).map(
			(indices) => makeCpu(events, this.kinds, indices, this.end));
		this.totals = new Uint32Array(classes.length);
		for (let i = 0; i < events.count; i++)
			this.totals[events.class[i]]++;
		this.hidden = new Set();
		this.passes = new Uint8Array(events.count);
		this.setFilter(parseFilter(""));
	}

	setFilter(filter) {
		this.filter = filter;
		this.applyFilter();
	}

	classPasses(id) {
		const name = this.classes[id].name.toLowerCase();
		const { names, not } = this.filter;

		return !this.hidden.has(id) && !not.some((part) => name.includes(part)) &&
			(!names.length || names.some((part) => name.includes(part)));
	}

	applyFilter() {
		const { events, passes, filter } = this;
		const byClass = this.classes.map((_, id) => this.classPasses(id));
		const byCpu = Array.from({ length: this.recording.cpus }, (_, cpu) =>
			!filter.cpus.length ||
			filter.cpus.some(([first, last]) => cpu >= first && cpu <= last));

		for (let i = 0; i < events.count; i++)
			passes[i] = byClass[events.class[i]] && byCpu[events.cpu[i]] &&
				(!filter.failed || events.flags[i] & FAILED) &&
				Math.max(events.duration[i], events.span[i]) >= filter.atLeast ? 1 : 0;
	}

	/* The events between two moments, by index: first, and the one after the last. */
	range(begin, end) {
		const { time } = this.events;
		const first = lowerBound(time, begin);
		let last = lowerBound(time, end, first);

		/* Times at the very end count. */
		while (last < time.length && time[last] === end)
			last++;
		return [first, last];
	}

	/* All numbers of a stretch of time, in one pass. */
	statistics(begin, end) {
		const { events, kinds, passes } = this;
		const [first, last] = this.range(begin, end);
		const latency = new Uint32Array(BUCKETS);
		const halts = new Uint32Array(BUCKETS);
		const { cpus } = this.recording;
		/* How many, by the one vCPU times cpus plus the other: most pairs have none. */
		const kicks = new Map();
		const interrupts = new Map();
		const rows = new Map();
		const slowest = [];
		let count = 0;
		let bar = -1;

		for (let i = first; i < last; i++) {
			if (!passes[i])
				continue;
			const id = events.class[i];
			const kind = kinds[id];
			let row = rows.get(id);

			count++;
			if (!row)
				rows.set(id, row = { id, count: 0, failed: 0, time: 0, events: [] });
			row.count++;
			row.failed += events.flags[i] & FAILED;
			if (events.flags[i] & (CALL | ACCESS)) {
				const duration = events.duration[i];

				/* Not all are timed. */
				if (!duration)
					continue;
				row.time += duration;
				row.events.push(duration);
				latency[bucketOf(duration)]++;
				if (duration > bar) {
					slowest.push(i);
					if (slowest.length >= 4 * SLOWEST)
						bar = this.keepSlowest(slowest);
				}
			} else if (kind === KIND.WAKE) {
				row.time += events.span[i];
				row.events.push(events.span[i]);
				halts[bucketOf(events.span[i])]++;
			} else if ((kind === KIND.KICK || kind === KIND.INTERRUPT) &&
				events.peer[i] >= 0 && events.peer[i] < cpus) {
				const counts = kind === KIND.KICK ? kicks : interrupts;
				const pair = events.cpu[i] * cpus + events.peer[i];

				counts.set(pair, (counts.get(pair) ?? 0) + 1);
			}
		}
		this.keepSlowest(slowest);
		return { begin, end, count, latency, halts, cpus, kicks, interrupts, slowest,
			rows: [...rows.values()].map(finishRow) };
	}

	/* Of these events the slowest, in order; returns what one must beat to be one. */
	keepSlowest(list) {
		const { duration } = this.events;

		list.sort((a, b) => duration[b] - duration[a]);
		list.length = Math.min(list.length, SLOWEST);
		return list.length < SLOWEST ? -1 : duration[list[SLOWEST - 1]];
	}

	/* Calls in each of so many parts of the time, for some classes together. */
	counts(begin, end, parts) {
		const { events, passes } = this;
		const [first, last] = this.range(begin, end);
		const factor = parts / (end - begin);
		const byClass = new Map();

		for (let i = first; i < last; i++) {
			if (!passes[i])
				continue;
			let list = byClass.get(events.class[i]);

			if (!list)
				byClass.set(events.class[i], list = new Uint32Array(parts));
			list[Math.min(parts - 1, Math.floor((events.time[i] - begin) * factor))]++;
		}
		return byClass;
	}

	/* The event next to one, or to a moment, that passes; -1 if there is none. */
	neighbor(from, step) {
		for (let i = from + step; i >= 0 && i < this.events.count; i += step)
			if (this.passes[i])
				return i;
		return -1;
	}

	symbol(pc) {
		const found = this.recording.symbols[pc.toString(16)];

		return found ? `${found[0]}+0x${found[1].toString(16)}` : "";
	}
}

function finishRow(row) {
	const sorted = Float64Array.from(row.events).sort();

	return { id: row.id, count: row.count, failed: row.failed, time: row.time,
		median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
