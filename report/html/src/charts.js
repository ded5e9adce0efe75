/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts over time, and histograms, by uPlot. */

import uPlot from "uplot";
import { count, moment, time } from "./format.js";

const HEIGHT = 190;

function colors(element) {
	const style = getComputedStyle(element);
	const get = (name) => style.getPropertyValue(name).trim();

	return { text: get("--dim"), line: get("--line"), get };
}

function axis(look, more) {
	return { stroke: look.text, font: "12px system-ui, sans-serif",
		grid: { stroke: look.line, width: 1 }, ticks: { stroke: look.line, width: 1 },
		...more };
}

function widthOf(element) {
	return Math.max(200, element.clientWidth);
}

/* Of each class how many in each part of the time; dragging zooms. */
export class Counts {
	constructor(element, model, zoom) {
		this.element = element;
		this.model = model;
		this.zoom = zoom;
	}

	draw(begin, end) {
		const parts = Math.min(200, Math.floor(widthOf(this.element) / 5));
		const byClass = [...this.model.counts(begin, end, parts)];
		const look = colors(this.element);
		const width = (end - begin) / parts;
		const moments = Array.from({ length: parts }, (_, i) => begin + (i + 0.5) * width);
		const { classes } = this.model;

		byClass.sort(([a], [b]) => this.model.totals[b] - this.model.totals[a]);
		byClass.length = Math.min(byClass.length, 8);
		this.plot?.destroy();
		this.plot = new uPlot({
			width: widthOf(this.element),
			height: HEIGHT,
			scales: { x: { time: false, range: () => [begin, end] },
				y: { range: (_, low, high) => [0, Math.max(1, high * 1.05)] } },
			axes: [
				axis(look, { values: (_, ticks) => ticks.map(
					(tick) => moment(tick, end - begin)), space: 110 }),
				axis(look, { size: 64, values: (_, ticks) => ticks.map(
					(tick) => Number.isInteger(tick) ? count(tick) : "") }),
			],
			cursor: { drag: { x: true, y: false, setScale: false } },
			hooks: { setSelect: [(plot) => this.selected(plot)] },
			series: [
				{ label: "time", value: (_, value) =>
					value === null ? "" : moment(value, end - begin) },
				...byClass.map(([id]) => ({
					label: classes[id].name,
					stroke: look.get(`--class${classes[id].color}`),
					width: 1.5,
					points: { show: false },
					paths: uPlot.paths.stepped({ align: 0 }),
					value: (_, value) => value === null ? "" : count(value),
				})),
			],
		}, [moments, ...byClass.map(([, list]) => Array.from(list))], this.element);
	}

	selected(plot) {
		const { left, width } = plot.select;

		if (width < 3)
			return;
		this.zoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
		plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
	}
}

/* Bars, each of twice the time of the one before. */
export class Histogram {
	constructor(element, color) {
		this.element = element;
		this.color = color;
	}

	draw(buckets) {
		const look = colors(this.element);
		let first = buckets.findIndex(Boolean);
		let last = buckets.length - 1;

		while (last > first && !buckets[last])
			last--;
		this.plot?.destroy();
		this.plot = null;
		this.element.classList.toggle("empty", first < 0);
		if (first < 0)
			return;
		first = Math.max(0, first - 1);
		last = Math.min(buckets.length - 1, last + 1);
		const low = (bucket) => bucket < 1 ? 0 : 2 ** (bucket - 1);
		const places = [];
		for (let i = first; i <= last; i++)
			places.push(i);
		this.plot = new uPlot({
			width: widthOf(this.element),
			height: HEIGHT,
			scales: { x: { time: false, range: () => [first - 0.5, last + 0.5] },
				y: { range: (_, least, most) => [0, Math.max(1, most * 1.05)] } },
			axes: [
				axis(look, { space: 60, incrs: [1, 2, 4, 8],
					values: (_, ticks) => ticks.map((tick) => time(low(tick), 3)) }),
				axis(look, { size: 64, values: (_, ticks) => ticks.map(
					(tick) => Number.isInteger(tick) ? count(tick) : "") }),
			],
			cursor: { drag: { x: false, y: false } },
			series: [
				{ label: "from", value: (_, value) => value === null ? "" :
					`${time(low(value), 3)} to ${time(low(value + 1), 3)}` },
				{ label: "events", fill: look.get(this.color), stroke: look.get(this.color),
					paths: uPlot.paths.bars({ size: [0.85] }), points: { show: false },
					value: (_, value) => value === null ? "" : count(value) },
			],
		}, [places, places.map((place) => buckets[place])], this.element);
	}
}
