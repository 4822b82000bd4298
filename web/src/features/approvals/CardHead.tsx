import type { ReactNode } from "react";
import { useMe } from "@/lib/api/getMe";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { Deadline } from "./Deadline";
import { RiskMark } from "./RiskMark";
import { toolTitle } from "./words";

/** Whose call it is, where that is not plain. */
function Requester({ call }: { call: Call }) {
  const me = useMe().data?.user.id ?? null;
  const parts = [call.requester.id === me ? "" : t.approvals.requestedBy(call.requester.name), call.unattended ? t.approvals.unattended : ""];
  const words = parts.filter(Boolean).join(" · ");
  return words ? <p className="text-sm font-medium wrap-anywhere">{words}</p> : null;
}

export function CardHead({ call, title, onExtend }: { call: Call; title: string; onExtend: () => void }): ReactNode {
  return (
    <header className="flex flex-col gap-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <h3 className="text-[1.0625rem] font-semibold wrap-anywhere">{title}</h3>
        <Deadline call={call} onExtend={onExtend} />
      </div>
      <p className="text-sm text-soft wrap-anywhere">
        {call.tool.server_name} · <code className="font-mono text-[0.8125rem]">{call.tool.name}</code>
      </p>
      <Requester call={call} />
      {call.tool.description && call.tool.description !== toolTitle(call) && (
        <p className="line-clamp-3 text-sm whitespace-pre-line text-soft">{call.tool.description}</p>
      )}
      <RiskMark call={call} />
      {call.may.decide && <span className="sr-only">{t.approvals.focusKeys}</span>}
    </header>
  );
}
