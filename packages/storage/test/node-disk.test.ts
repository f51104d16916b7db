import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeDisk } from "../src/index.ts";
import { describeDiskContract } from "./disk-contract.ts";

describeDiskContract("NodeDisk", async () => {
  const directory = await mkdtemp(join(tmpdir(), "quorate-disk-"));
  return { disk: new NodeDisk(), directory, dispose: () => rm(directory, { recursive: true }) };
});
