import { Refusal, sentence } from "@/lib/api/http";
import { catchUp, lastSeq, type News, receive, setPhase, useConversations } from "@/lib/conversation/store";
import type { ServerToClient } from "@/lib/socketProtocol";
import { ask, DISCONNECTED, socket, UNANSWERED } from "./socket";

const HIDDEN_MS = 120;
const REOPEN_MS = 400;

/** Opens a thread, keeps it up to date, and closes it: news is reduced once per animation frame. */
export function followThread(threadId: string): () => void {
  let queue: News[] = [];
  let scheduled = false;
  let opening = false;
  let ended = false;
  /** A message whose beginning was asked for once: if it is still missing then, the stored message will bring it. */
  let givenUp: string | null = null;
  let reopenTimer: ReturnType<typeof setTimeout> | null = null;

  const flush = () => {
    scheduled = false;
    if (opening || ended || queue.length === 0) return;
    const batch = queue;
    queue = [];
    const { gap, missing } = receive(threadId, batch);
    if (gap || (missing !== null && missing !== givenUp)) {
      givenUp = missing;
      reopenSoon();
    }
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    if (document.visibilityState === "visible") requestAnimationFrame(flush);
    else setTimeout(flush, HIDDEN_MS);
  };
  const reopenSoon = () => {
    reopenTimer ??= setTimeout(() => {
      reopenTimer = null;
      void open();
    }, REOPEN_MS);
  };
  const open = async () => {
    if (opening || ended || !socket.connected) return;
    opening = true;
    const after = lastSeq(threadId);
    try {
      const { events, live } = await ask("thread.open", after > 0 ? { thread_id: threadId, after } : { thread_id: threadId });
      if (!ended) catchUp(threadId, events, live);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : "internal";
      if (code !== DISCONNECTED && code !== UNANSWERED && !ended) setPhase(threadId, { failed: sentence(error), code });
    } finally {
      opening = false;
      schedule();
    }
  };
  const stored: ServerToClient["event"] = (message) => {
    if (message.thread_id !== threadId) return;
    queue.push({ kind: "stored", stored: message });
    schedule();
  };
  const live: ServerToClient["live"] = (message) => {
    if (message.thread_id !== threadId) return;
    queue.push({ kind: "live", live: message });
    schedule();
  };
  const connected = () => void open();

  if (!useConversations.getState()[threadId]) setPhase(threadId, "opening");
  socket.on("event", stored);
  socket.on("live", live);
  socket.on("connect", connected);
  void open();
  return () => {
    ended = true;
    if (reopenTimer !== null) clearTimeout(reopenTimer);
    socket.off("event", stored);
    socket.off("live", live);
    socket.off("connect", connected);
    if (socket.connected) void ask("thread.close", { thread_id: threadId }).catch(() => undefined);
  };
}
