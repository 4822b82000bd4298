import { Refusal, sentence } from "@/lib/api/http";
import { keep, load } from "@/lib/storage";
import { uuid } from "@/lib/uuid";
import { ask, DISCONNECTED, socket, UNANSWERED } from "./socket";

/** A message that the server has not acknowledged yet. The run's id is ours, so sending it again is safe. */
export interface Outgoing {
  threadId: string;
  runId: string;
  text: string;
  failed: string | null;
}

export const OUTBOX = "outbox";
const AGAIN_MS = 2000;
const sending = new Set<string>();

const all = () => load<Outgoing[]>(OUTBOX) ?? [];
const write = (list: Outgoing[]) => keep(OUTBOX, list.length > 0 ? list : null);

export function discard(runId: string): void {
  write(all().filter((outgoing) => outgoing.runId !== runId));
}

async function deliver({ threadId, runId, text }: Outgoing): Promise<void> {
  if (sending.has(runId)) return;
  sending.add(runId);
  try {
    await ask("run.start", { thread_id: threadId, run_id: runId, text });
    discard(runId);
  } catch (error) {
    if (error instanceof Refusal && (error.code === DISCONNECTED || error.code === UNANSWERED)) {
      if (socket.connected) setTimeout(() => void deliverAll(), AGAIN_MS);
      return;
    }
    write(all().map((outgoing) => (outgoing.runId === runId ? { ...outgoing, failed: sentence(error) } : outgoing)));
  } finally {
    sending.delete(runId);
  }
}

export function send(threadId: string, text: string): void {
  const outgoing: Outgoing = { threadId, runId: uuid(), text, failed: null };
  write([...all(), outgoing]);
  void deliver(outgoing);
}

/** Sends, in order, what was written while there was no connection. */
export async function deliverAll(): Promise<void> {
  for (const outgoing of all()) if (outgoing.failed === null) await deliver(outgoing);
}

export function resend(runId: string): void {
  write(all().map((outgoing) => (outgoing.runId === runId ? { ...outgoing, failed: null } : outgoing)));
  void deliverAll();
}
