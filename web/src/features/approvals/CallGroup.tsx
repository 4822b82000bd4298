import { useShallow } from "zustand/react/shallow";
import { Spinner } from "@/components/ui/Spinner";
import { isWaiting } from "@/lib/conversation/calls";
import { callsOf } from "@/lib/conversation/select";
import { useConversations } from "@/lib/conversation/store";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { CallCard } from "./CallCard";

const NONE: Call[] = [];

/** A call of a conversation: its card and what was asked below it, or what the model wrote while there is no row of it. */
function ThreadCall({ threadId, toolCallId }: { threadId: string; toolCallId: string }) {
  const written = useConversations((state) => state[threadId]?.conversation.toolCalls[toolCallId]);
  const calls = useConversations(
    useShallow((state) => {
      const opened = state[threadId];
      return opened ? callsOf(opened.conversation, toolCallId) : NONE;
    }),
  );
  if (calls.length > 0) {
    return calls.map((call) => (
      <div key={call.id} className={call.parent_id ? "ms-4 max-sm:ms-2" : undefined}>
        <CallCard
          call={call}
          told={call.id === written?.callIds.at(-1) ? written.told : null}
          below={calls.find((other) => other.parent_id === call.id && isWaiting(other))}
        />
      </div>
    ));
  }
  if (!written) return null;
  if (written.told !== null) {
    return (
      <p className="rounded-2xl border border-line px-4 py-2.5 text-sm text-soft wrap-anywhere">
        {t.chat.toolAsked(written.name)}: {written.told}
      </p>
    );
  }
  return (
    <p className="flex items-center gap-2.5 text-sm text-soft">
      <Spinner />
      {t.chat.preparing(written.name)}
    </p>
  );
}

/** The calls of one turn; each is decided on its own. */
export function CallGroup({ threadId, toolCallIds }: { threadId: string; toolCallIds: string[] }) {
  const cards = toolCallIds.map((id) => <ThreadCall key={id} threadId={threadId} toolCallId={id} />);
  if (cards.length === 1) return <div className="flex flex-col gap-2.5">{cards}</div>;
  return (
    <div role="group" aria-label={t.approvals.group(toolCallIds.length)} className="flex flex-col gap-2.5">
      <p className="text-xs font-medium text-soft">{t.approvals.group(toolCallIds.length)}</p>
      {cards}
    </div>
  );
}
