/** Steps of the script where Quorate answers otherwise than etcd 3.4, on purpose, and why. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  [
    "member list, after an update",
    "etcd 3.4 forgets on an update that the member is a learner; it stays one here",
  ],
]);
