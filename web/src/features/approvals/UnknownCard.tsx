import { CircleHelp } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import type { Call, Json, Resolution } from "@/lib/protocol";
import { shortTime } from "@/lib/times";
import { RawJson } from "./Arguments";
import { Failure } from "./Failure";
import { isQuiet, settle } from "./guard";
import { visible } from "@/lib/text";
import type { Deciding } from "./useDecision";
import { toolTitle } from "./words";

function Evidence({ value, label }: { value: Json; label: string }) {
  if (value === null || value === "") return <>{t.approvals.nothingHeard}</>;
  return typeof value === "string" ? <span className="whitespace-pre-wrap wrap-anywhere">{visible(value)}</span> : <RawJson value={value} label={label} />;
}

/** A call that was sent and whose outcome nobody knows: the evidence, and a person's word on it. */
export function UnknownCard({ call, deciding }: { call: Call; deciding: Deciding }) {
  const [note, setNote] = useState("");
  const { busy, failure } = deciding;
  const { evidence } = call;
  const title = toolTitle(call);
  useEffect(settle, [call.id]);
  const resolve = (resolution: Resolution) => {
    if (!busy && !isQuiet()) deciding.resolve(resolution, note.trim());
  };
  return (
    <article aria-label={t.approvals.card(title)} aria-busy={busy} className="flex flex-col gap-3.5 rounded-2xl border border-warn/55 bg-raised p-4 shadow-card">
      <header>
        <h3 className="flex items-center gap-2 text-[1.0625rem] font-semibold">
          <CircleHelp size={18} aria-hidden="true" className="shrink-0 text-warn" />
          {t.approvals.unknownTitle(title)}
        </h3>
        <p className="text-sm text-soft wrap-anywhere">
          {call.tool.server_name} · <code className="font-mono text-[0.8125rem]">{call.tool.name}</code>
        </p>
      </header>
      <p className="text-sm">{t.approvals.unknownText}</p>
      <dl className="grid grid-cols-[minmax(0,9rem)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm max-sm:grid-cols-1">
        <dt className="text-soft">{t.approvals.sentAt}</dt>
        <dd>{evidence?.sent_at ? shortTime(evidence.sent_at) : t.approvals.nothingHeard}</dd>
        <dt className="text-soft">{t.approvals.sent}</dt>
        <dd className="min-w-0">
          <Evidence value={evidence?.sent ?? call.arguments} label={t.approvals.sent} />
        </dd>
        <dt className="text-soft">{t.approvals.lastHeard}</dt>
        <dd className="min-w-0">
          <Evidence value={evidence?.last_heard ?? null} label={t.approvals.lastHeard} />
        </dd>
      </dl>
      {evidence?.why && <p className="text-sm text-soft wrap-anywhere">{evidence.why}</p>}
      {failure && <Failure refusal={failure} call={call} kept={false} />}
      {busy ? (
        <p role="status" className="flex min-h-9 items-center gap-2.5 text-sm text-soft">
          <Spinner />
          {t.approvals.deciding}
        </p>
      ) : (
        <>
          <label className="flex flex-col gap-1 text-sm">
            <span className="font-medium">{t.approvals.note}</span>
            <input className="field" maxLength={1000} value={note} autoComplete="off" onChange={(event) => setNote(event.target.value)} />
          </label>
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => resolve("confirmed_done")}>{t.approvals.itHappened}</Button>
            <Button onClick={() => resolve("confirmed_not_done")}>{t.approvals.itDidNot}</Button>
          </div>
        </>
      )}
    </article>
  );
}
