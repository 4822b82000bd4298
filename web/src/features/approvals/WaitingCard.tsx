import { Suspense, useEffect, useRef, useState } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import type { Call, Decision } from "@/lib/protocol";
import { Arguments } from "./Arguments";
import { CardActions } from "./CardActions";
import { CardHead } from "./CardHead";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { EditForm, preloadEditForm } from "./lazy";
import { type Progress, useProgress } from "./progress";
import { RejectForm } from "./RejectForm";
import { RespondForm } from "./RespondForm";
import { wantsCare } from "./risk";
import { Sending } from "./Sending";
import { useDecide } from "./useDecide";
import type { Deciding } from "./useDecision";
import { WaitingFrame } from "./WaitingFrame";
import { Why } from "./Why";
import { toolTitle } from "./words";

interface FormsProps {
  call: Call;
  progress: Progress;
  deciding: Deciding;
  setProgress: (progress: Progress) => void;
  decide: (decision: Decision) => void;
  onCancel: () => void;
}

function Forms({ call, progress, deciding, setProgress, decide, onCancel }: FormsProps) {
  const { seal } = call;
  switch (progress.mode) {
    case "edit":
      return (
        <Suspense fallback={<Spinner className="text-soft" />}>
          <EditForm
            call={call}
            value={progress.arguments}
            refused={deciding.failure?.errors ?? []}
            disabled={deciding.busy}
            onChange={(value) => setProgress({ mode: "edit", arguments: value })}
            onApprove={(value) => decide({ decision: "approve", seal, arguments: value })}
            onCancel={onCancel}
          />
        </Suspense>
      );
    case "reject":
      return (
        <RejectForm
          reason={progress.reason}
          disabled={deciding.busy}
          onChange={(reason) => setProgress({ mode: "reject", reason })}
          onReject={(reason) => decide(reason ? { decision: "reject", seal, reason } : { decision: "reject", seal })}
          onCancel={onCancel}
        />
      );
    case "respond":
      return (
        <RespondForm
          response={progress.response}
          disabled={deciding.busy}
          onChange={(response) => setProgress({ mode: "respond", response })}
          onRespond={(response) => decide({ decision: "respond", seal, response })}
          onCancel={onCancel}
        />
      );
    default:
      return null;
  }
}

/** A tool call that waits for this person, or for others. */
export function WaitingCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [progress, setProgress] = useProgress(call.id);
  const [menu, setMenu] = useState(false);
  const { frame, decide } = useDecide(deciding);
  const approve = useRef<HTMLButtonElement>(null);
  const { busy, failure } = deciding;
  const { seal } = call;
  useEffect(preloadEditForm, []);

  const back = () => {
    setProgress(null);
    frame.current?.focus();
  };
  const edit = () => setProgress({ mode: "edit", arguments: call.arguments });
  const reject = () => setProgress({ mode: "reject", reason: "" });
  const approveOnce = () => decide({ decision: "approve", seal });
  const keys = {
    a: () => (wantsCare(call) ? approve.current?.focus() : approveOnce()),
    r: reject,
    e: edit,
    ...(call.may.remember.length > 0 ? { s: () => setMenu(true) } : {}),
  };
  return (
    <WaitingFrame call={call} busy={busy} frame={frame} keys={call.may.decide && !progress ? keys : {}}>
      <CardHead call={call} title={t.approvals.question(toolTitle(call))} onExtend={deciding.extend} />
      {progress?.mode !== "edit" && (
        <Arguments value={call.arguments} schema={call.tool.input_schema}>
          <Why trace={call.trace} question={call.may.decide ? t.approvals.whyAsked : t.approvals.whyWaits} />
        </Arguments>
      )}
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={progress !== null} onApproveOnce={approveOnce} />}
      {busy && <Sending />}
      {!busy && !progress && (
        <CardActions
          call={call}
          approveButton={approve}
          menu={menu}
          onMenu={setMenu}
          onApprove={(remember) => (remember ? decide({ decision: "approve", seal, remember }) : approveOnce())}
          onEdit={edit}
          onReject={reject}
          onRespond={() => setProgress({ mode: "respond", response: "" })}
          onWithdraw={() => decide({ decision: "reject", seal })}
        />
      )}
      {!busy && progress && <Forms call={call} progress={progress} deciding={deciding} setProgress={setProgress} decide={decide} onCancel={back} />}
    </WaitingFrame>
  );
}
