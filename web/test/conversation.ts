import type { Call } from "@/lib/protocol";
import type { AgEvent, Stored } from "@/lib/socketProtocol";

/** Numbers events from one on, for one run unless another is named. */
export function log(...events: (AgEvent | [string, AgEvent])[]): Stored[] {
  return events.map((event, index) =>
    Array.isArray(event) ? { seq: index + 1, run_id: event[0], event: event[1] } : { seq: index + 1, run_id: "r1", event },
  );
}

export function said(id: string, role: "user" | "assistant", text: string, incomplete = false): AgEvent[] {
  return [
    { type: "TEXT_MESSAGE_START", messageId: id, role, ...(incomplete ? { metadata: { incomplete } } : {}) },
    { type: "TEXT_MESSAGE_CONTENT", messageId: id, delta: text },
    { type: "TEXT_MESSAGE_END", messageId: id },
  ];
}

export function aCall(change: Partial<Call> = {}): Call {
  return {
    id: "c1",
    thread_id: "t1",
    thread_title: "Times",
    run_id: "r1",
    tool_call_id: "tc1",
    kind: "tool",
    parent_id: null,
    state: "proposed",
    reason: "tool_approval",
    tool: {
      name: "get_time",
      server: "toolbox",
      server_name: "Toolbox",
      title: "Current time",
      description: "The time in a zone.",
      input_schema: {
        type: "object",
        properties: { timezone: { type: "string", title: "Time zone", minLength: 3 }, hours: { type: "integer" } },
        required: ["timezone"],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true },
      definition_hash: "h",
    },
    asked: null,
    effect: "at_most_once",
    risk: null,
    unattended: false,
    arguments: { timezone: "Asia/Tokyo" },
    proposed_arguments: null,
    seal: "s1",
    expires_at: null,
    created_at: "2026-11-21T09:00:00Z",
    requester: { id: "u1", name: "Alice" },
    verdict: "ask",
    trace: [],
    needs: [],
    approvals: [],
    expiry: { then: "reject", rule: null },
    may: { decide: true, rule: null, extend: false, remember: [] },
    grant: null,
    decision: null,
    started_at: null,
    ended_at: null,
    result: null,
    error: null,
    evidence: null,
    resolution: null,
    ...change,
  };
}

export const started: AgEvent = { type: "RUN_STARTED", runId: "r1" };
export const finished: AgEvent = { type: "RUN_FINISHED", outcome: { type: "success" } };

export function callEvent(call: Call | (Partial<Call> & Pick<Call, "id" | "tool_call_id" | "state">)): AgEvent {
  return { type: "CUSTOM", name: "call", value: call };
}
