import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { command, request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { dataUrls } from "@/lib/dataProtocol";
import type { Standing } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

/** Everybody of the organisation, as those see them who manage them. */
export function usePeople() {
  return useQuery({ queryKey: keys.people, queryFn: async () => (await request<{ members: Standing[] }>("GET", urls.members)).members });
}

interface Change {
  roles?: string[] | null;
  active?: boolean;
}

/** Does something about a member, and says what was done; the list is read again whatever became of it. */
function useDone<T>(member: Standing, work: (what: T) => Promise<unknown>, said: (name: string, what: T) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: (_, what) => announce(said(member.name, what)),
    onSettled: () => Promise.all([keys.people, keys.members].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export function useMemberChange(member: Standing, said: (name: string, change: Change) => string) {
  return useDone(member, (change: Change) => command("PATCH", urls.member(member.id), change), said);
}

/** Deletes the member for good; `typed` is their name. */
export function useErasure(member: Standing, said: (name: string) => string) {
  return useDone(member, (typed: string) => request("POST", dataUrls.deletions, { of: "member", user_id: member.id, name: typed }), said);
}

export function useSignOutEverywhere(member: Standing, said: (name: string) => string) {
  return useDone(member, () => command("DELETE", urls.sessionsOf(member.id)), said);
}
