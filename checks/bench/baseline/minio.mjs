// minio.mjs: what a person does with the console.
export const hosts = (host) => [host, `console-${host}`];
// The console asks who is there before anybody has logged in.
export const allowed = /status of 403 .*\/api\/v1\/session/;

export const flows = {
  async console(page, { host, secret }) {
    await page.goto(`https://console-${host}/login`);
    await page.locator("#accessKey").fill("minio");
    await page.locator("#secretKey").fill(secret.root_password_v1);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/browser");
    await page.getByText("media").first().waitFor();
  },
};
