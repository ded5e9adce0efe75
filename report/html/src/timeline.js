/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeline: a row for each vCPU. Each column of pixels is filled by the
 * shares of time that the vCPU spent in each state, so that it is accurate
 * at every zoom; below it a mark says how many events there were.
 */

import { KIND } from "./data.js";
import { moment, time as timeText } from "./format.js";
import { lowerBound, STATE } from "./model.js";

const ROW = 40;
const STATES = 22;
const MARKS = 12;
const AXIS = 22;
const LABEL = 58;
const MOST_ARROWS = 500;
const SHORTEST = 20;

const STATE_NAMES = ["--running", "--spinning", "--yielded", "--calling", "--halted"];

function niceStep(width, room) {
	const raw = width / Math.max(1, room / 110);
	const power = 10 ** Math.floor(Math.log10(raw));

	for (const factor of [1, 2, 5, 10])
		if (factor * power >= raw)
			return factor * power;
	return 10 * power;
}

export class Timeline {
	constructor(canvas, model, on) {
		this.canvas = canvas;
		this.context = canvas.getContext("2d");
		this.model = model;
		this.on = on;
		this.view = { begin: model.begin, end: model.end };
		this.firstRow = 0;
		this.selected = -1;
		this.listen();
	}

	get rows() {
		return Math.max(1, Math.floor((this.height - AXIS) / ROW));
	}

	get plotWidth() {
		return Math.max(1, this.width - LABEL);
	}

	resize() {
		const ratio = devicePixelRatio || 1;
		const { clientWidth, clientHeight } = this.canvas;

		this.width = clientWidth;
		this.height = clientHeight;
		this.canvas.width = Math.round(clientWidth * ratio);
		this.canvas.height = Math.round(clientHeight * ratio);
		this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
		this.request();
	}

	request() {
		if (this.isRequested)
			return;
		this.isRequested = true;
		requestAnimationFrame(() => {
			this.isRequested = false;
			this.draw();
		});
	}

	x(time) {
		return LABEL + (time - this.view.begin) / (this.view.end - this.view.begin) *
			this.plotWidth;
	}

	timeAt(x) {
		return this.view.begin + (x - LABEL) / this.plotWidth *
			(this.view.end - this.view.begin);
	}

	/* Within the recording, and not closer than the clock's resolution. */
	setView(begin, end) {
		const { model } = this;
		const width = Math.min(model.end - model.begin, Math.max(SHORTEST, end - begin));

		begin = Math.min(Math.max(begin, model.begin), model.end - width);
		this.view = { begin, end: begin + width };
		this.request();
		this.on.view(this.view);
	}

	zoom(factor, around = (this.view.begin + this.view.end) / 2) {
		const { begin, end } = this.view;

		this.setView(around - (around - begin) * factor, around + (end - around) * factor);
	}

	pan(part) {
		const width = this.view.end - this.view.begin;

		this.setView(this.view.begin + part * width, this.view.end + part * width);
	}

	scroll(rows) {
		const most = Math.max(0, this.model.cpus.length - this.rows);

		this.firstRow = Math.min(most, Math.max(0, this.firstRow + rows));
		this.request();
	}

	select(event, show) {
		const { events } = this.model;

		this.selected = event;
		if (event >= 0 && show) {
			const cpu = events.cpu[event];
			const width = this.view.end - this.view.begin;
			const time = events.time[event];

			if (time < this.view.begin || time > this.view.end)
				this.setView(time - width / 2, time + width / 2);
			if (cpu < this.firstRow || cpu >= this.firstRow + this.rows)
				this.scroll(cpu - this.firstRow - (this.rows >> 1));
		}
		this.request();
	}

	/* Zooms so that the event is a tenth of what is shown. */
	showEvent(event) {
		const { events } = this.model;
		const length = Math.max(200, events.duration[event], events.span[event]);

		this.setView(events.time[event] - 5.5 * length, events.time[event] + 4.5 * length);
		this.select(event, true);
	}

