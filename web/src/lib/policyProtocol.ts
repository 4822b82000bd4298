/** The wire of policy, grants and the record: a mirror of docs/protocol.md. */
import type { Annotations, JsonObject, Person } from "./protocol";

export type Verdict = "allow" | "ask" | "deny";
export type Layer = "platform" | "tenant" | "server" | "tool" | "user" | "thread";
export type Effect = "pure" | "idempotent" | "at_most_once";
export type Risk = "reads" | "changes" | "destroys" | "leaves";

export interface Approvers {
  roles: string[];
  users: string[];
  count: number;
  not_requester: boolean;
}

export interface Expiry {
  minutes: number;
  then: "reject" | "cancel" | "escalate";
  to?: Approvers | null;
  extend: boolean;
}

export interface Rule {
  id: string;
  layer: Layer;
  name: string;
  server: string | null;
  tool: string | null;
  user: Person | null;
  thread_id: string | null;
  verdict: Verdict;
  condition: string | null;
  approvers: Approvers | null;
  expiry: Expiry | null;
  grants: boolean;
  critical: boolean;
  note: string | null;
  enabled: boolean;
  changed_by: Person | null;
  created_at: string;
  may_change: boolean;
}

export interface RuleBody {
  layer: Layer;
  name: string;
  server: string | null;
  tool: string | null;
  user_id: string | null;
  thread_id: string | null;
  verdict: Verdict;
  condition: string | null;
  approvers: Approvers | null;
  expiry: Expiry | null;
  grants: boolean;
  critical: boolean;
  note: string;
  enabled: boolean;
}

export interface Policy {
  version: string;
  rules: Rule[];
}

export interface TraceStep {
  layer: string;
  rule: string;
  rule_id: string | null;
  verdict: Verdict;
  matched: boolean;
  decided: boolean;
  why: string;
}

export interface Need {
  rule: string;
  roles: string[];
  users: Person[];
  count: number;
  not_requester: boolean;
}

export interface Question {
  server: string;
  tool: string;
  arguments: JsonObject;
  user_id?: string;
  unattended?: boolean;
}

export interface Explanation {
  verdict: Verdict;
  version: string;
  trace: TraceStep[];
  effect: Effect;
  risk: Risk | null;
  needs: Need[];
  expiry: (Omit<Expiry, "to"> & { rule?: string | null }) | null;
  grant: Grant | null;
}

export interface SimulatedCall {
  id: string;
  at: string;
  server: string;
  tool: string;
  arguments: JsonObject;
  requester: Person;
  before: Verdict;
  after: Verdict;
}

export interface Simulation {
  looked_at: number;
  truncated: boolean;
  changed: number;
  calls: SimulatedCall[];
}

export interface ToolClass {
  server: string;
  server_name: string;
  tool: string;
  title: string | null;
  effect: Effect;
  risk: Risk | null;
  declared: Annotations | null;
  set_by: Person | null;
  set_at: string | null;
}

export interface Member extends Person {
  email: string;
  roles: string[];
}

/** A member as those see them who manage members. */
export interface Standing extends Member {
  active: boolean;
  /** An admin has said which roles; what the identity provider says about them does not count. */
  roles_set: boolean;
  /** The identity provider that knows them. */
  source: string;
  sessions: number;
  seen_at: string | null;
}

export interface Session {
  id: string;
  /** What the browser says it is. */
  agent: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  current: boolean;
}

export interface Invitation {
  id: string;
  roles: string[];
  /** Who alone may use it, if not whoever has the link. */
  email: string | null;
  state: "open" | "used" | "revoked" | "expired";
  given_by: Person;
  used_by: Person | null;
  created_at: string;
  expires_at: string;
}

/** An identity provider that the organisation entered itself; its addresses here are for its administrators. */
export interface OwnProvider {
  id: string;
  name: string;
  issuer: string;
  client_id: string;
  scope: string;
  roles_claim: string;
  known: Record<string, string>;
  otherwise: string | null;
  creates: boolean;
  sign_in: string;
  redirect_uri: string;
  backchannel_logout_uri: string;
}

/** An organisation that one belongs to oneself. */
export interface OwnTenant {
  id: string;
  slug: string;
  name: string;
  roles: string[];
  current: boolean;
}

export type GrantScope = "arguments" | "thread" | "always" | "everybody";
export type GrantState = "live" | "revoked" | "expired" | "used_up" | "void";

export interface Grant {
  id: string;
  scope: GrantScope;
  user: Person | null;
  thread_id: string | null;
  thread_title: string | null;
  server: string;
  server_name: string;
  tool: string;
  definition_hash: string;
  arguments: JsonObject | null;
  condition: string | null;
  unattended: boolean;
  uses_left: number | null;
  used: number;
  used_at: string | null;
  expires_at: string;
  given_by: Person;
  given_at: string;
  revoked_by: Person | null;
  revoked_at: string | null;
  state: GrantState;
}

export interface GrantBody {
  server: string;
  tool: string;
  definition_hash: string;
  user_id?: string | null;
  thread_id?: string;
  arguments?: JsonObject;
  condition?: string;
  unattended?: boolean;
  uses?: number;
  days?: number;
}

export interface Entry {
  seq: number;
  at: string;
  actor: Person | null;
  action: string;
  target: string;
  data: JsonObject;
  hash: string;
}

export interface RecordPage {
  entries: Entry[];
  next: number | null;
  head: { seq: number; hash: string } | null;
}
