import { create } from "zustand";

export type Phase = "connecting" | "online" | "reconnecting" | "offline" | "signed_out";

interface Connection {
  phase: Phase;
  /** When the next attempt is made, in milliseconds since the epoch. */
  retryAt: number | null;
}

export const useConnection = create<Connection>(() => ({ phase: "connecting", retryAt: null }));

export function signedOut(): void {
  useConnection.setState({ phase: "signed_out", retryAt: null });
}
