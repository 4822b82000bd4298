import { urls } from "./urls";

/** Addresses that only the pages of servers ask for; they load with those. */
export const serverUrls = {
  test: `${urls.servers}/test`,
  import: `${urls.servers}/import`,
  export: (scope: string) => `${urls.servers}/export?scope=${scope}`,
  policy: `${urls.servers}/policy`,
  definitions: (server: string) => `${urls.server(server)}/definitions`,
  accept: (server: string) => `${urls.server(server)}/definitions/accept`,
  signOut: (server: string) => `${urls.server(server)}/logout`,
  threadTools: (thread: string) => `${urls.thread(thread)}/tools`,
} as const;
