import { Ellipsis, MessageSquareReply, OctagonX } from "lucide-react";
import { type KeyboardEvent, Suspense, useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import { WAITING } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import type { Call, Decision } from "@/lib/protocol";
import { Arguments } from "./Arguments";
import { CardHead } from "./CardHead";
import { Failure } from "./Failure";
import { isQuiet, settle } from "./guard";
import { EditForm, preloadEditForm } from "./lazy";
import { useProgress } from "./progress";
import { RejectForm } from "./RejectForm";
import { RespondForm } from "./RespondForm";
import { riskOf } from "./risk";
import { stopRun } from "./stopRun";
import type { Deciding } from "./useDecision";
import { toolTitle } from "./words";

/** A call that waits. Whatever appears or moves, nothing decides for 400 ms, and no held key does. */
export function WaitingCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [progress, setProgress] = useProgress(call.id);
  const card = useRef<HTMLElement>(null);
  const approve = useRef<HTMLButtonElement>(null);
  const { busy, failure } = deciding;
  const title = toolTitle(call);

  useEffect(settle, [call.id, call.seal]);
  useEffect(preloadEditForm, []);

  const decide = (decision: Decision) => {
    if (busy || isQuiet()) return;
    card.current?.focus();
    deciding.decide(decision);
  };
  const back = () => {
    setProgress(null);
    card.current?.focus();
  };
  const approveOnce = () => decide({ decision: "approve", seal: call.seal });
  const stop = () => {
    if (!isQuiet()) stopRun(call).catch((error: unknown) => notify(sentence(error)));
  };
  const keyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.repeat && event.target instanceof HTMLButtonElement) event.preventDefault();
    if (event.target !== event.currentTarget || event.repeat || event.ctrlKey || event.metaKey || event.altKey || busy || progress) return;
    const key = event.key.toLowerCase();
    if (key === "a") {
      if (riskOf(call.tool.annotations).level === "destroys" && riskOf(call.tool.annotations).declared) approve.current?.focus();
      else approveOnce();
    } else if (key === "r") setProgress({ mode: "reject", reason: "" });
    else if (key === "e") setProgress({ mode: "edit", arguments: call.arguments });
    else return;
    event.preventDefault();
  };

  return (
    <article
      ref={card}
      aria-label={t.approvals.card(title)}
      aria-busy={busy}
      aria-keyshortcuts="A R E"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={keyDown}
      {...{ [WAITING]: call.id }}
      className="flex flex-col gap-3.5 rounded-2xl border border-warn/55 bg-raised p-4 shadow-card"
    >
      <CardHead call={call} title={t.approvals.question(title)} deadline />
      {progress?.mode !== "edit" && <Arguments value={call.arguments} schema={call.tool.input_schema} />}
      {failure && <Failure refusal={failure} call={call} editing={progress !== null} />}
      {busy && (
        <p role="status" className="flex min-h-9 items-center gap-2.5 text-sm text-soft">
          <Spinner />
          {t.approvals.deciding}
        </p>
      )}
      {!busy && progress === null && (
        <div className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4">
          <Button ref={approve} look="accent" className="max-sm:order-2 max-sm:min-h-12" aria-keyshortcuts="A" onClick={approveOnce}>
            {t.approvals.approve}
          </Button>
          <Button className="max-sm:order-3" aria-keyshortcuts="E" onClick={() => setProgress({ mode: "edit", arguments: call.arguments })}>
            {t.approvals.edit}
          </Button>
          <Button className="max-sm:order-1 max-sm:min-h-12" aria-keyshortcuts="R" onClick={() => setProgress({ mode: "reject", reason: "" })}>
            {t.approvals.reject}
          </Button>
          <Button look="quiet" className="ms-auto text-soft max-sm:hidden" onClick={stop}>
            {t.approvals.stopRun}
          </Button>
          <Menu
            label={t.approvals.more}
            trigger={
              <Button look="quiet" className="max-sm:order-4">
                <Ellipsis size={16} aria-hidden="true" />
                {t.approvals.more}
              </Button>
            }
          >
            <MenuItem onSelect={() => setProgress({ mode: "respond", response: "" })}>
              <MessageSquareReply size={15} aria-hidden="true" />
              {t.approvals.answer}
            </MenuItem>
            <MenuItem onSelect={stop} className="text-danger sm:hidden">
              <OctagonX size={15} aria-hidden="true" />
              {t.approvals.stopRun}
            </MenuItem>
          </Menu>
        </div>
      )}
      {!busy && progress?.mode === "edit" && (
        <Suspense fallback={<Spinner className="text-soft" />}>
          <EditForm
            call={call}
            value={progress.arguments}
            refused={failure?.errors ?? []}
            disabled={busy}
            onChange={(value) => setProgress({ mode: "edit", arguments: value })}
            onApprove={(value) => decide({ decision: "approve", seal: call.seal, arguments: value })}
            onCancel={back}
          />
        </Suspense>
      )}
      {!busy && progress?.mode === "reject" && (
        <RejectForm
          reason={progress.reason}
          disabled={busy}
          onChange={(reason) => setProgress({ mode: "reject", reason })}
          onReject={(reason) => decide(reason ? { decision: "reject", seal: call.seal, reason } : { decision: "reject", seal: call.seal })}
          onCancel={back}
        />
      )}
      {!busy && progress?.mode === "respond" && (
        <RespondForm
          response={progress.response}
          disabled={busy}
          onChange={(response) => setProgress({ mode: "respond", response })}
          onRespond={(response) => decide({ decision: "respond", seal: call.seal, response })}
          onCancel={back}
        />
      )}
    </article>
  );
}
