/**
 * How a member is, by its own answer on its client port.
 */

/** What `Maintenance.Status` says. IDs are decimal texts. */
export type MemberStatus = {
  readonly memberId: string;
  /** "0" for none. */
  readonly leader: string;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  readonly dbBytes: number;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
};

/** As the JSON gateway writes it; fields that are zero are left out. */
type StatusJson = {
  readonly header?: { readonly member_id?: string };
  readonly leader?: string;
  readonly raftTerm?: string;
  readonly raftIndex?: string;
  readonly raftAppliedIndex?: string;
  readonly dbSize?: string;
  readonly isLearner?: boolean;
  readonly errors?: readonly string[];
};

/** Asks; null if there is no answer in time. */
export async function askStatus(clientUrl: string, timeoutMs: number): Promise<MemberStatus | null> {
  try {
    const response = await fetch(`${clientUrl}/v3/maintenance/status`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return response.ok ? readStatus(JSON.parse(text) as StatusJson) : null;
  } catch {
    return null;
  }
}

/** From the gateway's JSON. */
export function readStatus(json: StatusJson): MemberStatus {
  return {
    memberId: json.header?.member_id ?? "0",
    leader: json.leader ?? "0",
    term: Number(json.raftTerm ?? 0),
    commit: Number(json.raftIndex ?? 0),
    applied: Number(json.raftAppliedIndex ?? 0),
    dbBytes: Number(json.dbSize ?? 0),
    isLearner: json.isLearner ?? false,
    errors: json.errors ?? [],
  };
}
