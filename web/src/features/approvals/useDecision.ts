import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "@/lib/announce";
import { Refusal } from "@/lib/api/http";
import { receiveCall } from "@/lib/conversation/store";
import { focusAfter } from "@/lib/focus";
import { t } from "@/lib/i18n";
import type { Call, Decision, Resolution } from "@/lib/protocol";
import { putCall } from "./cache";
import { decide } from "./decide";
import { extendCall } from "./extendCall";
import { getApproval } from "./getApproval";
import { settle } from "./guard";
import { forgetProgress } from "./progress";
import { resolveCall } from "./resolveCall";
import { toolTitle } from "./words";

const SAID = { approve: t.approvals.saidApproved, reject: t.approvals.saidRejected, respond: t.approvals.saidAnswered };
const MOVED_ON = new Set(["already_decided", "expired", "stale", "not_found", "not_unknown", "not_approver", "not_extendable"]);

export interface Deciding {
  busy: boolean;
  failure: Refusal | null;
  decide: (decision: Decision) => void;
  extend: () => void;
  resolve: (resolution: Resolution, note: string) => void;
}

function said(call: Call, decision: Decision): string {
  if (call.kind === "tool") return SAID[decision.decision](toolTitle(call));
  return (decision.decision === "reject" ? t.asked.saidDeclined : t.asked.saidAnswered)(call.tool.server_name);
}

/** Sends what a person decided. Nothing is shown as decided before the server says so. */
export function useDecision(call: Call, onSettled?: (call: Call) => void): Deciding {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Refusal | null>(null);

  const receive = (news: Call) => {
    receiveCall(news);
    putCall(client, news);
  };

  const send = (request: Promise<Call>, done: (call: Call) => void) => {
    setBusy(true);
    setFailure(null);
    request
      .then(
        (news) => {
          settle();
          receive(news);
          done(news);
        },
        async (error: unknown) => {
          const refusal = error instanceof Refusal ? error : new Refusal({ code: "internal", detail: String(error) });
          if (MOVED_ON.has(refusal.code)) await getApproval(call.id).then(receive, () => undefined);
          settle();
          setFailure(refusal);
        },
      )
      .finally(() => setBusy(false));
  };

  const settled = (news: Call) => {
    if (news.state === "proposed") return;
    focusAfter(call.id);
    onSettled?.(news);
  };
  return {
    busy,
    failure,
    decide: (decision) =>
      send(decide(call.id, decision), (news) => {
        forgetProgress(call.id);
        announce(said(call, decision));
        settled(news);
      }),
    extend: () => send(extendCall(call.id), () => announce(t.approvals.saidExtended(toolTitle(call)))),
    resolve: (resolution, note) => send(resolveCall(call.id, resolution, note), settled),
  };
}
