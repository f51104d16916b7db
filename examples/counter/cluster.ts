/**
 * Three counters on this machine, each in a process of its own: `npm run example:counter`. See README.md.
 */

import { runCluster } from "../kit/cluster.ts";

await runCluster({
  main: new URL("./main.ts", import.meta.url),
  defaults: {
    httpPorts: "8001,8002,8003",
    peerPorts: "7001,7002,7003",
    dataDir: "./quorate-data/counter",
  },
  tries: ([one, two]) => [
    "Any member takes requests. Try, in another window:",
    `  curl -X POST 'http://127.0.0.1:${one}/add?amount=5'`,
    `  curl http://127.0.0.1:${two}/value`,
  ],
});
