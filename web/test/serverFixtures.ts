import type { Server } from "@/lib/protocol";
import type { ServerPage, ServerTool } from "@/lib/serversProtocol";

export function aServer(change: Partial<Server> = {}): Server {
  return {
    id: "toolbox",
    name: "Toolbox",
    description: "Clocks and notes",
    transport: "http",
    state: "off",
    code: null,
    message: null,
    retry_at: null,
    tools: 0,
    version: null,
    protocol: null,
    origin: "platform",
    auth: "none",
    categories: [],
    icon: null,
    trust: "untrusted",
    login: "none",
    set_aside: 0,
    quarantined: false,
    ...change,
  };
}

export function aTool(change: Partial<ServerTool> = {}): ServerTool {
  return {
    tool: "write_note",
    name: "toolbox__write_note",
    title: "Write a note",
    description: "Writes it down.",
    input_schema: { type: "object", properties: { title: { type: "string", description: "What it is called" } }, required: ["title"] },
    definition_hash: "ab".repeat(32),
    declared: { readOnlyHint: true },
    effect: "at_most_once",
    risk: "changes",
    policy: "ask",
    state: "in_use",
    flags: [],
    ...change,
  };
}

export function aPage(change: Partial<ServerPage> = {}): ServerPage {
  return { server: aServer({ state: "connected", tools: 1 }), url: null, headers: [], may: { change: false, accept: false }, tools: [aTool()], ...change };
}
