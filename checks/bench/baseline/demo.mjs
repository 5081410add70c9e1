// demo.mjs: what a person does with the notes app.
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

async function logIn(page, { base, secret }) {
  await page.goto(base + "/login");
  await page.getByLabel("User").fill("admin");
  await page.getByLabel("Password").fill(secret.admin_password_v1);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL("**/notes");
}

export const flows = {
  async login(page, { base }) {
    await page.goto(base + "/login");
    await page.getByRole("button", { name: "Log in" }).waitFor();
  },
  async note(page, at) {
    await logIn(page, at);
    await page.getByLabel("Text").fill("Milk and bread");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/notes/*");
    await page.getByRole("article").getByText("Milk and bread").waitFor();
    await page.goto(at.base + "/notes");
    await page.locator("main ul").getByText("Milk and bread").first().waitFor();
  },
  async file(page, at) {
    await logIn(page, at);
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
