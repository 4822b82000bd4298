import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { ServersPolicy } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";

/** Which servers the organisation lets its people enter for themselves. */
export function useServersPolicy() {
  return useQuery({ queryKey: keys.serversPolicy, queryFn: () => request<ServersPolicy>("GET", serverUrls.policy) });
}
