import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import type { Thread } from "@/lib/threadsProtocol";
import { urls } from "@/lib/urls";

export function useThread(id: string) {
  return useQuery({ queryKey: keys.thread(id), queryFn: () => request<Thread>("GET", urls.thread(id)) });
}
