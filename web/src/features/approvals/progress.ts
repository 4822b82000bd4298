import { keep, useKept } from "@/lib/storage";
import type { JsonObject } from "@/lib/protocol";

/** What a person has begun to do in a card, kept over reloads. */
export type Progress =
  | { mode: "edit"; arguments: JsonObject }
  | { mode: "reject"; reason: string }
  | { mode: "respond"; response: string }
  | { mode: "fill"; content: JsonObject };

const name = (callId: string) => `card.${callId}`;

export function useProgress(callId: string): [Progress | null, (progress: Progress | null) => void] {
  return useKept<Progress>(name(callId));
}

export function forgetProgress(callId: string): void {
  keep(name(callId), null);
}
