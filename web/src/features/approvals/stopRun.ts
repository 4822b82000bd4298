import { ask } from "@/lib/live/socket";
import type { Call } from "@/lib/protocol";

export async function stopRun(call: Call): Promise<void> {
  await ask("run.cancel", { thread_id: call.thread_id, run_id: call.run_id });
}
