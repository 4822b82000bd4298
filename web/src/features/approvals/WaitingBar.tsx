import { clsx } from "clsx";
import { Hand, Users } from "lucide-react";
import { useEffect, useRef } from "react";
import { announce } from "@/lib/announce";
import { waitsForReader } from "@/lib/conversation/calls";
import { focusWaiting, offerFocus } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { useWaiting } from "./useWaiting";
import { callTitle, neededWords } from "./words";

/** The bar above the message box that says what waits, and leads there. */
export function WaitingBar({ threadId }: { threadId: string }) {
  const waiting = useWaiting(threadId);
  const announced = useRef(new Set<string>());
  useEffect(() => {
    const fresh = waiting.filter((call) => !announced.current.has(call.id));
    for (const call of fresh) announced.current.add(call.id);
    if (fresh.length === 0) return;
    announce(fresh.map(neededWords).join(" "));
    const mine = fresh.find(waitsForReader);
    if (mine) offerFocus(mine.id);
  }, [waiting]);
  const mine = waiting.filter(waitsForReader);
  const first = mine[0] ?? waiting[0];
  if (!first) return null;
  const own = mine.length > 0;
  const words = own ? t.approvals.bar(mine.length, callTitle(first)) : t.approvals.othersBar(waiting.length, callTitle(first));
  const Icon = own ? Hand : Users;
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pb-2">
      <section
        aria-label={own ? t.threads.waits(mine.length) : t.approvals.othersWait(waiting.length)}
        className={clsx(
          "flex min-h-11 items-center gap-3 rounded-2xl border py-1 ps-4 pe-1.5 text-sm",
          own ? "border-warn/40 bg-warn-wash" : "border-line bg-sunk",
        )}
      >
        <Icon size={16} aria-hidden="true" className={`shrink-0 ${own ? "text-warn" : "text-soft"}`} />
        <p className="line-clamp-2 min-w-0 flex-1 wrap-anywhere">{words}</p>
        {own && (
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
        )}
      </section>
    </div>
  );
}
