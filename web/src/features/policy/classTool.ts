import { request } from "@/lib/api/http";
import type { Effect, Risk, ToolClass } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function classTool(server: string, tool: string, effect: Effect, risk: Risk | null): Promise<ToolClass> {
  return request<ToolClass>("PUT", urls.toolClasses, { server, tool, effect, risk });
}
