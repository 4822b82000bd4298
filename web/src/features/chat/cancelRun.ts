import { ask } from "@/lib/live/socket";

export async function cancelRun(threadId: string, runId: string): Promise<void> {
  await ask("run.cancel", { thread_id: threadId, run_id: runId });
}
