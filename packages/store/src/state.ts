/**
 * Everything that belongs to one generation of the state, as the backend holds it.
 */

import { AuthState } from "./auth/auth-state.ts";
import { Authorizer } from "./auth/authorizer.ts";
import { Compactor, Sweeper } from "./compactor.ts";
import { generationMax, generationPointerKey } from "./key-layout.ts";
import { KeySpace } from "./key-space.ts";
import { Lessor } from "./lessor.ts";
import { decodeMeta, freshMeta, type Meta, metaKey } from "./meta.ts";
import { StateWriter } from "./state-writer.ts";
import { StoreError } from "./store-error.ts";
import type { StoreEvent } from "./store-event.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** See the module. */
export type State = {
  readonly generation: number;
  readonly meta: Meta;
  readonly lessor: Lessor;
  readonly auth: AuthState;
  readonly keys: KeySpace;
  readonly writer: StateWriter;
  readonly compactor: Compactor;
  readonly sweeper: Sweeper;
};

/** Opens the generation in force, or begins the first one. Throws `corrupt` or `format`. */
export function loadState(buffer: WriteBuffer, sink: (event: StoreEvent) => void): State {
  const pointer = buffer.get(generationPointerKey);
  const generation = pointer?.[0] ?? 1;
  if (generation < 1 || generation > generationMax)
    throw new StoreError("corrupt", `generation ${generation}`);
  const stored = buffer.get(metaKey(generation));
  if (stored === undefined && pointer !== undefined)
    throw new StoreError("corrupt", "the state has no meta record");
  const meta = stored === undefined ? freshMeta() : decodeMeta(stored);
  const lessor = new Lessor(buffer, generation);
  const auth = new AuthState(buffer, generation, meta.auth);
  const source = { auth, lessor };
  const authorizer = new Authorizer(() => source);
  const keys = new KeySpace(buffer, generation, lessor, meta.counters);
  return {
    generation,
    meta,
    lessor,
    auth,
    keys,
    writer: new StateWriter({ keys, lessor, meta, auth, authorizer, sink }),
    compactor: new Compactor(buffer, keys.reader),
    sweeper: new Sweeper(buffer, generation),
  };
}
