import { Clock } from "lucide-react";
import { useConversations } from "@/lib/conversation/store";
import { t } from "@/lib/i18n";
import { useConnection } from "@/lib/live/connection";
import { discard, OUTBOX, type Outgoing, resend } from "@/lib/live/outbox";
import { useKept } from "@/lib/storage";
import { UserBubble } from "./UserBubble";

const LINK = "min-h-6 font-medium text-accent underline underline-offset-2";

function Note({ outgoing }: { outgoing: Outgoing }) {
  const online = useConnection((state) => state.phase === "online");
  if (outgoing.failed !== null) {
    return (
      <>
        <span className="text-danger">{t.chat.notSent(outgoing.failed)}</span>
        <button type="button" className={LINK} onClick={() => resend(outgoing.runId)}>
          {t.chat.tryAgain}
        </button>
        <button type="button" className={LINK} onClick={() => discard(outgoing.runId)}>
          {t.chat.discard}
        </button>
      </>
    );
  }
  return (
    <>
      <Clock size={13} aria-hidden="true" />
      {online ? t.chat.sending : t.chat.unsent}
    </>
  );
}

/** What was written here and is not stored by the server yet. */
export function Unsent({ threadId }: { threadId: string }) {
  const [outbox] = useKept<Outgoing[]>(OUTBOX);
  const runs = useConversations((state) => state[threadId]?.conversation.runs);
  const mine = (outbox ?? []).filter((outgoing) => outgoing.threadId === threadId && !runs?.[outgoing.runId]);
  return (
    <>
      {mine.map((outgoing) => (
        <div key={outgoing.runId} className="p-4">
          <UserBubble text={outgoing.text} at={null} faded note={<Note outgoing={outgoing} />} />
        </div>
      ))}
    </>
  );
}
