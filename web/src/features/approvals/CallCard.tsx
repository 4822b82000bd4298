import { Suspense, useEffect } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { useMe } from "@/lib/api/getMe";
import { isMoving, isWaiting } from "@/lib/conversation/calls";
import type { Call } from "@/lib/protocol";
import { Failure } from "./Failure";
import { ElicitationCard, LoginCard, SamplingCard, WrittenCard } from "./lazy";
import { forgetProgress } from "./progress";
import { RecordCard } from "./RecordCard";
import { RunningCard } from "./RunningCard";
import { UnknownCard } from "./UnknownCard";
import { useDecision } from "./useDecision";
import { WaitingCard } from "./WaitingCard";

const WAITING_CARDS = { tool: WaitingCard, elicitation: ElicitationCard, login: LoginCard, sampling: SamplingCard, sampling_answer: WrittenCard };

interface CallCardProps {
  call: Call;
  /** What the model was told about the call, where that is known. */
  told?: string | null;
  /** What it waits for below, where something was asked before it can go on. */
  below?: Call | undefined;
  onSettled?: (call: Call) => void;
}

/** A call in whatever state it is. */
export function CallCard({ call, told = null, below, onSettled }: CallCardProps) {
  const me = useMe().data?.user.id ?? null;
  const deciding = useDecision(call, onSettled);
  const waiting = isWaiting(call);
  useEffect(() => {
    if (!waiting) forgetProgress(call.id);
  }, [waiting, call.id]);
  if (waiting) {
    const Card = WAITING_CARDS[call.kind];
    return (
      <Suspense fallback={<Spinner className="text-soft" />}>
        <Card call={call} deciding={deciding} />
      </Suspense>
    );
  }
  if (isMoving(call.state)) return <RunningCard call={call} below={below} />;
  if (call.state === "unknown") return <UnknownCard call={call} deciding={deciding} />;
  const { failure } = deciding;
  const notice = failure && (failure.code === "already_decided" || failure.code === "expired") ? <Failure refusal={failure} call={call} kept={false} /> : null;
  return <RecordCard call={call} me={me} notice={notice} told={told} />;
}
