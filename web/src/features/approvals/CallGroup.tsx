import { Spinner } from "@/components/ui/Spinner";
import { useConversations } from "@/lib/conversation/store";
import { t } from "@/lib/i18n";
import { CallCard } from "./CallCard";

/** A call of a conversation: its card, or what the model wrote while there is no row of it. */
function ThreadCall({ threadId, toolCallId }: { threadId: string; toolCallId: string }) {
  const written = useConversations((state) => state[threadId]?.conversation.toolCalls[toolCallId]);
  const call = useConversations((state) => {
    const conversation = state[threadId]?.conversation;
    const id = conversation?.toolCalls[toolCallId]?.callId;
    return id ? conversation?.calls[id] : undefined;
  });
  if (call) return <CallCard call={call} told={written?.told ?? null} />;
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
  if (cards.length === 1) return cards;
  return (
    <div role="group" aria-label={t.approvals.group(toolCallIds.length)} className="flex flex-col gap-2.5">
      <p className="text-xs font-medium text-soft">{t.approvals.group(toolCallIds.length)}</p>
      {cards}
    </div>
  );
}
