import { KeyRound } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { useServers } from "@/lib/api/getServers";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { useSignIn } from "@/lib/login";
import type { Call } from "@/lib/protocol";
import { Deadline } from "./Deadline";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { isQuiet } from "./guard";
import { Sending } from "./Sending";
import { visible } from "@/lib/text";
import { useDecide } from "./useDecide";
import type { Deciding } from "./useDecision";
import { WaitingFrame } from "./WaitingFrame";
import { toolTitle } from "./words";

/** A server that lets nobody in before they have signed in; the call behind it waits. */
export function LoginCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const { frame, decide } = useDecide(deciding);
  const { busy, failure } = deciding;
  const server = useServers().data?.find(({ id }) => id === call.tool.server);
  const signIn = useSignIn(call.tool.server, t.asked.leaving);
  const opens = server?.auth === "oauth";
  const title = t.asked.titles.login(call.tool.server_name);
  const message = call.asked?.message ?? "";
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
        <p className="text-sm text-soft wrap-anywhere">{(opens ? t.asked.signInHint : t.asked.tryHint)(toolTitle(call))}</p>
      </header>
      {message && message !== `${title}.` && <p className="whitespace-pre-line wrap-anywhere">{visible(message)}</p>}
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={false} />}
      {busy && <Sending />}
      {!busy && call.may.decide && (
        <>
          <div className="flex flex-wrap gap-2">
            {opens && (
              <Button look="accent" aria-disabled={signIn.isPending} onClick={() => !signIn.isPending && !isQuiet() && signIn.mutate()}>
                {t.asked.signInNow(call.tool.server_name)}
              </Button>
            )}
            <Button look={opens ? "plain" : "accent"} onClick={() => decide({ decision: "respond", seal: call.seal })}>
              {t.asked.tryAgain}
            </Button>
            <Button onClick={() => decide({ decision: "reject", seal: call.seal })}>{t.asked.decline}</Button>
          </div>
          {(signIn.isPending || signIn.data) && (
            <p role="status" className="text-sm text-soft wrap-anywhere">
              {signIn.data ? t.asked.signingIn(signIn.data) : t.asked.leaving}
            </p>
          )}
          {signIn.error && (
            <p role="alert" className="text-sm text-danger wrap-anywhere">
              {t.asked.notOpened(sentence(signIn.error))}
            </p>
          )}
        </>
      )}
    </WaitingFrame>
  );
}
