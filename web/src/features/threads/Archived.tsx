import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import { shortTime } from "@/lib/times";
import { pages } from "@/lib/urls";
import { useArchive } from "./listThreads";
import { useThreadActions } from "./useThreadActions";

const words = admin.archive;

/** The conversations that were put away: to read, to bring back, to delete. */
export function Archived() {
  const { data, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useArchive();
  const { archive, remove } = useThreadActions();
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) return <LoadFailed what={t.threads.failed} error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) return <p className="py-6 text-soft">{words.empty}</p>;
  return (
    <>
      <ul aria-label={words.title} className="flex flex-col divide-y divide-line border-y border-line">
        {data.map((thread) => {
          const title = thread.title || t.threads.untitled;
          return (
            <li key={thread.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
              <div className="min-w-0 flex-1 basis-64">
                <Link href={pages.thread(thread.id)} className="font-medium wrap-anywhere underline-offset-2 hover:underline">
                  {title}
                </Link>
                <p className="text-sm text-soft">{words.last(shortTime(thread.updated_at))}</p>
              </div>
              <div className="flex gap-2">
                <Button aria-label={words.backOf(title)} onClick={() => archive(thread, false)}>
                  {t.threads.unarchive}
                </Button>
                <Button look="danger" aria-label={words.removeOf(title)} onClick={() => remove(thread, () => undefined)}>
                  {t.threads.remove}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
      {hasNextPage && (
        <Button className="mt-4" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.threads.more}
        </Button>
      )}
    </>
  );
}
