import { marked } from "marked";
import { useEffect } from "react";
import { announce } from "@/lib/announce";
import { useConversations } from "@/lib/conversation/store";
import type { Conversation, RunState } from "@/lib/conversation/state";
import { t } from "@/lib/i18n";

function ready(conversation: Conversation, runId: string): string | null {
  const last = conversation.runs[runId]?.items.at(-1);
  const text = last?.kind === "text" ? conversation.texts[last.id] : undefined;
  if (!text || text.role !== "assistant") return null;
  const tokens = marked.lexer(text.text);
  const code = tokens.filter((token) => token.type === "code").length;
  const rest = tokens.filter((token) => token.type !== "code" && token.type !== "space").length;
  return t.chat.ready(rest, code);
}

/** Says when an answer begins and when it is there. */
export function useAnswerNews(threadId: string): void {
  useEffect(() => {
    const known = new Map<string, RunState>();
    const note = (conversation: Conversation | undefined, silent: boolean) => {
      for (const id of conversation?.order ?? []) {
        const state = conversation?.runs[id]?.state;
        const before = known.get(id);
        if (!conversation || !state || state === before) continue;
        known.set(id, state);
        if (silent) continue;
        if (state === "running" && before !== "waiting") announce(t.chat.answering);
        if (state === "done") announce(ready(conversation, id) ?? "");
        if (state === "error") announce(t.chat.runError(conversation.runs[id]?.error?.code ?? null));
      }
    };
    const start = useConversations.getState()[threadId];
    let opened = start?.phase === "open";
    note(start?.conversation, true);
    return useConversations.subscribe((state) => {
      const now = state[threadId];
      note(now?.conversation, !opened);
      opened ||= now?.phase === "open";
    });
  }, [threadId]);
}
