// flows.mjs HOST PASSWORD FLOW...: the demo's flows of recipes' tests, written by hand with Playwright.
import { createRequire } from "node:module";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const [host, password, ...names] = process.argv.slice(2);
const cache = process.env.CC_CI_CACHE;
const { chromium } = createRequire(import.meta.url)(join(cache, "playwright/driver/package"));
const pem = readFileSync(join(cache, "certs/cert.pem"));
const key = createHash("sha256").update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" })).digest("base64");

const browser = await chromium.launch({
  executablePath: "/usr/lib/chromium/chromium-headless-shell",
  args: [`--host-resolver-rules=MAP ${host} 127.0.0.1:${process.env.CC_CI_PORT}`, `--ignore-certificate-errors-spki-list=${key}`, "--disable-gpu"],
});
const base = `https://${host}`;

async function page(flow) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const errors = [];
  page.on("console", (m) => m.type() === "error" && !m.location().url.endsWith("/favicon.ico") && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(e.message));
  await flow(page);
  assert.deepEqual(errors, []);
  await context.close();
}

async function logIn(page) {
  await page.goto(base + "/login");
  await page.getByLabel("User").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/notes");
}

const flows = {
  async smoke(page) {
    assert.ok((await page.goto(base + "/")).ok());
    await page.screenshot();
  },
  async login(page) {
    await page.goto(base + "/login");
    await page.getByRole("button", { name: "Log in" }).waitFor();
  },
  async note(page) {
    await logIn(page);
    await page.getByLabel("Text").fill("Milk and bread");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/notes/*");
    await page.getByRole("article").getByText("Milk and bread").waitFor();
    await page.goto(base + "/notes");
    await page.locator("main ul").getByText("Milk and bread").first().waitFor();
  },
  async file(page) {
    await logIn(page);
    await page.getByRole("link", { name: "Files" }).click();
    const dir = mkdtempSync(join(tmpdir(), "flows-"));
    writeFileSync(join(dir, "list.txt"), "one, two, three");
    await page.getByLabel("File").setInputFiles(join(dir, "list.txt"));
    await page.getByRole("button", { name: "Upload" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "list.txt" }).click()]);
    assert.match(readFileSync(await file.path(), "utf8"), /two/);
    rmSync(dir, { recursive: true });
  },
};

try {
  for (const name of names) await page(flows[name]);
} finally {
  await browser.close();
}