	readColors() {
		const style = getComputedStyle(this.canvas);
		const get = (name) => style.getPropertyValue(name).trim();

		this.colors = { states: STATE_NAMES.map(get), text: get("--text"), dim: get("--dim"),
			line: get("--line"), kick: get("--kick"), interrupt: get("--interrupt"),
			accent: get("--accent"),
			classes: this.model.classes.map((each) => get(`--class${each.color}`)) };
	}

	draw() {
		if (!this.width)
			return;
		const { context } = this;
		const last = Math.min(this.model.cpus.length, this.firstRow + this.rows);

		this.readColors();
		context.clearRect(0, 0, this.width, this.height);
		context.font = "12px system-ui, sans-serif";
		this.drawAxis();
		for (let cpu = this.firstRow; cpu < last; cpu++)
			this.drawCpu(cpu, AXIS + (cpu - this.firstRow) * ROW);
		this.drawArrows(last);
		this.drawSelected();
		this.canvas.dataset.begin = this.view.begin;
		this.canvas.dataset.end = this.view.end;
	}

	drawAxis() {
		const { context, view, colors } = this;
		const width = view.end - view.begin;
		const step = niceStep(width, this.plotWidth);

		context.textBaseline = "middle";
		context.textAlign = "center";
		for (let tick = Math.ceil(view.begin / step) * step; tick <= view.end; tick += step) {
			const x = Math.round(this.x(tick)) + 0.5;

			context.strokeStyle = colors.line;
			context.beginPath();
			context.moveTo(x, AXIS - 4);
			context.lineTo(x, this.height);
			context.stroke();
			context.fillStyle = colors.dim;
			if (x > LABEL + 30 && x < this.width - 30)
				context.fillText(moment(tick, width), x, AXIS / 2);
		}
	}

	/* Add the part of each column of pixels that the stretches cover. */
	cover(bins, stretches) {
		const { view } = this;
		const scale = bins.length / (view.end - view.begin);
		const { start, end } = stretches;

		for (let i = lowerBound(end, view.begin); i < start.length; i++) {
			if (start[i] >= view.end)
				break;
			const from = Math.max(0, (start[i] - view.begin) * scale);
			const to = Math.min(bins.length, (end[i] - view.begin) * scale);
			const first = Math.floor(from);
			const last = Math.min(bins.length - 1, Math.floor(to));

			if (first === last) {
				bins[first] += to - from;
				continue;
			}
			bins[first] += first + 1 - from;
			for (let bin = first + 1; bin < last; bin++)
				bins[bin] += 1;
			bins[last] += to - last;
		}
	}

	drawCpu(cpu, y) {
		const { context, colors } = this;
		const data = this.model.cpus[cpu];
		const width = Math.floor(this.plotWidth);
		const halted = new Float32Array(width);
		const called = new Float32Array(width);
		const spinning = new Float32Array(width);
		const yielded = new Float32Array(width);
		const all = [halted, called, spinning, yielded];

		context.textAlign = "left";
		context.fillStyle = colors.text;
		context.fillText(`cpu ${cpu}`, 6, y + STATES / 2 + 2);
		this.cover(halted, data.halted);
		this.cover(called, data.called);
		this.cover(spinning, data.spinning);
		this.cover(yielded, data.yielded);
		/* From below: running, spinning, yielding, calls, halted. */
		let from = 0;
		for (let bin = 1; bin <= width; bin++) {
			if (bin < width && all.every((bins) => bins[bin] === bins[from]))
				continue;
			this.drawColumn(LABEL + from, bin - from, y + 2,
				...all.map((bins) => Math.min(1, bins[from])));
			from = bin;
		}
		this.drawMarks(data.indices, y + 2 + STATES + 2, width);
	}

	drawColumn(x, width, y, halted, called, spinning, yielded) {
		const { context, colors } = this;

		/* A call or a yield during a spin is both: the rest of it is spinning. */
		called = Math.min(called, 1 - halted);
		yielded = Math.min(yielded, 1 - halted - called);
		spinning = Math.min(Math.max(0, spinning - called - yielded),
			1 - halted - called - yielded);
		const parts = [[STATE.HALTED, halted], [STATE.CALL, called],
			[STATE.YIELDED, yielded], [STATE.SPINNING, spinning],
			[STATE.RUNNING, 1 - halted - called - yielded - spinning]];

		for (const [state, part] of parts) {
			if (part <= 0)
				continue;
			context.fillStyle = colors.states[state];
			context.fillRect(x, y, width, part * STATES);
			y += part * STATES;
		}
	}

