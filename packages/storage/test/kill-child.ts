/**
 * The victim of `kill.test.ts`: opens the log, says what it found, and appends for ever. After each append it says which
 * index is acknowledged, by a synchronous write, so that the parent knows all that was promised.
 */

import { writeSync } from "node:fs";
import { LogStore, NodeDisk } from "../src/index.ts";
import { entries, identity } from "./fixture.ts";

const path = process.argv[2] ?? "";
const store = await LogStore.open(new NodeDisk(), path, { identity, segmentBytes: 64 * 1024 });
const { hardState } = store.storage.initialState();
let term = hardState.term + 1;
let last = store.storage.lastIndex();
writeSync(1, `found ${last} ${hardState.term}\n`);
for (let round = 1; ; round++) {
  if (round % 50 === 0) term++;
  const count = 1 + (round % 7);
  await store.append({
    hardState: { term, vote: 1, commit: last },
    entries: entries(last + 1, last + 1 + count, term),
  });
  last += count;
  writeSync(1, `acknowledged ${last} ${term}\n`);
  if (round % 400 === 0) {
    const draft = await store.beginSnapshot({
      index: last,
      term,
      confState: store.storage.initialState().confState,
    });
    await draft.write(new Uint8Array(100_000));
    await draft.commit();
    await store.compact(last - 100);
  }
}
