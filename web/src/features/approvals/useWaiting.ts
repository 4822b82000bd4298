import { useShallow } from "zustand/react/shallow";
import { waitingCalls } from "@/lib/conversation/select";
import { useConversations } from "@/lib/conversation/store";
import type { Call } from "@/lib/protocol";

const NONE: Call[] = [];

/** The calls of a conversation that wait, oldest first. */
export function useWaiting(threadId: string): Call[] {
  return useConversations(
    useShallow((state) => {
      const opened = state[threadId];
      return opened ? waitingCalls(opened.conversation) : NONE;
    }),
  );
}
