import { useQuery } from "@tanstack/react-query";
import type { ToolClass } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";
import { request } from "./http";
import { keys } from "./keys";

/** Every tool that is known here, with what an admin and its server say of it. */
export function useToolClasses() {
  return useQuery({
    queryKey: keys.toolClasses,
    queryFn: async () => (await request<{ tools: ToolClass[] }>("GET", urls.toolClasses)).tools,
  });
}
