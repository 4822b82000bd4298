import { request } from "@/lib/api/http";
import type { RuleBody, Simulation } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

/** What the rule would have said of the calls since a time, in place of the one that it replaces. */
export function simulateRule(rule: RuleBody, replaces: string | null, from: string): Promise<Simulation> {
  return request<Simulation>("POST", urls.simulate, { rule, from, ...(replaces ? { replaces } : {}) });
}
