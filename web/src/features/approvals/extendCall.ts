import { ask } from "@/lib/live/socket";
import type { Call } from "@/lib/protocol";

export async function extendCall(id: string): Promise<Call> {
  return (await ask("approval.extend", { id })).call;
}
