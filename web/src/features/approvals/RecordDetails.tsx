import type { ReactNode } from "react";
import { Link } from "wouter";
import { t } from "@/lib/i18n";
import { sampling } from "@/lib/i18n/en/sampling";
import type { Call } from "@/lib/protocol";
import { shortTime, tookTime } from "@/lib/times";
import { pages } from "@/lib/urls";
import { Arguments, RawJson } from "./Arguments";
import { Blocks } from "./Blocks";
import { Diff } from "./Diff";
import { shownResult } from "./result";
import { writtenText } from "./sampling";
import { SamplingRequest } from "./SamplingRequest";
import { visible } from "@/lib/text";
import { Why } from "./Why";
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
  const earlier = call.approvals.filter(({ by }) => by.id !== call.decision?.by.id);
  for (const { by, at } of earlier) lines.push(t.approvals.decidedAt(t.approvals.decidedAs.approve, who(by, me), shortTime(at)));
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

function resultTitle(call: Call): string {
  if (call.asked) return t.asked.answer;
  return call.state === "answered" ? t.approvals.yourAnswer : t.approvals.result;
}

function whyOf(call: Call): string {
  if (call.verdict === "deny") return t.approvals.whyDenied;
  return call.verdict === "allow" ? t.approvals.whyRan : t.approvals.whyAsked;
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
      {call.kind === "sampling" ? (
        <Part title={sampling.asked}>
          <SamplingRequest value={call.arguments} />
        </Part>
      ) : call.asked ? (
        <Part title={t.asked.message}>
          <Plain text={[call.asked.message, call.asked.url ?? "", writtenText(call)].filter(Boolean).join("\n")} />
        </Part>
      ) : (
        <Part title={t.approvals.arguments}>
          <Arguments value={call.arguments} schema={call.tool.input_schema} />
        </Part>
      )}
      {call.proposed_arguments && (
        <Diff before={call.proposed_arguments} after={call.arguments} schema={call.tool.input_schema} label={t.approvals.ran} />
      )}
      {result && shown && (
        <Part title={resultTitle(call)}>
          {shown.text !== null && <Plain text={shown.text} />}
          {shown.json !== null && <RawJson value={shown.json} label={t.approvals.rawJson} />}
          {result.blocks && result.blocks.length > 0 && <Blocks blocks={result.blocks} />}
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
      {call.grant && (
        <p>
          {t.approvals.grantFrom(who(call.grant.by, me))}{" "}
          <Link href={pages.permissions} className="font-medium text-accent underline underline-offset-2">
            {t.approvals.permissions}
          </Link>
        </p>
      )}
      <Why trace={call.trace} question={whyOf(call)} />
    </div>
  );
}
