import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameType } from "../src/frame.ts";
import { type DropRule, type Outgoing, SendQueue } from "../src/send-queue.ts";
import { fc } from "./property.ts";

function item(requestId: number, sizeBytes = 1): Outgoing {
  return { message: null, type: FrameType.request, payload: new Uint8Array(0), sizeBytes, requestId };
}

type Step = {
  readonly step: "push" | "shift" | "remove" | "clear";
  readonly size: number;
  readonly pick: number;
};

const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    step: fc.constantFrom("push", "push", "push", "shift", "remove", "clear"),
    size: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(40),
  }),
  { maxLength: 60 },
);

describe("send queue", () => {
  for (const rule of ["oldest", "newest"] as const) {
    it(`does as a plain array does that drops the ${rule}`, () => {
      fc.assert(fc.property(anySteps, (steps) => compare(rule, steps)));
    });
  }

  it("stays in order through many shifts", () => {
    const queue = new SendQueue({ messagesMax: 10_000, bytesMax: 10_000 }, "newest");
    let next = 1;
    for (let id = 1; id <= 9000; id++) {
      queue.push(item(id), () => assert.fail());
      if (id % 3 !== 0) assert.equal(queue.shift()?.requestId, next++);
    }
    while (queue.length > 0) assert.equal(queue.shift()?.requestId, next++);
    assert.equal(next, 9001);
    assert.equal(queue.bytes, 0);
  });
});

function compare(rule: DropRule, steps: readonly Step[]): void {
  const queue = new SendQueue({ messagesMax: 4, bytesMax: 10 }, rule);
  let model: Outgoing[] = [];
  const bytes = (): number => model.reduce((total, each) => total + each.sizeBytes, 0);
  let lastId = 0;
  for (const { step, size, pick } of steps) {
    const dropped: number[] = [];
    const expected: number[] = [];
    const onDrop = (each: Outgoing): number => dropped.push(each.requestId);
    if (step === "push") {
      const pushed = item(++lastId, size);
      queue.push(pushed, onDrop);
      let taken = true;
      while (model.length > 0 && (model.length >= 4 || bytes() + size > 10)) {
        if (rule === "newest") {
          expected.push(pushed.requestId);
          taken = false;
          break;
        }
        expected.push((model.shift() as Outgoing).requestId);
      }
      if (taken) model.push(pushed);
    } else if (step === "shift") {
      assert.equal(queue.shift(), model.shift());
    } else if (step === "remove") {
      const found = model.some((each) => each.requestId === pick);
      assert.equal(queue.remove(pick), found);
      model = model.filter((each) => each.requestId !== pick);
    } else {
      queue.clear(onDrop);
      expected.push(...model.map((each) => each.requestId));
      model = [];
    }
    assert.deepEqual(dropped, expected);
    assert.deepEqual([queue.length, queue.bytes, queue.peek()], [model.length, bytes(), model[0]]);
  }
}
