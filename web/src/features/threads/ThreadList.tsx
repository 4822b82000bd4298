import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/threadsProtocol";
import { DeleteDialog } from "./DeleteDialog";
import { byDay } from "./groups";
import { useThreads } from "./listThreads";
import { ThreadRow } from "./ThreadRow";
import { useThreadActions } from "./useThreadActions";

interface ThreadListProps {
  current: string | null;
  onFollow: () => void;
  onDeleted: (id: string) => void;
}

export function ThreadList({ current, onFollow, onDeleted }: ThreadListProps) {
  const { data, isPending, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useThreads("");
  const [doomed, setDoomed] = useState<Thread | null>(null);
  const { rename, pin, archive, remove } = useThreadActions();
  // An open menu would lie over the way back that is offered.
  const drop = (thread: Thread) => {
    onFollow();
    remove(thread, onDeleted);
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
  if (data.length === 0) return <p className="px-3 py-4 text-sm text-soft">{t.threads.empty}</p>;
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
                onPin={() => pin(thread, !thread.pinned)}
                onArchive={() => {
                  onFollow();
                  archive(thread, true);
                }}
                onDelete={() => (thread.waiting > 0 ? setDoomed(thread) : drop(thread))}
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
      <DeleteDialog
        thread={doomed}
        onClose={() => setDoomed(null)}
        onDelete={(thread) => {
          setDoomed(null);
          drop(thread);
        }}
      />
    </>
  );
}
