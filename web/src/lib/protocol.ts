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

export interface Thread {
  id: string;
  title: string;
  created_at: string;
  updated_at: string;
  state: "idle" | "queued" | "running" | "waiting";
  waiting: number;
}

export interface ThreadPage {
  threads: Thread[];
  next: string | null;
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

export interface Call {
  id: string;
  thread_id: string;
  thread_title: string;
  run_id: string;
  tool_call_id: string;
  state: CallState;
  reason: "tool_approval";
  tool: CallTool;
  arguments: JsonObject;
  proposed_arguments: JsonObject | null;
  seal: string;
  expires_at: string | null;
  created_at: string;
  requester: Person;
  verdict: "allow" | "ask" | "deny";
  trace: { rule: string; verdict: string; why: string }[];
  decision: { kind: "approve" | "reject" | "respond"; by: Person; at: string; reason: string | null } | null;
  started_at: string | null;
  ended_at: string | null;
  result: { text: string; structured: Json; is_error: boolean } | null;
  error: { code: string; message: string } | null;
  evidence: { sent_at: string | null; sent: Json; last_heard: Json; why: string } | null;
  resolution: { by: Person; at: string; note: string | null } | null;
}

export type CallChange = Partial<Call> & Pick<Call, "id" | "tool_call_id" | "state">;

export type Decision =
  | { decision: "approve"; seal: string; arguments?: JsonObject }
  | { decision: "reject"; seal: string; reason?: string }
  | { decision: "respond"; seal: string; response: string };

export type Resolution = "confirmed_done" | "confirmed_not_done";

export interface ModelRetry {
  attempt: number;
  of: number;
  wait_seconds: number;
  code: string;
}

export type AgEvent =
  | { type: "TEXT_MESSAGE_START"; messageId: string; role: "user" | "assistant"; metadata?: { incomplete?: boolean } | null; timestamp?: number | null }
  | { type: "TEXT_MESSAGE_CONTENT"; messageId: string; delta: string }
  | { type: "TEXT_MESSAGE_END"; messageId: string; metadata?: { incomplete?: boolean } | null }
  | { type: "RUN_STARTED"; threadId?: string; runId: string }
  | { type: "TOOL_CALL_START"; toolCallId: string; toolCallName: string; parentMessageId?: string | null }
  | { type: "TOOL_CALL_ARGS"; toolCallId: string; delta: string }
  | { type: "TOOL_CALL_END"; toolCallId: string }
  | { type: "TOOL_CALL_RESULT"; toolCallId: string; messageId: string; content: string }
  | { type: "CUSTOM"; name: "call"; value: CallChange }
  | { type: "CUSTOM"; name: "model_retry"; value: ModelRetry }
  | { type: "RUN_FINISHED"; outcome?: RunOutcome | null }
  | { type: "RUN_ERROR"; message: string; code?: string | null };

export type RunOutcome =
  | { type: "success" }
  | { type: "cancelled" }
  | { type: "interrupt"; interrupts?: { id: string; toolCallId?: string; metadata?: { call?: Call } | null }[] };

export interface Stored {
  seq: number;
  run_id: string;
  event: AgEvent;
}

export interface Live {
  run_id: string;
  message_id: string;
  offset: number;
  delta: string;
}

export interface LiveSnapshot {
  run_id: string;
  message_id: string;
  text: string;
}

export type Ack<T extends object = object> = ({ ok: true } & T) | { ok: false; error: WireError };

export interface ServerToClient {
  event: (message: Stored & { thread_id: string }) => void;
  live: (message: Live & { thread_id: string }) => void;
  thread: (thread: Thread) => void;
  "thread.deleted": (message: { id: string }) => void;
  approval: (message: { id: string; thread_id: string; state: CallState; tool: string; server: string; waiting: number }) => void;
  toolset: (toolset: Toolset) => void;
  server: (server: Server) => void;
  grant: (message: { id: string; state: string }) => void;
}

export interface Requests {
  "thread.open": [{ thread_id: string; after?: number }, { seq: number; events: Stored[]; live: LiveSnapshot | null }];
  "thread.close": [{ thread_id: string }, object];
  "run.start": [{ thread_id: string; run_id: string; text: string }, { run_id: string; seq: number }];
  "run.cancel": [{ thread_id: string; run_id: string }, object];
  "run.retry": [{ thread_id: string; run_id: string }, object];
  "approval.decide": [{ id: string } & Decision, { call: Call }];
  "approval.resolve": [{ id: string; resolution: Resolution; note?: string }, { call: Call }];
}

export type ClientToServer = {
  [Name in keyof Requests]: (body: Requests[Name][0], ack: (answer: Ack<Requests[Name][1]>) => void) => void;
};
