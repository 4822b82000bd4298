import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { command, request } from "@/lib/api/http";
import { type LimitBody, type Limits, type OwnUsage, type TenantUsage, usageKeys, usageUrls } from "@/lib/usageProtocol";

export function useOwnUsage() {
  return useQuery({ queryKey: usageKeys.own, queryFn: () => request<OwnUsage>("GET", usageUrls.own), staleTime: 0 });
}

export function useTenantUsage() {
  return useQuery({ queryKey: usageKeys.tenant, queryFn: () => request<TenantUsage>("GET", usageUrls.tenant), staleTime: 0 });
}

export function useLimits() {
  return useQuery({ queryKey: usageKeys.limits, queryFn: () => request<Limits>("GET", usageUrls.limits) });
}

/** Sets a limit or takes it away, and says so; everything is read again whatever became of it. */
export function useLimitChange(said: (body: LimitBody) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: LimitBody) => command("PUT", usageUrls.limits, body),
    onSuccess: (_, body) => announce(said(body)),
    onSettled: () => client.invalidateQueries({ queryKey: usageKeys.all }),
  });
}
