import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/lib/api/keys";
import type { Server, Toolset } from "@/lib/protocol";

export function putServer(client: QueryClient, server: Server): void {
  client.setQueryData<Server[]>(keys.servers, (servers) => {
    if (!servers) return undefined;
    return servers.some(({ id }) => id === server.id) ? servers.map((known) => (known.id === server.id ? server : known)) : [...servers, server];
  });
}

export function dropServer(client: QueryClient, id: string): void {
  client.setQueryData<Server[]>(keys.servers, (servers) => servers?.filter((known) => known.id !== id));
}

/** Takes a toolset unless a later revision is known. */
export function putToolset(client: QueryClient, toolset: Toolset): void {
  client.setQueryData<Toolset>(keys.toolset, (known) => (known && known.revision > toolset.revision ? known : toolset));
}
