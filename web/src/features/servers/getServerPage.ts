import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { ServerPage } from "@/lib/serversProtocol";
import { urls } from "@/lib/urls";

/** All there is to say about one server. `standing` changes with its connection, and has it read anew. */
export function useServerPage(id: string, standing: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: [...keys.serverPage(id), standing],
    queryFn: () => request<ServerPage>("GET", urls.server(id)),
    placeholderData: (before) => before,
  });
}
