/**
 * Profiles on demand, in the forms that Chrome's developer tools and other viewers open.
 *
 * Only where the settings allow it: a profile costs time, and shows what a process does.
 */

import { Session } from "node:inspector/promises";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondText, respondWrongMethod } from "./http-respond.ts";

const prefix = "/debug/pprof";
const secondsDefault = 30;
const secondsMax = 300;
/** Between two samples of the heap, in bytes allocated: V8's own default is 32 KiB. */
const heapSampleBytes = 32_768;

const index = `Profiles of this process:

  ${prefix}/profile?seconds=30   what the processor does (.cpuprofile)
  ${prefix}/heap?seconds=30      who allocates what stays (.heapprofile)

Save one with curl -o, and open it in Chrome's developer tools or in an editor that knows the form.
`;

/** See the module. One profile at a time. */
export class Profiles {
  private isBusy = false;

  /** Answers if the path is one of these; false: it is not. */
  handles(path: string, query: URLSearchParams, request: HttpRequest, response: HttpResponse): boolean {
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return false;
    if (request.method !== "GET") {
      respondWrongMethod(response, "GET");
      return true;
    }
    const name = path.slice(prefix.length + 1);
    if (name === "") respondText(response, 200, index);
    else if (name === "profile") this.serve("cpuprofile", query, response, profileCpu);
    else if (name === "heap") this.serve("heapprofile", query, response, profileHeap);
    else return false;
    return true;
  }

  private serve(
    extension: string,
    query: URLSearchParams,
    response: HttpResponse,
    take: (session: Session, wait: () => Promise<void>) => Promise<object>,
  ): void {
    const seconds = Number(query.get("seconds") ?? secondsDefault);
    if (!(seconds > 0 && seconds <= secondsMax)) {
      respondText(response, 400, `seconds must be above 0 and at most ${secondsMax}\n`);
      return;
    }
    if (this.isBusy) {
      respondText(response, 409, "another profile is being taken; try again when it is done\n");
      return;
    }
    this.isBusy = true;
    this.take(seconds, response, take)
      .then(
        (profile) => {
          response.setHeader("content-disposition", `attachment; filename="quorate.${extension}"`);
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify(profile));
        },
        (error: unknown) => respondText(response, 500, `no profile: ${String(error)}\n`),
      )
      .finally(() => {
        this.isBusy = false;
      });
  }

  private async take(
    seconds: number,
    response: HttpResponse,
    take: (session: Session, wait: () => Promise<void>) => Promise<object>,
  ): Promise<object> {
    const session = new Session();
    session.connect();
    try {
      // Whoever asked may have gone away.
      return await take(session, () => {
        return new Promise((resolve) => {
          const timer = setTimeout(resolve, seconds * 1000);
          response.once("close", () => {
            clearTimeout(timer);
            resolve();
          });
        });
      });
    } finally {
      session.disconnect();
    }
  }
}

async function profileCpu(session: Session, wait: () => Promise<void>): Promise<object> {
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  await wait();
  const { profile } = await session.post("Profiler.stop");
  return profile;
}

async function profileHeap(session: Session, wait: () => Promise<void>): Promise<object> {
  await session.post("HeapProfiler.startSampling", { samplingInterval: heapSampleBytes });
  await wait();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  return profile;
}
