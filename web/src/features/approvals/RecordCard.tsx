import { Ban, Check, ChevronRight, CircleAlert, CircleHelp, Clock, MessageSquareReply, X } from "lucide-react";
import { type ReactNode, Suspense, useId, useState } from "react";
import { Spinner } from "@/components/ui/Spinner";
import type { Call, CallState } from "@/lib/protocol";
import { shortTime, tookTime } from "@/lib/times";
import { RecordDetails } from "./lazy";
import { outcome } from "./outcome";
import { callTitle, cardName } from "./words";

const ICONS: Partial<Record<CallState, { Icon: typeof Check; color: string }>> = {
  succeeded: { Icon: Check, color: "text-ok" },
  confirmed_done: { Icon: Check, color: "text-ok" },
  failed: { Icon: CircleAlert, color: "text-danger" },
  rejected: { Icon: X, color: "text-danger" },
  answered: { Icon: MessageSquareReply, color: "text-accent" },
  expired: { Icon: Clock, color: "text-soft" },
  unknown: { Icon: CircleHelp, color: "text-warn" },
};
const STOPPED = { Icon: Ban, color: "text-soft" };

function when(call: Call): string {
  const at = call.resolution?.at ?? call.decision?.at ?? call.ended_at ?? call.created_at;
  const took = call.started_at && call.ended_at ? ` · ${tookTime(call.started_at, call.ended_at)}` : "";
  return `${shortTime(at)}${took}`;
}

/** What became of a call: one line that stays in the conversation and opens. */
export function RecordCard({ call, me, notice, told }: { call: Call; me: string | null; notice: ReactNode; told: string | null }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const title = callTitle(call);
  const { Icon, color } = ICONS[call.state] ?? STOPPED;
  return (
    <article aria-label={cardName(call)} className="rounded-2xl border border-line bg-raised text-sm">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex min-h-11 w-full items-center gap-3 rounded-2xl px-4 py-2 text-start hover:bg-sunk"
      >
        <Icon size={16} aria-hidden="true" className={`shrink-0 ${color}`} />
        <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
          <span className="font-medium wrap-anywhere">{title}</span>
          <span className="min-w-0 text-soft wrap-anywhere">{outcome(call, me)}</span>
          <span className="text-xs text-soft tabular-nums">{when(call)}</span>
        </span>
        <ChevronRight size={16} aria-hidden="true" className={`shrink-0 text-soft transition-transform ${open ? "rotate-90" : ""}`} />
      </button>
      {notice && <div className="px-4 pb-3">{notice}</div>}
      <div id={id} hidden={!open} className="border-t border-line px-4 py-3">
        {open && (
          <Suspense fallback={<Spinner className="text-soft" />}>
            <RecordDetails call={call} me={me} told={told} />
          </Suspense>
        )}
      </div>
    </article>
  );
}
