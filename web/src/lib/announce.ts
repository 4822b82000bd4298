import { create } from "zustand";

/** What the polite live region says; `turn` makes a repeated sentence a new one. */
export const useAnnouncement = create<{ text: string; turn: number }>(() => ({ text: "", turn: 0 }));

export function announce(text: string): void {
  useAnnouncement.setState((now) => ({ text, turn: now.turn + 1 }));
}
