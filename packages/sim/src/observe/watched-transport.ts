/**
 * A transport with an observer: every message that is handed to it, and every one that it hands on.
 */

import type { Transport, TransportHandlers } from "@quorate/transport";
import { receivedSeen, sentSeen } from "./often-seen.ts";
import type { See } from "./witness.ts";

/** Wraps a member's end of the network. */
export function watchTransport(inner: Transport, see: See): Transport {
  return {
    start: (handlers) => inner.start(watchHandlers(handlers, see)),
    send(messages) {
      for (const message of messages) see(sentSeen(message));
      inner.send(messages);
    },
    setPeers: (peers) => inner.setPeers(peers),
    tombstone: (peer) => inner.tombstone(peer),
    request: (peer, kind, bytes, options) => inner.request(peer, kind, bytes, options),
    peers: () => inner.peers(),
    stats: (peer) => inner.stats(peer),
    isolate: (on) => inner.isolate(on),
    close: () => inner.close(),
  };
}

function watchHandlers(handlers: TransportHandlers, see: See): TransportHandlers {
  return {
    ...handlers,
    onMessage(message) {
      see(receivedSeen(message));
      handlers.onMessage(message);
    },
  };
}
