import { useQueryClient } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { Button } from "@/components/ui/Button";
import { Composer, draftName } from "@/features/chat/Composer";
import { Starters } from "@/features/chat/Starters";
import { useToolset } from "@/lib/api/getToolset";
import { DemoNotice } from "@/features/session/DemoNotice";
import { putThread } from "@/features/threads/cache";
import { createThread } from "@/features/threads/createThread";
import { sentence } from "@/lib/api/http";
import { COMPOSER_ID } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { send } from "@/lib/live/outbox";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { keep } from "@/lib/storage";
import { pages } from "@/lib/urls";
import { Mark } from "./Brand";
import { Header } from "./Header";
import { usePage } from "./page";
import { useTitle } from "./useTitle";

const DRAFT = "new";

/** A chat that is not there yet: the first message makes it. */
export function NewChatPage({ me }: { me: Me }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { setServers } = usePage();
  const toolset = useToolset().data;
  const [error, setError] = useState<string | null>(null);
  const [creating, setCreating] = useState(false);
  useTitle(t.threads.newChat);

  const start = (text: string) => {
    if (creating) {
      keep(draftName(DRAFT), text);
      return;
    }
    setError(null);
    setCreating(true);
    createThread()
      .then(
        (thread) => {
          putThread(client, thread);
          send(thread.id, text);
          navigate(pages.thread(thread.id), { replace: true });
        },
        (failure: unknown) => {
          keep(draftName(DRAFT), text);
          setError(t.chat.sendFailed(sentence(failure)));
        },
      )
      .finally(() => setCreating(false));
  };
  const starts = may(me, "runs.start");
  const first = me.user.name.split(" ", 1)[0];
  return (
    <>
      <Header me={me} title={null} />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <div className="mx-auto my-auto flex w-full max-w-3xl flex-col items-center gap-6 px-4 py-8 text-center">
          <Mark size={44} />
          <h1 className="text-2xl font-semibold text-balance">{first ? t.chat.greeting(first) : t.chat.greetingAnyone}</h1>
          <DemoNotice model={me.model} />
          {!starts && <p className="max-w-sm text-soft">{t.chat.viewer}</p>}
          {starts && toolset && toolset.tools.length > 0 && (
            <Starters
              tools={toolset.tools}
              onPick={(text) => {
                keep(draftName(DRAFT), text);
                document.getElementById(COMPOSER_ID)?.focus();
              }}
            />
          )}
          {starts && toolset?.tools.length === 0 && (
            <div className="flex flex-col items-center gap-3">
              <Button look="accent" tall onClick={() => setServers(true)}>
                <Plug size={17} aria-hidden="true" />
                {t.chat.connect}
              </Button>
              <p className="text-sm text-soft">{t.chat.connectHint}</p>
            </div>
          )}
        </div>
      </div>
      {starts && <Composer draftKey={DRAFT} stoppable={false} onSend={start} onStop={() => undefined} error={error} />}
    </>
  );
}
