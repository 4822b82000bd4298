import type { Entry, Explanation, Grant, Rule, ToolClass } from "@/lib/policyProtocol";
import type { Me } from "@/lib/protocol";
import { RIGHTS } from "@/lib/roles";
import type { Targets } from "@/lib/targets";

export const alice = { id: "u1", name: "Alice" };
export const bob = { id: "u2", name: "Bob" };

export const members = {
  members: [
    { ...alice, email: "alice@acme.example", roles: ["owner"] },
    { ...bob, email: "bob@acme.example", roles: ["member"] },
  ],
};

export function me(...roles: string[]): Me {
  const model = { name: "demo", demo: true, notice: null };
  return { user: { ...alice, email: "alice@acme.example" }, tenant: { id: "t", slug: "acme", name: "Acme" }, roles, rights: roles.some((role) => role === "owner" || role === "admin") ? [...RIGHTS] : ["runs.start"], model, build_id: "b" };
}

export const noteTool: ToolClass = {
  server: "toolbox",
  server_name: "Toolbox",
  tool: "write_note",
  title: "Write a note",
  effect: "at_most_once",
  risk: null,
  declared: { readOnlyHint: true, destructiveHint: true },
  set_by: null,
  set_at: null,
};

export const targets: Targets = {
  servers: [{ id: "toolbox", name: "Toolbox" }],
  threads: [{ id: "t1", title: "Notes" }],
  toolset: [
    {
      name: "toolbox__write_note",
      server: "toolbox",
      title: "Write a note",
      description: "",
      input_schema: { type: "object", properties: { title: { type: "string", title: "Title" } }, required: ["title"] },
      definition_hash: "ab".repeat(32),
      policy: "ask",
    },
  ],
};

export function aRule(change: Partial<Rule> = {}): Rule {
  return {
    id: "r1",
    layer: "tenant",
    name: "Notes need two",
    server: "toolbox",
    tool: "write_note",
    user: null,
    thread_id: null,
    verdict: "ask",
    condition: "arguments.title != \"\"",
    approvers: { roles: ["approver"], users: ["u2"], count: 2, not_requester: true },
    expiry: { minutes: 90, then: "cancel", to: null, extend: true },
    grants: false,
    critical: false,
    note: "Notes are read by everybody.",
    enabled: true,
    changed_by: alice,
    created_at: "2026-11-21T09:00:00+00:00",
    may_change: true,
    ...change,
  };
}

export function aGrant(change: Partial<Grant> = {}): Grant {
  return {
    id: "g1",
    scope: "arguments",
    user: alice,
    thread_id: "t1",
    thread_title: "Notes",
    server: "toolbox",
    server_name: "Toolbox",
    tool: "write_note",
    definition_hash: "ab".repeat(32),
    arguments: { title: "Kenji" },
    condition: null,
    unattended: false,
    uses_left: 7,
    used: 3,
    used_at: "2026-11-20T09:00:00+00:00",
    expires_at: "2026-12-21T09:00:00+00:00",
    given_by: bob,
    given_at: "2026-11-19T09:00:00+00:00",
    revoked_by: null,
    revoked_at: null,
    state: "live",
    ...change,
  };
}

export const explanation: Explanation = {
  verdict: "ask",
  version: "1.7",
  trace: [
    { layer: "tenant", rule: "Reads run", rule_id: "r0", verdict: "allow", matched: false, decided: false, why: "There is no arguments.amount." },
    { layer: "tenant", rule: "Notes need two", rule_id: "r1", verdict: "ask", matched: true, decided: true, why: "Notes are read by everybody." },
  ],
  effect: "at_most_once",
  risk: "changes",
  needs: [{ rule: "Notes need two", roles: ["approver"], users: [bob], count: 2, not_requester: true }],
  expiry: { minutes: 90, then: "cancel", extend: true, rule: "Notes need two" },
  grant: null,
};

export function anEntry(seq: number, change: Partial<Entry> = {}): Entry {
  return { seq, at: "2026-11-21T09:00:00.123456+00:00", actor: alice, action: "grant.given", target: `g${seq}`, data: { days: 30 }, hash: "cd".repeat(32), ...change };
}
