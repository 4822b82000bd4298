import { t } from "@/lib/i18n";
import type { Call, Person } from "@/lib/protocol";

export function toolTitle(call: Call): string {
  return call.tool.title ?? call.tool.annotations?.title ?? call.tool.name;
}

export function who(person: Person, me: string | null): string {
  return person.id === me ? t.approvals.byYou : person.name;
}

export function wasEdited(call: Call): boolean {
  return call.proposed_arguments !== null;
}

/** What was decided, in a word that begins a sentence. */
export function decidedWord(call: Call): string {
  return call.decision ? t.approvals.decidedAs[call.decision.kind] : t.approvals.decided;
}

/** How a call ended, for its one-line record. */
export function outcome(call: Call, me: string | null): string {
  const by = call.decision ? who(call.decision.by, me) : "";
  const parts: string[] = [];
  switch (call.state) {
    case "rejected":
      parts.push(call.decision ? t.approvals.rejectedBy(by, call.decision.reason ?? "") : t.approvals.denied);
      break;
    case "answered":
      parts.push(t.approvals.answeredBy(by));
      break;
    case "expired":
    case "cancelled":
    case "void":
      parts.push(t.approvals[call.state]);
      break;
    default:
      if (call.state !== "succeeded") parts.push(t.approvals[call.state]);
      if (call.decision) parts.push(t.approvals.approvedBy(by, wasEdited(call)));
      else if (call.verdict === "allow") parts.push(t.approvals.byRule);
      if (call.resolution) parts.push(t.approvals.confirmedBy(who(call.resolution.by, me)));
  }
  return parts.join(" · ");
}
