import { useSearch } from "wouter";
import { CallGroup } from "@/features/approvals/CallGroup";
import { WaitingBar } from "@/features/approvals/WaitingBar";
import { Chat } from "@/features/chat/Chat";
import { ArchivedBar } from "@/features/threads/ArchivedBar";
import { useThread } from "@/features/threads/getThread";
import { useThreadActions } from "@/features/threads/useThreadActions";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { Header } from "./Header";
import { NotFound } from "./NotFound";
import { useTitle } from "./useTitle";

const renderCalls = (threadId: string, toolCallIds: string[]) => <CallGroup threadId={threadId} toolCallIds={toolCallIds} />;

export function ThreadPage({ threadId, me }: { threadId: string; me: Me }) {
  const { data } = useThread(threadId);
  const { archive } = useThreadActions();
  const title = data ? data.title || t.threads.untitled : "";
  const at = new URLSearchParams(useSearch()).get("message");
  useTitle(title);
  return (
    <>
      <Header me={me} title={title || t.app.name} threadId={threadId} />
      <Chat
        key={threadId}
        threadId={threadId}
        renderCalls={renderCalls}
        at={at}
        bar={<WaitingBar threadId={threadId} />}
        gone={<NotFound />}
        closed={data?.archived ? <ArchivedBar onBack={() => archive(data, false)} /> : undefined}
      />
    </>
  );
}
