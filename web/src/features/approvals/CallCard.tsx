import { useEffect } from "react";
import { useMe } from "@/lib/api/getMe";
import { isMoving, isWaiting } from "@/lib/conversation/calls";
import type { Call } from "@/lib/protocol";
import { Failure } from "./Failure";
import { forgetProgress } from "./progress";
import { RecordCard } from "./RecordCard";
import { RunningCard } from "./RunningCard";
import { UnknownCard } from "./UnknownCard";
import { useDecision } from "./useDecision";
import { WaitingCard } from "./WaitingCard";

interface CallCardProps {
  call: Call;
  /** What the model was told about the call, where that is known. */
  told?: string | null;
  onSettled?: (call: Call) => void;
}

/** A call in whatever state it is. */
export function CallCard({ call, told = null, onSettled }: CallCardProps) {
  const me = useMe().data?.user.id ?? null;
  const deciding = useDecision(call, onSettled);
  const waiting = isWaiting(call);
  useEffect(() => {
    if (!waiting) forgetProgress(call.id);
  }, [waiting, call.id]);
  if (waiting) return <WaitingCard call={call} deciding={deciding} />;
  if (isMoving(call.state)) return <RunningCard call={call} />;
  if (call.state === "unknown") return <UnknownCard call={call} deciding={deciding} />;
  const notice = deciding.failure?.code === "already_decided" ? <Failure refusal={deciding.failure} call={call} editing={false} /> : null;
  return <RecordCard call={call} me={me} notice={notice} told={told} />;
}
