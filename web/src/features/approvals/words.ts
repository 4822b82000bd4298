import { t } from "@/lib/i18n";
import type { Call, Need, Person } from "@/lib/protocol";

export function toolTitle(call: Call): string {
  return call.tool.title ?? call.tool.annotations?.title ?? call.tool.name;
}

/** What the card of a call is called. */
export function cardName(call: Call): string {
  return call.kind === "tool" ? t.approvals.card(toolTitle(call)) : t.asked.cards[call.kind](call.tool.server_name);
}

/** What a list calls it. */
export function callTitle(call: Call): string {
  return call.kind === "tool" ? toolTitle(call) : t.asked.titles[call.kind](call.tool.server_name);
}

/** What is said when it begins to wait. */
export function neededWords(call: Call): string {
  if (!call.may.decide) return t.approvals.neededByOthers(toolTitle(call));
  const { server_name: server } = call.tool;
  return call.kind === "tool" ? t.approvals.needed(toolTitle(call), server) : t.asked.needed[call.kind](server);
}

export function who(person: Person, me: string | null): string {
  return person.id === me ? t.approvals.byYou : person.name;
}

/** Those of whom a need counts approvals. */
export function deciderNames(need: Need, me: string | null): string {
  const roles = need.roles.map((role) => (t.approvals.deciders as Record<string, string>)[role] ?? role);
  return [...roles, ...need.users.map((user) => who(user, me))].join(", ");
}

export function wasEdited(call: Call): boolean {
  return call.proposed_arguments !== null;
}

/** What was decided, in a word that begins a sentence. */
export function decidedWord(call: Call): string {
  return call.decision ? t.approvals.decidedAs[call.decision.kind] : t.approvals.decided;
}
