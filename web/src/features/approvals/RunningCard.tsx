import { Spinner } from "@/components/ui/Spinner";
import { serverTime } from "@/lib/clock";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { useNow } from "@/lib/times";
import { toolTitle } from "./words";

/** A call that is approved and on its way, or running. */
export function RunningCard({ call }: { call: Call }) {
  const now = serverTime(useNow(call.started_at ? 1000 : null));
  const seconds = call.started_at ? Math.max(0, Math.round((now - new Date(call.started_at).getTime()) / 1000)) : 0;
  const title = toolTitle(call);
  return (
    <article aria-label={t.approvals.card(title)} aria-busy="true" className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 rounded-2xl border border-line bg-raised px-4 py-2 text-sm">
      <Spinner className="text-accent" />
      <span className="font-medium wrap-anywhere">{title}</span>
      <span className="text-soft">{call.tool.server_name}</span>
      <span className="ms-auto text-soft tabular-nums">{call.state === "started" ? t.approvals.running(seconds) : t.approvals.starting}</span>
    </article>
  );
}
