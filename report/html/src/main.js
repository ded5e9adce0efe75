/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page: the user's actions, and what is redrawn. */

import "uplot/dist/uPlot.min.css";
import "./style.css";
import { Counts, Histogram } from "./charts.js";
import { load } from "./data.js";
import { count, moment, time } from "./format.js";
import { Model, parseFilter } from "./model.js";
import { describe, drawCalls, drawDetails, drawLegend, drawMatrix, drawSlowest } from "./tables.js";
import { HEIGHT_OF, Timeline } from "./timeline.js";

const COLORS = 10;
/* Numbers follow when the timeline has come to rest. */
const REST = 120;

const $ = (id) => document.getElementById(id);

class Page {
	constructor(recording) {
		this.recording = recording;
		this.giveColors();
		this.model = new Model(recording);
		this.timeline = new Timeline($("timeline"), this.model, {
			view: () => this.later(),
			hover: (event, state, pointer) => this.hover(event, state, pointer),
			select: (event) => this.select(event, false),
			arrows: (tooMany) => { $("arrows").hidden = !tooMany; },
		});
		this.counts = new Counts($("counts"), this.model,
			(begin, end) => this.timeline.setView(begin, end));
		this.latency = new Histogram($("latency"), "--calling");
		this.halts = new Histogram($("halts"), "--halted-bar");
		this.describeRecording();
		this.listen();
		this.filterChanged();
		new ResizeObserver(() => {
			this.timeline.resize();
			this.later();
		}).observe(document.querySelector("main"));
	}

	/* The most frequent get colors of their own. */
	giveColors() {
		const { classes, events } = this.recording;
		const totals = new Float64Array(classes.length);

		for (let i = 0; i < events.count; i++)
			totals[events.class[i]]++;
		classes.map((_, id) => id).sort((a, b) => totals[b] - totals[a])
			.forEach((id, place) => { classes[id].color = Math.min(place, COLORS - 1); });
	}

	describeRecording() {
		const { recording, model } = this;
		const began = new Date(recording.began / 1e6);

		$("command").textContent = recording.command;
		$("summary").textContent = [recording.architecture,
			`${recording.cpus} vCPUs`, `${count(recording.events.count)} events`,
			time(model.end - model.begin, 6), began.toISOString().replace(/\..*/, " UTC")]
			.join(" · ").replace("T", " ");
		const warnings = [];
		if (recording.lost)
			warnings.push(`${count(recording.lost)} events were lost during recording.`);
		if (recording.problem)
			warnings.push(`${recording.problem}.`);
		$("warning").textContent = warnings.join(" ");
		$("warning").hidden = !warnings.length;
		$("timeline").style.height = `${HEIGHT_OF(recording.cpus)}px`;
		$("version").textContent = recording.version;
	}

