import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "@/lib/announce";
import { Refusal } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { receiveCall } from "@/lib/conversation/store";
import { focusAfter } from "@/lib/focus";
import { t } from "@/lib/i18n";
import type { Call, Decision, Resolution } from "@/lib/protocol";
import { decide } from "./decide";
import { getApproval } from "./getApproval";
import { settle } from "./guard";
import { forgetProgress } from "./progress";
import { resolveCall } from "./resolveCall";
import { toolTitle } from "./words";

const SAID = { approve: t.approvals.saidApproved, reject: t.approvals.saidRejected, respond: t.approvals.saidAnswered };
const MOVED_ON = new Set(["already_decided", "expired", "stale", "not_found", "not_unknown"]);

export interface Deciding {
  busy: boolean;
  failure: Refusal | null;
  decide: (decision: Decision) => void;
  resolve: (resolution: Resolution, note: string) => void;
}

/** Sends what a person decided. Nothing is shown as decided before the server says so. */
export function useDecision(call: Call, onSettled?: (call: Call) => void): Deciding {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Refusal | null>(null);

  const receive = (news: Call) => {
    receiveCall(news);
    client.setQueryData<Call[]>(keys.approvals, (calls) => calls?.map((known) => (known.id === news.id ? { ...known, ...news } : known)));
    if (news.state !== "proposed") onSettled?.(news);
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

  return {
    busy,
    failure,
    decide: (decision) =>
      send(decide(call.id, decision), () => {
        forgetProgress(call.id);
        announce(SAID[decision.decision](toolTitle(call)));
        focusAfter(call.id);
      }),
    resolve: (resolution, note) => send(resolveCall(call.id, resolution, note), () => focusAfter(call.id)),
  };
}
