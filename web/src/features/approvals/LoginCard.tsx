import { KeyRound } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import type { Call, Decision } from "@/lib/protocol";
import { Deadline } from "./Deadline";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { isQuiet } from "./guard";
import { Sending } from "./Sending";
import { visible } from "./text";
import type { Deciding } from "./useDecision";
import { WaitingFrame } from "./WaitingFrame";
import { toolTitle } from "./words";

/** A server that lets nobody in before they have signed in; the call behind it waits. */
export function LoginCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const frame = useRef<HTMLElement>(null);
  const { busy, failure } = deciding;
  const title = t.asked.signIn(call.tool.server_name);
  const message = call.asked?.message ?? "";
  const decide = (decision: Decision) => {
    if (busy || isQuiet()) return;
    frame.current?.focus();
    deciding.decide(decision);
  };
  return (
    <WaitingFrame call={call} busy={busy} frame={frame}>
      <header className="flex flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <h3 className="flex items-baseline gap-2 text-[1.0625rem] font-semibold wrap-anywhere">
            <KeyRound size={17} aria-hidden="true" className="shrink-0 self-center text-warn" />
            {title}
          </h3>
          <Deadline call={call} onExtend={deciding.extend} />
        </div>
        <p className="text-sm text-soft wrap-anywhere">{t.asked.tryHint(toolTitle(call))}</p>
      </header>
      {message && message !== `${title}.` && <p className="whitespace-pre-line wrap-anywhere">{visible(message)}</p>}
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={false} />}
      {busy && <Sending />}
      {!busy && call.may.decide && (
        <div className="flex flex-wrap gap-2">
          <Button look="accent" onClick={() => decide({ decision: "respond", seal: call.seal })}>
            {t.asked.tryAgain}
          </Button>
          <Button onClick={() => decide({ decision: "reject", seal: call.seal })}>{t.asked.decline}</Button>
        </div>
      )}
    </WaitingFrame>
  );
}
