import { Clock } from "lucide-react";
import { memo, type ReactNode } from "react";
import { pieces } from "@/lib/conversation/select";
import type { Run } from "@/lib/conversation/state";
import { t } from "@/lib/i18n";
import { Answer, Writing } from "./Answer";
import { useIsBehind, useRun, useText } from "./hooks";
import { Retrying, RunError, Thinking } from "./RunStatus";
import { UserBubble } from "./UserBubble";

export type RenderCalls = (threadId: string, toolCallIds: string[]) => ReactNode;

function TextPiece({ threadId, id, run }: { threadId: string; id: string; run: Run }) {
  const text = useText(threadId, id);
  const behind = useIsBehind(threadId, run.id);
  if (!text) return null;
  if (text.role === "assistant") return text.text || text.incomplete ? <Answer text={text} /> : null;
  const queued = run.state === "queued" && behind;
  const note = queued && (
    <>
      <Clock size={13} aria-hidden="true" />
      {t.chat.queued}
    </>
  );
  return <UserBubble id={text.id} text={text.text} at={text.at} faded={queued} note={note} />;
}

function Tail({ threadId, run }: { threadId: string; run: Run }) {
  const behind = useIsBehind(threadId, run.id);
  if (run.state === "error" && run.error) {
    return (
      <>
        {run.writing && <Answer text={{ id: run.writing.messageId, role: "assistant", text: run.writing.text, incomplete: true, at: null }} />}
        <RunError threadId={threadId} run={run} error={run.error} />
      </>
    );
  }
  if (run.writing) return <Writing text={run.writing.text} />;
  if (run.retry) return <Retrying retry={run.retry} />;
  if (run.state === "cancelled") return <p className="text-sm text-soft">{t.chat.stopped}</p>;
  if (run.state === "running" || (run.state === "queued" && !behind)) return <Thinking />;
  return null;
}

interface RunViewProps {
  threadId: string;
  runId: string;
  renderCalls: RenderCalls;
}

/** One run: what the person said, then what came of it. */
export const RunView = memo(function RunView({ threadId, runId, renderCalls }: RunViewProps) {
  const run = useRun(threadId, runId);
  if (!run) return null;
  return (
    <div data-run={runId} className="run-row flex flex-col gap-4 p-4">
      {pieces(run.items).map((piece) =>
        piece.kind === "text" ? (
          <TextPiece key={piece.id} threadId={threadId} id={piece.id} run={run} />
        ) : (
          <div key={piece.id}>{renderCalls(threadId, piece.toolCallIds)}</div>
        ),
      )}
      <Tail threadId={threadId} run={run} />
    </div>
  );
});
