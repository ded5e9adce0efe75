/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables. All text goes in as text: names may come from anywhere. */

import { ACCESS, CALL, CAUSES, FAILED, FAULTS, KIND } from "./data.js";
import { count, hex, moment, time } from "./format.js";

export function element(name, properties = {}, ...children) {
	const made = document.createElement(name);

	Object.assign(made, properties);
	made.append(...children);
	return made;
}


/* Numbers stand right: each item is a text, or [text] for a number. */
function row(items, name = "td") {
	return element("tr", {}, ...items.map((item) => Array.isArray(item) ?
		element(name, { className: "number" }, item[0]) :
		element(name, {}, item)));
}

function swatch(color) {
	return element("span", { className: `swatch c${color}` });
}

/* The classes that there are, with what was seen of them; switches. */
export function drawLegend(body, model, changed) {
	const present = model.classes.map((each, id) => ({ ...each, id }))
		.filter(({ id }) => model.totals[id])
		.sort((a, b) => model.totals[b.id] - model.totals[a.id]);

	body.replaceChildren(...present.map(({ id, name, color }) => {
		const box = element("input", { type: "checkbox", checked: !model.hidden.has(id) });

		box.addEventListener("change", () => {
			if (box.checked)
				model.hidden.delete(id);
			else
				model.hidden.add(id);
			changed();
		});
		return element("label", {}, box, swatch(color), name, " ",
			element("span", { className: "dim" }, count(model.totals[id])));
	}));
}

export function drawCalls(table, model, statistics) {
	const rows = statistics.rows.sort((a, b) => b.time - a.time || b.count - a.count);

	table.tHead.replaceChildren(row(["event", ["number"], ["failed"], ["time"],
		["median"], ["99 %"]], "th"));
	table.tBodies[0].replaceChildren(...rows.map((each) => {
		const isTimed = each.time > 0;

		return row([element("span", {}, swatch(model.classes[each.id].color),
			model.classes[each.id].name), [count(each.count)],
			[each.failed ? count(each.failed) : ""], [isTimed ? time(each.time) : ""],
			[isTimed ? time(each.median, 3) : ""], [isTimed ? time(each.p99, 3) : ""]]);
	}));
}

function place(model, i) {
	const pc = model.events.pc(i);

	if (!pc)
		return "unknown";
	const symbol = model.symbol(pc);
	return symbol ? `${symbol} (${hex(pc)})` : hex(pc);
}

export function drawSlowest(table, model, statistics, show) {
	const { events, classes } = model;
	const width = statistics.end - statistics.begin;

	table.tHead.replaceChildren(row([["took"], "call", ["vCPU"], ["at"],
		"program counter"], "th"));
	table.tBodies[0].replaceChildren(...statistics.slowest.slice(0, 25).map((i) => {
		const button = element("button", { type: "button", className: "link",
			title: "Show it in the timeline" }, time(events.duration[i]));

		button.addEventListener("click", () => show(i));
		return row([[button], classes[events.class[i]].name, [String(events.cpu[i])],
			[moment(events.time[i], width)], element("code", {}, place(model, i))]);
	}));
}

/* A table of more vCPUs is too large to read. */
const MOST_IN_MATRIX = 64;

/*
 * Who (rows) kicked whom (columns); darker is more. Of many vCPUs those with the
 * most; returns how many are left out.
 */
export function drawMatrix(table, cpus, counts) {
	const sums = new Map();
	let most = 0;

	for (const [pair, number] of counts) {
		for (const cpu of [Math.floor(pair / cpus), pair % cpus])
			sums.set(cpu, (sums.get(cpu) ?? 0) + number);
		most = Math.max(most, number);
	}
	const used = [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a) || a - b)
		.slice(0, MOST_IN_MATRIX).sort((a, b) => a - b);
	table.hidden = !used.length;
	table.tHead.replaceChildren(row(["from \\ to", ...used.map((cpu) => [`cpu ${cpu}`])], "th"));
	table.tBodies[0].replaceChildren(...used.map((from) => {
		const line = element("tr", {}, element("th", { scope: "row" }, `cpu ${from}`));

		for (const to of used) {
			const number = counts.get(from * cpus + to);
			const cell = element("td", { className: "number heat" }, number ? count(number) : "");

			cell.style.setProperty("--heat",
				number ? (0.12 + 0.6 * Math.log1p(number) / Math.log1p(most)).toFixed(3) : 0);
			line.append(cell);
		}
		return line;
	}));
	return sums.size - used.length;
}

function registerText(model, number) {
	return model.recording.registers[number.toString(16)] ?? hex(number);
}

/* The words of report/decode.c, for single values. */
function valueText(model, format, value) {
	if (format === "decimal" || format === "cpu" || format === "apic_id")
		return value === 0xffffffffffffffffn ? "none" : String(value);
	if (format === "processor")
		return value === 0xffffffffffffffffn ? "all" : String(value);
	if (format === "nanoseconds")
		return time(Number(value));
	if (format === "boolean")
		return value ? "yes" : "no";
	if (format === "wake_cause")
		return CAUSES[Number(value)] ?? String(value);
	if (format === "fault")
		return FAULTS[Number(value)] ?? String(value);
	if (format === "msr")
		return registerText(model, value);
	if (format === "place")
		return model.classes.find((each) => BigInt(each.id) === value)?.name ??
			`MSR_${registerText(model, value)}`;
	return hex(value);
}

/* One event in words, as a list of pairs. */
export function describe(model, i) {
	const { events, classes, kinds } = model;
	const id = events.class[i];
	const pairs = [["event", classes[id].name], ["vCPU", String(events.cpu[i])],
		["at", `${(events.time[i] / 1e9).toFixed(9)} s`]];

	if (events.flags[i] & (CALL | ACCESS)) {
		pairs.push(["took", time(events.duration[i])]);
		pairs.push(["result", String(events.result(i) ?? "?") +
			(events.flags[i] & FAILED ? " (failed)" : "")]);
	}
	if (kinds[id] === KIND.WAKE) {
		pairs.push(["halted for", time(events.span[i])]);
		pairs.push(["woken by", CAUSES[events.cause(i)] +
			(events.peer[i] >= 0 ? ` of cpu ${events.peer[i]}` : "")]);
	} else {
		const { fields, outputs } = classes[id];
		const [given, back] = events.values(i);

		given.forEach((value, at) => pairs.push([fields[at]?.[0] ?? `word ${at}`,
			valueText(model, fields[at]?.[1], value)]));
		back.forEach((value, at) => pairs.push([`${outputs[at]?.[0] ?? at} returned`,
			valueText(model, outputs[at]?.[1], value)]));
	}
	pairs.push(["program counter", place(model, i)]);
	return pairs;
}

export function drawDetails(list, model, i) {
	list.replaceChildren(...(i < 0 ? [] : describe(model, i)).flatMap(([name, value]) => [
		element("dt", {}, name), element("dd", {}, value)]));
}

