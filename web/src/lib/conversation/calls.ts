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
  input_required: 2,
  succeeded: 3,
  failed: 3,
  unknown: 3,
  confirmed_done: 4,
  confirmed_not_done: 4,
};

/** States out of which nothing leads, whatever their rank. */
const ENDED = new Set<CallState>(["rejected", "answered", "expired", "cancelled", "void"]);

type Later = "kind" | "parent_id" | "asked" | "effect" | "risk" | "unattended" | "needs" | "approvals" | "expiry" | "may" | "grant";

/** What calls did not have in the logs of earlier versions: the requester decided, and nobody else had a say. */
const FIRST_VERSION: Pick<Call, Later> = {
  kind: "tool",
  parent_id: null,
  asked: null,
  effect: "at_most_once",
  risk: null,
  unattended: false,
  needs: [],
  approvals: [],
  expiry: { then: "reject", rule: null },
  may: { decide: true, rule: null, extend: false, remember: [] },
  grant: null,
};

export function whole(call: Call): Call {
  return { ...FIRST_VERSION, ...call };
}

/** A call's life only goes forward: news that is older than what is known changes nothing. */
export function merge(known: Call, news: CallChange): Call {
  const older = RANK[news.state] < RANK[known.state] && !ENDED.has(news.state);
  return older ? known : { ...known, ...news };
}

export function isWhole(change: CallChange): change is Call {
  return "tool" in change && "arguments" in change && "seal" in change;
}

/** It waits for people, whoever they are. */
export function isWaiting(call: Call): boolean {
  return call.state === "proposed" && call.verdict !== "deny";
}

/** It waits for whoever reads it. */
export function waitsForReader(call: Call): boolean {
  return isWaiting(call) && call.may.decide;
}

export function isMoving(state: CallState): boolean {
  return state === "approved" || state === "started" || state === "input_required";
}
