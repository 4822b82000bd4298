import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Initialized } from "@/lib/protocol";
import { urls } from "@/lib/urls";

/** Makes the caller's handlers ready; what it answers is what the pickers start from. */
export function useInitialize(enabled: boolean) {
  return useQuery({
    queryKey: ["initialize"],
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ client }) => {
      const ready = await request<Initialized>("POST", urls.initialize);
      client.setQueryData(keys.servers, ready.servers);
      client.setQueryData(keys.toolset, ready.toolset);
      return ready;
    },
  });
}
