/**
 * What this server calls itself to clients of etcd. In one place, since it decides what they try: 3.6 until KV.RangeStream
 * is served (reference, "Version to report"). Purely numeric: Patroni parses it with `int()`.
 */

/** Version of the server. */
export const serverVersion = "3.6.6";

/** Version of what the cluster may use: the lowest of its members, without the patch. */
export const clusterVersion = "3.6.0";

/** Version of the stored state, in etcd's words. */
export const storageVersion = "3.6.0";
