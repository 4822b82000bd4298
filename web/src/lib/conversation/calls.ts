import type { Call, CallChange, CallState } from "@/lib/protocol";

const RANK: Record<CallState, number> = {
  proposed: 0,
  approved: 1,
  rejected: 1,
  answered: 1,
  expired: 1,
  cancelled: 1,
  void: 1,
  started: 2,
  succeeded: 3,
  failed: 3,
  unknown: 3,
  confirmed_done: 4,
  confirmed_not_done: 4,
};

/** A call's life only goes forward: news that is older than what is known changes nothing. */
export function merge(known: Call, news: CallChange): Call {
  return RANK[news.state] < RANK[known.state] ? known : { ...known, ...news };
}

export function isWhole(change: CallChange): change is Call {
  return "tool" in change && "arguments" in change && "seal" in change;
}

export function isWaiting(call: Call): boolean {
  return call.state === "proposed" && call.verdict !== "deny";
}

export function isMoving(state: CallState): boolean {
  return state === "approved" || state === "started";
}