	/* Height by the logarithm of how many there are, color by the last one's class. */
	drawMarks(indices, y, width) {
		const { context, colors, view } = this;
		const { events, passes } = this.model;
		const counts = new Uint32Array(width);
		const classes = new Uint16Array(width);
		const scale = width / (view.end - view.begin);
		let low = 0;
		let high = indices.length;

		while (low < high) {
			const middle = (low + high) >>> 1;

			if (events.time[indices[middle]] < view.begin)
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < indices.length; low++) {
			const i = indices[low];

			if (events.time[i] > view.end)
				break;
			if (!passes[i])
				continue;
			const bin = Math.min(width - 1, Math.floor((events.time[i] - view.begin) * scale));

			counts[bin]++;
			classes[bin] = events.class[i];
		}
		for (let bin = 0; bin < width; bin++) {
			if (!counts[bin])
				continue;
			const height = Math.min(MARKS, 4 + 2 * Math.log2(counts[bin]));

			context.fillStyle = colors.classes[classes[bin]];
			context.fillRect(LABEL + bin - (width < 200 ? 0 : 0.5), y + MARKS - height,
				counts[bin] > 1 ? 1 : 2, height);
		}
	}

	/* Kicks and interrupts from one vCPU to another, unless they are too many. */
	drawArrows(lastRow) {
		const { events, kinds, passes } = this.model;
		const [first, last] = this.model.range(this.view.begin, this.view.end);
		const arrows = [];

		for (let i = first; i < last && arrows.length <= MOST_ARROWS; i++) {
			const kind = kinds[events.class[i]];
			if (passes[i] && events.peer[i] >= 0 && events.peer[i] !== events.cpu[i] &&
				(kind === KIND.KICK || kind === KIND.INTERRUPT))
				arrows.push(i);
		}
		this.on.arrows(arrows.length > MOST_ARROWS);
		if (arrows.length > MOST_ARROWS)
			return;
		this.context.globalAlpha = arrows.length > 150 ? 0.45 : 0.9;
		for (const i of arrows)
			this.drawArrow(i, kinds[events.class[i]], lastRow);
		this.context.globalAlpha = 1;
	}

	drawArrow(i, kind, lastRow) {
		const { context, colors } = this;
		const { events } = this.model;
		const [from, to] = [events.cpu[i], events.peer[i]];
		const isVisible = (cpu) => cpu >= this.firstRow && cpu < lastRow;
		const middle = (cpu) => AXIS + (cpu - this.firstRow) * ROW + 2 + STATES / 2;

		if (!isVisible(from) && !isVisible(to))
			return;
		const x = this.x(events.time[i]);
		const down = to > from ? 1 : -1;
		const tip = middle(to) - down * STATES / 2;

		context.strokeStyle = context.fillStyle =
			kind === KIND.KICK ? colors.kick : colors.interrupt;
		context.lineWidth = 1.25;
		context.beginPath();
		context.moveTo(x, middle(from));
		context.lineTo(x, tip);
		context.stroke();
		context.beginPath();
		context.moveTo(x, tip + 3 * down);
		context.lineTo(x - 3.5, tip - 4 * down);
		context.lineTo(x + 3.5, tip - 4 * down);
		context.fill();
		context.lineWidth = 1;
	}

	drawSelected() {
		const { events } = this.model;
		const { selected, context } = this;

		if (selected < 0)
			return;
		const row = events.cpu[selected] - this.firstRow;
		if (row < 0 || row >= this.rows)
			return;
		const length = Math.max(events.duration[selected], events.span[selected]);
		const end = Math.min(this.width + 4, this.x(events.time[selected]));
		const start = Math.max(LABEL - 4, this.x(events.time[selected] - length));

		if (end < LABEL - 4 || start > this.width)
			return;
		context.strokeStyle = this.colors.accent;
		context.lineWidth = 2;
		context.strokeRect(start - 2, AXIS + row * ROW + 1, Math.max(4, end - start + 4),
			ROW - 2);
		context.lineWidth = 1;
	}

