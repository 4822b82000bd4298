import { request } from "@/lib/api/http";
import type { Call } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function getApproval(id: string): Promise<Call> {
  return request<Call>("GET", urls.approval(id));
}
