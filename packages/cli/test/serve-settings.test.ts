import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settings } from "./serve-given.ts";

const server = (args: string) => settings({ args }).server;
const texts = (args: string) => settings({ args }).notices.map(({ text }) => text);
const tlsFiles = "--cert-file c --key-file k";
const peerTls = "--peer-cert-file c --peer-key-file k --peer-trusted-ca-file ca";
const peerHttps =
  "--listen-peer-urls https://127.0.0.1:2380 --initial-advertise-peer-urls https://127.0.0.1:2380";
const https = "--listen-client-urls https://127.0.0.1:2379 --advertise-client-urls https://127.0.0.1:2379";

test("without flags a member is etcd's default member, with Quorate's timing", () => {
  const { server: defaults, log, notices } = settings({});
  assert.deepEqual(notices, []);
  assert.deepEqual(log, { level: "info", format: "json", targets: [{ kind: "stderr" }] });
  assert.deepEqual(defaults, {
    name: "default",
    dataDir: "default.etcd",
    walDir: null,
    clusterToken: "etcd-cluster",
    initialCluster: [{ name: "default", peerUrls: ["http://localhost:2380"] }],
    clusterState: "new",
    listenPeerUrls: ["http://localhost:2380"],
    advertisePeerUrls: ["http://localhost:2380"],
    listenClientUrls: ["http://localhost:2379"],
    advertiseClientUrls: ["http://localhost:2379"],
    listenMetricsUrls: [],
    heartbeatMs: 50,
    electionMinMs: 150,
    electionMaxMs: 300,
    snapshotEntries: 10_000,
    catchUpEntries: 5_000,
    quotaBytes: 0,
    txnOpsMax: 128,
    requestBytesMax: 1_572_864,
    concurrentStreamsMax: 4_294_967_295,
    learnersMax: 1,
    keepaliveMinMs: 5_000,
    keepaliveIntervalMs: 7_200_000,
    keepaliveTimeoutMs: 20_000,
    gateway: true,
    corsOrigins: ["*"],
    hostWhitelist: ["*"],
    metrics: "basic",
    pprof: false,
    slowRequestMs: 300,
    clientTls: null,
    peerTls: null,
    autoCompaction: { mode: "off" },
    watchProgressIntervalMs: 600_000,
    strictReconfigCheck: true,
    corruptCheckMs: 0,
    initialCorruptCheck: false,
    forceNewCluster: false,
    leaseReads: false,
    auth: {
      token: { kind: "simple", ttlMs: 300_000 },
      bcryptCost: 10,
      userRequestsPerSecond: 0,
      connectionRequestsPerSecond: 0,
    },
  });
});

test("the flags of etcd's own test harness give a member of its cluster", () => {
  const { initialCluster, listenClientUrls, dataDir, clusterToken } = server(
    "--name t-1 --listen-client-urls http://localhost:20005 --advertise-client-urls http://localhost:20005 --listen-peer-urls http://localhost:20006 --initial-advertise-peer-urls http://localhost:20006 --initial-cluster-token new --data-dir /tmp/x --snapshot-count 10000 --initial-cluster t-0=http://localhost:20001,t-1=http://localhost:20006 --initial-cluster-state new",
  );
  assert.deepEqual(initialCluster, [
    { name: "t-0", peerUrls: ["http://localhost:20001"] },
    { name: "t-1", peerUrls: ["http://localhost:20006"] },
  ]);
  assert.deepEqual([listenClientUrls, dataDir, clusterToken], [["http://localhost:20005"], "/tmp/x", "new"]);
});

test("timing is Quorate's until etcd's flags ask for etcd's", () => {
  const table: readonly (readonly [string, readonly number[]])[] = [
    ["", [50, 150, 300]],
    ["--timing-profile lan", [30, 100, 200]],
    ["--timing-profile wan", [80, 250, 500]],
    ["--heartbeat-interval 100 --election-timeout 1000", [100, 1000, 2000]],
    ["--heartbeat-interval 100", [100, 1000, 2000]],
    ["--election-timeout 500", [100, 500, 1000]],
    ["--heartbeat-interval 10 --election-timeout 50", [10, 50, 100]],
    ["--election-timeout 40000", [100, 40_000, 50_000]],
    ["--election-timeout-max 400", [50, 150, 400]],
    ["--election-timeout 1000 --election-timeout-max 1100", [100, 1000, 1100]],
  ];
  for (const [args, expected] of table) {
    const { heartbeatMs, electionMinMs, electionMaxMs } = server(args);
    assert.deepEqual([heartbeatMs, electionMinMs, electionMaxMs], expected, args);
  }
});

