import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Grant } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

/** Permissions, newest first: the caller's, or everybody's for who may see them. */
export function useGrants(scope: "mine" | "tenant") {
  return useQuery({
    queryKey: keys.grantsOf(scope),
    queryFn: async () => (await request<{ grants: Grant[] }>("GET", urls.grantsOf(scope))).grants,
  });
}
