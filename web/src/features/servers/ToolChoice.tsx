import { Link } from "wouter";
import { changeRule } from "@/lib/api/changeRule";
import { createRule } from "@/lib/api/createRule";
import { deleteRule } from "@/lib/api/deleteRule";
import { usePolicies } from "@/lib/api/getPolicies";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Rule } from "@/lib/policyProtocol";
import type { Me, Server } from "@/lib/protocol";
import { may } from "@/lib/roles";
import type { ServerTool } from "@/lib/serversProtocol";
import { pages } from "@/lib/urls";
import { bodyOf, type Choice, hasOtherRule, plainRule } from "./toolRule";
import { useServerChange } from "./useServerChange";

const words = admin.servers;

interface ToolChoiceProps {
  tool: ServerTool;
  server: Server;
  me: Me;
}

/**
 * Allow, ask or block one tool: a rule about it alone, everybody's where one may make those, else one's own.
 * Buttons, not radios: an arrow key alone must not decide what runs.
 */
export function ToolChoice({ tool, server, me }: ToolChoiceProps) {
  const rules = usePolicies().data?.rules;
  const manages = may(me, "policy.manage");
  const title = tool.title ?? tool.tool;
  const shared = manages && server.origin !== "personal";
  const target = { server: server.id, tool: tool.tool, user: shared ? null : me.user.id };
  const rule = rules ? plainRule(rules, target) : null;
  const nameOf = (choice: Choice) => (choice === "rules" ? words.asRules : words.choices[choice]);

  const choose = async (choice: Choice): Promise<Rule | void> => {
    if (choice === "rules") return rule ? deleteRule(rule.id) : undefined;
    if (rule) return changeRule(rule.id, { verdict: choice });
    const name = shared ? words.ruleName(tool.tool, server.name) : words.ruleNameOwn(tool.tool, server.name, me.user.name);
    return createRule(bodyOf(target, name, choice));
  };
  const { mutate, isPending, error, variables } = useServerChange(choose, (_, choice) => words.choiceSaved(title, nameOf(choice)));
  if (!rules) return null;
  const chosen: Choice = isPending ? variables : (rule?.verdict ?? "rules");
  const options: Choice[] = manages ? ["rules", "allow", "ask", "deny"] : ["rules", "ask", "deny"];
  const outdone = rule !== null && !isPending && tool.policy !== rule.verdict;
  return (
    <fieldset aria-label={words.choice(title)} className="min-w-0">
      <legend className="mb-1 text-xs font-medium text-soft">{shared ? words.choiceLegend : words.choiceOwn}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={option === chosen}
            aria-disabled={isPending}
            className="min-h-9 rounded-xl border border-edge/70 px-3 text-sm hover:bg-sunk aria-disabled:opacity-60 aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:font-medium pointer-coarse:min-h-11"
            onClick={() => {
              if (!isPending && option !== chosen) mutate(option);
            }}
          >
            {nameOf(option)}
          </button>
        ))}
      </div>
      {outdone && <p className="mt-1.5 text-sm text-warn">{words.stricter(admin.policy.verdicts[tool.policy])}</p>}
      {hasOtherRule(rules, target) && (
        <p className="mt-1.5 text-soft">
          {words.conditional}{" "}
          <Link href={pages.policies} className="text-accent underline underline-offset-2">
            {words.toPolicies}
          </Link>
        </p>
      )}
      {!manages && <p className="mt-1.5 text-xs text-soft">{words.ownNote}</p>}
      {error && (
        <p role="alert" className="mt-1.5 text-danger wrap-anywhere">
          {words.notSaved(sentence(error))}
        </p>
      )}
    </fieldset>
  );
}
