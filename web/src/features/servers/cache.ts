import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/lib/api/keys";
import type { Server, Toolset } from "@/lib/protocol";

export function putServer(client: QueryClient, server: Server): void {
  client.setQueryData<Server[]>(keys.servers, (servers) => servers?.map((known) => (known.id === server.id ? server : known)));
}

/** Takes a toolset unless a later revision is known. */
export function putToolset(client: QueryClient, toolset: Toolset): void {
  client.setQueryData<Toolset>(keys.toolset, (known) => (known && known.revision > toolset.revision ? known : toolset));
}
