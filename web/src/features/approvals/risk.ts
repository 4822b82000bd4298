import { t } from "@/lib/i18n";
import type { Annotations } from "@/lib/protocol";

export interface Risk {
  level: "reads" | "changes" | "destroys";
  words: string;
  declared: boolean;
  openWorld: boolean;
}

/** What a tool may do, from what its server says of it; what is not said is taken at its worst. */
export function riskOf(annotations: Annotations | null): Risk {
  const hints = annotations ?? {};
  const openWorld = hints.openWorldHint === true;
  if (hints.readOnlyHint === true) return { level: "reads", words: t.approvals.reads, declared: true, openWorld };
  if (hints.destructiveHint === false) return { level: "changes", words: t.approvals.changes, declared: true, openWorld };
  if (hints.destructiveHint === true) return { level: "destroys", words: t.approvals.destroys, declared: true, openWorld };
  return { level: "destroys", words: t.approvals.undeclared, declared: false, openWorld };
}
