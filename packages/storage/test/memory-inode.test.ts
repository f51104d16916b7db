/**
 * A file of the memory disk against a model that is as dumb as it can be: two plain arrays, and the changes from the one to
 * the other.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Kept, MemoryInode } from "../src/memory-inode.ts";

type Change = { readonly position: number; readonly bytes: readonly number[] } | { readonly size: number };

type Step =
  | { readonly kind: "write"; readonly position: number; readonly bytes: number; readonly value: number }
  | { readonly kind: "resize"; readonly size: number }
  | { readonly kind: "begin-sync" | "end-sync" | "fail-sync" | "clone" }
  | { readonly kind: "crash"; readonly luck: number };

/** Around the ends of sectors and pages, and anywhere. */
const place = fc.oneof(
  fc.nat(2000),
  fc.nat(40_000),
  fc.tuple(fc.constantFrom(512, 16_384, 32_768), fc.integer({ min: -2, max: 2 })).map(([at, by]) => at + by),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      position: place,
      bytes: fc.oneof(fc.nat(1500), fc.constantFrom(512, 20_000, 40_000)),
      value: fc.integer({ min: 1, max: 255 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("resize" as const), size: place }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "begin-sync" as const,
        "end-sync" as const,
        "end-sync" as const,
        "fail-sync" as const,
        "clone" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const), luck: fc.nat() }) },
);

class Model {
  current: number[] = [];
  platter: number[] = [];
  pending: Change[] = [];
  made = 0;

  change(change: Change): void {
    this.pending.push(change);
    this.made++;
    put(this.current, change);
  }

  sync(changes: number): void {
    const count = Math.max(0, changes - (this.made - this.pending.length));
    for (const change of this.pending.splice(0, count)) put(this.platter, change);
  }

  crash(keep: (number: number) => Kept): void {
    for (const [number, change] of this.pending.entries()) {
      const kept = keep(number);
      if (kept === "all") put(this.platter, change);
      else if (kept !== "none" && "bytes" in change) putSectors(this.platter, change, kept);
    }
    this.pending = [];
    this.current = [...this.platter];
  }
}

function put(image: number[], change: Change): void {
  const end = "size" in change ? change.size : change.position + change.bytes.length;
  while (image.length < end) image.push(0);
  if ("size" in change) image.length = end;
  else for (const [at, byte] of change.bytes.entries()) image[change.position + at] = byte;
}

function putSectors(
  image: number[],
  { position, bytes }: Extract<Change, { readonly position: number }>,
  keeps: (sector: number) => boolean,
): void {
  const first = Math.floor(position / 512);
  for (const [at, byte] of bytes.entries()) {
    if (keeps(Math.floor((position + at) / 512) - first))
      put(image, { position: position + at, bytes: [byte] });
  }
}

/** What is kept of the changes of a crash: the same for the same luck. */
function keptBy(luck: number): (number: number) => Kept {
  return (number) => {
    const die = (luck + 7 * number) % 4;
    if (die === 0) return "none";
    return die === 1 ? "all" : (sector) => (luck + number + sector) % 3 !== 0;
  };
}

/** The content, and what a power failure would leave of it. */
function lookAt(inode: MemoryInode): readonly Buffer[] {
  const ruin = inode.clone();
  ruin.crash(() => "none");
  return [inode, ruin].map((one) => {
    const bytes = Buffer.alloc(one.size);
    assert.equal(one.read(bytes, 0), one.size);
    return bytes;
  });
}

test("a file and its platter are what the dumb model says, after every change, sync, failed sync and crash", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const model = new Model();
      let inode = new MemoryInode("/d/a");
      let begun = 0;
      for (const one of steps) {
        if (one.kind === "write" && one.bytes > 0) {
          const bytes = new Uint8Array(one.bytes).fill(one.value);
          inode.write(bytes, one.position);
          model.change({ position: one.position, bytes: [...bytes] });
          // The bytes were only lent.
          bytes.fill(0);
        } else if (one.kind === "resize") {
          inode.resize(one.size);
          model.change({ size: one.size });
        } else if (one.kind === "begin-sync") {
          begun = inode.changes;
        } else if (one.kind === "end-sync") {
          inode.sync(begun);
          model.sync(begun);
        } else if (one.kind === "fail-sync") {
          inode.failSync();
          model.pending = [];
        } else if (one.kind === "clone") {
          inode = inode.clone();
        } else if (one.kind === "crash") {
          const kept = keptBy(one.luck);
          let number = 0;
          inode.crash(() => kept(number++));
          model.crash(kept);
        }
        const [content, ruin] = lookAt(inode);
        // Not deepEqual: the difference of long arrays takes it minutes.
        assert.ok(content?.equals(Buffer.from(model.current)), "the content is another");
        assert.ok(ruin?.equals(Buffer.from(model.platter)), "the platter is another");
      }
    }),
    { numRuns: 150 },
  );
});
