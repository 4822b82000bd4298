import type { ReactNode } from "react";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { shortTime, tookTime } from "@/lib/times";
import { Arguments, RawJson } from "./Arguments";
import { Diff } from "./Diff";
import { shownResult } from "./result";
import { visible } from "./text";
import { decidedWord, who } from "./words";

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="text-xs font-medium text-soft">{title}</p>
      {children}
    </div>
  );
}

function Plain({ text }: { text: string }) {
  return <p className="max-h-96 overflow-auto whitespace-pre-wrap wrap-anywhere">{visible(text) || t.approvals.empty}</p>;
}

function history(call: Call, me: string | null): string[] {
  const lines = [t.approvals.proposedAt(shortTime(call.created_at))];
  if (call.decision) lines.push(t.approvals.decidedAt(decidedWord(call), who(call.decision.by, me), shortTime(call.decision.at)));
  if (call.started_at) lines.push(t.approvals.startedAt(shortTime(call.started_at)));
  if (call.started_at && call.ended_at) lines.push(t.approvals.endedAt(shortTime(call.ended_at), tookTime(call.started_at, call.ended_at)));
  if (call.resolution) {
    const word = call.state === "confirmed_done" ? t.approvals.confirmed_done : t.approvals.confirmed_not_done;
    lines.push(t.approvals.resolvedAt(word, who(call.resolution.by, me), shortTime(call.resolution.at)));
    if (call.resolution.note) lines.push(call.resolution.note);
  }
  return lines;
}

/** Everything that is on record about a call. */
export function RecordDetails({ call, me, told }: { call: Call; me: string | null; told: string | null }) {
  const { result } = call;
  const shown = result && shownResult(result);
  return (
    <div className="flex flex-col gap-3.5">
      <p className="text-soft">
        {call.tool.server_name} · <code className="font-mono text-[0.8125rem]">{call.tool.name}</code>
      </p>
      <Part title={t.approvals.arguments}>
        <Arguments value={call.arguments} schema={call.tool.input_schema} />
      </Part>
      {call.proposed_arguments && (
        <Diff before={call.proposed_arguments} after={call.arguments} schema={call.tool.input_schema} label={t.approvals.ran} />
      )}
      {result && shown && (
        <Part title={call.state === "answered" ? t.approvals.yourAnswer : t.approvals.result}>
          {shown.text !== null && <Plain text={shown.text} />}
          {shown.json !== null && <RawJson value={shown.json} label={t.approvals.rawJson} />}
        </Part>
      )}
      {call.error && (
        <Part title={t.approvals.error}>
          <Plain text={call.error.message} />
          <p className="text-xs text-soft">{t.chat.errorCode(call.error.code)}</p>
        </Part>
      )}
      {told && told !== result?.text && (
        <Part title={t.approvals.toldModel}>
          <Plain text={told} />
        </Part>
      )}
      <Part title={t.approvals.whoWhen}>
        <ul>
          {history(call, me).map((line) => (
            <li key={line} className="wrap-anywhere">
              {line}
            </li>
          ))}
        </ul>
      </Part>
      {call.trace.length > 0 && (
        <Part title={t.approvals.why}>
          <ul>
            {call.trace.map((step) => (
              <li key={`${step.rule}/${step.verdict}`} className="wrap-anywhere">
                {step.why} <span className="text-soft">({step.rule})</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  );
}
