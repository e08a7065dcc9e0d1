// Opens the pages of a running server in Chromium, checks what only a browser can tell, and saves a picture of each.
//
//   node screens.mjs BASE_URL OUT_FOLDER
//
// It starts no server. Pages are opened with JavaScript off, as they must work; only the accessibility checks run scripts.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { chromium } from "playwright-core";

const [base, out] = process.argv.slice(2);
if (!base || !out) {
  console.error("usage: node screens.mjs BASE_URL OUT_FOLDER");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const desk = { width: 1440, height: 900 };
const phone = { width: 375, height: 812 };
const at = "known_at=2025-12-20T12:00";
/** name, path, view, colour scheme */
const pages = [
  ["overview-light", `/?${at}`, desk, "light"],
  ["overview-dark", `/?${at}`, desk, "dark"],
  ["overview-phone", `/?${at}`, phone, "light"],
  ["overview-wall", `/?${at}`, { width: 2560, height: 1440 }, "light"],
  ["overview-ar", `/?${at}&lang=ar`, desk, "light"],
  ["overview-ar-dark", `/?${at}&lang=ar`, desk, "dark"],
  ["overview-ar-phone", `/?${at}&lang=ar`, phone, "light"],
  ["provision", `/provisions/remains?${at}`, desk, "light"],
  ["provision-days", `/provisions/aid?${at}`, desk, "light"],
  ["provision-days-phone", `/provisions/aid?${at}`, phone, "light"],
  ["provision-ar", `/provisions/remains?${at}&lang=ar`, desk, "light"],
  ["explanation", `/provisions/remains/once?${at}`, desk, "light"],
  ["explanation-day", `/provisions/aid/2025-10-31?${at}`, desk, "dark"],
  ["explanation-exchange", `/provisions/remains_for_remains/${encodeURIComponent("#5")}?${at}`, desk, "light"],
  ["explanation-phone", `/provisions/remains/once?${at}`, phone, "light"],
  ["claim", `/claims/idf-20251013-received-13?${at}`, desk, "light"],
  ["claim-revised", `/claims/idf-20251014-remains-4?${at}`, desk, "light"],
  ["claim-phone", `/claims/idf-20251013-received-13?${at}`, phone, "dark"],
  ["agreement", `/agreement?${at}`, desk, "light"],
  ["agreement-phone", `/agreement?${at}`, phone, "light"],
  ["wrong-time", `/?known_at=2025-10-14`, desk, "light"],
  ["nowhere", `/provisions/nothing?${at}`, desk, "light"],
];

const failures = [];
const check = (page, holds, what) => {
  if (!holds) failures.push(`${page}: ${what}`);
};

const profiles = [];
/** A browser with a profile of its own; `scripts` says whether pages may run any. */
async function open(viewport, colorScheme, scripts) {
  const profile = mkdtempSync(join(tmpdir(), "trucewatch-screens-"));
  profiles.push(profile);
  return chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium", args, viewport, colorScheme, javaScriptEnabled: scripts, bypassCSP: scripts,
  });
}

async function look([name, path, view, scheme]) {
  const context = await open(view, scheme, false);
  const page = context.pages()[0] ?? (await context.newPage());
  const elsewhere = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("data:")) elsewhere.push(url);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4/.test(message.text())) failures.push(`${name}: console: ${message.text()}`);
  });
  await page.goto(base + path, { timeout: 120_000 });
  check(name, elsewhere.length === 0, `asked elsewhere: ${elsewhere}`);
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
  check(name, (await page.locator("h1").count()) === 1, "has not exactly one h1");
  if (name.startsWith("overview")) await overview(name, page, path);
  await context.close();
}

async function overview(name, page, path) {
  const arabic = path.includes("lang=ar");
  check(name, (await page.locator("html").getAttribute("dir")) === (arabic ? "rtl" : "ltr"), "wrong direction");
  check(name, (await page.locator("html").getAttribute("lang")) === (arabic ? "ar" : "en"), "wrong language");
  const link = page.locator(".answer a[href^='/provisions/']").first();
  check(name, (await link.count()) === 1, "no link to a provision");
  let reached = false;
  for (let presses = 0; presses < 30 && !reached; presses++) {
    await page.keyboard.press("Tab");
    reached = (await page.locator(".answer a[href^='/provisions/']:focus").count()) > 0;
  }
  check(name, reached, "Tab does not reach a provision within 30 presses");
}

/** Serious and critical findings of axe, and sideways overflow, which need a script in the page. */
async function audit([name, path, view, scheme]) {
  const context = await open(view, scheme, true);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(base + path, { timeout: 120_000 });
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(name, wide <= room, `overflows sideways: ${wide} > ${room}`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  for (const violation of found.violations) {
    const line = `axe ${violation.impact} ${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`;
    if (["serious", "critical"].includes(violation.impact)) failures.push(`${name}: ${line}`);
    else console.log(`${name}: ${line}`);
  }
  await context.close();
}

const only = process.env.ONLY?.split(",");
try {
  for (const page of pages.filter(([name]) => !only || only.includes(name))) {
    await look(page);
    await audit(page);
    console.log(`${page[0]}: looked at`);
  }
} finally {
  for (const profile of profiles) rmSync(profile, { recursive: true, force: true });
}
for (const failure of failures) console.error(failure);
const asked = only ? only.length : pages.length;
console.log(`${asked} pages, ${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
