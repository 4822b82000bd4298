const id = encodeURIComponent;

/** Every address that the UI asks for or goes to. */
export const urls = {
  login: (next: string) => `/auth/login?next=${id(next)}`,
  signInFresh: (next: string) => `/auth/login?fresh=true&next=${id(next)}`,
  logout: "/auth/logout",
  me: "/api/me",
  initialize: "/api/initialize",
  servers: "/api/servers",
  connectServer: (server: string) => `/api/servers/${id(server)}/connect`,
  disconnectServer: (server: string) => `/api/servers/${id(server)}/disconnect`,
  server: (server: string) => `/api/servers/${id(server)}`,
  signInToServer: (server: string) => `/api/servers/${id(server)}/login`,
  toolset: "/api/toolset",
  threads: (query: string, cursor: string | null) => {
    const search = new URLSearchParams();
    if (query) search.set("q", query);
    if (cursor) search.set("cursor", cursor);
    const text = search.toString();
    return text ? `/api/threads?${text}` : "/api/threads";
  },
  archive: (cursor: string | null) => `/api/threads?archived=true${cursor ? `&cursor=${id(cursor)}` : ""}`,
  restoreThread: (thread: string) => `/api/threads/${id(thread)}/restore`,
  search: (query: string, cursor: string | null) => `/api/search?q=${id(query)}${cursor ? `&cursor=${id(cursor)}` : ""}`,
  newThread: "/api/threads",
  thread: (thread: string) => `/api/threads/${id(thread)}`,
  approvals: (search: Record<string, string>) => `/api/approvals?${new URLSearchParams(search).toString()}`,
  approval: (call: string) => `/api/approvals/${id(call)}`,
  artifact: (artifact: string) => `/api/artifacts/${id(artifact)}`,
  policies: "/api/policies",
  policy: (rule: string) => `/api/policies/${id(rule)}`,
  explain: "/api/policies/explain",
  simulate: "/api/policies/simulate",
  toolClasses: "/api/tool-classes",
  members: "/api/members",
  member: (member: string) => `/api/members/${id(member)}`,
  sessionsOf: (member: string) => `/api/members/${id(member)}/sessions`,
  sessions: "/api/sessions",
  session: (session: string) => `/api/sessions/${id(session)}`,
  grants: "/api/grants",
  grantsOf: (scope: "mine" | "tenant") => `/api/grants?scope=${scope}`,
  grant: (grant: string) => `/api/grants/${id(grant)}`,
  record: (filter: Record<string, string>) => {
    const search = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "")).toString();
    return search ? `/api/audit?${search}` : "/api/audit";
  },
  recordFile: "/api/audit/export",
  socketPath: "/ws/socket.io",
} as const;

export const pages = {
  home: "/",
  newChat: "/c/new",
  thread: (thread: string) => `/c/${id(thread)}`,
  /** A thread at one of its messages. */
  message: (thread: string, message: string) => `/c/${id(thread)}?message=${id(message)}`,
  threadPattern: "/c/:thread",
  archive: "/archive",
  approvals: "/approvals",
  approval: (call: string) => `/approvals?call=${id(call)}`,
  policies: "/admin/policies",
  permissions: "/settings/permissions",
  record: "/audit",
  people: "/users",
  sessions: "/settings/sessions",
  keys: "/settings/keys",
  usage: "/settings/usage",
  organisations: "/settings/organisations",
  data: "/settings/data",
  features: "/settings/features",
  servers: "/servers",
  serverPattern: "/servers/:server",
  server: (server: string) => `/servers/${id(server)}`,
} as const;
