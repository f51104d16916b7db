/**
 * Who calls, once that is known.
 */

import type { Principal } from "@quorate/store";

/** How somebody said who it is. */
export type IdentityProof = "token" | "jwt" | "certificate";

/** A user, as the front took it for one. */
export type Identity = {
  readonly user: string;
  readonly by: IdentityProof;
  /** What the store is told. */
  readonly principal: Principal & { readonly kind: "user" };
  /**
   * The user's password as it was then; with another one, the identity ends. Null for certificates, which have nothing to do
   * with passwords.
   */
  readonly passwordHash: Uint8Array | null;
  /** {@link AccessControl.version} when it was last looked at. */
  readonly version: number;
};
