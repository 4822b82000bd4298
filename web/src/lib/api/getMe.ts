import { useQuery } from "@tanstack/react-query";
import { request } from "./http";
import { keys } from "./keys";
import type { Me } from "@/lib/protocol";
import { urls } from "@/lib/urls";

export function useMe() {
  return useQuery({ queryKey: keys.me, queryFn: () => request<Me>("GET", urls.me), staleTime: 60_000 });
}
