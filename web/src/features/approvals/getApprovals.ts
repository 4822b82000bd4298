import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { waitsForReader } from "@/lib/conversation/calls";
import type { Approvals, Call, CallState, Scope } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export interface Wanted {
  scope: Scope;
  server?: string;
  risk?: string;
  age?: string;
}

/** As many as one answer holds. */
export const MOST = 200;

function searchOf({ scope, server, risk, age }: Wanted): Record<string, string> {
  const all = { scope, server: server ?? "", risk: risk ?? "", older_than_minutes: age ?? "" };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

async function fetchApprovals(search: Record<string, string>): Promise<Approvals> {
  const inState = (state: CallState) => request<Approvals>("GET", urls.approvals({ state, ...search }));
  const [proposed, unknown] = await Promise.all([inState("proposed"), inState("unknown")]);
  return { approvals: [...proposed.approvals, ...unknown.approvals], counts: proposed.counts };
}

/** The calls that wait for a decision, or for a word on what became of them, oldest first. */
export function useApprovals(wanted: Wanted) {
  const search = searchOf(wanted);
  return useQuery({
    queryKey: keys.approvalsOf(search),
    queryFn: () => fetchApprovals(search),
    select: ({ approvals, counts }) => ({ counts, calls: approvals.toSorted((a, b) => a.created_at.localeCompare(b.created_at)) }),
  });
}

/** Whether it waits for whoever reads it: to be decided, or to say what became of it. */
export function isForReader(call: Call, me: string | null): boolean {
  return waitsForReader(call) || (call.state === "unknown" && call.requester.id === me);
}
