import type { Call, CallChange } from "@/lib/protocol";
import type { ModelRetry } from "@/lib/socketProtocol";

export interface TextItem {
  kind: "text";
  id: string;
}

export interface CallItem {
  kind: "call";
  /** The key in `toolCalls`. */
  toolCallId: string;
  parent: string | null;
}

export type Item = TextItem | CallItem;

export interface Text {
  id: string;
  role: "user" | "assistant";
  text: string;
  incomplete: boolean;
  at: number | null;
}

/** A call as the model wrote it, before and beside its row in the ledger. */
export interface ToolCall {
  id: string;
  name: string;
  args: string;
  /** Its rows in the ledger, oldest first: one that became void may have been proposed anew. */
  callIds: string[];
  told: string | null;
}

export interface Writing {
  messageId: string;
  text: string;
  /** How many characters `text` has as the server counts them (code points). */
  chars: number;
}

export type RunState = "queued" | "running" | "waiting" | "done" | "cancelled" | "error";

export interface Run {
  id: string;
  state: RunState;
  items: Item[];
  writing: Writing | null;
  retry: ModelRetry | null;
  error: { message: string; code: string | null } | null;
}

export interface Conversation {
  threadId: string;
  seq: number;
  order: string[];
  runs: Record<string, Run>;
  texts: Record<string, Text>;
  toolCalls: Record<string, ToolCall>;
  calls: Record<string, Call>;
  /** What was asked before a call could go on, by that call, in the order of the asking. */
  children: Record<string, string[]>;
  /** Changes of calls whose whole row has not been seen yet. */
  early: Record<string, CallChange[]>;
}

export function emptyConversation(threadId: string): Conversation {
  return { threadId, seq: 0, order: [], runs: {}, texts: {}, toolCalls: {}, calls: {}, children: {}, early: {} };
}

export function emptyRun(id: string): Run {
  return { id, state: "queued", items: [], writing: null, retry: null, error: null };
}
