import { useQuery } from "@tanstack/react-query";
import { request } from "./http";
import { keys } from "./keys";
import type { Toolset } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function useToolset() {
  return useQuery({ queryKey: keys.toolset, queryFn: () => request<Toolset>("GET", urls.toolset) });
}
