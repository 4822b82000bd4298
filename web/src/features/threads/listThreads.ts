import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Thread, ThreadPage } from "@/lib/threadsProtocol";
import { urls } from "@/lib/urls";

export type ThreadPages = InfiniteData<ThreadPage, string | null>;

/** The threads of the loaded pages, each once, newest activity first. */
export function flatten(data: ThreadPages): Thread[] {
  const byId = new Map(data.pages.flatMap((page) => page.threads.map((thread) => [thread.id, thread] as const)));
  return [...byId.values()].toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
}

/** The threads that were put away, page by page. */
export function useArchive() {
  return useInfiniteQuery({
    queryKey: keys.archive,
    queryFn: ({ pageParam }) => request<ThreadPage>("GET", urls.archive(pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    select: flatten,
  });
}

export function useThreads(query: string) {
  return useInfiniteQuery({
    queryKey: keys.threads(query),
    queryFn: ({ pageParam }) => request<ThreadPage>("GET", urls.threads(query, pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (previous) => previous,
    select: flatten,
  });
}
