import { create } from "zustand";
import type { ServerProgress } from "@/lib/socketProtocol";

/** Lines of a server's log that are kept of one call. */
const MOST_LINES = 50;

export interface LogLine {
  id: number;
  level: string;
  text: string;
}

/** What a server has told of a call under way; kept nowhere, and gone once the call has come to its end. */
export interface Told {
  /** How far it is; null while the server has not said. */
  progress: { done: number; total: number | null; text: string } | null;
  lines: LogLine[];
}

const NOTHING: Told = { progress: null, lines: [] };
let last = 0;

/** By call. */
export const useTold = create<Record<string, Told>>(() => ({}));

export function tell({ call_id, text, done, total, level }: ServerProgress): void {
  const before = useTold.getState()[call_id] ?? NOTHING;
  if (level !== null) {
    last += 1;
    const lines = [...before.lines, { id: last, level, text: text ?? "" }].slice(-MOST_LINES);
    useTold.setState({ [call_id]: { ...before, lines } });
  } else if (done !== null) {
    useTold.setState({ [call_id]: { ...before, progress: { done, total, text: text ?? "" } } });
  }
}

export function forgetTold(callId: string): void {
  if (!(callId in useTold.getState())) return;
  const { [callId]: _, ...others } = useTold.getState();
  useTold.setState(others, true);
}
