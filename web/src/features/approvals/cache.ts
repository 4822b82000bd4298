import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/lib/api/keys";
import { merge } from "@/lib/conversation/calls";
import type { Approvals, Call } from "@/lib/protocol";

/** Puts what the server says of a call wherever it is shown. */
export function putCall(client: QueryClient, news: Call): void {
  const put = (known: Call) => (known.id === news.id ? merge(known, news) : known);
  client.setQueriesData<Approvals>({ queryKey: keys.approvalLists }, (list) => list && { ...list, approvals: list.approvals.map(put) });
  client.setQueryData<Call>(keys.approval(news.id), (known) => (known ? merge(known, news) : news));
}
