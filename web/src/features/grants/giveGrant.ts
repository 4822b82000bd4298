import { request } from "@/lib/api/http";
import type { Grant, GrantBody } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function giveGrant(body: GrantBody): Promise<Grant> {
  return request<Grant>("POST", urls.grants, body);
}
