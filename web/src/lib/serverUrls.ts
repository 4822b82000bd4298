import { urls } from "./urls";

/** Addresses that the first page does not ask for; they load with what does. */
export const serverUrls = {
  test: `${urls.servers}/test`,
  import: `${urls.servers}/import`,
  export: (scope: string) => `${urls.servers}/export?scope=${scope}`,
  policy: `${urls.servers}/policy`,
  definitions: (server: string) => `${urls.server(server)}/definitions`,
  accept: (server: string) => `${urls.server(server)}/definitions/accept`,
  resources: (server: string) => `${urls.server(server)}/resources`,
  resource: (server: string, uri: string) => `${urls.server(server)}/resource?uri=${encodeURIComponent(uri)}`,
  templates: (server: string) => `${urls.server(server)}/resource-templates`,
  resourceOf: (server: string) => `${urls.server(server)}/resource`,
  completion: (server: string) => `${urls.server(server)}/completion`,
  prompts: (server: string) => `${urls.server(server)}/prompts`,
  prompt: (server: string) => `${urls.server(server)}/prompt`,
  signOut: (server: string) => `${urls.server(server)}/logout`,
  threadTools: (thread: string) => `${urls.thread(thread)}/tools`,
} as const;
