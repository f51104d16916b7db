/**
 * Forgets old revisions now and then, so that watches lag behind what is kept, and snapshots carry compacted states.
 */

import { type Principal, rootName } from "@quorate/store";
import type { World } from "../world/world.ts";
import { Client } from "./client.ts";

/** Who may, whether there are users or not; it is not said while there never was one. */
const root: Principal = { kind: "user", name: rootName, authRevision: 1 };

/** See the module. */
export class CompactionClient {
  private readonly client: Client;
  private readonly everyUs: number;
  private isOver = false;

  constructor(world: World) {
    this.client = new Client(world, 1, "compaction");
    this.everyUs = 1000 * this.client.random.between(500, 5000);
  }

  start(): void {
    this.again();
  }

  stop(): void {
    this.isOver = true;
  }

  private again(): void {
    this.client.after(this.everyUs, () => this.compact());
  }

  private compact(): void {
    if (this.isOver) return;
    const { random } = this.client;
    const kept = random.below(60);
    const isPhysical = random.chance(500_000);
    let revision = 0;
    this.client
      .call((storeMember) => {
        revision = Math.max(1, storeMember.store.revision - kept);
        return storeMember.compact(revision, isPhysical, { timeoutMs: 2000, principal: root });
      })
      .then(
        ({ ok }) => {
          if (ok) this.client.world.witness.see(0, { kind: "compaction-answered", revision });
          this.again();
        },
        () => {
          this.client.leave();
          this.again();
        },
      );
  }
}
