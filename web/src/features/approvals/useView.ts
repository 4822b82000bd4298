import { useSearchParams } from "wouter";
import type { Scope } from "@/lib/protocol";

export const RISKS = ["reads", "changes", "destroys", "leaves", "unclassified"] as const;
/** In minutes. */
export const AGES = ["15", "60", "1440"] as const;
const SCOPES: readonly string[] = ["mine", "tenant", "unattended"];

export interface View {
  scope: Scope;
  server: string;
  risk: string;
  age: string;
  /** The chosen call. */
  call: string | null;
}

const one = (value: string | null, of: readonly string[]): string => (value !== null && of.includes(value) ? value : "");

function written(view: View): URLSearchParams {
  const search = new URLSearchParams();
  if (view.scope !== "mine") search.set("view", view.scope);
  for (const name of ["server", "risk", "age"] as const) if (view[name]) search.set(name, view[name]);
  if (view.call) search.set("call", view.call);
  return search;
}

/** What the address says is looked at, and the address for looking at something else. */
export function useView(mayAll: boolean): [View, (change: Partial<View>) => void, (change: Partial<View>) => string] {
  const [search, setSearch] = useSearchParams();
  const view: View = {
    scope: mayAll ? ((one(search.get("view"), SCOPES) || "mine") as Scope) : "mine",
    server: search.get("server") ?? "",
    risk: one(search.get("risk"), RISKS),
    age: one(search.get("age"), AGES),
    call: search.get("call"),
  };
  const change = (next: Partial<View>) => setSearch(written({ ...view, ...next }), { replace: true });
  const address = (next: Partial<View>) => {
    const text = written({ ...view, ...next }).toString();
    return text ? `?${text}` : "";
  };
  return [view, change, address];
}
