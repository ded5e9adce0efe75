// SPDX-License-Identifier: GPL-2.0-or-later
// The page of paracall report --html in a browser. Usage:
//	node page.mjs MODULES BROWSER FOLDER [SCREENSHOTS]
// FOLDER has small, wide, hostile, spins, empty and million.html, small and wide.json, and is
// written to.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { labels, openBrowser, openPage } from "../script/lib/browser.mjs";
import { textOf } from "../script/lib/png.mjs";

const [modules, browserPath, folder, screenshots] = process.argv.slice(2);
const tree = join(dirname(fileURLToPath(import.meta.url)), "..");
const requests = [];
const errors = [];
let failed = 0;

function check(name, isGood, why = "") {
	console.log(isGood ? `ok - ${name}` : `not ok - ${name}: ${why}`);
	failed += isGood ? 0 : 1;
}

const profile = mkdtempSync(join(folder, "profile-"));
const context = await openBrowser(modules, browserPath, profile);
const page = await context.newPage();

page.on("request", (request) => requests.push(request.url()));
page.on("pageerror", (error) => errors.push(error.message));
page.on("console", (message) => {
	if (message.type() === "error")
		errors.push(message.text());
});

async function open(name) {
	const start = performance.now();

	await openPage(page, join(folder, name));
	const milliseconds = performance.now() - start;
	await atRest();
	return milliseconds;
}

const view = () => page.evaluate(() => {
	const { begin, end } = window.paracall.timeline.view;

	return { begin, end, width: end - begin };
});
const text = (selector) => page.locator(selector).textContent();

// Numbers and drawings come a moment after the view has changed.
const atRest = () => page.waitForFunction(() => window.paracall.isAtRest, null,
	{ timeout: 600000 });

// The page learns of some changes, such as that of the window's size, only a moment later.
async function settled(action) {
	const before = await page.evaluate(() => document.body.dataset.drawn);

	await action();
	await page.waitForFunction((old) => document.body.dataset.drawn !== old, before,
		{ timeout: 600000 });
	// One that was under way may have been meant.
	await atRest();
}

// How much of the timeline has that color of the page's, in pixels.
function pixels(name) {
	return page.evaluate((variable) => {
		const canvas = document.getElementById("timeline");
		const probe = document.createElement("canvas").getContext("2d");

		probe.fillStyle = getComputedStyle(canvas).getPropertyValue(variable);
		probe.fillRect(0, 0, 1, 1);
		const wanted = probe.getImageData(0, 0, 1, 1).data;
		const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		let count = 0;
		for (let i = 0; i < data.length; i += 4)
			count += data[i] === wanted[0] && data[i + 1] === wanted[1] &&
				data[i + 2] === wanted[2] && data[i + 3] === 255;
		return count;
	}, name);
}

