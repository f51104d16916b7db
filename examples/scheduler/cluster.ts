/**
 * Three members of the job scheduler on this machine, each in a process of its own. See README.md.
 */

import { runCluster } from "../kit/cluster.ts";

await runCluster({
  main: new URL("./main.ts", import.meta.url),
  defaults: {
    httpPorts: "8011,8012,8013",
    peerPorts: "7011,7012,7013",
    dataDir: "./quorate-data/scheduler",
  },
  tries: ([one, two]) => [
    "Any member takes jobs; the leader does them. Try, in another window:",
    `  curl -X POST 'http://127.0.0.1:${one}/jobs?work=hello'`,
    `  curl http://127.0.0.1:${two}/jobs`,
  ],
});
