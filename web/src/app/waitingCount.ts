import { useEffect } from "react";
import { create } from "zustand";
import { isForReader, useApprovals } from "@/features/approvals/getApprovals";
import { useNewCalls } from "@/features/approvals/useNewCalls";
import { useMe } from "@/lib/api/getMe";

/** How many calls wait for this person, as the server last said. */
export const useWaitingCount = create<{ count: number }>(() => ({ count: 0 }));

/** Keeps the count in step with the list of what waits, and tells of what is new in it. */
export function useCountFromList(): void {
  const me = useMe().data?.user.id ?? null;
  const calls = useApprovals({ scope: "mine" }).data?.calls;
  const waiting = calls?.filter((call) => isForReader(call, me)).length;
  useEffect(() => {
    if (waiting !== undefined) useWaitingCount.setState({ count: waiting });
  }, [waiting, calls]);
  useNewCalls(calls, me);
}
