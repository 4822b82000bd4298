import { request } from "./http";
import type { Rule, RuleBody } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function createRule(body: RuleBody): Promise<Rule> {
  return request<Rule>("POST", urls.policies, body);
}
