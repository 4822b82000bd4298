/** The wire of the pages of servers: a mirror of docs/protocol.md. */

import type { Effect, Risk, Verdict } from "./policyProtocol";
import type { Annotations, JsonObject, Person, Server } from "./protocol";

export type ServerScope = "tenant" | "personal";

export interface Flag {
  kind: "invisible" | "too_long" | "confusable";
  message: string;
}

export interface ServerTool {
  /** The server's name of it; `name` is the one that models use. */
  tool: string;
  name: string;
  title: string | null;
  description: string;
  input_schema: JsonObject;
  definition_hash: string;
  /** The server's own word; it decides nothing. */
  declared: Annotations | null;
  effect: Effect;
  risk: Risk | null;
  policy: Verdict;
  state: "in_use" | "set_aside";
  flags: Flag[];
}

export interface ServerPage {
  server: Server;
  url: string | null;
  /** Names only: values are never given back. */
  headers: string[];
  may: { change: boolean; accept: boolean };
  tools: ServerTool[];
}

export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

export interface Version {
  hash: string;
  state: "first" | "set_aside" | "accepted";
  seen_at: string;
  decided_by: Person | null;
  decided_at: string | null;
  changes: Change[];
}

export interface Definitions {
  quarantined: boolean;
  may_accept: boolean;
  tools: { tool: string; title: string | null; versions: Version[] }[];
}

export interface ServerBody {
  name: string;
  description?: string;
  icon?: string | null;
  categories?: string[];
  transport: "http" | "sse";
  url: string;
  auth: Server["auth"];
  /** In a change, null keeps the value that is there. */
  headers?: Record<string, string | null>;
  scope?: ServerScope;
}

export interface Tested {
  state: Server["state"];
  code?: string | null;
  message?: string | null;
  tools: ServerTool[];
}

export interface Imported {
  servers: Server[];
  refused: { name: string; code: string; message: string }[];
}

export interface ServersPolicy {
  personal: "catalogue" | "allow_list" | "any";
  hosts: string[];
}
