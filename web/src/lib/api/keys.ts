/** The keys of the query cache. */
export const keys = {
  me: ["me"] as const,
  servers: ["servers"] as const,
  toolset: ["toolset"] as const,
  threads: (query: string) => ["threads", query] as const,
  allThreads: ["threads"] as const,
  thread: (id: string) => ["thread", id] as const,
  approvals: ["approvals"] as const,
};