	/* The event under the pointer, or the nearest within some pixels. */
	eventAt(x, y) {
		const { events, passes, cpus } = this.model;
		const cpu = this.firstRow + Math.floor((y - AXIS) / ROW);

		if (x < LABEL || y < AXIS || cpu >= cpus.length)
			return -1;
		const time = this.timeAt(x);
		const near = 6 / this.plotWidth * (this.view.end - this.view.begin);
		const { indices } = cpus[cpu];
		let low = 0;
		let high = indices.length;

		while (low < high) {
			const middle = (low + high) >>> 1;

			if (events.time[indices[middle]] < time)
				low = middle + 1;
			else
				high = middle;
		}
		let best = -1;
		let distance = near;
		for (let at = Math.max(0, low - 50); at < Math.min(indices.length, low + 50); at++) {
			const i = indices[at];
			const start = events.time[i] - Math.max(events.duration[i], events.span[i]);
			const off = time < start ? start - time : Math.max(0, time - events.time[i]);

			if (passes[i] && off < distance) {
				best = i;
				distance = off;
			}
		}
		return best;
	}

	stateAt(x, y) {
		const cpu = this.firstRow + Math.floor((y - AXIS) / ROW);
		const time = this.timeAt(x);
		const data = this.model.cpus[cpu];

		if (x < LABEL || y < AXIS || !data)
			return "";
		const covers = ({ start, end }) => {
			const i = lowerBound(end, time);

			return i < end.length && start[i] <= time ? timeText(end[i] - start[i]) : "";
		};
		const halted = covers(data.halted);
		const yielded = covers(data.yielded);
		const spinning = covers(data.spinning);
		const state = halted ? `halted for ${halted}` :
			yielded ? `yielded for ${yielded}` :
			spinning ? `spinning for ${spinning}` :
			covers(data.called) ? "in a call" : "running";

		return `cpu ${cpu} at ${moment(time, this.view.end - this.view.begin)}: ${state}`;
	}

	listen() {
		const { canvas } = this;
		let drag = null;

		canvas.addEventListener("wheel", (event) => {
			event.preventDefault();
			if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
				this.pan((event.deltaX || event.deltaY) / 1000);
			else if (event.altKey)
				this.scroll(Math.sign(event.deltaY));
			else
				this.zoom(1.0015 ** event.deltaY, this.timeAt(event.offsetX));
		}, { passive: false });
		canvas.addEventListener("pointerdown", (event) => {
			canvas.setPointerCapture(event.pointerId);
			drag = { x: event.offsetX, view: this.view, moved: false };
		});
		canvas.addEventListener("pointermove", (event) => {
			if (!drag) {
				this.on.hover(this.eventAt(event.offsetX, event.offsetY),
					this.stateAt(event.offsetX, event.offsetY), event);
				return;
			}
			const shift = (drag.x - event.offsetX) / this.plotWidth *
				(drag.view.end - drag.view.begin);
			drag.moved ||= Math.abs(event.offsetX - drag.x) > 3;
			if (drag.moved)
				this.setView(drag.view.begin + shift, drag.view.end + shift);
		});
		canvas.addEventListener("pointerup", (event) => {
			if (drag && !drag.moved)
				this.on.select(this.eventAt(event.offsetX, event.offsetY));
			drag = null;
		});
		canvas.addEventListener("pointercancel", () => { drag = null; });
		canvas.addEventListener("pointerleave", () => this.on.hover(-1, "", null));
		canvas.addEventListener("dblclick", (event) =>
			this.zoom(0.25, this.timeAt(event.offsetX)));
	}
}

export const HEIGHT_OF = (cpus) => AXIS + Math.min(12, Math.max(1, cpus)) * ROW + 4;
