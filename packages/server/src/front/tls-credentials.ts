/**
 * Certificate, key, authorities and revocations of a listener, from files, and their replacement without a restart.
 *
 * All files are looked at every few seconds; when one has changed, all are read and checked, and only if they fit
 * together do they serve the next handshakes. Connections that are open stay as they are.
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import {
  createSecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from "node:tls";
import type { TlsSettings } from "../settings.ts";
import { opensslCiphers } from "./tls-ciphers.ts";

const pollMs = 5000;
const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Told of every replacement, and of every one that failed. */
export type TlsListener = {
  reloaded(subject: string, validTo: string): void;
  failed(what: string): void;
};

/** See the module. */
export class TlsCredentials {
  private readonly settings: TlsSettings;
  private readonly listener: TlsListener;
  private readonly servers = new Set<Server>();
  private readonly timer: NodeJS.Timeout;
  private material: SecureContextOptions;
  private stamp: string;

  private constructor(settings: TlsSettings, listener: TlsListener, loaded: Loaded) {
    this.settings = settings;
    this.listener = listener;
    this.material = loaded.material;
    this.stamp = loaded.stamp;
    // `look` never rejects.
    this.timer = setInterval(() => void this.look(), pollMs);
    this.timer.unref();
  }

  /** Reads and checks the files. @throws Error that names the file, what is wrong with it, and what to do. */
  static async load(settings: TlsSettings, listener: TlsListener): Promise<TlsCredentials> {
    checkSettings(settings);
    return new TlsCredentials(settings, listener, await loadFiles(settings));
  }

  /** Whether clients must show a certificate: etcd demands one, too, as soon as there is a CA to check it by. */
  get demandsCertificate(): boolean {
    return this.settings.clientCertAuth || this.settings.caFile !== null;
  }

  /** For the server that `serve` is called with next. */
  serverOptions(handshakeMs: number): TlsOptions {
    return {
      ...this.material,
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout: handshakeMs,
      requestCert: this.demandsCertificate,
      rejectUnauthorized: this.demandsCertificate,
    };
  }

  /** Replaces the files of this server, too, when they change. */
  serve(server: Server): void {
    this.servers.add(server);
  }

  /** Why a client, whose certificate was verified, may not come in; null: it may. */
  refusalOf(socket: TLSSocket): string | null {
    const { allowedCn, allowedHostnames } = this.settings;
    if (allowedCn.length === 0 && allowedHostnames.length === 0) return null;
    const certificate = socket.getPeerX509Certificate();
    const name = this.nameOf(socket);
    if (certificate === undefined) return "it has no certificate";
    if (name !== null && allowedCn.includes(name)) return null;
    if (allowedHostnames.some((host) => certificate.checkHost(host) !== undefined)) return null;
    return `its certificate (${certificate.subject.replaceAll("\n", ", ")}) has none of the allowed names`;
  }

  /** The common name of a client's certificate, if that was verified. */
  nameOf(socket: TLSSocket): string | null {
    if (!this.demandsCertificate || !socket.authorized) return null;
    const common = socket.getPeerCertificate().subject?.CN;
    return (Array.isArray(common) ? common[0] : common) ?? null;
  }

  /** Reads the files again, changed or not. True: they are in use now; false: the old ones stay, and why was told. */
  async reload(): Promise<boolean> {
    try {
      const loaded = await loadFiles(this.settings);
      this.material = loaded.material;
      this.stamp = loaded.stamp;
      for (const server of this.servers) server.setSecureContext(loaded.material);
      const { subject, validTo } = loaded.certificate;
      this.listener.reloaded(subject.replaceAll("\n", ", "), validTo);
      return true;
    } catch (error) {
      this.listener.failed(`${messageOf(error)}; the old files stay in use`);
      return false;
    }
  }

  /** Ends the watch. */
  close(): void {
    clearInterval(this.timer);
    this.servers.clear();
  }

  private async look(): Promise<void> {
    // Files that are missing for a moment are being replaced.
    const stamp = await stampOf(this.settings).catch(() => this.stamp);
    if (stamp === this.stamp) return;
    // Remembered even if the files turn out bad: half of a replacement is told once, the other half changes it again.
    this.stamp = stamp;
    await this.reload();
  }
}

type Loaded = {
  readonly material: SecureContextOptions;
  readonly certificate: X509Certificate;
  readonly stamp: string;
};

function checkSettings(settings: TlsSettings): void {
  if (settings.clientCertAuth && settings.caFile === null) {
    throw new Error(
      "client certificates are demanded, but no file with their authorities is given (trusted CA)",
    );
  }
  if (settings.allowedCn.length > 0 && settings.allowedHostnames.length > 0) {
    throw new Error("allowed common names and allowed host names exclude each other; give one of them");
  }
  if ((settings.allowedCn.length > 0 || settings.allowedHostnames.length > 0) && settings.caFile === null) {
    throw new Error("allowed names of clients are given, but no file with their authorities (trusted CA)");
  }
  if (settings.minVersion > settings.maxVersion) {
    throw new Error(
      `the least TLS version, ${settings.minVersion}, is above the greatest, ${settings.maxVersion}`,
    );
  }
}

function filesOf(settings: TlsSettings): readonly string[] {
  return [settings.certFile, settings.keyFile, settings.caFile, settings.crlFile].filter(
    (file) => file !== null,
  );
}

/** Taken before the contents, so that a change while they are read shows at the next look. */
async function stampOf(settings: TlsSettings): Promise<string> {
  const stamps: string[] = [];
  for (const file of filesOf(settings)) {
    const { mtimeMs, size, ino } = await stat(file);
    stamps.push(`${mtimeMs}/${size}/${ino}`);
  }
  return stamps.join(" ");
}

async function loadFiles(settings: TlsSettings): Promise<Loaded> {
  const { certFile, keyFile, caFile, crlFile } = settings;
  const stamp = await read(certFile).then(() => stampOf(settings));
  const cert = await read(certFile);
  const key = await read(keyFile);
  const ca = caFile === null ? null : await read(caFile);
  const crl = crlFile === null ? null : await read(crlFile);
  const certificate = check(certFile, () => new X509Certificate(cert));
  const privateKey = check(keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`${keyFile} is not the key of ${certFile}; give the two that were made together`);
  }
  if (ca !== null && caFile !== null) {
    const authorities = ca.toString("latin1").match(certificatePattern) ?? [];
    if (authorities.length === 0) throw new Error(`${caFile} holds no certificate; give authorities as PEM`);
    for (const pem of authorities) check(caFile, () => new X509Certificate(pem));
  }
  const material: SecureContextOptions = {
    cert,
    key,
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    honorCipherOrder: true,
    ...(ca === null ? {} : { ca }),
    ...(crl === null ? {} : { crl }),
    ...(settings.cipherSuites.length === 0 ? {} : { ciphers: opensslCiphers(settings.cipherSuites) }),
  };
  check(crlFile === null ? certFile : `${certFile} with ${crlFile}`, () => createSecureContext(material));
  return { material, certificate, stamp };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${messageOf(error)}; give a file that this user may read`, {
      cause: error,
    });
  }
}

function check<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${file} cannot be used: ${messageOf(error)}; it must be PEM`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
