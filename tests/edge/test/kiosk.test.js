// The kiosk page in Chromium while the line breaks and comes back: it keeps answering, and its
// indicator tells the truth.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ids, launch, look, open, settled } from "../../browser/lib/browser.js";
import { Restaurant, until } from "../lib/restaurant.js";

describe("the kiosk page of a restaurant with a cloud", () => {
  /** @type {Restaurant} */
  let place;
  let browser;

  before(async () => {
    place = await new Restaurant().open({ settings: { "route.intent.policy": "prefer_cloud" } });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  test("goes on without a line and says so, and with it again", async () => {
    const { page, done } = await open(browser, place.device.url, { size: "kiosk" });
    await settled(page);
    let asked = 0;
    const state = () => page.locator("#status").getAttribute("data-state");
    /** Says a sentence as a guest does: it is understood, not only searched. */
    const say = async (text) => {
      await page.locator("#query").fill(`${text}, table ${(asked += 1)}`);
      await page.keyboard.press("Enter");
      await page.locator('body[data-mode="ask"]').waitFor();
      await settled(page);
    };
    await until("the page says that the cloud answers", async () => {
      await say("two margheritas and a coke please");
      return (await state()) === "cloud";
    });
    assert.ok((await ids(page)).length > 0);

    place.line.cut();
    await until("the page says that there is no line", async () => {
      await say("a noodle soup please");
      return (await state()) === "offline";
    });
    assert.match(await page.locator("#status").innerText(), /no internet/);
    for (const query of ["hummus", "something spicy", "coffee"]) {
      await look(page, query);
      assert.ok((await ids(page)).length > 0, query);
    }

    place.line.up();
    await until("the page says that the line is back", async () => {
      await say("one lemonade please");
      return (await state()) === "cloud";
    });
    await done();
  });
});
