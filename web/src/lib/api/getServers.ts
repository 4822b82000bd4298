import { useQuery } from "@tanstack/react-query";
import { request } from "./http";
import { keys } from "./keys";
import type { Server } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function useServers() {
  return useQuery({
    queryKey: keys.servers,
    queryFn: async () => (await request<{ servers: Server[] }>("GET", urls.servers)).servers,
  });
}
