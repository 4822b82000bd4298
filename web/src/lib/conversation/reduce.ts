import type { Call, CallChange } from "@/lib/protocol";
import type { AgEvent, Stored } from "@/lib/socketProtocol";
import { isWhole, merge, whole } from "./calls";
import { type Conversation, emptyRun, type Item, type Run, type RunState } from "./state";

/** Within a batch the containers are our own and may be written to; what they hold is replaced, never changed. */
type Draft = Conversation;
type EventOf<Type extends AgEvent["type"]> = Extract<AgEvent, { type: Type }>;

function draftOf(conversation: Conversation): Draft {
  const { order, runs, texts, toolCalls, calls, children, early } = conversation;
  return {
    ...conversation,
    order: [...order],
    runs: { ...runs },
    texts: { ...texts },
    toolCalls: { ...toolCalls },
    calls: { ...calls },
    children: { ...children },
    early: { ...early },
  };
}

function addItem(run: Run, item: Item): Run {
  return { ...run, items: [...run.items, item], retry: null };
}

function startText(draft: Draft, run: Run, event: EventOf<"TEXT_MESSAGE_START">): Run {
  const { messageId: id, role } = event;
  draft.texts[id] = { id, role, text: "", incomplete: event.metadata?.incomplete ?? false, at: event.timestamp ?? null };
  const next = addItem(run, { kind: "text", id });
  return role === "assistant" ? { ...next, writing: null } : next;
}

function growText(draft: Draft, run: Run, event: EventOf<"TEXT_MESSAGE_CONTENT">): Run {
  const text = draft.texts[event.messageId];
  if (text) draft.texts[text.id] = { ...text, text: text.text + event.delta };
  return run;
}

function endText(draft: Draft, run: Run, event: EventOf<"TEXT_MESSAGE_END">): Run {
  const text = draft.texts[event.messageId];
  if (text && event.metadata?.incomplete) draft.texts[text.id] = { ...text, incomplete: true };
  return run;
}

/** Models number their calls as they like, so a call's id is only its own within its run. */
function keyOf(run: Run, toolCallId: string): string {
  return `${run.id}/${toolCallId}`;
}

function startToolCall(draft: Draft, run: Run, event: EventOf<"TOOL_CALL_START">): Run {
  const id = keyOf(run, event.toolCallId);
  if (draft.toolCalls[id]) return run;
  draft.toolCalls[id] = { id, name: event.toolCallName, args: "", callIds: [], told: null };
  return addItem({ ...run, writing: null }, { kind: "call", toolCallId: id, parent: event.parentMessageId ?? null });
}

function growToolCall(draft: Draft, run: Run, event: EventOf<"TOOL_CALL_ARGS">): Run {
  const written = draft.toolCalls[keyOf(run, event.toolCallId)];
  if (written) draft.toolCalls[written.id] = { ...written, args: written.args + event.delta };
  return run;
}

function endToolCall(draft: Draft, run: Run, event: EventOf<"TOOL_CALL_RESULT">): Run {
  const written = draft.toolCalls[keyOf(run, event.toolCallId)];
  if (written) draft.toolCalls[written.id] = { ...written, told: event.content };
  return run;
}

function changeCall(draft: Draft, run: Run, change: CallChange): Run {
  const known = draft.calls[change.id];
  const early = draft.early[change.id] ?? [];
  if (!known && !isWhole(change)) {
    draft.early[change.id] = [...early, change];
    return run;
  }
  const call: Call = known ? merge(known, change) : early.reduce(merge, whole(change as Call));
  draft.calls[call.id] = call;
  if (known) return run;
  if (call.parent_id !== null) {
    draft.children[call.parent_id] = [...(draft.children[call.parent_id] ?? []), call.id];
    return run;
  }
  const id = keyOf(run, call.tool_call_id);
  const written = draft.toolCalls[id] ?? { id, name: call.tool.name, args: "", callIds: [], told: null };
  const isNew = draft.toolCalls[id] === undefined;
  draft.toolCalls[id] = { ...written, callIds: [...written.callIds, call.id] };
  return isNew ? addItem(run, { kind: "call", toolCallId: id, parent: null }) : run;
}

const ENDED = { success: "done", cancelled: "cancelled", interrupt: "waiting" } as const satisfies Record<string, RunState>;

function finish(draft: Draft, run: Run, event: EventOf<"RUN_FINISHED">): Run {
  const outcome = event.outcome ?? { type: "success" as const };
  let next: Run = { ...run, state: ENDED[outcome.type], writing: null, retry: null };
  for (const { metadata } of outcome.type === "interrupt" ? (outcome.interrupts ?? []) : []) {
    if (metadata?.call) next = changeCall(draft, next, metadata.call);
  }
  return next;
}

function reduce(draft: Draft, run: Run, event: AgEvent): Run {
  switch (event.type) {
    case "TEXT_MESSAGE_START":
      return startText(draft, run, event);
    case "TEXT_MESSAGE_CONTENT":
      return growText(draft, run, event);
    case "TEXT_MESSAGE_END":
      return endText(draft, run, event);
    case "TOOL_CALL_START":
      return startToolCall(draft, run, event);
    case "TOOL_CALL_ARGS":
      return growToolCall(draft, run, event);
    case "TOOL_CALL_RESULT":
      return endToolCall(draft, run, event);
    case "CUSTOM":
      if (event.name === "call") return changeCall(draft, run, event.value);
      return event.name === "model_retry" ? { ...run, retry: event.value, writing: null } : run;
    case "RUN_STARTED":
      return { ...run, state: "running", writing: null, retry: null, error: null };
    case "RUN_FINISHED":
      return finish(draft, run, event);
    case "RUN_ERROR":
      return { ...run, state: "error", retry: null, error: { message: event.message, code: event.code ?? null } };
    default:
      return run;
  }
}

function applyOne(draft: Draft, { run_id: id, seq, event }: Stored): void {
  const known = draft.runs[id];
  if (!known) draft.order.push(id);
  draft.runs[id] = reduce(draft, known ?? emptyRun(id), event);
  draft.seq = seq;
}

/** Applies stored events in order; drops what is known; stops at a gap, which has to be asked for again. */
export function applyStored(conversation: Conversation, events: Stored[]): { conversation: Conversation; gap: boolean } {
  const fresh = events.filter((stored) => stored.seq > conversation.seq);
  if (fresh.length === 0) return { conversation, gap: false };
  const draft = draftOf(conversation);
  for (const stored of fresh) {
    if (stored.seq <= draft.seq) continue;
    if (stored.seq > draft.seq + 1) return { conversation: draft, gap: true };
    applyOne(draft, stored);
  }
  return { conversation: draft, gap: false };
}

/** What a request's answer says about a call of this conversation. */
export function applyCall(conversation: Conversation, call: Call): Conversation {
  const known = conversation.calls[call.id];
  return known ? { ...conversation, calls: { ...conversation.calls, [call.id]: merge(known, call) } } : conversation;
}
