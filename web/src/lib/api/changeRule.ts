import { request } from "./http";
import type { Rule, RuleBody } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function changeRule(id: string, change: Partial<RuleBody>): Promise<Rule> {
  return request<Rule>("PATCH", urls.policy(id), change);
}
