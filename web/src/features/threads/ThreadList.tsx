import { useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import type { Thread } from "@/lib/protocol";
import { dropThread, putThread } from "./cache";
import { DeleteDialog } from "./DeleteDialog";
import { deleteThread } from "./deleteThread";
import { byDay } from "./groups";
import { useThreads } from "./listThreads";
import { renameThread } from "./renameThread";
import { ThreadRow } from "./ThreadRow";

interface ThreadListProps {
  query: string;
  current: string | null;
  onFollow: () => void;
  onDeleted: (id: string) => void;
}

export function ThreadList({ query, current, onFollow, onDeleted }: ThreadListProps) {
  const client = useQueryClient();
  const { data, isPending, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useThreads(useDeferredValue(query.trim()));
  const [doomed, setDoomed] = useState<Thread | null>(null);
  const failed = (error: unknown) => notify(sentence(error));

  const rename = (thread: Thread, title: string) => {
    renameThread(thread.id, title).then((renamed) => putThread(client, renamed), failed);
  };
  const remove = (thread: Thread) => {
    setDoomed(null);
    deleteThread(thread.id).then(() => {
      dropThread(client, thread.id);
      announce(t.threads.deleted);
      onDeleted(thread.id);
    }, failed);
  };

  if (isPending) return <Spinner className="mx-auto my-6 text-soft" />;
  if (isError && !data) {
    return (
      <div className="px-3 py-4 text-sm text-soft">
        <p>{t.threads.failed}</p>
        <Button className="mt-2" onClick={() => void refetch()}>
          {t.app.retry}
        </Button>
      </div>
    );
  }
  if (data.length === 0) return <p className="px-3 py-4 text-sm text-soft">{query ? t.threads.noMatch(query) : t.threads.empty}</p>;
  return (
    <>
      {byDay(data).map(([label, threads]) => (
        <div key={label} className="mb-4">
          <p aria-hidden="true" className="px-3 pb-1 text-xs font-medium text-soft">
            {label}
          </p>
          <ul aria-label={label}>
            {threads.map((thread) => (
              <ThreadRow
                key={thread.id}
                thread={thread}
                current={thread.id === current}
                onFollow={onFollow}
                onRename={(title) => rename(thread, title)}
                onDelete={() => setDoomed(thread)}
              />
            ))}
          </ul>
        </div>
      ))}
      {hasNextPage && (
        <Button look="quiet" className="w-full" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.threads.more}
        </Button>
      )}
      <DeleteDialog thread={doomed} onClose={() => setDoomed(null)} onDelete={remove} />
    </>
  );
}
