// SPDX-License-Identifier: GPL-2.0-or-later
// Bundles the page into one file. Usage: node build.mjs MODULES OUTPUT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [modules, output] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const { buildSync } = createRequire(join(modules, "x"))("esbuild");
const notice = readFileSync(join(here, "uPlot.LICENSE"), "utf8").trim();

if (notice !== readFileSync(join(modules, "uplot/LICENSE"), "utf8").trim())
	throw new Error("report/html/uPlot.LICENSE is not that of the uPlot in use: update it");

const { outputFiles } = buildSync({
	entryPoints: [join(here, "src/main.js")],
	bundle: true,
	minify: true,
	write: false,
	outdir: "out",
	charset: "ascii",
	target: "es2022",
	legalComments: "none",
	nodePaths: [modules],
});
const bundle = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text.trim();
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const parts = {
	style: `<style>${bundle(".css")}</style>`,
	script: `<script>${bundle(".js")}</script>`,
	licenses: escape("Paracall: GPL-2.0-or-later, without any warranty; the source is that " +
		"of Paracall's release.\n\nuPlot:\n" + notice),
};
// A function: "$&" in the text is nothing special.
const page = readFileSync(join(here, "page.html"), "utf8")
	.replace(/<!--(style|script|licenses)-->/g, (_, name) => parts[name]);

writeFileSync(output, page);
