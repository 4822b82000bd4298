import type { Rule, RuleBody, Verdict } from "@/lib/policyProtocol";

export type Choice = Verdict | "rules";

interface Target {
  server: string;
  tool: string;
  /** Whose rule it is: everybody's, or this person's own. */
  user: string | null;
}

/** Rules that stand for this tool and these people, and for nothing else. */
function standing(rules: Rule[], { server, tool, user }: Target): Rule[] {
  return rules.filter(
    (rule) => rule.layer === (user ? "user" : "tool") && rule.server === server && rule.tool === tool && (rule.user?.id ?? null) === user && rule.enabled && rule.may_change,
  );
}

const isPlain = (rule: Rule) => !rule.condition && !rule.approvers && !rule.expiry;

/** The rule that a choice at the tool made, or that says no more than such a choice can. */
export function plainRule(rules: Rule[], target: Target): Rule | null {
  return standing(rules, target).find(isPlain) ?? null;
}

export function hasOtherRule(rules: Rule[], target: Target): boolean {
  return standing(rules, target).some((rule) => !isPlain(rule));
}

export function bodyOf(target: Target, name: string, verdict: Verdict): RuleBody {
  const { server, tool, user } = target;
  const nothingMore = { thread_id: null, condition: null, approvers: null, expiry: null, grants: true, critical: false, note: "", enabled: true };
  return { ...nothingMore, layer: user ? "user" : "tool", name: name.slice(0, 80), server, tool, user_id: user, verdict };
}
