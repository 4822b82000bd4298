import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { t } from "@/lib/i18n";
import type { Found, FoundPart } from "@/lib/threadsProtocol";
import { shortTime } from "@/lib/times";
import { pages, urls } from "@/lib/urls";

function useSearch(query: string) {
  return useInfiniteQuery({
    queryKey: keys.search(query),
    queryFn: ({ pageParam }) => request<Found>("GET", urls.search(query, pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (previous) => previous,
    staleTime: 0,
  });
}

function Parts({ parts }: { parts: FoundPart[] }) {
  return parts.map(({ text, hit }, index) => {
    const key = `${index}`;
    return hit ? (
      <mark key={key} className="bg-transparent font-semibold text-accent">
        {text}
      </mark>
    ) : (
      text
    );
  });
}

const ROW = "flex min-h-9 flex-col justify-center rounded-xl px-3 py-1.5 text-sm hover:bg-line/40 pointer-coarse:min-h-11";
const HEAD = "px-3 pb-1 text-xs font-medium text-soft";

/** Conversations by their titles, then what was said in any of them; each leads to its place. */
export function SearchResults({ query, onFollow }: { query: string; onFollow: () => void }) {
  const { data, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useSearch(useDeferredValue(query));
  if (isPending) return <Spinner className="mx-auto my-6 text-soft" />;
  if (!data) return <LoadFailed what={t.threads.failed} error={error} onRetry={() => void refetch()} />;
  const threads = data.pages.flatMap((page) => page.threads);
  const messages = data.pages.flatMap((page) => page.messages);
  if (threads.length + messages.length === 0) return <p className="px-3 py-4 text-sm text-soft">{t.threads.noMatch(query)}</p>;
  return (
    <>
      {threads.length > 0 && (
        <div className="mb-4">
          <p aria-hidden="true" className={HEAD}>
            {t.threads.foundThreads}
          </p>
          <ul aria-label={t.threads.foundThreads}>
            {threads.map(({ thread_id: id, parts, archived }) => (
              <li key={id}>
                <Link href={pages.thread(id)} onClick={onFollow} className={ROW}>
                  <span className="truncate">
                    <Parts parts={parts} />
                  </span>
                  {archived && <span className="text-xs text-soft">{t.threads.inArchive}</span>}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      {messages.length > 0 && (
        <div className="mb-4">
          <p aria-hidden="true" className={HEAD}>
            {t.threads.foundMessages}
          </p>
          <ul aria-label={t.threads.foundMessages}>
            {messages.map((found) => (
              <li key={found.message_id}>
                <Link href={pages.message(found.thread_id, found.message_id)} onClick={onFollow} className={ROW}>
                  <span className="truncate font-medium">{found.title}</span>
                  <span className="line-clamp-3 wrap-anywhere">
                    <Parts parts={found.parts} />
                  </span>
                  <span className="text-xs text-soft">
                    {t.threads.said(found.role, shortTime(found.at))}
                    {found.archived && `, ${t.threads.inArchive}`}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      {hasNextPage && (
        <Button look="quiet" className="w-full" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.threads.more}
        </Button>
      )}
    </>
  );
}
