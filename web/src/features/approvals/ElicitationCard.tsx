import { MessageCircleQuestion } from "lucide-react";
import { Suspense, useEffect } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import type { Call, Decision } from "@/lib/protocol";
import { AskedPage } from "./AskedPage";
import { Deadline } from "./Deadline";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { AnswerForm, preloadAnswerForm } from "./lazy";
import { useProgress } from "./progress";
import { Sending } from "./Sending";
import { visible } from "@/lib/text";
import { useDecide } from "./useDecide";
import type { Deciding } from "./useDecision";
import { WaitingFrame } from "./WaitingFrame";
import { toolTitle } from "./words";

/** What a server wants to know before its tool goes on. Always says which server asks. */
export function ElicitationCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [progress, setProgress] = useProgress(call.id);
  const { frame, decide } = useDecide(deciding);
  const { busy, failure } = deciding;
  const server = call.tool.server_name;
  const decline: Decision = { decision: "reject", seal: call.seal };
  useEffect(preloadAnswerForm, []);
  return (
    <WaitingFrame call={call} busy={busy} frame={frame}>
      <header className="flex flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <h3 className="flex items-baseline gap-2 text-[1.0625rem] font-semibold wrap-anywhere">
            <MessageCircleQuestion size={17} aria-hidden="true" className="shrink-0 self-center text-warn" />
            {call.may.decide ? t.asked.title(server) : t.asked.titleOther(server, call.requester.name)}
          </h3>
          <Deadline call={call} onExtend={deciding.extend} />
        </div>
        <p className="text-sm text-soft wrap-anywhere">{t.asked.goesTo(server, toolTitle(call))}</p>
      </header>
      <p className="whitespace-pre-line wrap-anywhere">{visible(call.asked?.message ?? "")}</p>
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={progress !== null} />}
      {busy && <Sending />}
      {!busy && call.may.decide && call.asked?.mode === "url" && (
        <AskedPage url={call.asked.url ?? ""} onDone={() => decide({ decision: "respond", seal: call.seal })} onDecline={() => decide(decline)} />
      )}
      {!busy && call.may.decide && call.asked?.mode !== "url" && (
        <Suspense fallback={<Spinner className="text-soft" />}>
          <AnswerForm
            call={call}
            draft={progress?.mode === "fill" ? progress.content : null}
            refused={failure?.errors ?? []}
            onChange={(content) => setProgress({ mode: "fill", content })}
            onSend={(content) => decide({ decision: "respond", seal: call.seal, content })}
            onDecline={() => decide(decline)}
          />
        </Suspense>
      )}
    </WaitingFrame>
  );
}
