/**
 * One member of a replicated counter, with a little HTTP in front: see README.md.
 *
 *     node examples/counter/main.ts --name a --http 8001 --data ./quorate-data/counter/a \
 *       --peers a=127.0.0.1:7001,b=127.0.0.1:7002,c=127.0.0.1:7003
 */

import type { Consistency } from "@quorate/member";
import { RequestError } from "../kit/http-front.ts";
import { runMember } from "../kit/run-member.ts";
import { type Added, Counters, encodeAdd } from "./counter.ts";
import { Sessions } from "./sessions.ts";

const counters = new Counters();

await runMember<Added>(counters, {
  routes: (member) => {
    const sessions = new Sessions(member);
    return {
      "POST /add": (query) => {
        const command = encodeAdd({ name: counterOf(query), amount: Number(query.get("amount") ?? 1) });
        const client = query.get("client");
        // Without a session an outcome that is not known stays unknown; with one, the member asks until it knows.
        return client === null ? member.propose(command) : sessions.propose(client, command);
      },
      "GET /value": async (query) => {
        const value = await member.read(() => counters.value(counterOf(query)), {
          consistency: consistencyOf(query),
        });
        return { value };
      },
      "GET /values": (query) =>
        member.read(() => Object.fromEntries(counters.all()), { consistency: consistencyOf(query) }),
    };
  },
});

function counterOf(query: URLSearchParams): string {
  return query.get("counter") ?? "default";
}

function consistencyOf(query: URLSearchParams): Consistency {
  const text = query.get("consistency") ?? "linearizable";
  if (text === "linearizable" || text === "lease" || text === "stale") return text;
  throw new RequestError(`consistency is linearizable, lease or stale, not "${text}"`);
}
