import { ask } from "@/lib/live/socket";
import type { Call, Decision } from "@/lib/protocol";

export async function decide(id: string, decision: Decision): Promise<Call> {
  return (await ask("approval.decide", { id, ...decision })).call;
}
