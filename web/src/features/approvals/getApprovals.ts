import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Call } from "@/lib/protocol";
import { urls } from "@/lib/urls";

/** The calls that wait for this person, oldest first. */
export function useApprovals() {
  return useQuery({
    queryKey: keys.approvals,
    queryFn: async () => (await request<{ approvals: Call[] }>("GET", urls.approvals)).approvals,
    select: (calls) => calls.toSorted((a, b) => a.created_at.localeCompare(b.created_at)),
  });
}
