import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import { activeRun } from "@/lib/conversation/select";
import { useConversations } from "@/lib/conversation/store";
import { t } from "@/lib/i18n";
import { followThread } from "@/lib/live/intake";
import { send } from "@/lib/live/outbox";
import { notify } from "@/lib/notices";
import { cancelRun } from "./cancelRun";
import { Composer } from "./Composer";
import type { RenderCalls } from "./RunView";
import { Timeline } from "./Timeline";
import { useAnswerNews } from "./useAnswerNews";

interface ChatProps {
  threadId: string;
  renderCalls: RenderCalls;
  /** The message to begin at; otherwise it is the end. */
  at: string | null;
  /** What stands between the messages and the message box. */
  bar: ReactNode;
  /** What is shown instead of a conversation that is not this person's, or is gone. */
  gone: ReactNode;
  /** In the place of the message box, where nothing more can be said. */
  closed?: ReactNode;
}

/** An address that names no thread at all is answered as invalid. */
const GONE = new Set(["not_found", "invalid"]);

/** The run that Stop would stop; one that waits for a decision is stopped in its card. */
function useStoppable(threadId: string): string | null {
  return useConversations((state) => {
    const opened = state[threadId];
    const run = opened ? activeRun(opened.conversation) : null;
    return run && run.state !== "waiting" ? run.id : null;
  });
}

export function Chat({ threadId, renderCalls, at, bar, gone, closed }: ChatProps) {
  const phase = useConversations((state) => state[threadId]?.phase ?? "opening");
  const empty = useConversations((state) => (state[threadId]?.conversation.order.length ?? 0) === 0);
  const stoppable = useStoppable(threadId);
  const waits = useConversations((state) => {
    const opened = state[threadId];
    return opened !== undefined && activeRun(opened.conversation)?.state === "waiting";
  });
  const [attempt, setAttempt] = useState(0);
  const [sent, setSent] = useState(0);
  useEffect(() => followThread(threadId), [threadId, attempt]);
  useAnswerNews(threadId);

  if (typeof phase === "object" && GONE.has(phase.code)) return gone;
  if (typeof phase === "object") {
    return (
      <div role="alert" className="m-auto max-w-sm px-6 text-center">
        <h2 className="font-semibold">{t.chat.openFailed}</h2>
        <p className="mt-1 text-soft">{phase.failed}</p>
        <Button className="mt-4" onClick={() => setAttempt((now) => now + 1)}>
          {t.app.retry}
        </Button>
      </div>
    );
  }

  const stop = () => {
    if (stoppable) cancelRun(threadId, stoppable).catch((error: unknown) => notify(sentence(error)));
  };
  const dock = (
    <>
      {bar}
      {closed ?? (
        <Composer
          draftKey={threadId}
          stoppable={stoppable !== null}
          withdraws={waits}
          onStop={stop}
          onSend={(text) => {
            send(threadId, text);
            setSent((now) => now + 1);
          }}
        />
      )}
    </>
  );
  return (
    <>
      {phase === "opening" && empty && (
        <p className="absolute inset-x-0 top-1/3 flex items-center justify-center gap-3 text-sm text-soft [animation:appear_0.2s_0.15s_both]">
          <Spinner />
          {t.chat.loading}
        </p>
      )}
      <Timeline threadId={threadId} renderCalls={renderCalls} sent={sent} at={phase === "open" ? at : null} dock={dock} />
    </>
  );
}
