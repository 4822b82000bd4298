import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { wasEdited, who } from "./words";

/** How a question of a server ended. */
function answer(call: Call, me: string | null): string {
  const by = call.decision ? who(call.decision.by, me) : "";
  switch (call.state) {
    case "answered":
      if (call.kind === "login") return t.asked.wasSignedIn(by);
      if (call.kind === "sampling_answer") return t.asked.wasSent(by);
      return call.asked?.mode === "url" ? t.asked.wasVisited(by) : t.asked.wasAnswered(by);
    case "rejected":
      return t.asked.wasDeclined(by);
    case "expired":
      return t.asked.expired;
    default:
      return t.asked.cancelled;
  }
}

/** By whose permission, or by which rule, a call ran without asking. */
function unasked(call: Call, me: string | null): string {
  const { grant } = call;
  if (grant) return (call.requester.id === me ? t.approvals.byGrant : t.approvals.byTheirGrant)[grant.scope];
  return t.approvals.byRule(call.trace.find((step) => step.decided && step.rule_id)?.rule ?? "");
}

/** Everybody who approved it; who decided last need not be among the approvals that were told. */
function approvers(call: Call, me: string | null): string[] {
  const people = [...call.approvals.map(({ by }) => by), ...(call.decision ? [call.decision.by] : [])];
  return [...new Set(people.map((person) => who(person, me)))];
}

/** Why a call became void, where that is known. */
function voidReason(call: Call): string | null {
  return call.error?.message ?? call.decision?.reason ?? null;
}

/** How a call ended, for its one-line record. */
export function outcome(call: Call, me: string | null): string {
  if (call.kind !== "tool" && call.kind !== "sampling") return answer(call, me);
  const by = call.decision ? who(call.decision.by, me) : "";
  const reason = call.decision?.reason ?? "";
  switch (call.state) {
    case "rejected":
      return call.decision ? t.approvals.rejectedBy(by, reason) : t.approvals.denied;
    case "answered":
      return t.approvals.answeredBy(by);
    case "expired":
      return call.expiry.then === "cancel" ? `${t.approvals.expired} · ${t.approvals.thenCancelled}` : t.approvals.expired;
    case "cancelled":
      return t.approvals.cancelled;
    case "void":
      return [t.approvals.void, voidReason(call)].filter(Boolean).join(": ");
    default: {
      const parts = call.state === "succeeded" ? [] : [t.approvals[call.state === "input_required" ? "inputRequired" : call.state]];
      if (call.decision) parts.push(t.approvals.approvedBy(approvers(call, me).join(", "), wasEdited(call)));
      else if (call.verdict === "allow") parts.push(unasked(call, me));
      if (call.resolution) parts.push(t.approvals.confirmedBy(who(call.resolution.by, me)));
      return parts.join(" · ");
    }
  }
}
