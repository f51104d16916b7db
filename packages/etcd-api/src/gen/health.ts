// Generated from proto/health.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { Service } from "../service.ts";
import type { WireReader } from "../wire-reader.ts";
import { int32Size, stringSize, writeNumber, writeString } from "../wire-writer.ts";

/** Numbers of `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
export const ServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;

/** A number of {@link ServingStatus}, or one that a newer peer knows: proto3's enums are open. */
export type ServingStatus = number;

/** Asks for the health of a service. */
export type HealthCheckRequest = {
  /** Full name; empty for the server as a whole. */
  readonly service: string;
};

/** Codec of {@link HealthCheckRequest}. */
export const HealthCheckRequest: MessageType<HealthCheckRequest> = {
  name: "grpc.health.v1.HealthCheckRequest",
  fields: [
    { name: "service", jsonName: "service", property: "service", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createHealthCheckRequest,
  size: sizeHealthCheckRequest,
  write: writeHealthCheckRequest,
  read: readHealthCheckRequest,
};

/** A {@link HealthCheckRequest} of nothing but zeros, except what is given. */
export function createHealthCheckRequest(init?: Partial<HealthCheckRequest>): HealthCheckRequest {
  if (init === undefined) {
    return {
      service: "",
    };
  }
  return {
    service: init.service ?? "",
  };
}

export function sizeHealthCheckRequest(message: HealthCheckRequest): number {
  let size = 0;
  if (message.service !== "") size += 1 + stringSize(message.service);
  return size;
}

export function writeHealthCheckRequest(message: HealthCheckRequest, target: Uint8Array, end: number): number {
  let at = end;
  if (message.service !== "") {
    at = writeString(target, at, message.service);
    target[--at] = 10;
  }
  return at;
}

export function readHealthCheckRequest(reader: WireReader, message: HealthCheckRequest): void {
  const target = message as Mutable<HealthCheckRequest>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.service = reader.string();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The health of a service. */
export type HealthCheckResponse = {
  readonly status: ServingStatus;
};

/** Codec of {@link HealthCheckResponse}. */
export const HealthCheckResponse: MessageType<HealthCheckResponse> = {
  name: "grpc.health.v1.HealthCheckResponse",
  fields: [
    { name: "status", jsonName: "status", property: "status", number: 1, kind: "enum", repeated: false, oneof: null, long: null, values: ServingStatus, message: null },
  ],
  create: createHealthCheckResponse,
  size: sizeHealthCheckResponse,
  write: writeHealthCheckResponse,
  read: readHealthCheckResponse,
};

/** A {@link HealthCheckResponse} of nothing but zeros, except what is given. */
export function createHealthCheckResponse(init?: Partial<HealthCheckResponse>): HealthCheckResponse {
  if (init === undefined) {
    return {
      status: 0,
    };
  }
  return {
    status: init.status ?? 0,
  };
}

export function sizeHealthCheckResponse(message: HealthCheckResponse): number {
  let size = 0;
  if (message.status !== 0) size += 1 + int32Size(message.status);
  return size;
}

export function writeHealthCheckResponse(message: HealthCheckResponse, target: Uint8Array, end: number): number {
  let at = end;
  if (message.status !== 0) {
    at = writeNumber(target, at, message.status);
    target[--at] = 8;
  }
  return at;
}

export function readHealthCheckResponse(reader: WireReader, message: HealthCheckResponse): void {
  const target = message as Mutable<HealthCheckResponse>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.status = reader.int32();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/** The health check that gRPC clients and load balancers know. */
export const healthService = {
  name: "grpc.health.v1.Health",
  methods: {
    check: {
      name: "Check",
      path: "/grpc.health.v1.Health/Check",
      request: HealthCheckRequest,
      response: HealthCheckResponse,
      clientStreams: false,
      serverStreams: false,
      gatewayPaths: [],
    },
    watch: {
      name: "Watch",
      path: "/grpc.health.v1.Health/Watch",
      request: HealthCheckRequest,
      response: HealthCheckResponse,
      clientStreams: false,
      serverStreams: true,
      gatewayPaths: [],
    },
  },
} as const satisfies Service;
