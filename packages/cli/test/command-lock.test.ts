/**
 * `lock` and `elect` beside etcdctl: one queue for both, the same output, the same ends.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DebianEtcd, etcdIsAbsent, runEtcdctl, startEtcd } from "./debian-etcd.ts";
import { runCommand, startCommand } from "./run-client-command.ts";

describe("lock and elect", { skip: etcdIsAbsent }, () => {
  let etcd: DebianEtcd;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());
  const at = (): string[] => ["--endpoints", etcd.endpoint];

  test("a lock is held until the interrupt, and given back", async () => {
    const running = startCommand(["lock", "one", ...at()]);
    await running.printed((text) => /^one\/[0-9a-f]+\n\n$/.test(text));
    running.interrupt();
    assert.equal((await running.result).code, 0);
    const { stdout } = await runCommand(["get", "one/", "--prefix", ...at()]);
    assert.equal(stdout, "");
  });

  test("-w json has the fencing token, which is the key's create revision", async () => {
    const running = startCommand(["lock", "two", "-w", "json", ...at()]);
    await running.printed((text) => text.endsWith("\n"));
    running.interrupt();
    const { stdout } = await running.result;
    const revision = /"create_revision":(\d+)/.exec(stdout)?.[1];
    assert.equal(/"fencing_token":(\d+)\}\n$/.exec(stdout)?.[1], revision);
  });

  test("a command runs under the lock; its failure is told", async () => {
    const script = 'echo "$ETCD_LOCK_KEY $((ETCD_LOCK_REV - QUORATE_FENCING_TOKEN))"; exit 7';
    const { stdout, stderr, code } = await runCommand(["lock", "three", ...at(), "--", "sh", "-c", script]);
    assert.match(stdout, /^three\/[0-9a-f]+ 0\n$/);
    assert.equal(stderr, "Error: exit status 7\n");
    assert.equal(code, 1);
  });

  test("etcdctl and we wait in one queue", async () => {
    const holder = startCommand(["lock", "four", ...at()]);
    await holder.printed((text) => text.endsWith("\n\n"));
    const theirs = runEtcdctl(etcd.endpoint, ["lock", "four", "--", "echo", "theirs"]);
    let isOver = false;
    void theirs.then(() => {
      isOver = true;
    });
    // Their key is there: they wait.
    for (let keys = ""; keys.trim() !== "2"; ) {
      keys = (await runCommand(["get", "four/", "--prefix", "--count-only", ...at()])).stdout;
    }
    assert.equal(isOver, false);
    holder.interrupt();
    assert.equal((await theirs).stdout, "theirs\n");
  });

  test("an interrupt while waiting gives the place up", async () => {
    const holder = startCommand(["lock", "five", ...at()]);
    await holder.printed((text) => text.endsWith("\n\n"));
    const waiter = startCommand(["lock", "five", ...at()]);
    for (let keys = ""; keys.trim() !== "2"; ) {
      keys = (await runCommand(["get", "five/", "--prefix", "--count-only", ...at()])).stdout;
    }
    waiter.interrupt();
    const { code, stderr } = await waiter.result;
    assert.equal(code, 1);
    assert.match(stderr, /^Error: context canceled/);
    holder.interrupt();
    await holder.result;
    const left = await runCommand(["get", "five/", "--prefix", "--count-only", ...at()]);
    assert.equal(left.stdout, "0\n");
  });

  test("an election: campaign, observe, resign", async () => {
    const leader = startCommand(["elect", "office", "me", ...at()]);
    await leader.printed((text) => /^office\/[0-9a-f]+\nme\n$/.test(text));
    const observer = startCommand(["elect", "office", "--listen", ...at()]);
    await observer.printed((text) => /^office\/[0-9a-f]+\nme\n$/.test(text));
    const next = startCommand(["elect", "office", "you", "-w", "json", ...at()]);
    leader.interrupt();
    assert.equal((await leader.result).code, 0);
    await next.printed((text) => text.includes('"value":"eW91"'));
    await observer.printed((text) => text.endsWith("\nyou\n"));
    observer.interrupt();
    assert.equal((await observer.result).code, 0);
    next.interrupt();
    assert.equal((await next.result).code, 0);
  });
});

test("arguments that make no sense", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["lock"], /^Error: lock takes a lock name/],
    [["elect"], /^Error: elect takes one election name/],
    [["elect", "a"], /^Error: no proposal argument but -l not set/],
    [["elect", "-l", "a", "b"], /^Error: proposal given but -l is set/],
  ];
  for (const [args, expected] of cases) {
    const { stderr, code } = await runCommand(args);
    assert.equal(code, 128);
    assert.match(stderr, expected);
  }
});
