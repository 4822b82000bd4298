/** The wire, version 1: a mirror of docs/protocol.md. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Person {
  id: string;
  name: string;
}

export interface FieldError {
  field: string;
  message: string;
  /** Where in the field's text, counted from one; only for a condition. */
  line?: number;
  column?: number;
}

export interface WireError {
  code: string;
  message: string;
  errors?: FieldError[];
  by?: Person;
  at?: string;
  rule?: string;
}

export interface Problem {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail: string;
  request_id?: string;
  errors?: FieldError[];
  by?: Person;
  at?: string;
  rule?: string;
}

export interface Model {
  name: string;
  demo: boolean;
  notice: string | null;
}

export interface Me {
  user: Person & { email: string };
  tenant: { id: string; slug: string; name: string };
  roles: string[];
  /** What these roles may do. */
  rights: string[];
  model: Model;
  build_id: string;
}

export type ServerState = "off" | "connecting" | "connected" | "sign_in" | "error";

export interface Server {
  id: string;
  name: string;
  description: string;
  transport: "stdio" | "sse" | "http";
  state: ServerState;
  code: string | null;
  message: string | null;
  retry_at: string | null;
  tools: number;
  version: string | null;
  protocol: string | null;
  /** Whose entry it is: the operator's, the organisation's, or one's own. */
  origin: "platform" | "tenant" | "personal";
  auth: "none" | "headers" | "oauth";
  categories: string[];
  icon: string | null;
  trust: "trusted" | "untrusted";
  login: "none" | "missing" | "signed_in" | "expired";
  /** Tools whose definition changed, and that wait for somebody to accept it. */
  set_aside: number;
  quarantined: boolean;
}

export interface ToolInfo {
  name: string;
  server: string;
  title: string | null;
  description: string;
  input_schema: JsonObject;
  definition_hash: string;
  policy: "allow" | "ask" | "deny";
}

export interface Toolset {
  revision: number;
  tools: ToolInfo[];
}

export interface Initialized extends Omit<Me, "build_id"> {
  servers: Server[];
  toolset: Toolset;
}

export interface Connected {
  server: Server;
  toolset: Toolset;
}

export type CallState =
  | "proposed"
  | "approved"
  | "rejected"
  | "answered"
  | "expired"
  | "cancelled"
  | "void"
  | "started"
  | "input_required"
  | "succeeded"
  | "failed"
  | "unknown"
  | "confirmed_done"
  | "confirmed_not_done";

export interface Annotations {
  title?: string | null;
  readOnlyHint?: boolean | null;
  destructiveHint?: boolean | null;
  idempotentHint?: boolean | null;
  openWorldHint?: boolean | null;
}

export interface CallTool {
  name: string;
  server: string;
  server_name: string;
  title: string | null;
  description: string | null;
  input_schema: JsonObject;
  annotations: Annotations | null;
  definition_hash: string;
}

export type Risk = "reads" | "changes" | "destroys" | "leaves";
export type Effect = "pure" | "idempotent" | "at_most_once";
export type Verdict = "allow" | "ask" | "deny";
export type CallKind = "tool" | "elicitation" | "login" | "sampling" | "sampling_answer";
/** How far a remembered answer reaches: these arguments in this chat, this chat, every chat of the requester. */
export type Remember = "arguments" | "thread" | "always";

/** A rule or grant that was looked at, and whether it is the one that decided. */
export interface TraceStep {
  layer: string;
  rule: string;
  rule_id: string | null;
  verdict: Verdict;
  matched: boolean;
  decided: boolean;
  why: string;
}

/** What a server wants to be told, to be signed in to, or to have written. */
export interface Asked {
  mode: "form" | "url" | null;
  message: string;
  schema: JsonObject | null;
  url: string | null;
}

/** So many different people of these roles, or of these by name, have to approve. */
export interface Need {
  rule: string;
  roles: string[];
  users: Person[];
  count: number;
  not_requester: boolean;
}

interface KeptBlock {
  id: string;
  mime_type: string;
  name: string;
  size: number;
}

/** What a tool gave besides text; what has an `id` is an artifact. */
export type ResultBlock =
  | (KeptBlock & { kind: "image" | "audio" | "text" })
  | (KeptBlock & { kind: "resource"; uri: string })
  | { kind: "resource_link"; uri: string; name: string; title: string | null; description: string | null; mime_type: string | null; size: number | null }
  | { kind: "omitted"; note: string };

export interface Call {
  id: string;
  thread_id: string;
  thread_title: string;
  run_id: string;
  tool_call_id: string;
  kind: CallKind;
  parent_id: string | null;
  state: CallState;
  reason: "tool_approval" | Exclude<CallKind, "tool">;
  tool: CallTool;
  asked: Asked | null;
  effect: Effect;
  risk: Risk | null;
  unattended: boolean;
  arguments: JsonObject;
  proposed_arguments: JsonObject | null;
  seal: string;
  expires_at: string | null;
  created_at: string;
  requester: Person;
  verdict: Verdict;
  trace: TraceStep[];
  needs: Need[];
  approvals: { by: Person; at: string }[];
  expiry: { then: "reject" | "cancel" | "escalate"; rule: string | null };
  /** Others are asked, because those who were asked first did not answer. */
  escalated?: boolean;
  /** What whoever reads it may do. */
  may: { decide: boolean; rule: string | null; extend: boolean; remember: Remember[] };
  grant: { id: string; scope: Remember | "everybody"; by: Person } | null;
  decision: { kind: "approve" | "reject" | "respond"; by: Person; at: string; reason: string | null } | null;
  started_at: string | null;
  ended_at: string | null;
  result: { text: string; structured: Json; is_error: boolean; blocks?: ResultBlock[] } | null;
  error: { code: string; message: string } | null;
  evidence: { sent_at: string | null; sent: Json; last_heard: Json; why: string; stopped?: boolean } | null;
  resolution: { by: Person; at: string; note: string | null } | null;
}

export type CallChange = Partial<Call> & Pick<Call, "id" | "tool_call_id" | "state">;

export type Scope = "mine" | "tenant" | "unattended";

export interface Approvals {
  approvals: Call[];
  counts: Record<Scope, number>;
}

export type Decision =
  | { decision: "approve"; seal: string; arguments?: JsonObject; remember?: Remember }
  | { decision: "reject"; seal: string; reason?: string }
  | { decision: "respond"; seal: string; response?: string; content?: JsonObject };

export type Resolution = "confirmed_done" | "confirmed_not_done";