test("compaction counts hours, durations or revisions", () => {
  const table: readonly (readonly [string, object])[] = [
    ["--auto-compaction-retention 0", { mode: "off" }],
    ["--auto-compaction-retention 1", { mode: "periodic", retentionMs: 3_600_000 }],
    ["--auto-compaction-retention 5m", { mode: "periodic", retentionMs: 300_000 }],
    ["--auto-compaction-retention 0s", { mode: "off" }],
    [
      "--auto-compaction-mode revision --auto-compaction-retention 1000",
      { mode: "revision", retention: 1000 },
    ],
    ["--auto-compaction-mode revision", { mode: "off" }],
  ];
  for (const [args, expected] of table) assert.deepEqual(server(args).autoCompaction, expected, args);
});

test("TLS: a CA demands certificates, as in etcd", () => {
  assert.deepEqual(server(`${https} ${tlsFiles}`).clientTls, {
    certFile: "c",
    keyFile: "k",
    caFile: null,
    clientCertAuth: false,
    crlFile: null,
    allowedCn: [],
    allowedHostnames: [],
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    cipherSuites: [],
  });
  const demanding = server(`${https} ${tlsFiles} --trusted-ca-file ca --tls-min-version TLS1.3`).clientTls;
  assert.deepEqual(
    [demanding?.clientCertAuth, demanding?.caFile, demanding?.minVersion],
    [true, "ca", "TLSv1.3"],
  );
  const peers = server(`${peerHttps} ${peerTls} --peer-cert-allowed-cn x,y`).peerTls;
  assert.deepEqual([peers?.clientCertAuth, peers?.allowedCn], [true, ["x", "y"]]);
});

test("flags without effect are named in one line, however they were given", () => {
  assert.deepEqual(
    settings({ args: "--max-wals 3 --logger=zap --pre-vote=false", env: { ETCD_MAX_SNAPSHOTS: "9" } })
      .notices,
    [
      {
        level: "info",
        text: "accepted for etcd's sake, without effect: --max-wals, --logger, --pre-vote, ETCD_MAX_SNAPSHOTS",
      },
    ],
  );
  assert.deepEqual(texts("--feature-gates=InitialCorruptCheck=true,CompactHashCheck=true"), [
    "accepted for etcd's sake, without effect: feature gates CompactHashCheck",
  ]);
  assert.equal(server("--feature-gates=InitialCorruptCheck=true").initialCorruptCheck, true);
  assert.deepEqual(texts(tlsFiles), [
    "--cert-file, --key-file without effect: --listen-client-urls http://localhost:2379 does not say https://",
  ]);
  assert.deepEqual(
    texts("--listen-client-urls http://0.0.0.0:2379 --advertise-client-urls http://0.0.0.0:2379"),
    [
      "--advertise-client-urls http://0.0.0.0:2379 names all interfaces, which nobody on another machine can connect to; give an address of this machine",
    ],
  );
});

test("what asks for nothing is not refused", () => {
  const harmless =
    "--auto-tls=false --unsafe-no-fsync=false --force-new-cluster=0 --discovery= --discovery-fallback proxy --discovery-insecure-transport=false --enable-v2=false --proxy off --auth-token simple --enable-log-rotation=false";
  assert.deepEqual(texts(harmless), []);
});