	later() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			this.timer = 0;
			this.drawNumbers();
		}, REST);
	}

	/* For tests: all is drawn as the user wants it by now. */
	get isAtRest() {
		return !this.timer && !this.typing && !this.timeline.isRequested;
	}

	drawNumbers() {
		const { begin, end } = this.timeline.view;
		const statistics = this.model.statistics(begin, end);
		const which = $("who").value === "kicks" ? statistics.kicks : statistics.interrupts;

		$("shown").textContent = `${count(statistics.count)} events in ${time(end - begin)}, ` +
			`from ${moment(begin, end - begin)} to ${moment(end, end - begin)}`;
		this.counts.draw(begin, end);
		this.latency.draw(statistics.latency);
		this.halts.draw(statistics.halts);
		drawCalls($("calls"), this.model, statistics);
		drawSlowest($("slowest"), this.model, statistics, (event) => {
			this.timeline.showEvent(event);
			this.select(event, true);
			$("timeline").focus();
		});
		const others = drawMatrix($("matrix"), statistics.cpus, which);
		$("others").textContent = `Only the busiest vCPUs are shown; left out: ${count(others)}.`;
		$("others").hidden = !others;
		$("nobody").hidden = !$("matrix").hidden;
		document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
	}

	filterChanged() {
		const filter = parseFilter($("filter").value);

		$("filter").setAttribute("aria-invalid", filter ? "false" : "true");
		$("filter-error").hidden = Boolean(filter);
		if (!filter)
			return;
		this.model.setFilter(filter);
		drawLegend($("legend"), this.model, () => {
			this.model.applyFilter();
			this.timeline.request();
			this.drawNumbers();
		});
		this.timeline.request();
		this.drawNumbers();
	}

	hover(event, state, pointer) {
		const tip = $("tip");

		tip.hidden = !pointer || (event < 0 && !state);
		if (tip.hidden)
			return;
		tip.textContent = event < 0 ? state : [state, "", ...describe(this.model, event)
			.map(([name, value]) => `${name}: ${value}`)].join("\n");
		tip.style.left = `${Math.min(pointer.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
		tip.style.top = `${Math.min(pointer.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
	}

	select(event, show) {
		this.timeline.select(event, show);
		drawDetails($("details"), this.model, event);
		$("no-details").hidden = event >= 0;
	}

	/* The next or previous one, from the selected one or the middle. */
	step(direction) {
		const { view, selected } = this.timeline;
		let from = selected;

		if (from < 0)
			from = this.model.range(view.begin, view.end)[0] - (direction > 0 ? 1 : 0);
		const next = this.model.neighbor(from, direction);
		if (next >= 0)
			this.select(next, true);
	}

	setTheme(theme) {
		document.documentElement.dataset.theme = theme;
		this.timeline.request();
		this.drawNumbers();
	}

	switchTheme() {
		this.setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
	}

	key(event) {
		const { timeline } = this;
		const actions = {
			ArrowLeft: () => timeline.pan(event.shiftKey ? -0.9 : -0.15),
			ArrowRight: () => timeline.pan(event.shiftKey ? 0.9 : 0.15),
			ArrowUp: () => timeline.scroll(-1),
			ArrowDown: () => timeline.scroll(1),
			"+": () => timeline.zoom(0.5),
			"=": () => timeline.zoom(0.5),
			"-": () => timeline.zoom(2),
			0: () => timeline.setView(this.model.begin, this.model.end),
			n: () => this.step(1),
			p: () => this.step(-1),
			Enter: () => timeline.selected >= 0 && timeline.showEvent(timeline.selected),
			Escape: () => this.select(-1, false),
		};
		const action = actions[event.key];

		if (!action || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		action();
	}

	/* Keys that work wherever one is, but in fields. */
	globalKey(event) {
		if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey ||
			event.metaKey || event.altKey)
			return;
		if (event.key === "/") {
			event.preventDefault();
			$("filter").focus();
		} else if (event.key === "t") {
			this.switchTheme();
		} else if (event.key === "?") {
			$("help").showModal();
		}
	}

	listen() {
		const { timeline, model } = this;

		$("timeline").addEventListener("keydown", (event) => this.key(event));
		document.addEventListener("keydown", (event) => this.globalKey(event));
		$("filter").addEventListener("input", () => {
			clearTimeout(this.typing);
			this.typing = setTimeout(() => {
				this.typing = 0;
				this.filterChanged();
			}, REST);
		});
		$("who").addEventListener("change", () => this.drawNumbers());
		$("zoom-in").addEventListener("click", () => timeline.zoom(0.5));
		$("zoom-out").addEventListener("click", () => timeline.zoom(2));
		$("zoom-all").addEventListener("click", () => timeline.setView(model.begin, model.end));
		$("pan-left").addEventListener("click", () => timeline.pan(-0.25));
		$("pan-right").addEventListener("click", () => timeline.pan(0.25));
		$("theme").addEventListener("click", () => this.switchTheme());
		$("keys").addEventListener("click", () => $("help").showModal());
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change",
			({ matches }) => this.setTheme(matches ? "dark" : "light"));
	}
}

async function main() {
	try {
		const recording = await load();

		document.body.classList.remove("loading");
		/* For the browser's console, and for tests. */
		window.paracall = new Page(recording);
		document.body.dataset.ready = String(Math.round(performance.now()));
	} catch (error) {
		$("warning").hidden = false;
		$("warning").textContent = `This page cannot be shown: ${error.message}. ` +
			"It is truncated, or the browser is older than 2023.";
	}
}

main();
