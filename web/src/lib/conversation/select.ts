import type { Call } from "@/lib/protocol";
import { isWaiting } from "./calls";
import type { CallItem, Conversation, Item, Run } from "./state";

/** The calls behind one that the model wrote, each followed by what was asked before it could go on. */
export function callsOf(conversation: Conversation, toolCallId: string): Call[] {
  const ids = conversation.toolCalls[toolCallId]?.callIds ?? [];
  return ids.flatMap((id) => [id, ...(conversation.children[id] ?? [])]).flatMap((id) => conversation.calls[id] ?? []);
}

/** The calls of this conversation that wait for somebody, oldest first. */
export function waitingCalls(conversation: Conversation): Call[] {
  const items = conversation.order.flatMap((id) => conversation.runs[id]?.items ?? []);
  return items.flatMap((item) => (item.kind === "call" ? callsOf(conversation, item.toolCallId) : [])).filter(isWaiting);
}

const ACTIVE = new Set(["running", "waiting"]);

/** The run that stands at work, or waits for a person; else the first one in the queue. */
export function activeRun(conversation: Conversation): Run | null {
  const runs = conversation.order.flatMap((id) => conversation.runs[id] ?? []);
  return runs.find((run) => ACTIVE.has(run.state)) ?? runs.find((run) => run.state === "queued") ?? null;
}

export type Piece = { kind: "text"; id: string } | { kind: "calls"; id: string; toolCallIds: string[] };

function belongs(piece: Piece | undefined, item: CallItem, previous: Item | undefined): piece is Extract<Piece, { kind: "calls" }> {
  return piece?.kind === "calls" && previous?.kind === "call" && previous.parent === item.parent;
}

/** A run's items with the calls of one turn put together. */
export function pieces(items: Item[]): Piece[] {
  const made: Piece[] = [];
  items.forEach((item, index) => {
    if (item.kind === "text") {
      made.push({ kind: "text", id: item.id });
      return;
    }
    const last = made.at(-1);
    if (belongs(last, item, items[index - 1])) last.toolCallIds.push(item.toolCallId);
    else made.push({ kind: "calls", id: item.toolCallId, toolCallIds: [item.toolCallId] });
  });
  return made;
}