async function screenshot(name) {
	if (screenshots)
		await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

async function testOpen() {
	const expected = JSON.parse(readFileSync(join(folder, "small.json"), "utf8"));

	await open("small.html");
	check("opens", (await text("#summary")).includes("4 vCPUs"), await text("#summary"));
	const events = await page.evaluate(() => {
		const { events, classes } = window.paracall.model;
		const result = (i) => events.result(i) === null ? null : Number(events.result(i));

		return Array.from({ length: events.count }, (_, i) => ({ time: events.time[i],
			cpu: events.cpu[i], event: classes[events.class[i]].name,
			pc: "0x" + events.pc(i).toString(16), duration: events.duration[i],
			result: result(i), failed: Boolean(events.flags[i] & 1),
			words: events.values(i)[0].map((word) => BigInt.asIntN(64, word).toString(16)) }));
	});
	const same = (a, b) => a.time === b.time && a.cpu === b.cpu && a.event === b.event &&
		a.pc === b.pc && a.duration === b.duration && a.result === b.result &&
		a.failed === b.failed && a.words.join() === Object.values(b.arguments)
			.map((word) => BigInt.asIntN(64, BigInt(word)).toString(16)).join();
	const wrong = expected.events.findIndex((event, i) => !events[i] || !same(events[i], event));
	check("has all events as they were recorded",
		events.length === expected.events.length && wrong < 0,
		`${events.length} of ${expected.events.length}; ${JSON.stringify(events[wrong])}, ` +
		`not ${JSON.stringify(expected.events[wrong])}`);
	for (const state of ["running", "halted", "spinning"])
		check(`the timeline shows ${state} vCPUs`, await pixels(`--${state}`) > 50,
			`${await pixels(`--${state}`)} pixels`);
	const halted = expected.events.filter(({ event }) => event === "wake")
		.reduce((sum, event) => sum + event.arguments.halted, 0);
	const drawn = await page.evaluate(() => window.paracall.model.cpus.reduce((sum, { halted }) =>
		sum + halted.end.reduce((all, end, i) => all + end - halted.start[i], 0), 0));
	check("halts are as long as they were", Math.abs(drawn - halted) < 0.02 * halted,
		`${drawn}, not ${halted}`);
	await screenshot("light");
}

// README's picture is of a page like this one.
async function testPicture() {
	const shown = textOf(readFileSync(join(tree, "doc", "report.png")), "Labels");
	const now = await labels(page);

	check("README's picture of it is current", shown === now && now.includes("Timeline"),
		`it has '${shown}', the page '${now}': run script/readme`);
}

async function testZoom() {
	const all = await view();

	await settled(() => page.click("#zoom-in"));
	const half = await view();
	check("the button zooms in", Math.abs(half.width - all.width / 2) < 1, half.width);
	const box = await page.locator("#timeline").boundingBox();
	await page.mouse.move(box.x + box.width / 4, box.y + 60);
	await settled(() => page.mouse.wheel(0, -600));
	const wheel = await view();
	check("the wheel zooms in where the pointer is", wheel.width < half.width &&
		wheel.begin - half.begin < half.end - wheel.end, JSON.stringify(wheel));
	await settled(async () => {
		await page.mouse.down();
		await page.mouse.move(box.x + box.width / 4 - 100, box.y + 60, { steps: 4 });
		await page.mouse.up();
	});
	const moved = await view();
	check("dragging moves it", moved.begin > wheel.begin &&
		Math.abs(moved.width - wheel.width) < 1, JSON.stringify(moved));
	const counts = await page.locator("#counts .u-over").boundingBox();
	await settled(async () => {
		await page.mouse.move(counts.x + counts.width * 0.4, counts.y + 30);
		await page.mouse.down();
		await page.mouse.move(counts.x + counts.width * 0.6, counts.y + 30, { steps: 4 });
		await page.mouse.up();
	});
	const chosen = await view();
	check("dragging in the counts zooms in",
		Math.abs(chosen.width - moved.width * 0.2) < 0.05 * moved.width, JSON.stringify(chosen));
	check("arrows show who kicked whom", await pixels("--interrupt") + await pixels("--kick") > 10);
	await screenshot("zoomed");
	await settled(() => page.click("#zoom-all"));
	check("all is shown again", (await view()).width === all.width);
}

async function testFilter() {
	const shown = () => page.evaluate(() => window.paracall.model.passes.reduce((a, b) => a + b, 0));
	const all = await shown();
	const count = (wanted) => page.evaluate((source) => {
		const { events, classes } = window.paracall.model;
		const passes = new Function("name", "cpu", "flags", "duration", `return ${source}`);
		let sum = 0;

		for (let i = 0; i < events.count; i++)
			sum += passes(classes[events.class[i]].name, events.cpu[i], events.flags[i],
				Math.max(events.duration[i], events.span[i])) ? 1 : 0;
		return sum;
	}, wanted);

	for (const [filter, wanted] of [
		["kick_cpu", 'name === "KICK_CPU"'],
		["!halt, !wake", 'name !== "halt" && name !== "wake"'],
		["cpu:1-2", "cpu === 1 || cpu === 2"],
		["failed", "flags & 1"],
		[">100us", "duration >= 100000"],
		["send cpu:0", 'name === "SEND_IPI" && cpu === 0'],
	]) {
		await settled(() => page.fill("#filter", filter));
		const got = await shown();
		check(`filter ${filter}`, got === await count(wanted) && got > 0 && got < all,
			`${got} of ${all}, not ${await count(wanted)}`);
	}
	check("the tables follow the filter",
		(await text("#calls tbody")).startsWith("SEND_IPI") &&
		await page.locator("#calls tbody tr").count() === 1, await text("#calls tbody"));
	await page.fill("#filter", "cpu:x");
	await page.waitForSelector("#filter-error:not([hidden])");
	check("a wrong filter is said to be wrong", true);
	await settled(() => page.fill("#filter", ""));
	await settled(() => page.locator("#legend label", { hasText: "SCHED_YIELD" }).click());
	check("a kind can be switched off", await shown() === await count('name !== "SCHED_YIELD"'));
	await settled(() => page.locator("#legend label", { hasText: "SCHED_YIELD" }).click());
}

async function testTables() {
	const expected = JSON.parse(readFileSync(join(folder, "small.json"), "utf8")).events;
	const calls = expected.filter(({ event }) => /^[A-Z_]+$/.test(event) || event === "wrmsr");
	const slowest = calls.reduce((a, b) => b.duration > a.duration ? b : a);

	check("the slowest call, and where it was made",
		(await text("#slowest tbody tr:first-child")).includes(slowest.pc) &&
		(await text("#slowest tbody tr:first-child")).includes(slowest.event),
		await text("#slowest tbody tr:first-child"));
	const kicks = expected.filter(({ event, cpu, arguments: { target } }) =>
		event === "kick" && cpu === 0 && target === 1).length;
	check("who kicked whom",
		await text("#matrix tbody tr:nth-child(1) td:nth-child(3)") === String(kicks),
		await text("#matrix tbody tr:nth-child(1)"));
	await settled(() => page.selectOption("#who", "interrupts"));
	const interrupts = expected.filter(({ event, cpu, arguments: { target } }) =>
		event === "interrupt" && cpu === 0 && target === 1).length;
	check("who interrupted whom",
		await text("#matrix tbody tr:nth-child(1) td:nth-child(3)") === String(interrupts));
	await settled(() => page.click("#slowest tbody tr:first-child button"));
	check("a slow call is shown in the timeline", (await view()).width < 20 * slowest.duration &&
		(await text("#details")).includes(slowest.pc), await text("#details"));
	await screenshot("slowest");
}

// The first matching event has these words for these fields.
async function testDetails() {
	const expected = JSON.parse(readFileSync(join(folder, "small.json"), "utf8")).events;
	const details = async (wanted) => {
		const at = expected.findIndex(wanted);

		await page.evaluate((event) => window.paracall.select(event, true), at);
		return page.evaluate(() => Object.fromEntries(Array.from(
			document.querySelectorAll("#details dt"),
			(term) => [term.textContent, term.nextSibling.textContent])));
	};
	const wake = (cause) => ({ event, arguments: words }) =>
		event === "wake" && words.cause === cause;

	for (const [cause, words] of [["0x0", /^interrupt$/], ["0x1", /^kick of cpu \d$/],
		["0x4", /^unknown$/]]) {
		const { "woken by": by } = await details(wake(cause));
		check(`what woke a vCPU: ${words}`, words.test(by), by);
	}
	const { register } = await details(({ event }) => event === "wrmsr");
	check("a register has its name", register === "STEAL_TIME", register);
	const { place, fault } = await details(({ event }) => event === "injected");
	check("where a fault was injected", `${place}:${fault}` === "MSR_STEAL_TIME:drop", place);
}

async function testKeyboard() {
	const press = (key) => settled(() => page.keyboard.press(key));

	await page.keyboard.press("Escape");
	await page.locator("#zoom-all").focus();
	await settled(() => page.keyboard.press("Enter"));
	for (let i = 0; i < 40; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(() => document.activeElement.id) === "timeline")
			break;
	}
	check("the timeline is reached by the keyboard",
		await page.evaluate(() => document.activeElement.id) === "timeline");
	const all = await view();
	await press("+");
	await press("+");
	const near = await view();
	check("key +", Math.abs(near.width - all.width / 4) < 1, near.width);
	await press("ArrowRight");
	check("key right", (await view()).begin > near.begin);
	await press("ArrowLeft");
	await press("-");
	check("key -", Math.abs((await view()).width - all.width / 2) < 1);
	await page.keyboard.press("n");
	const first = await text("#details");
	await page.keyboard.press("n");
	check("key n", first.includes("vCPU") && await text("#details") !== first, first);
	await page.keyboard.press("p");
	check("key p", await text("#details") === first);
	await press("Enter");
	check("key Enter", (await view()).width < all.width / 10);
	await press("0");
	check("key 0", (await view()).width === all.width);
	await page.keyboard.press("Escape");
	check("key Escape", await text("#details") === "");
	await page.keyboard.press("/");
	check("key /", await page.evaluate(() => document.activeElement.id) === "filter");
	await page.locator("#timeline").focus();
	await page.keyboard.press("?");
	check("key ?", await page.locator("#help").isVisible());
	await screenshot("help");
	await page.keyboard.press("Escape");
}

