// A Friday night: the line goes down, guests come, the process is killed, the disk fills up, the line
// comes back. What was measured on the way is the answer.
import { sleep, until } from "./restaurant.js";

/** A part of the guests, with the processes' deaths spread over them. */
async function rush(shop, { guests, kills }) {
  const deaths = new Set(Array.from({ length: kills }, (_, n) => Math.floor(((n + 0.5) * guests) / kills)));
  // Guests do not wait for a death: it comes while they order.
  let dying = Promise.resolve();
  await shop.guests(guests, {
    each: async (number) => {
      if (deaths.has(number)) dying = dying.then(() => shop.kill());
    },
  });
  await dying;
}

/** The disk fills up while guests come, until somebody is told; nothing is sold then, and nothing is lost. */
async function fullDisk(shop) {
  const before = { full: shop.full, orders: shop.orders };
  const found = () => shop.full > before.full;
  shop.disk.fill(shop.device.process.pid);
  // What the log of the database has room for is sold yet.
  const selling = shop.guests(Infinity, { until: found });
  await until("a sale finds the disk full", () => {
    if (!found()) shop.disk.fill(shop.device.process.pid);
    return found();
  }, { everyMs: 20 });
  const read = await shop.operations();
  await sleep(500);
  shop.disk.free(shop.device.process.pid);
  await selling;
  return { guests: shop.orders - before.orders, refused: shop.full - before.full, readable: read.terminal.length > 0 };
}

/** So many operations wait without a line, and then it is back; what `drain` tells. */
export async function queued(shop, operations) {
  shop.line.cut();
  while ((await shop.operations()).sync.queue_size < operations) await Promise.all(Array.from({ length: 20 }, () => shop.order()));
  await until("the line is told to be down", async () => (await shop.operations()).line === "offline");
  return drain(shop);
}

/** The queue empties: how long from the line's return, and how long from the first that got through. */
async function drain(shop) {
  const before = (await shop.operations()).sync.queue_size;
  const begun = performance.now();
  let first;
  shop.line.up();
  await until("all is sent", async () => {
    const { queue_size: left } = (await shop.operations()).sync;
    if (left < before) first ??= performance.now();
    return left === 0;
  }, { everyMs: 15 });
  const ended = performance.now();
  return { queued: before, fromLineMs: ended - begun, foundMs: (first ?? ended) - begun, sentMs: ended - (first ?? begun) };
}

/** The whole night. Guests of the full disk come on top of the others. */
export async function night(shop, { guests, kills }) {
  await shop.granted();
  shop.line.cut();
  const half = Math.floor(guests / 2);
  const begun = performance.now();
  await rush(shop, { guests: half, kills: Math.ceil(kills / 2) });
  const disk = await fullDisk(shop);
  await rush(shop, { guests: guests - half, kills: Math.floor(kills / 2) });
  const sellingMs = performance.now() - begun;
  await until("the line is told to be down", async () => (await shop.operations()).line === "offline");
  const queue = (await shop.operations()).sync;
  const drained = await drain(shop);
  const settling = performance.now();
  await shop.settled();
  const settledMs = performance.now() - settling;
  const comparing = performance.now();
  const report = await shop.reconcile();
  return { disk, queue, drained, report, sellingMs, settledMs, reconcileMs: performance.now() - comparing };
}
