import { useQuery } from "@tanstack/react-query";
import { request } from "./http";
import { keys } from "./keys";
import type { Policy } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function usePolicies() {
  return useQuery({ queryKey: keys.policies, queryFn: () => request<Policy>("GET", urls.policies) });
}
