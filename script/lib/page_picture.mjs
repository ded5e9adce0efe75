// SPDX-License-Identifier: GPL-2.0-or-later
// A picture of a page of paracall report --html, with the labels that it shows stored in it.
// Usage: node page_picture.mjs MODULES BROWSER PAGE PICTURE
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { labels, openBrowser, openPage } from "./browser.mjs";
import { addText } from "./png.mjs";

const [modules, browser, file, picture] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "paracall-"));
const context = await openBrowser(modules, browser, profile);

try {
	const page = await context.newPage();

	await openPage(page, resolve(file));
	// The 50 ms with most calls, and the slowest one there.
	const drawn = await page.evaluate(() => {
		const { events, classes } = window.paracall.model;
		const width = 50e6;
		const calls = Array.from(events.class.keys()).filter((i) =>
			["KICK_CPU", "SEND_IPI"].includes(classes[events.class[i]].name));
		const near = (i) => calls.filter((j) =>
			Math.abs(events.time[j] - events.time[i]) < width / 2);
		const middle = calls.reduce((best, i) => near(i).length > near(best).length ? i : best);

		window.paracall.timeline.setView(events.time[middle] - width / 2,
			events.time[middle] + width / 2);
		window.paracall.select(near(middle).reduce((slowest, i) =>
			events.duration[i] > events.duration[slowest] ? i : slowest), false);
		return Number(document.body.dataset.drawn ?? 0);
	});
	await page.selectOption("#who", "interrupts");
	// The numbers are drawn for that, and a moment after the view has changed.
	await page.waitForFunction((before) => Number(document.body.dataset.drawn) >= before + 2,
		drawn, { timeout: 600000 });
	await page.evaluate(() => new Promise((done) =>
		requestAnimationFrame(() => requestAnimationFrame(done))));
	const shot = await page.screenshot({ fullPage: true });

	writeFileSync(picture, addText(shot, "Labels", await labels(page)));
} finally {
	await context.close();
	rmSync(profile, { recursive: true, force: true });
}