async function testTheme() {
	const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await back();

	await settled(() => page.emulateMedia({ colorScheme: "dark" }));
	const dark = await back();
	check("dark as the system says", light !== dark, dark);
	check("dark in the timeline", await pixels("--running") > 50);
	await screenshot("dark");
	await settled(() => page.click("#theme"));
	check("light as the user says", await back() === light);
	await settled(() => page.emulateMedia({ colorScheme: "light" }));
	await settled(() => page.keyboard.press("t"));
	check("dark by a key", await back() === dark);
}

// A narrow window, and no more than it has room for.
async function testNarrow() {
	await settled(() => page.setViewportSize({ width: 480, height: 800 }));
	check("fits a narrow window", await page.evaluate(() =>
		document.documentElement.scrollWidth <= innerWidth), await page.evaluate(() =>
		document.documentElement.scrollWidth));
	await screenshot("narrow");
	await page.setViewportSize({ width: 1280, height: 900 });
}

// Of 100 vCPUs each kicks; the table has room for 64, wherever they are.
async function testWide() {
	const expected = JSON.parse(readFileSync(join(folder, "wide.json"), "utf8")).events;
	const sums = new Map();

	await open("wide.html");
	for (const { event, cpu, arguments: { target } } of expected)
		if (event === "kick")
			for (const each of [cpu, target])
				sums.set(each, (sums.get(each) ?? 0) + 1);
	const wanted = [...sums].sort(([a, x], [b, y]) => y - x || a - b).slice(0, 64)
		.map(([cpu]) => cpu).sort((a, b) => a - b);
	const shown = await page.locator("#matrix tbody th").allTextContents();
	check("who kicked whom, of many vCPUs", wanted.at(-1) > 64 &&
		shown.join() === wanted.map((cpu) => `cpu ${cpu}`).join(), shown.join());
	check("and how many are left out", await page.locator("#others").isVisible() &&
		(await text("#others")).includes(`left out: ${sums.size - 64}.`), await text("#others"));
	await screenshot("wide");
}

