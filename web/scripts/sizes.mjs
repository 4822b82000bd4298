import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

const root = new URL("../../servers/interlock_servers/_web/", import.meta.url).pathname;
const BUDGET = { entryJs: 180, entryCss: 12, lazy: 45, all: 330 };

const html = readFileSync(join(root, "index.html"), "utf8");
const gz = (name) => statSync(join(root, "assets", `${name}.gz`)).size / 1024;
const assets = readdirSync(join(root, "assets"));
const scripts = assets.filter((name) => name.endsWith(".js"));
const first = new Set([...html.matchAll(/assets\/([\w.-]+\.js)/g)].map((match) => basename(match[1])));

const sum = (names) => names.reduce((total, name) => total + gz(name), 0);
const entryJs = sum(scripts.filter((name) => first.has(name)));
const lazy = scripts.filter((name) => !first.has(name));
const rows = [
  ["entry JS", entryJs, BUDGET.entryJs],
  ["entry CSS", sum(assets.filter((name) => name.endsWith(".css"))), BUDGET.entryCss],
  ...lazy.map((name) => [`lazy ${name}`, gz(name), BUDGET.lazy]),
  ["all JS", sum(scripts), BUDGET.all],
];

for (const [what, size, budget] of rows) {
  process.stdout.write(`${size > budget ? "OVER" : "ok  "} ${what}: ${size.toFixed(1)} of ${budget} kB gz\n`);
}
if (entryJs === 0 || rows.some(([, size, budget]) => size > budget)) {
  process.stderr.write("The bundle is over its budget (or has no entry).\n");
  process.exit(1);
}
