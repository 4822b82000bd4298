import { ask } from "@/lib/live/socket";

export async function retryRun(threadId: string, runId: string): Promise<void> {
  await ask("run.retry", { thread_id: threadId, run_id: runId });
}
