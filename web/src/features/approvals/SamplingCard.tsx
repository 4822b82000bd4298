import { Sparkles } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import { sampling as words } from "@/lib/i18n/en/sampling";
import type { Call } from "@/lib/protocol";
import { ApproveButton } from "./ApproveButton";
import { Deadline } from "./Deadline";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { useProgress } from "./progress";
import { RejectForm } from "./RejectForm";
import { asArguments, samplingOf } from "./sampling";
import { SamplingForm } from "./SamplingForm";
import { SamplingRequest } from "./SamplingRequest";
import { Sending } from "./Sending";
import { useDecide } from "./useDecide";
import type { Deciding } from "./useDecision";
import { WaitingFrame } from "./WaitingFrame";
import { Why } from "./Why";

/** A server that wants the reader's model to write something: everything that the model would be asked with. */
export function SamplingCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [progress, setProgress] = useProgress(call.id);
  const [menu, setMenu] = useState(false);
  const { frame, decide } = useDecide(deciding);
  const approve = useRef<HTMLButtonElement>(null);
  const { busy, failure } = deciding;
  const { seal } = call;
  const server = call.tool.server_name;
  const back = () => {
    setProgress(null);
    frame.current?.focus();
  };
  const approveOnce = () => decide({ decision: "approve", seal });
  const edit = () => setProgress({ mode: "edit", arguments: call.arguments });
  const reject = () => setProgress({ mode: "reject", reason: "" });
  return (
    <WaitingFrame call={call} busy={busy} frame={frame} keys={call.may.decide && !progress ? { a: approveOnce, r: reject, e: edit } : {}}>
      <header className="flex flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <h3 className="flex items-baseline gap-2 text-[1.0625rem] font-semibold wrap-anywhere">
            <Sparkles size={17} aria-hidden="true" className="shrink-0 self-center text-warn" />
            {call.may.decide ? words.title(server) : words.titleOther(server, call.requester.name)}
          </h3>
          <Deadline call={call} onExtend={deciding.extend} />
        </div>
        <p className="text-sm text-soft wrap-anywhere">
          {words.hint(server)} {words.then}
        </p>
      </header>
      {progress?.mode !== "edit" && (
        <>
          <SamplingRequest value={call.arguments} />
          <Why trace={call.trace} question={call.may.decide ? t.approvals.whyAsked : t.approvals.whyWaits} />
        </>
      )}
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={progress !== null} onApproveOnce={approveOnce} />}
      {busy && <Sending />}
      {!busy && !progress && call.may.decide && (
        <>
          <div className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4">
            <div className="max-sm:order-2 max-sm:col-span-2">
              <ApproveButton
                may={call.may.remember}
                open={menu}
                onOpenChange={setMenu}
                button={approve}
                onApprove={(remember) => (remember ? decide({ decision: "approve", seal, remember }) : approveOnce())}
              />
            </div>
            <Button className="max-sm:order-1 max-sm:min-h-12" aria-keyshortcuts="E" onClick={edit}>
              {t.approvals.edit}
            </Button>
            <Button className="max-sm:order-1 max-sm:min-h-12" aria-keyshortcuts="R" onClick={reject}>
              {t.approvals.reject}
            </Button>
          </div>
          {call.may.remember.length > 0 && <p className="text-xs text-soft">{words.remembered}</p>}
        </>
      )}
      {!busy && progress?.mode === "edit" && (
        <SamplingForm
          value={samplingOf(progress.arguments)}
          before={samplingOf(call.arguments)}
          refused={failure?.errors ?? []}
          disabled={busy}
          onChange={(value) => setProgress({ mode: "edit", arguments: asArguments(value) })}
          onApprove={() => decide({ decision: "approve", seal, arguments: progress.arguments })}
          onCancel={back}
        />
      )}
      {!busy && progress?.mode === "reject" && (
        <RejectForm
          reason={progress.reason}
          disabled={busy}
          onChange={(reason) => setProgress({ mode: "reject", reason })}
          onReject={(reason) => decide(reason ? { decision: "reject", seal, reason } : { decision: "reject", seal })}
          onCancel={back}
        />
      )}
    </WaitingFrame>
  );
}
