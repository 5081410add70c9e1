// miniflux.mjs: what a person does with the feed reader.
import assert from "node:assert/strict";

const idp = (host) => host.replace("miniflux", "dex");
export const hosts = (host) => [host, idp(host)];

export const flows = {
  async "single-sign-on"(page, { host, base, secret }) {
    await page.goto(base + "/");
    await page.getByText("Single Sign-On").click();
    await page.waitForURL(`https://${idp(host)}/auth/**`);
    await page.locator("#login").fill("person@example.org");
    await page.locator("#password").fill(secret.person);
    await page.locator("#submit-login").click();
    await page.waitForURL(base + "/unread");
    await page.goto(base + "/settings");
    assert.equal(await page.evaluate("document.querySelector('#form-username').value"), "person@example.org");
  },
  async subscribe(page, { base, secret }) {
    await page.goto(base + "/");
    await page.getByLabel("Username").fill("admin");
    await page.getByLabel("Password").fill(secret.admin_password_v1);
    await page.getByRole("button", { name: "Login" }).click();
    await page.waitForURL("**/unread");
    await page.goto(base + "/import");
    const opml = '<opml version="2.0"><body><outline text="Morning"><outline title="garden-news" xmlUrl="https://feeds.example.org/garden-news.xml"/></outline></body></opml>';
    await page.getByLabel("OPML file").setInputFiles({ name: "feeds.opml", mimeType: "text/xml", buffer: Buffer.from(opml) });
    await page.locator("form[action='/upload'] button").click();
    await page.waitForURL("**/feeds");
    await page.getByRole("main").getByText("garden-news").first().waitFor();
    await page.goto(base + "/categories");
    await page.getByRole("main").getByText("Morning").first().waitFor();
  },
};
