import { ArrowDown } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Button } from "@/components/ui/Button";
import { waitsForReader } from "@/lib/conversation/calls";
import { waitingCalls } from "@/lib/conversation/select";
import { useConversations } from "@/lib/conversation/store";
import { t } from "@/lib/i18n";
import { goToMessage } from "./goToMessage";
import { useOrder } from "./hooks";
import { type RenderCalls, RunView } from "./RunView";
import { Unsent } from "./Unsent";
import { useHistoryWindow } from "./useHistoryWindow";
import { useStickyBottom } from "./useStickyBottom";

interface TimelineProps {
  threadId: string;
  renderCalls: RenderCalls;
  /** Grows when the reader sent something: then the end is what they want to see. */
  sent: number;
  /** The message to show first. */
  at: string | null;
  dock: ReactNode;
}

const NONE: string[] = [];

export function Timeline({ threadId, renderCalls, sent, at, dock }: TimelineProps) {
  const order = useOrder(threadId) ?? NONE;
  const { box, content, away, toEnd } = useStickyBottom();
  const { shown, hasEarlier, showEarlier, showLast } = useHistoryWindow(order, box);
  const waits = useConversations((state) => {
    const opened = state[threadId];
    return opened !== undefined && waitingCalls(opened.conversation).some(waitsForReader);
  });
  useEffect(() => toEnd(), [sent, toEnd]);
  useEffect(() => (at ? goToMessage(threadId, at, showLast) : undefined), [threadId, at, showLast]);
  return (
    <>
      <div ref={box} className="min-h-0 flex-1 overflow-y-auto overscroll-contain scroll-py-6">
        <div ref={content} role="log" aria-live="off" aria-label={t.chat.log} className="mx-auto max-w-3xl pb-6">
          {hasEarlier && (
            <div className="flex justify-center py-4">
              <Button onClick={showEarlier}>{t.chat.earlier}</Button>
            </div>
          )}
          {shown.map((runId) => (
            <RunView key={runId} threadId={threadId} runId={runId} renderCalls={renderCalls} />
          ))}
          <Unsent threadId={threadId} />
        </div>
      </div>
      <div className="relative">
        {/* Where a call waits, the bar leads to it, and nothing may lie over its buttons. */}
        {away && !waits && (
          <div className="absolute inset-x-0 -top-12 flex justify-center">
            <Button onClick={toEnd} className="rounded-full! shadow-card">
              <ArrowDown size={16} aria-hidden="true" />
              {t.chat.latest}
            </Button>
          </div>
        )}
        {dock}
      </div>
    </>
  );
}
