import { Hand } from "lucide-react";
import { useEffect, useRef } from "react";
import { announce } from "@/lib/announce";
import { focusWaiting, offerFocus } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { useWaiting } from "./useWaiting";
import { toolTitle } from "./words";

/** The bar above the message box that says what waits, and leads there. */
export function WaitingBar({ threadId }: { threadId: string }) {
  const waiting = useWaiting(threadId);
  const announced = useRef(new Set<string>());
  const first = waiting[0];
  useEffect(() => {
    const fresh = waiting.filter((call) => !announced.current.has(call.id));
    for (const call of fresh) announced.current.add(call.id);
    if (fresh.length === 0) return;
    announce(fresh.map((call) => t.approvals.needed(toolTitle(call), call.tool.server_name)).join(" "));
    if (fresh[0]) offerFocus(fresh[0].id);
  }, [waiting]);
  if (!first) return null;
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pb-2">
      <section
        aria-label={t.threads.waits(waiting.length)}
        className="flex min-h-11 items-center gap-3 rounded-2xl border border-warn/40 bg-warn-wash py-1 ps-4 pe-1.5 text-sm"
      >
        <Hand size={16} aria-hidden="true" className="shrink-0 text-warn" />
        <p className="line-clamp-2 min-w-0 flex-1 wrap-anywhere">{t.approvals.bar(waiting.length, toolTitle(first))}</p>
        <button
          type="button"
          aria-keyshortcuts="Alt+A"
          onClick={() => focusWaiting(first.id)}
          className="inline-flex min-h-8 shrink-0 items-center gap-2 rounded-xl px-3 font-medium text-warn hover:bg-page/60 pointer-coarse:min-h-11"
        >
          {t.approvals.review}
          <kbd aria-hidden="true" className="rounded-md border border-warn/50 px-1 font-sans text-xs pointer-coarse:hidden">
            {t.approvals.reviewKey}
          </kbd>
        </button>
      </section>
    </div>
  );
}