test("what cannot be is refused with the flag, the value and the remedy", () => {
  const table: readonly (readonly [string, string])[] = [
    ["--name=", '--name "": it must have at least one character, and no "=", comma or space'],
    ["--data-dir=", '--data-dir "": it must name a directory'],
    ["--snapshot-count many", "--snapshot-count many: it must be a whole number"],
    ["--snapshot-count 0", "--snapshot-count 0: it must be a whole number, at least 1"],
    [
      "--heartbeat-interval 100ms",
      "--heartbeat-interval 100ms: it must be a whole number of milliseconds, without a unit",
    ],
    [
      "--grpc-keepalive-timeout 20",
      "--grpc-keepalive-timeout 20: it must be a duration with its unit, as in 300ms, 5s or 1h30m",
    ],
    ["--strict-reconfig-check=maybe", "--strict-reconfig-check maybe: it must be true or false"],
    ["--initial-cluster-state maybe", "--initial-cluster-state maybe: it must be new or existing"],
    ["--log-level loud", "--log-level loud: it must be debug, info, warn, error, dpanic, panic or fatal"],
    [
      "--log-outputs systemd/journal",
      "--log-outputs systemd/journal: write stderr; systemd brings that to its journal",
    ],
    [
      "--log-outputs default,stdout",
      '--log-outputs default,stdout: "default" cannot stand beside others; write stderr for it',
    ],
    [
      "--election-timeout 300",
      "--election-timeout 300 must be at least 5 times --heartbeat-interval 100: raise it to 500 or lower the heartbeat interval",
    ],
    [
      "--heartbeat-interval 300",
      "--election-timeout 1000 must be at least 5 times --heartbeat-interval 300: raise it to 1500 or lower the heartbeat interval",
    ],
    ["--election-timeout 60000", "--election-timeout 60000: it must be at most 49950"],
    ["--heartbeat-interval 5", "--heartbeat-interval 5: it must be at least 10, a tick"],
    [
      "--timing-profile lan --election-timeout 1000",
      "--timing-profile lan and --election-timeout 1000 contradict each other; give the profile or the numbers",
    ],
    [
      "--election-timeout-max 160",
      "--election-timeout-max 160 must be at least 50 above the lower end of the window, 150: members that time out together split the vote",
    ],
    [
      "--auto-compaction-retention abc",
      "--auto-compaction-retention abc: it must be a duration with its unit, as in 300ms, 5s or 1h30m",
    ],
    [
      "--auto-compaction-mode revision --auto-compaction-retention 5m",
      "--auto-compaction-retention 5m: it must be a number of revisions, for the mode is revision",
    ],
    [
      "--feature-gates Frob=true",
      '--feature-gates Frob=true: "Frob=true" must be NAME=true or NAME=false; known are InitialCorruptCheck, AllAlpha, AllBeta, CompactHashCheck, LeaseCheckpoint, LeaseCheckpointPersist, SetMemberLocalAddr, StopGRPCServiceOnDefrag, TxnModeWriteWithSharedBuffer',
    ],
  ];
  for (const [args, expected] of table) assert.equal(refusal({ args }), expected, args);
});

test("URLs that cannot be are refused", () => {
  const table: readonly (readonly [string, string])[] = [
    ["localhost:2379", '"localhost:2379" must be a URL with host and port, as in http://127.0.0.1:2379'],
    ["ftp://localhost:1", '"ftp://localhost:1" must begin with http:// or https://, not ftp://'],
    ["http://localhost", '"http://localhost" must be a URL with host and port, as in http://127.0.0.1:2379'],
    ["http://localhost:0", '"http://localhost:0" must have a port from 1 to 65535'],
    ["http://localhost:99999", '"http://localhost:99999" must have a port from 1 to 65535'],
    ["http://localhost:1/x", '"http://localhost:1/x" must end behind the port; remove what follows'],
    ["unix:///tmp/s", '"unix:///tmp/s" is a Unix socket, which cannot be used here; write http://host:port'],
    ["http://a:1,http://a:01", "http://a:1 is there twice; remove one"],
  ];
  for (const [url, wrong] of table)
    assert.equal(
      refusal({ args: `--advertise-client-urls ${url}` }),
      `--advertise-client-urls ${url}: ${wrong}`,
      url,
    );
  assert.equal(
    refusal({ args: "--listen-peer-urls=" }),
    '--listen-peer-urls "": it must name at least one URL',
  );
  assert.deepEqual(
    server("--listen-client-urls HTTP://[::1]:02379/,unix:///tmp/s --advertise-client-urls http://a:1")
      .listenClientUrls,
    ["http://[::1]:2379", "unix:///tmp/s"],
  );
});

test("an initial cluster must fit the member", () => {
  const self =
    "--name a --listen-peer-urls http://127.0.0.1:1 --initial-advertise-peer-urls http://127.0.0.1:1";
  const table: readonly (readonly [string, string])[] = [
    [
      "--initial-cluster b=http://127.0.0.1:2",
      "--initial-cluster b=http://127.0.0.1:2 does not have this member, --name a; add a=http://127.0.0.1:1, or correct the name",
    ],
    [
      "--initial-cluster a=http://127.0.0.1:2",
      "--initial-cluster has a=http://127.0.0.1:2, but --initial-advertise-peer-urls http://127.0.0.1:1; make them the same",
    ],
    [
      "--initial-cluster http://127.0.0.1:1",
      '--initial-cluster http://127.0.0.1:1: "http://127.0.0.1:1" must be NAME=URL, as in a=http://10.0.0.1:2380',
    ],
    [
      "--initial-cluster a=127.0.0.1:1",
      "--initial-cluster a=127.0.0.1:1: the URL of a must be a URL with host and port, as in http://127.0.0.1:2379",
    ],
    [
      "--initial-cluster a=http://127.0.0.1:1,b=http://127.0.0.1:1",
      "--initial-cluster a=http://127.0.0.1:1,b=http://127.0.0.1:1: http://127.0.0.1:1 belongs to a and b; each member needs its own",
    ],
    [
      "--initial-cluster a=http://127.0.0.1:1,b=https://127.0.0.1:2",
      "--initial-cluster has b=https://127.0.0.1:2, but --listen-peer-urls http://127.0.0.1:1: all members must use https://, or none",
    ],
  ];
  for (const [args, expected] of table) assert.equal(refusal({ args: `${self} ${args}` }), expected, args);
  assert.equal(server(`${self} --initial-cluster a=http://localhost:1`).initialCluster.length, 1);
  const again = settings({ args: `${self} --initial-cluster b=http://127.0.0.1:2`, hasData: true });
  const own = { name: "a", peerUrls: ["http://127.0.0.1:1"] };
  assert.deepEqual(again.server.initialCluster, [own], "with data, initial flags say nothing any more");
});