async function testHostile() {
	await open("hostile.html");
	check("names are only text", await page.title() === "Paracall report" &&
		(await text("#command")).includes("</script>"), await text("#command"));
	await page.locator("#timeline").focus();
	for (const key of ["n", "+", "n", "Enter", "0"])
		await page.keyboard.press(key);
	await atRest();
}

async function testSpins() {
	await open("spins.html");
	for (const state of ["spinning", "yielded"])
		check(`the timeline shows vCPUs: ${state}`, await pixels(`--${state}`) > 50,
			`${await pixels(`--${state}`)} pixels`);
	await open("small.html");
	check("and none where nobody yielded", await pixels("--yielded") === 0,
		`${await pixels("--yielded")} pixels`);
}

async function testEmpty() {
	await open("empty.html");
	await page.locator("#timeline").focus();
	for (const key of ["n", "p", "+", "Enter", "0", "t"])
		await page.keyboard.press(key);
	await atRest();
	check("a recording of nothing", (await text("#summary")).includes("0 events"),
		await text("#summary"));
	await screenshot("empty");
}

// The time is reported, not judged: machines differ.
async function testMillion() {
	const times = [];

	for (let i = 0; i < 3; i++)
		times.push(await open("million.html"));
	times.sort((a, b) => a - b);
	const count = await page.evaluate(() => window.paracall.model.events.count);
	check(`a million events open in ${(times[1] / 1000).toFixed(2)} s`, count >= 1000000, count);
	const frame = await page.evaluate(() => {
		const start = performance.now();

		for (let i = 0; i < 10; i++)
			window.paracall.timeline.draw();
		return (performance.now() - start) / 10;
	});
	check(`a million events are drawn in ${frame.toFixed(0)} ms`, true);
	await settled(() => page.click("#zoom-in"));
	await screenshot("million");
}

for (const test of [testOpen, testPicture, testZoom, testFilter, testTables, testDetails, testKeyboard, testTheme, testNarrow,
	testWide, testHostile, testSpins, testEmpty, testMillion]) {
	try {
		await test();
	} catch (error) {
		check(test.name, false, error.message.split("\n")[0]);
	}
}
check("needs no network", requests.every((url) => /^(file|data|blob):/.test(url)),
	requests.join(" "));
check("no errors in the page", !errors.length, errors.join("; "));
await context.close();
rmSync(profile, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
