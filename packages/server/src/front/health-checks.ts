/**
 * `/health`, `/livez` and `/readyz`: whether this member is alive, and whether clients should be sent to it.
 */

import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondText, respondWrongMethod } from "./http-respond.ts";

/** What is asked of the member. Reads throw Error with a text for people. */
export type HealthSource = {
  /** Why calls are not served at all (starting, stopping); null: they are. */
  readonly refusal: string | null;
  readonly hasLeader: boolean;
  readonly isLearner: boolean;
  /** Names of the alarms that are on: NOSPACE, CORRUPT. */
  readonly alarms: readonly string[];
  readLinearizable(): Promise<void>;
  readSerializable(): Promise<void>;
};

/** Counts what came of checks. */
export type HealthObserver = (kind: "health" | "livez" | "readyz", name: string, isOk: boolean) => void;

type Check = (source: HealthSource) => Promise<void> | void;

const checks: Readonly<Record<string, Check>> = {
  serializable_read: (source) => source.readSerializable(),
  linearizable_read: (source) => source.readLinearizable(),
  data_corruption: ({ alarms }) => {
    if (alarms.includes("CORRUPT")) throw new Error("alarm activated: CORRUPT");
  },
  non_learner: ({ isLearner }) => {
    if (isLearner) throw new Error("this member is a learner");
  },
};

const checkNames = {
  livez: ["serializable_read"],
  readyz: ["data_corruption", "serializable_read", "linearizable_read", "non_learner"],
} as const;

/** See the module. */
export class HealthChecks {
  private readonly source: HealthSource;
  private readonly observe: HealthObserver;

  constructor(source: HealthSource, observe: HealthObserver) {
    this.source = source;
    this.observe = observe;
  }

  /** Answers if the path is one of these; false: it is not. */
  handles(path: string, query: URLSearchParams, request: HttpRequest, response: HttpResponse): boolean {
    const match = /^\/(health|livez|readyz)(?:\/([a-z_]+))?$/.exec(path);
    const kind = match?.[1] as "health" | "livez" | "readyz" | undefined;
    const single = match?.[2];
    if (kind === undefined || (kind === "health" && single !== undefined)) return false;
    if (kind !== "health" && single !== undefined && !isIn(checkNames[kind], single)) return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      respondWrongMethod(response, "GET");
      return true;
    }
    const answered =
      kind === "health" ? this.health(query, response) : this.run(kind, single, query, response);
    answered.catch((error: unknown) => respondText(response, 500, `${textOf(error)}\n`));
    return true;
  }

  private async health(query: URLSearchParams, response: HttpResponse): Promise<void> {
    const reason = await this.healthReason(query.getAll("exclude"), query.get("serializable") === "true");
    this.observe("health", "health", reason === "");
    const body = JSON.stringify({ health: reason === "" ? "true" : "false", reason });
    respondText(response, reason === "" ? 200 : 503, body);
  }

  /** Empty: healthy. */
  private async healthReason(excluded: readonly string[], isSerializable: boolean): Promise<string> {
    const { source } = this;
    if (source.refusal !== null) return source.refusal;
    const alarm = source.alarms.find((name) => !excluded.includes(name));
    if (alarm !== undefined) return `ALARM ${alarm}`;
    if (!isSerializable && !source.hasLeader) return "RAFT NO LEADER";
    try {
      await (isSerializable ? source.readSerializable() : source.readLinearizable());
      return "";
    } catch (error) {
      return `RANGE ERROR:${textOf(error)}`;
    }
  }

  private async run(
    kind: "livez" | "readyz",
    single: string | undefined,
    query: URLSearchParams,
    response: HttpResponse,
  ): Promise<void> {
    const excluded = query.getAll("exclude");
    const names =
      single === undefined ? checkNames[kind].filter((name) => !excluded.includes(name)) : [single];
    const lines: string[] = [];
    let isOk = true;
    const { refusal } = this.source;
    // A member that starts is alive, though not ready: it may wait for its peers for long.
    if (refusal !== null && kind === "readyz") {
      isOk = false;
      lines.push(`[-]serving failed: ${refusal}`);
    } else if (refusal === null) {
      for (const name of names) {
        const failure = await this.check(name);
        this.observe(kind, name, failure === null);
        lines.push(failure === null ? `[+]${name} ok` : `[-]${name} failed: ${failure}`);
        if (failure !== null) isOk = false;
      }
    }
    const details = `${lines.join("\n")}${lines.length === 0 ? "" : "\n"}`;
    if (!isOk) respondText(response, 503, details);
    else respondText(response, 200, query.has("verbose") ? `${details}ok\n` : "ok\n");
  }

  /** Null: passed. */
  private async check(name: string): Promise<string | null> {
    try {
      await checks[name]?.(this.source);
      return null;
    } catch (error) {
      return textOf(error);
    }
  }
}

function isIn(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
