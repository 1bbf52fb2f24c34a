// The full run: 500 guests without a line, `kill -9` ten times, a full disk once, then the line is back.
//
//   cargo build && cargo build --package olympus-standin && cargo xtask worker build --dev
//   node tests/edge/sell.mjs [guests] [kills] [seed]
//
// Ends with 0 where all three books say the same, to the cent. docs/SYNC.md has a run's figures.
import { night, queued } from "./lib/night.js";
import { Shop, hex } from "./lib/shop.js";

const [guests, kills, seed] = [500, 10, 1].map((or, at) => Number(process.argv[2 + at] ?? or));
const ms = (time) => `${time < 1_000 ? time.toFixed(0) : (time / 1_000).toFixed(1) + " k"} ms`.replace(" k ms", " s");
const money = (cents) => (cents / 100).toFixed(2);
const row = (what, ...said) => console.log(`${what.padEnd(34)} ${said.join(", ")}`);
const nth = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];

/** How long each write takes that comes alone, online. */
async function timed(count, what) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await what();
    times.push(performance.now() - begun);
  }
  return `p50 ${ms(nth(times, 0.5))}, p99 ${ms(nth(times, 0.99))}`;
}

const shop = await new Shop().open({ seed });
try {
  const told = await night(shop, { guests, kills });
  const { report, drained, queue } = told;
  row("orders", shop.orders, `${shop.book.size} payments and refunds`);
  row("kill -9", kills, `${shop.retries} writes sent again with their keys`);
  row("disk full", shop.disk.kind, `${told.disk.refused} writes refused with 507 and done later`);
  row("selling took", ms(told.sellingMs));
  row("queued when the line came back", `${queue.queue_size} operations`, `worth ${money(queue.queue_cents)}`);
  row("sent", `${ms(drained.sentMs)} from the first to the last`, `the line was found up after ${ms(drained.foundMs)}`);
  row("settled with the provider", ms(told.settledMs));
  row("reconcile", `${report.payments} payments in ${ms(told.reconcileMs)}`, report.equal ? "all equal" : "NOT EQUAL");
  row("device, cloud", money(report.device_cents), money(report.cloud_cents));
  row("device's cards, provider", money(report.device_card_cents), money(report.provider_cents));
  for (let n = 0; n < 3; n += 1) {
    const again = await queued(shop, 1_000);
    row(`${again.queued} operations sent`, `${ms(again.fromLineMs)} after the line came back`, `${ms(again.sentMs)} from the first to the last`);
  }
  const revoked = [];
  for (let n = 0; n < 20; n += 1) revoked.push(await shop.revoke(hex(990_000 + n)));
  row("revocation until it is refused", `p50 ${ms(nth(revoked, 0.5))}`, `most ${ms(Math.max(...revoked))}`, "20 times");
  shop.line.cut();
  row("an order, offline", await timed(300, () => shop.order()), shop.disk.kind);
  shop.line.up();
  await shop.sent();
  const { payments, device_cents, cloud_cents, device_card_cents, provider_cents } = report;
  const [is, should] = [{ payments, device_cents, cloud_cents, device_card_cents, provider_cents }, shop.expected()].map((it) => JSON.stringify(it));
  const { attention } = await shop.operations();
  const sound = report.equal && is === should && attention.length === 0 && shop.kills === kills;
  row("the shop's own book", is === should ? "the same" : `says ${should}`);
  if (!sound) {
    console.log(JSON.stringify({ report, attention }, null, 1));
    process.exitCode = 1;
  }
} finally {
  await shop.close();
}
