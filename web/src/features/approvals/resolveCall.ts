import { ask } from "@/lib/live/socket";
import type { Call, Resolution } from "@/lib/protocol";

export async function resolveCall(id: string, resolution: Resolution, note: string): Promise<Call> {
  return (await ask("approval.resolve", note ? { id, resolution, note } : { id, resolution })).call;
}
