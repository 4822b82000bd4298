import type { Call, CallChange, CallState, Decision, Resolution, Server, Toolset, WireError } from "./protocol";
import type { Thread } from "./threadsProtocol";

/** What goes over the socket, and the events of a conversation: a mirror of docs/protocol.md. */

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

/** What a server tells while it works on a call: how far it is, or (`level`) a line of its log. */
export interface ServerProgress {
  thread_id: string;
  run_id: string;
  call_id: string;
  text: string | null;
  done: number | null;
  total: number | null;
  level: string | null;
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
  progress: (message: ServerProgress) => void;
  thread: (thread: Thread) => void;
  "thread.deleted": (message: { id: string }) => void;
  approval: (message: { id: string; thread_id: string; state: CallState; tool: string; server: string; waiting: number }) => void;
  toolset: (toolset: Toolset) => void;
  server: (server: Server) => void;
  "server.deleted": (message: { id: string }) => void;
  me: () => void;
  grant: (message: { id: string; state: string }) => void;
}

export interface Requests {
  "thread.open": [{ thread_id: string; after?: number }, { seq: number; events: Stored[]; live: LiveSnapshot | null }];
  "thread.close": [{ thread_id: string }, object];
  "run.start": [{ thread_id: string; run_id: string; text: string }, { run_id: string; seq: number }];
  "run.cancel": [{ thread_id: string; run_id: string }, object];
  "run.retry": [{ thread_id: string; run_id: string }, object];
  "approval.decide": [{ id: string } & Decision, { call: Call }];
  "approval.extend": [{ id: string }, { call: Call }];
  "approval.resolve": [{ id: string; resolution: Resolution; note?: string }, { call: Call }];
}

export type ClientToServer = {
  [Name in keyof Requests]: (body: Requests[Name][0], ack: (answer: Ack<Requests[Name][1]>) => void) => void;
};
