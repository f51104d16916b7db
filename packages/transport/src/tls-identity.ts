/**
 * The member's TLS identity: certificate, key and CA from files, and their replacement without a restart.
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import type { CancelTimer, Clock, WallClock } from "./clock.ts";
import type { TransportEventSink } from "./event.ts";
import { TransportError } from "./transport-error.ts";

/** TLS between members. All files are PEM. */
export type TlsOptions = {
  /** This member's certificate, with intermediates behind it; used as server and as client. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Who may sign the certificates of members. */
  readonly caFile: string;
  /** Whether a peer must show a certificate of that CA. Without it anyone may claim to be a member. Default true. */
  readonly requireClientCert?: boolean;
  /** Common or DNS names of which a peer's certificate must have one; null for any. Default null. */
  readonly allowedNames?: readonly string[] | null;
  /** Between two looks at the files; 10 000 by default. */
  readonly pollMs?: number;
};

/** The files' contents. */
export type TlsMaterial = { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer };

const pollMsDefault = 10_000;
const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is used now, and the watch over it. */
export class TlsIdentity {
  readonly requireClientCert: boolean;
  readonly #options: TlsOptions;
  readonly #clock: Clock;
  readonly #wallNow: WallClock;
  readonly #emit: TransportEventSink;
  #material: TlsMaterial;
  #context: SecureContext;
  #stamp: string;
  #onSwap: (material: TlsMaterial) => void = () => {};
  #cancelTimer: CancelTimer = () => {};
  #closed = false;

  private constructor(
    options: TlsOptions,
    loaded: Loaded,
    seams: { clock: Clock; wallNow: WallClock; emit: TransportEventSink },
  ) {
    this.requireClientCert = options.requireClientCert ?? true;
    this.#options = options;
    this.#clock = seams.clock;
    this.#wallNow = seams.wallNow;
    this.#emit = seams.emit;
    this.#material = loaded.material;
    this.#context = loaded.context;
    this.#stamp = loaded.stamp;
  }

  /** Reads and checks the files. @throws TransportError `config` with the file and what is wrong with it. */
  static async load(
    options: TlsOptions,
    seams: { clock: Clock; wallNow: WallClock; emit: TransportEventSink },
  ): Promise<TlsIdentity> {
    if (options.requireClientCert === false && (options.allowedNames ?? null) !== null) {
      throw new TransportError(
        "config",
        "allowedNames without requireClientCert would refuse everybody",
        false,
      );
    }
    const identity = new TlsIdentity(options, await loadFiles(options, seams.wallNow()), seams);
    identity.#poll();
    return identity;
  }

  /** For the next connections that this member dials. */
  get context(): SecureContext {
    return this.#context;
  }

  get material(): TlsMaterial {
    return this.#material;
  }

  /** Sets who is told of a replacement. */
  onSwap(listener: (material: TlsMaterial) => void): void {
    this.#onSwap = listener;
  }

  /** Whether a peer's certificate has an allowed name. */
  isNameAllowed(certificate: PeerCertificate | null): boolean {
    const allowed = this.#options.allowedNames ?? null;
    if (allowed === null) return true;
    if (certificate === null) return false;
    const common = certificate.subject?.CN;
    const names = typeof common === "string" ? [common] : (common ?? []);
    const alternatives = (certificate.subjectaltname ?? "")
      .split(", ")
      .filter((name) => name.startsWith("DNS:"))
      .map((name) => name.slice("DNS:".length));
    return [...names, ...alternatives].some((name) => allowed.includes(name));
  }

  /** Reads the files again, changed or not. True if they are used now; false if the old ones stay (see the event). */
  async reload(): Promise<boolean> {
    let loaded: Loaded;
    try {
      loaded = await loadFiles(this.#options, this.#wallNow());
    } catch (error) {
      this.#emit({ kind: "tls-reload-failed", text: `${messageOf(error)}; the old files stay in use` });
      return false;
    }
    if (this.#closed) return false;
    this.#material = loaded.material;
    this.#context = loaded.context;
    this.#stamp = loaded.stamp;
    this.#onSwap(loaded.material);
    const { subject, validTo } = new X509Certificate(loaded.material.cert);
    this.#emit({ kind: "tls-reloaded", subject: subject.replaceAll("\n", ", "), validTo });
    return true;
  }

  /** Ends the watch. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  #poll(): void {
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#look().then(
        () => {
          if (!this.#closed) this.#poll();
        },
        (error: unknown) => {
          throw error;
        },
      );
    }, this.#options.pollMs ?? pollMsDefault);
  }

  async #look(): Promise<void> {
    // Files that are missing for a moment are being replaced; a stamp that stays unreadable changes nothing either.
    const stamp = await stampOf(this.#options).catch(() => this.#stamp);
    if (this.#closed || stamp === this.#stamp) return;
    // Remembered even if the files turn out bad: half of a replacement is reported once, the other half changes it again.
    this.#stamp = stamp;
    await this.reload();
  }
}

type Loaded = { readonly material: TlsMaterial; readonly context: SecureContext; readonly stamp: string };

/** Before the contents, so that a change while they are read shows at the next look. */
async function stampOf(options: TlsOptions): Promise<string> {
  const stamps: string[] = [];
  for (const file of [options.certFile, options.keyFile, options.caFile]) {
    const { mtimeMs, size, ino } = await stat(file);
    stamps.push(`${mtimeMs}/${size}/${ino}`);
  }
  return stamps.join(" ");
}

async function loadFiles(options: TlsOptions, wallNowMs: number): Promise<Loaded> {
  const stamp = await read("the certificate files", () => stampOf(options));
  const cert = await read(options.certFile, () => readFile(options.certFile));
  const key = await read(options.keyFile, () => readFile(options.keyFile));
  const ca = await read(options.caFile, () => readFile(options.caFile));
  const certificate = check(options.certFile, () => new X509Certificate(cert));
  const privateKey = check(options.keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw bad(options.keyFile, `is not the key of ${options.certFile}`);
  }
  if (Date.parse(certificate.validTo) <= wallNowMs)
    throw bad(options.certFile, `expired on ${certificate.validTo}`);
  const authorities = ca.toString("latin1").match(certificatePattern) ?? [];
  if (authorities.length === 0) throw bad(options.caFile, "holds no certificate");
  for (const pem of authorities) check(options.caFile, () => new X509Certificate(pem));
  const material = { cert, key, ca };
  const context = check(options.certFile, () => createSecureContext({ ...material, minVersion: "TLSv1.3" }));
  return { material, context, stamp };
}

async function read<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw bad(file, `cannot be read: ${messageOf(error)}`);
  }
}

function check<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw bad(file, `cannot be used: ${messageOf(error)}`);
  }
}

function bad(file: string, what: string): TransportError {
  return new TransportError("config", `${file} ${what}`, false);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
