import { clsx } from "clsx";
import { Link } from "wouter";
import { useMe } from "@/lib/api/getMe";
import { serverTime } from "@/lib/clock";
import { isWaiting } from "@/lib/conversation/calls";
import { t } from "@/lib/i18n";
import { inbox } from "@/lib/i18n/en/inbox";
import type { Call } from "@/lib/protocol";
import { timeLeft, useNow } from "@/lib/times";
import { outcome } from "./outcome";
import { RiskMark } from "./RiskMark";
import { summary } from "./summary";
import { callTitle } from "./words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function words(left: number): string {
  if (left <= 0) return t.approvals.expiring;
  return left < HOUR ? inbox.minutes(Math.ceil(left / MINUTE)) : timeLeft(left);
}

function Left({ at }: { at: string }) {
  const left = new Date(at).getTime() - serverTime(useNow(MINUTE / 4));
  return <span className="ms-auto shrink-0 text-xs text-soft tabular-nums">{words(left)}</span>;
}

function standing(call: Call, me: string | null): string[] {
  if (!isWaiting(call)) return [outcome(call, me) || t.approvals.approved];
  return [
    call.approvals.length > 0 ? inbox.approvalsSoFar(call.approvals.length) : "",
    call.may.decide ? "" : inbox.forOthers,
    call.unattended ? inbox.unattended : "",
  ].filter(Boolean);
}

/** One line of the inbox: which tool on which server, for whom, with what, and until when. */
export function InboxRow({ call, href, chosen, onChoose }: { call: Call; href: string; chosen: boolean; onChoose: () => void }) {
  const me = useMe().data?.user.id ?? null;
  const from = call.requester.id === me ? call.thread_title || t.threads.untitled : call.requester.name;
  return (
    <Link
      href={href}
      replace
      data-row={call.id}
      aria-current={chosen ? "true" : undefined}
      onClick={onChoose}
      className={clsx(
        "flex flex-col gap-0.5 rounded-xl border px-3 py-2 text-sm hover:bg-sunk",
        chosen ? "border-accent bg-accent-wash/60" : "border-line bg-raised",
      )}
    >
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 font-medium wrap-anywhere">{callTitle(call)}</span>
        {call.expires_at && isWaiting(call) && <Left at={call.expires_at} />}
      </span>
      <span className="truncate text-soft">
        {call.kind === "tool" ? `${call.tool.server_name} · ${from}` : from}
      </span>
      <span className="truncate">{summary(call)}</span>
      <span className="flex flex-wrap items-center gap-x-3 text-xs text-soft">
        {call.kind === "tool" && isWaiting(call) && <RiskMark call={call} brief />}
        {standing(call, me).map((words) => (
          <span key={words}>{words}</span>
        ))}
      </span>
    </Link>
  );
}
