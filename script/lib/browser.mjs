// SPDX-License-Identifier: GPL-2.0-or-later
// The page of paracall report --html in a browser: for its tests, and for the picture in README.
import { createRequire } from "node:module";
import { join } from "node:path";

// @modules: of npm. What the browser stores goes to the folder @profile.
export async function openBrowser(modules, browser, profile) {
	const { chromium } = createRequire(join(modules, "x"))("playwright-core");

	return chromium.launchPersistentContext(profile, {
		executablePath: browser,
		headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync"],
		viewport: { width: 1280, height: 900 },
		colorScheme: "light",
	});
}

export async function openPage(page, file) {
	await page.goto(`file://${file}`, { waitUntil: "commit" });
	await page.waitForSelector("body[data-ready]", { timeout: 600000 });
}

// What the page shows of any recording: titles, legend, buttons, columns.
export function labels(page) {
	return page.evaluate(() => Array.from(document.querySelectorAll(
		"h1, header button, main h2, .bar button, .states > span:not(#arrows), " +
		"#calls thead th, #slowest thead th, #who option"),
	(element) => element.getAttribute("aria-label") ?? element.textContent.trim()).join("; "));
}
