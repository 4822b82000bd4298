import { useQuery } from "@tanstack/react-query";
import type { Member } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";
import { request } from "./http";
import { keys } from "./keys";

/** The people of the organisation; asked for only where the caller may know. */
export function useMembers(enabled: boolean) {
  return useQuery({
    queryKey: keys.members,
    enabled,
    queryFn: async () => (await request<{ members: Member[] }>("GET", urls.members)).members,
  });
}
