import { create } from "zustand";
import type { Call } from "@/lib/protocol";
import type { Live, LiveSnapshot, Stored } from "@/lib/socketProtocol";
import { applyLive, applySnapshot } from "./live";
import { applyCall, applyStored } from "./reduce";
import { type Conversation, emptyConversation } from "./state";

type Phase = "opening" | "open" | { failed: string; code: string };

export interface Opened {
  conversation: Conversation;
  phase: Phase;
}

/** The conversations that this page has opened, by thread. */
export const useConversations = create<Record<string, Opened>>(() => ({}));

export type News = { kind: "stored"; stored: Stored } | { kind: "live"; live: Live };

function current(threadId: string): Opened {
  return useConversations.getState()[threadId] ?? { conversation: emptyConversation(threadId), phase: "opening" };
}

function put(threadId: string, opened: Opened): void {
  useConversations.setState({ [threadId]: opened });
}

export interface Missing {
  /** Stored events in between are missing. */
  gap: boolean;
  /** The message being written whose beginning is missing. */
  missing: string | null;
}

/** Reduces a batch of news in the order in which it came; tells what would have to be asked for. */
export function receive(threadId: string, batch: News[]): Missing {
  const opened = current(threadId);
  let { conversation } = opened;
  let gap = false;
  let missing: string | null = null;
  for (const news of batch) {
    if (news.kind === "stored") {
      const applied = applyStored(conversation, [news.stored]);
      conversation = applied.conversation;
      gap ||= applied.gap;
    } else {
      const applied = applyLive(conversation, news.live);
      if (applied === "gap") missing = news.live.message_id;
      else conversation = applied;
    }
  }
  if (conversation !== opened.conversation) put(threadId, { ...opened, conversation });
  return { gap, missing };
}

/** What `thread.open` answered. */
export function catchUp(threadId: string, events: Stored[], live: LiveSnapshot | null): void {
  const { conversation } = applyStored(current(threadId).conversation, events);
  put(threadId, { conversation: applySnapshot(conversation, live), phase: "open" });
}

export function lastSeq(threadId: string): number {
  return current(threadId).conversation.seq;
}

export function setPhase(threadId: string, phase: Phase): void {
  put(threadId, { ...current(threadId), phase });
}

export function receiveCall(call: Call): void {
  const opened = useConversations.getState()[call.thread_id];
  if (opened) put(call.thread_id, { ...opened, conversation: applyCall(opened.conversation, call) });
}
