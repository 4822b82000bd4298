import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/lib/api/keys";
import type { Thread } from "@/lib/threadsProtocol";
import type { ThreadPages } from "./listThreads";

/** Puts what the server says about a thread into the lists that are loaded. */
export function putThread(client: QueryClient, thread: Thread): void {
  client.setQueryData(keys.thread(thread.id), thread);
  client.setQueryData<ThreadPages>(keys.threads(""), (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (!data || !first) return data;
    const without = (threads: Thread[]) => threads.filter(({ id }) => id !== thread.id);
    const others = { ...first, threads: without(first.threads) };
    const pages = [
      thread.archived ? others : { ...others, threads: [thread, ...others.threads] },
      ...rest.map((page) => ({ ...page, threads: without(page.threads) })),
    ];
    return { ...data, pages };
  });
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "threads" && queryKey[1] !== "" });
  void client.invalidateQueries({ queryKey: keys.archive });
}

export function dropThread(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: keys.thread(id) });
  for (const queryKey of [keys.allThreads, keys.archive]) {
    client.setQueriesData<ThreadPages>({ queryKey }, (data) =>
      data ? { ...data, pages: data.pages.map((page) => ({ ...page, threads: page.threads.filter((thread) => thread.id !== id) })) } : data,
    );
  }
}
