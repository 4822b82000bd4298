import { t } from "@/lib/i18n";
import type { Annotations, Call, Risk } from "@/lib/protocol";

function claimOf(annotations: Annotations | null): keyof typeof t.approvals.claims | null {
  if (annotations?.readOnlyHint === true) return "reads";
  if (annotations?.destructiveHint === true) return "destroys";
  return annotations?.destructiveHint === false ? "changes" : null;
}

export interface Shown {
  level: Risk | "unclassed";
  words: string;
  /** The server's own words, which bind nobody. */
  claims: string[];
}

/** What a call can do at worst: an admin's word. Without one it is taken at its worst, whatever the server says. */
export function riskOf(call: Call): Shown {
  const { annotations } = call.tool;
  const claim = claimOf(annotations);
  const claims = claim ? [t.approvals.claims[claim]] : [];
  if (annotations?.openWorldHint === true) claims.push(t.approvals.claimsOutside);
  const level = call.risk ?? "unclassed";
  return { level, words: t.approvals[level], claims };
}

/** Whether a single key is too little to let it run. */
export function wantsCare(call: Call): boolean {
  return call.risk === "destroys" || (call.risk === null && claimOf(call.tool.annotations) === "destroys");
}
