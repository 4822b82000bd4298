import type { ReactNode } from "react";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { Deadline } from "./Deadline";
import { RiskMark } from "./RiskMark";
import { toolTitle } from "./words";

export function CardHead({ call, title, deadline }: { call: Call; title: string; deadline: boolean }): ReactNode {
  return (
    <header className="flex flex-col gap-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <h3 className="text-[1.0625rem] font-semibold wrap-anywhere">{title}</h3>
        {deadline && call.expires_at && <Deadline at={call.expires_at} />}
      </div>
      <p className="text-sm text-soft wrap-anywhere">
        {call.tool.server_name} · <code className="font-mono text-[0.8125rem]">{call.tool.name}</code>
      </p>
      {call.tool.description && call.tool.description !== toolTitle(call) && (
        <p className="line-clamp-3 text-sm whitespace-pre-line text-soft">{call.tool.description}</p>
      )}
      <RiskMark annotations={call.tool.annotations} />
      <span className="sr-only">{call.state === "proposed" ? t.approvals.focusKeys : ""}</span>
    </header>
  );
}
