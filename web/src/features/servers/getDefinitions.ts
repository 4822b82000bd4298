import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Definitions } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";

export function useDefinitions(id: string, standing: string) {
  return useQuery({
    queryKey: [...keys.definitions(id), standing],
    queryFn: () => request<Definitions>("GET", serverUrls.definitions(id)),
    placeholderData: (before) => before,
  });
}
