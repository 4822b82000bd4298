import { Hourglass } from "lucide-react";
import { useEffect } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { serverTime } from "@/lib/clock";
import { t } from "@/lib/i18n";
import { forgetTold, useTold } from "@/lib/live/told";
import type { Call } from "@/lib/protocol";
import { useNow } from "@/lib/times";
import { ToldSoFar } from "./ToldSoFar";
import { cardName, toolTitle } from "./words";

/** What a call under way is doing. `below` is what was asked before it can go on, and still waits. */
function doing(call: Call, below: Call | undefined, seconds: number): string {
  if (below && !below.may.decide) return t.approvals.waitsBelow;
  if (below?.kind === "login") return t.approvals.loginRequired;
  if (below || call.state === "input_required") return t.approvals.inputRequired;
  return call.state === "started" ? t.approvals.running(seconds) : t.approvals.starting;
}

/** A call that is approved and on its way, running, or held up by a question. */
export function RunningCard({ call, below }: { call: Call; below?: Call | undefined }) {
  const told = useTold((state) => state[call.id]);
  useEffect(() => () => forgetTold(call.id), [call.id]);
  const held = below !== undefined || call.state === "input_required";
  const now = serverTime(useNow(call.started_at && !held ? 1000 : null));
  const seconds = call.started_at ? Math.max(0, Math.round((now - new Date(call.started_at).getTime()) / 1000)) : 0;
  return (
    <article aria-label={cardName(call)} aria-busy={!held} className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 rounded-2xl border border-line bg-raised px-4 py-2 text-sm">
      {held ? <Hourglass size={16} aria-hidden="true" className="text-warn" /> : <Spinner className="text-accent" />}
      <span className="font-medium wrap-anywhere">{toolTitle(call)}</span>
      <span className="text-soft">{call.tool.server_name}</span>
      <span className="ms-auto text-soft tabular-nums">{doing(call, below, seconds)}</span>
      {told && <ToldSoFar told={told} />}
    </article>
  );
}
