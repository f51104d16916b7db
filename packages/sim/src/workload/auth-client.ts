/**
 * An administrator who never rests: switches authentication on and off, and adds, changes and removes users, roles and what
 * they may do, at any member, while others do the same. Most of what it asks for can be done; some of it must be refused.
 */

import type { StoreMember } from "@quorate/member/store";
import {
  type AuthChangeCommand,
  type AuthView,
  type Outcome,
  PermissionType,
  type Principal,
  rootName,
} from "@quorate/store";
import type { World } from "../world/world.ts";
import { roleNames, userNames } from "./auth-user.ts";
import { Client } from "./client.ts";
import { drawRange } from "./key-choice.ts";
import { bytesOf, textOf } from "./kv-request.ts";

const timeoutMs = 2000;
/** Changes between two administrators' being away. */
const fastestMs = 15;
const slowestMs = 400;

/** What an administrator may think of, as often as its weight says, as things are where it asks. */
type Idea = {
  readonly weight: (storeMember: StoreMember) => number;
  readonly make: (storeMember: StoreMember) => AuthChangeCommand;
};

/** See the module. */
export class AuthClient {
  private readonly client: Client;
  private readonly keys: number;
  private readonly everyUs: number;
  private passwords = 0;
  private isOver = false;
  private readonly ideas: readonly Idea[];

  constructor(world: World, number: number, keys: number) {
    this.client = new Client(world, number, "administrator");
    this.keys = keys;
    this.everyUs = 1000 * this.client.random.between(fastestMs, slowestMs);
    this.ideas = [...this.grants(), ...this.people(), ...this.upheavals()];
  }

  start(): void {
    void this.begin();
  }

  stop(): void {
    this.isOver = true;
  }

  /** Users and roles to begin with, and off it goes. What another administrator has made is there already. */
  private async begin(): Promise<void> {
    const { random } = this.client;
    const plan: AuthChangeCommand[] = [
      ...roleNames.map((name) => ({ kind: "auth-role-add" as const, name })),
      ...roleNames.map((name) => this.grant(name)),
      ...[rootName, ...userNames].map((name) => this.add(name)),
      { kind: "auth-user-grant-role", name: rootName, role: rootName },
      ...userNames.map((name) => ({
        kind: "auth-user-grant-role" as const,
        name,
        role: random.pick(roleNames),
      })),
      { kind: "auth-enable" },
    ];
    for (const command of plan) await this.insist(command);
    this.again();
  }

  /** Until it was answered, whatever the answer is. */
  private async insist(command: AuthChangeCommand): Promise<void> {
    while (!this.isOver) {
      try {
        await this.propose(() => command);
        return;
      } catch {
        this.client.leave();
        await new Promise<void>((resolve) => this.client.after(20_000, resolve));
      }
    }
  }

  private again(): void {
    this.client.after(this.client.random.delayUs(1000, this.everyUs), () => this.change());
  }

  private change(): void {
    if (this.isOver) return;
    this.propose((storeMember) => this.think(storeMember)).then(
      () => {
        if (this.client.random.chance(100_000)) this.client.leave();
        this.again();
      },
      () => {
        this.client.leave();
        this.again();
      },
    );
  }

  private propose(make: (storeMember: StoreMember) => AuthChangeCommand): Promise<Outcome> {
    return this.client.call((storeMember) =>
      storeMember.execute(make(storeMember), { timeoutMs, principal: this.principalAt(storeMember) }),
    );
  }

  /** Root, or now and then somebody who has no business here. */
  private principalAt({ auth }: StoreMember): Principal | null {
    const { random } = this.client;
    const impostor = random.below(100);
    if (impostor === 0) return null;
    const authRevision = Math.max(1, auth.view.revision - (random.chance(200_000) ? random.below(5) : 0));
    const name = impostor < 4 ? random.pick(userNames) : rootName;
    return { kind: "user", name, authRevision };
  }

  private think(storeMember: StoreMember): AuthChangeCommand {
    const weighed = this.ideas.map((idea) => ({ idea, weight: idea.weight(storeMember) }));
    let left = this.client.random.below(weighed.reduce((sum, { weight }) => sum + weight, 0));
    const chosen = weighed.find(({ weight }) => (left -= weight) < 0) ?? weighed[0];
    if (chosen === undefined) throw new RangeError("an administrator without ideas");
    return chosen.idea.make(storeMember);
  }

  // --- what it thinks of

