import { useEffect } from "react";
import { create } from "zustand";
import { useApprovals } from "@/features/approvals/getApprovals";

/** How many calls wait for this person, as the server last said. */
export const useWaitingCount = create<{ count: number }>(() => ({ count: 0 }));

/** Keeps the count in step with the list of what waits. */
export function useCountFromList(): void {
  const waiting = useApprovals().data?.filter((call) => call.state === "proposed").length;
  useEffect(() => {
    if (waiting !== undefined) useWaitingCount.setState({ count: waiting });
  }, [waiting]);
}
