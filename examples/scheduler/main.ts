/**
 * One member of a replicated job scheduler: see README.md.
 *
 *     node examples/scheduler/main.ts --name a --http 8011 --data ./quorate-data/scheduler/a \
 *       --peers a=127.0.0.1:7011,b=127.0.0.1:7012,c=127.0.0.1:7013
 */

import { required } from "../kit/http-front.ts";
import { runMember } from "../kit/run-member.ts";
import { encodeJobCommand, type JobAnswer, Jobs } from "./jobs.ts";
import { Worker } from "./worker.ts";

const jobs = new Jobs();
/** How long a job takes. */
const jobMs = Number(process.env["JOB_MS"] ?? 500);

await runMember<JobAnswer>(jobs, {
  routes: (member) => ({
    "POST /jobs": (query) =>
      member.propose(encodeJobCommand({ kind: "submit", work: required(query, "work") })),
    "GET /jobs": () => member.read(() => jobs.list()),
  }),
  work: (member, stop) => {
    const worker = new Worker(member, jobs, jobMs);
    return member.runWhileLeader((leadership) => worker.lead(leadership), stop);
  },
});
