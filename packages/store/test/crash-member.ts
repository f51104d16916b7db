/** A member of its own process for durability.test.ts: applies as fast as it can, and says what is durable. */

import { LmdbBackend } from "../src/lmdb-backend.ts";
import { Store } from "../src/store.ts";
import { crashCommand } from "./crash-commands.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("give a path");
const store = new Store({
  backend: new LmdbBackend({ path }),
  flushEntriesMax: 500,
  sink: (event) => {
    if (event.kind === "flushed") process.stdout.write(`${event.durableIndex} ${store.appliedIndex}\n`);
  },
});
let index = store.appliedIndex;

function turn(): void {
  for (let count = 0; count < 100; count++) {
    index++;
    store.apply([{ index, term: 1, command: crashCommand(index) }]);
  }
  store.compactStep(50);
  setImmediate(turn);
}

turn();
