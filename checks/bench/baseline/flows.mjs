// flows.mjs APP FLOW...: flows of an app's test, written by hand with Playwright in APP.mjs. Standard input has {host, secret}.
import { createRequire } from "node:module";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

const [app, ...names] = process.argv.slice(2);
const { host, secret } = JSON.parse(readFileSync(0, "utf8"));
const { flows, hosts, allowed } = await import(`./${app}.mjs`);
const cache = process.env.CC_CI_CACHE;
const { chromium } = createRequire(import.meta.url)(join(cache, "playwright/driver/package"));
const pem = readFileSync(join(cache, "certs/cert.pem"));
const key = createHash("sha256").update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" })).digest("base64");
const rules = (hosts?.(host) ?? [host]).map((h) => `MAP ${h} 127.0.0.1:${process.env.CC_CI_PORT}`);

const browser = await chromium.launch({
  executablePath: "/usr/lib/chromium/chromium-headless-shell",
  args: [`--host-resolver-rules=${rules.join(",")}`, `--ignore-certificate-errors-spki-list=${key}`, "--disable-gpu"],
});
const at = { host, secret, base: `https://${host}` };

// smoke is every app's: the front page, with a picture.
async function smoke(page) {
  assert.ok((await page.goto(at.base + "/")).ok());
  await page.waitForLoadState("load");
  await page.screenshot();
}

async function walk(name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const errors = [];
  page.on("console", (m) => m.type() === "error" && !m.location().url.endsWith("/favicon.ico") && errors.push(`${m.text()} ${m.location().url}`));
  page.on("pageerror", (e) => errors.push(e.message));
  await (name === "smoke" ? smoke : flows[name])(page, at);
  assert.deepEqual(errors.filter((e) => !allowed?.test(e)), []);
  await context.close();
}

try {
  for (const name of names) await walk(name);
} finally {
  await browser.close();
}
