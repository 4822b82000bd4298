import { Sparkles } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import { sampling as words } from "@/lib/i18n/en/sampling";
import type { Call } from "@/lib/protocol";
import { Deadline } from "./Deadline";
import { Deciders } from "./Deciders";
import { Failure } from "./Failure";
import { useProgress } from "./progress";
import { writtenText } from "./sampling";
import { Sending } from "./Sending";
import { useDecide } from "./useDecide";
import type { Deciding } from "./useDecision";
import { Value } from "./Value";
import { WaitingFrame } from "./WaitingFrame";

const ANY = {};
const MOST = 20_000;

/** What the model wrote for a server, before the server gets it. */
export function WrittenCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [progress, setProgress] = useProgress(call.id);
  const { frame, decide } = useDecide(deciding);
  const { busy, failure } = deciding;
  const { seal } = call;
  const server = call.tool.server_name;
  const text = writtenText(call);
  const back = () => {
    setProgress(null);
    frame.current?.focus();
  };
  const draft = progress?.mode === "respond" ? progress.response : null;
  return (
    <WaitingFrame call={call} busy={busy} frame={frame}>
      <header className="flex flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <h3 className="flex items-baseline gap-2 text-[1.0625rem] font-semibold wrap-anywhere">
            <Sparkles size={17} aria-hidden="true" className="shrink-0 self-center text-warn" />
            {call.may.decide ? words.written(server) : words.writtenOther(server, call.requester.name)}
          </h3>
          <Deadline call={call} onExtend={deciding.extend} />
        </div>
        <p className="text-sm text-soft wrap-anywhere">{words.writtenHint(server)}</p>
      </header>
      {draft === null && (
        <p className="min-w-0 rounded-xl bg-sunk px-3 py-2">
          <Value value={text} schema={ANY} root={ANY} />
        </p>
      )}
      <Deciders call={call} />
      {failure && <Failure refusal={failure} call={call} kept={draft !== null} />}
      {busy && <Sending />}
      {!busy && call.may.decide && draft === null && (
        <div className="flex flex-wrap gap-2">
          <Button look="accent" onClick={() => decide({ decision: "respond", seal })}>
            {words.send}
          </Button>
          {text.length <= MOST && <Button onClick={() => setProgress({ mode: "respond", response: text })}>{words.change}</Button>}
          <Button onClick={() => decide({ decision: "reject", seal })}>{words.keep}</Button>
        </div>
      )}
      {!busy && call.may.decide && draft !== null && (
        <form
          aria-label={words.changed}
          className="flex flex-col gap-2.5"
          onSubmit={(event) => {
            event.preventDefault();
            if (draft.trim()) decide({ decision: "respond", seal, response: draft });
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") back();
          }}
        >
          <label className="flex flex-col gap-1 text-sm font-medium">
            {words.text}
            <textarea
              rows={4}
              maxLength={MOST}
              className="field field-sizing-content max-h-96 min-h-24 font-normal"
              value={draft}
              onChange={(event) => setProgress({ mode: "respond", response: event.target.value })}
            />
          </label>
          <div className="flex flex-wrap gap-2">
            <Button look="accent" type="submit" disabled={!draft.trim()}>
              {words.send}
            </Button>
            <Button onClick={back}>{t.approvals.cancel}</Button>
          </div>
        </form>
      )}
    </WaitingFrame>
  );
}
