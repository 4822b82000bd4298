import { useConversations } from "@/lib/conversation/store";

export function useRun(threadId: string, runId: string) {
  return useConversations((state) => state[threadId]?.conversation.runs[runId]);
}

export function useText(threadId: string, id: string) {
  return useConversations((state) => state[threadId]?.conversation.texts[id]);
}

export function useOrder(threadId: string) {
  return useConversations((state) => state[threadId]?.conversation.order);
}

/** Whether an earlier run of the thread is still under way, so that this one has to wait. */
export function useIsBehind(threadId: string, runId: string): boolean {
  return useConversations((state) => {
    const conversation = state[threadId]?.conversation;
    if (!conversation) return false;
    for (const id of conversation.order) {
      if (id === runId) return false;
      const before = conversation.runs[id]?.state;
      if (before === "running" || before === "waiting" || before === "queued") return true;
    }
    return false;
  });
}
