/** The wire of usage and limits: a mirror of docs/protocol.md. */
export interface Standing {
  kind: string;
  of: "person" | "tenant";
  amount: number;
  source: "operator" | "tenant" | "everybody" | "role" | "user";
  used: number | null;
  left: number | null;
  until: string | null;
}

export interface Used {
  model: string;
  input_tokens: number;
  output_tokens: number;
  cost: number;
  calls: number;
  answers: number;
}

interface Money {
  currency: string;
  model: string;
  priced: boolean;
}

export interface UsedRun {
  id: string;
  thread_id: string;
  title: string;
  at: string | null;
  state: string;
  input_tokens: number;
  output_tokens: number;
  cost: number;
}

export interface OwnUsage extends Money {
  limits: Standing[];
  days: (Used & { day: string })[];
  runs: UsedRun[];
}

export interface TenantUsage extends Money {
  from: string;
  to: string;
  limits: Standing[];
  people: (Used & { user: { id: string; name: string } })[];
}

export type LimitScope = "tenant" | "everybody" | "role" | "user";

export interface LimitSet {
  scope: LimitScope;
  role: string | null;
  user: { id: string; name: string } | null;
  kind: string;
  amount: number;
  changed_by: { id: string; name: string };
  changed_at: string;
}

export interface LimitBody {
  scope: LimitScope;
  role?: string;
  user_id?: string;
  kind: string;
  amount: number | null;
}

export interface Limits {
  kinds: { name: string; unit: string; period: string }[];
  most: Record<"person" | "tenant", Record<string, number>>;
  limits: LimitSet[];
}

export const usageUrls = { own: "/api/usage", tenant: "/api/usage/tenant", limits: "/api/limits" } as const;
export const usageKeys = { all: ["usage"], own: ["usage", "own"], tenant: ["usage", "tenant"], limits: ["usage", "limits"] } as const;
