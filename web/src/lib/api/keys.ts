/** The keys of the query cache. */
export const keys = {
  me: ["me"] as const,
  servers: ["servers"] as const,
  toolset: ["toolset"] as const,
  threads: (query: string) => ["threads", query] as const,
  allThreads: ["threads"] as const,
  thread: (id: string) => ["thread", id] as const,
  approvals: ["approvals"] as const,
  policies: ["policies"] as const,
  toolClasses: ["tool-classes"] as const,
  members: ["members"] as const,
  grants: ["grants"] as const,
  grantsOf: (scope: "mine" | "tenant") => ["grants", scope] as const,
  record: ["record"] as const,
  recordOf: (filter: object) => ["record", filter] as const,
};