  /** What roles may do, and who has them. */
  private grants(): readonly Idea[] {
    const { random } = this.client;
    return [
      { weight: () => 20, make: () => this.grant(random.pick(roleNames)) },
      { weight: () => 10, make: ({ auth }) => this.extend(random.pick(roleNames), auth.view) },
      { weight: () => 20, make: ({ auth }) => this.revoke(auth.view.role(random.pick(roleNames))) },
      {
        weight: () => 14,
        make: () => ({
          kind: "auth-user-grant-role",
          name: random.pick(userNames),
          role: random.chance(30_000) ? rootName : random.pick(roleNames),
        }),
      },
      {
        weight: () => 10,
        make: ({ auth }) => {
          const name = random.pick([...userNames, rootName]);
          const roles = auth.view.user(name)?.roles ?? [];
          return {
            kind: "auth-user-revoke-role",
            name,
            role: random.pick(roles.length > 0 ? roles : roleNames),
          };
        },
      },
    ];
  }

  /** Users and roles that come and go. */
  private people(): readonly Idea[] {
    const { random } = this.client;
    const missing = (names: readonly string[], there: readonly string[]): readonly string[] =>
      names.filter((name) => !there.includes(name));
    return [
      {
        weight: ({ auth }) => 1 + 6 * missing(userNames, auth.view.users()).length,
        make: ({ auth }) => {
          const absent = missing(userNames, auth.view.users());
          return this.add(random.pick(absent.length > 0 ? absent : userNames));
        },
      },
      {
        weight: ({ auth }) => 1 + 6 * missing(roleNames, auth.view.roles()).length,
        make: ({ auth }) => {
          const absent = missing(roleNames, auth.view.roles());
          return { kind: "auth-role-add", name: random.pick(absent.length > 0 ? absent : roleNames) };
        },
      },
      { weight: () => 3, make: () => ({ kind: "auth-user-delete", name: random.pick(userNames) }) },
      { weight: () => 2, make: () => ({ kind: "auth-role-delete", name: random.pick(roleNames) }) },
      {
        weight: () => 5,
        make: () => ({
          kind: "auth-user-change-password",
          name: random.pick([...userNames, rootName]),
          passwordHash: this.newPassword(),
        }),
      },
    ];
  }

  /** On and off, and root itself. */
  private upheavals(): readonly Idea[] {
    const { random } = this.client;
    const isRootWhole = ({ auth }: StoreMember): boolean => auth.view.isAdmin(rootName);
    return [
      { weight: ({ auth }) => (auth.view.enabled ? 1 : 25), make: () => ({ kind: "auth-enable" }) },
      { weight: () => 2, make: () => ({ kind: "auth-disable" }) },
      { weight: () => 1, make: () => ({ kind: "auth-user-delete", name: rootName }) },
      {
        weight: (storeMember) => (isRootWhole(storeMember) ? 0 : 40),
        make: ({ auth }) =>
          auth.view.user(rootName) === null || random.chance(100_000)
            ? this.add(rootName)
            : { kind: "auth-user-grant-role", name: rootName, role: rootName },
      },
    ];
  }

  private add(name: string): AuthChangeCommand {
    const noPassword = name !== rootName && this.client.random.chance(150_000);
    const passwordHash = noPassword ? new Uint8Array(0) : this.newPassword();
    return { kind: "auth-user-add", name, passwordHash, noPassword };
  }

  private grant(name: string): AuthChangeCommand {
    const { random } = this.client;
    const { read, write, readWrite } = PermissionType;
    const { key, rangeEnd } = drawRange(random, this.keys);
    const type = random.pick([read, write, readWrite, readWrite]);
    const permission = { type, key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) };
    return {
      kind: "auth-role-grant-permission",
      name,
      permission: random.chance(10_000) ? null : permission,
    };
  }

  /** Goes on where a permission of a role ends: together they are one range, and neither is without the other. */
  private extend(name: string, view: AuthView): AuthChangeCommand {
    const { random } = this.client;
    const ends = (view.role(name)?.permissions ?? []).filter(({ rangeEnd }) => rangeEnd.length > 1);
    const { key, rangeEnd } = drawRange(random, this.keys);
    if (ends.length === 0) return this.grant(name);
    const begun = random.pick(ends);
    const end = textOf(begun.rangeEnd) < rangeEnd ? rangeEnd : random.pick(["k0", key, "\0"]);
    const permission = { type: begun.type, key: begun.rangeEnd, rangeEnd: bytesOf(end) };
    return { kind: "auth-role-grant-permission", name, permission };
  }

  /** Takes something away that a role has here; if it has nothing, what it may never have had. */
  private revoke(role: ReturnType<StoreMember["auth"]["view"]["role"]>): AuthChangeCommand {
    const { random } = this.client;
    const permissions = role?.permissions ?? [];
    const name = role?.name ?? random.pick(roleNames);
    const drawn = drawRange(random, this.keys);
    const { key, rangeEnd } =
      permissions.length > 0
        ? random.pick(permissions)
        : { key: bytesOf(drawn.key), rangeEnd: bytesOf(drawn.rangeEnd) };
    return { kind: "auth-role-revoke-permission", name, key, rangeEnd };
  }

  private newPassword(): Uint8Array {
    return bytesOf(`hash ${this.client.number}.${++this.passwords}`);
  }
}
