import type { Live, LiveSnapshot } from "@/lib/socketProtocol";
import type { Conversation, Run, Writing } from "./state";

const length = (text: string) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

const slice = (text: string, from: number, to: number) => [...text].slice(from, to).join("");

function write(now: Writing | null, live: Live): Writing | "gap" {
  const delta = live.delta;
  if (!now || now.messageId !== live.message_id) {
    return live.offset === 0 ? { messageId: live.message_id, text: delta, chars: length(delta) } : "gap";
  }
  if (live.offset === now.chars) return { ...now, text: now.text + delta, chars: now.chars + length(delta) };
  if (live.offset > now.chars) return "gap";
  const end = live.offset + length(delta);
  if (end <= now.chars && slice(now.text, live.offset, end) === delta) return now;
  return { ...now, text: slice(now.text, 0, live.offset) + delta, chars: end };
}

/** Puts text that is being written where it belongs; "gap" if what comes before it is missing. */
export function applyLive(conversation: Conversation, live: Live): Conversation | "gap" {
  if (conversation.texts[live.message_id]) return conversation;
  const run = conversation.runs[live.run_id];
  if (!run) return "gap";
  const writing = write(run.writing, live);
  if (writing === "gap") return "gap";
  if (writing === run.writing) return conversation;
  return withRun(conversation, { ...run, writing, retry: null });
}

/** The text so far, as `thread.open` tells it. */
export function applySnapshot(conversation: Conversation, live: LiveSnapshot | null): Conversation {
  if (!live || conversation.texts[live.message_id]) return conversation;
  const run = conversation.runs[live.run_id];
  if (!run) return conversation;
  const chars = length(live.text);
  if (run.writing?.messageId === live.message_id && run.writing.chars > chars) return conversation;
  return withRun(conversation, { ...run, writing: { messageId: live.message_id, text: live.text, chars } });
}

export function withRun(conversation: Conversation, run: Run): Conversation {
  return { ...conversation, runs: { ...conversation.runs, [run.id]: run } };
}
