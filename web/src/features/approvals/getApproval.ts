import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { isMoving } from "@/lib/conversation/calls";
import type { Call } from "@/lib/protocol";
import { urls } from "@/lib/urls";

const LOOK_MS = 1000;

export function getApproval(id: string): Promise<Call> {
  return request<Call>("GET", urls.approval(id));
}

/** One call as it stands; one that is on its way is looked at again until it has arrived. */
export function useApproval(id: string, known: Call | undefined) {
  return useQuery({
    queryKey: keys.approval(id),
    queryFn: () => getApproval(id),
    initialData: known,
    refetchInterval: ({ state }) => (state.data && isMoving(state.data.state) ? LOOK_MS : false),
  });
}
