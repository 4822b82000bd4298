/** The wire of exports, deletions, retention and features: a mirror of docs/protocol.md. */
export interface DataJob {
  id: string;
  kind: "export" | "erasure";
  of: "person" | "organisation";
  user_id: string | null;
  state: "waiting" | "queued" | "running" | "done" | "cancelled";
  step: string;
  done: number;
  total: number;
  size: number | null;
  created_at: string;
  due_at: string | null;
  ended_at: string | null;
  expires_at: string | null;
}

export const KEPT_KINDS = ["threads", "artifacts", "sessions", "jobs", "toolsets"] as const;
export type Retention = Record<(typeof KEPT_KINDS)[number], number | null>;

export const FEATURES = ["sampling", "url_questions", "personal_servers", "own_permissions", "offers"] as const;
export type Feature = (typeof FEATURES)[number];

export const dataUrls = {
  jobs: "/api/data/jobs",
  exports: "/api/data/exports",
  archive: (job: string) => `/api/data/exports/${encodeURIComponent(job)}`,
  deletions: "/api/data/deletions",
  deletion: (job: string) => `/api/data/deletions/${encodeURIComponent(job)}`,
  retention: "/api/data/retention",
  preview: "/api/data/retention/preview",
  features: "/api/features",
} as const;

export const dataKeys = { jobs: ["data-jobs"], retention: ["retention"], features: ["features"] } as const;
