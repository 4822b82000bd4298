import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { RecordPage } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

/** What of the record is shown; an empty part does not narrow it. Times are ISO 8601. */
export interface Filter {
  actor: string;
  action: string;
  target: string;
  from: string;
  to: string;
}

export function useRecord(filter: Filter) {
  return useInfiniteQuery({
    queryKey: keys.recordOf(filter),
    queryFn: ({ pageParam }) => request<RecordPage>("GET", urls.record({ ...filter, before: pageParam === null ? "" : String(pageParam) })),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}
