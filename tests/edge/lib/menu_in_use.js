// A menu in use without having been published: written where the Worker looks for one. Tests of
// what rests on a menu need neither models nor an index that way.
import { createHash } from "node:crypto";

const PREFIX = "@cf/baai/bge-small-en-v1.5/cls";

export async function putMenuInUse(mf, location, items, timezone = null) {
  const digest = createHash("sha256").update(JSON.stringify(items)).digest("hex");
  const document = { version: 1, digest, items };
  await (await mf.getR2Bucket("MENUS")).put(`${location}/${digest}.json`, JSON.stringify(document));
  const live = { digest, version: 1, items: items.length, space: `${PREFIX}/384`, since_ms: Date.now() };
  await (await mf.getKVNamespace("CACHE")).put(`menu:${location}`, JSON.stringify({ live, prefix: PREFIX, timezone }));
}

/** A dish. */
export const dish = (id, price_cents, more = {}) => ({ id, name: `Dish ${id}`, price_cents, ...more });
