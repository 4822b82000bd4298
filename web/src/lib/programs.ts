import type { Person } from "@/lib/protocol";

const id = encodeURIComponent;

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  kind: "personal" | "tenant";
  owner: Person;
  made_by: Person;
  created_at: string;
  expires_at: string;
  used_at: string | null;
  revoked_at: string | null;
  revoked_by: Person | null;
  state: "live" | "expired" | "revoked";
}

export interface KeyPolicy {
  most_days: number;
  personal: boolean;
}

export interface KeyList {
  keys: ApiKey[];
  scopes: { scope: string; description: string }[];
  policy: KeyPolicy;
}

/** Addresses of what programs come with; they load with their page. */
export const programUrls = {
  keys: "/api/keys",
  key: (key: string) => `/api/keys/${id(key)}`,
  policy: "/api/keys/policy",
} as const;

export const KEYS = ["api-keys"];