test("listeners and certificates must fit", () => {
  const table: readonly (readonly [string, string])[] = [
    [
      "--listen-client-urls http://127.0.0.1:1",
      "--listen-client-urls http://127.0.0.1:1 needs --advertise-client-urls too: where can clients reach this member?",
    ],
    [
      "--listen-peer-urls http://127.0.0.1:1,http://127.0.0.2:1",
      "--listen-peer-urls http://127.0.0.1:1,http://127.0.0.2:1: members are listened for at one address only; give one, or http://0.0.0.0:2380 for all interfaces",
    ],
    [
      "--listen-peer-urls https://127.0.0.1:2380",
      "--initial-advertise-peer-urls http://localhost:2380 and --listen-peer-urls https://127.0.0.1:2380: both must be https://, or both http://",
    ],
    [
      https,
      "--listen-client-urls https://127.0.0.1:2379 asks for TLS: give --cert-file and --key-file, or write http://",
    ],
    ["--cert-file c", "--cert-file c needs --key-file too: a certificate and its key belong together"],
    ["--key-file k", "--key-file k needs --cert-file too: a certificate and its key belong together"],
    [
      `${https} ${tlsFiles} --client-cert-auth`,
      "--client-cert-auth true needs --trusted-ca-file: whose certificates are good?",
    ],
    [
      "--client-cert-auth --trusted-ca-file ca",
      "--client-cert-auth true with --listen-client-urls http://localhost:2379: nobody shows a certificate without TLS; write https://",
    ],
    [
      `${https} ${tlsFiles} --tls-min-version TLS1.3 --tls-max-version TLS1.2`,
      "--tls-min-version TLS1.3 is above --tls-max-version TLS1.2; no version is left",
    ],
    [
      `${peerHttps} --peer-cert-file c --peer-key-file k`,
      "--peer-trusted-ca-file is missing: with https:// peers it says whose certificates members may have; without it anybody could be one",
    ],
    [
      `${peerHttps} ${peerTls} --tls-max-version TLS1.2`,
      "--tls-max-version TLS1.2: members speak TLS 1.3 with each other; leave it out, or raise it",
    ],
    [
      `${peerHttps} ${peerTls} --peer-cert-allowed-cn a --peer-cert-allowed-hostname b`,
      "--peer-cert-allowed-cn a and --peer-cert-allowed-hostname b exclude each other, as in etcd; give one",
    ],
  ];
  for (const [args, expected] of table) assert.equal(refusal({ args }), expected, args);
});

test("what somebody would rely on and is not there is refused with the reason", () => {
  const table: readonly (readonly [string, string])[] = [
    [
      "--auto-tls",
      "--auto-tls true: Quorate makes no certificates; make a certificate for it, and give it by --cert-file",
    ],
    ["--discovery http://x/y", "--discovery http://x/y: name all members in --initial-cluster instead"],
    [
      "--discovery-srv example.com --initial-cluster a=http://a:1",
      "--discovery-srv example.com: name all members in --initial-cluster instead",
    ],
    [
      "--unsafe-no-fsync",
      "--unsafe-no-fsync true: Quorate acknowledges nothing that is not on disk; for tests put --data-dir on a RAM disk",
    ],
    [
      "--peer-crl-file x",
      "--peer-crl-file x: revocations between members are not checked; remove the member, or change --peer-trusted-ca-file",
    ],
  ];
  for (const [args, expected] of table) assert.equal(refusal({ args }), expected, args);
  assert.match(
    refusal({ args: "--force-new-cluster" }),
    /^--force-new-cluster true: members of the old cluster could come back and disagree;/,
  );
  assert.equal(
    refusal({ env: { ETCD_UNSAFE_NO_FSYNC: "1" } }),
    "ETCD_UNSAFE_NO_FSYNC=1: Quorate acknowledges nothing that is not on disk; for tests put --data-dir on a RAM disk",
  );
});
