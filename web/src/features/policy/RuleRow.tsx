import { Pencil, Trash2 } from "lucide-react";
import { Link } from "wouter";
import { IconButton } from "@/components/ui/Button";
import { Switch } from "@/components/ui/Switch";
import { admin } from "@/lib/i18n/admin";
import type { Rule } from "@/lib/policyProtocol";
import { changeRule } from "@/lib/api/changeRule";
import { useRuleChange } from "./useRuleChange";
import { VerdictMark } from "@/components/ui/VerdictMark";
import { aboutWords, type Known, termWords } from "./words";

const words = admin.policy;

interface RuleRowProps {
  rule: Rule;
  known: Known;
  editHref: string;
  onDelete: (rule: Rule) => void;
}

export function RuleRow({ rule, known, editHref, onDelete }: RuleRowProps) {
  const { mutate, isPending } = useRuleChange(
    (enabled: boolean) => changeRule(rule.id, { enabled }),
    (enabled) => (enabled ? words.turnedOn : words.turnedOff)(rule.name),
  );
  const terms = termWords(rule, known.members);
  return (
    <li aria-label={rule.name} className="flex gap-x-3 gap-y-1 rounded-2xl border border-line bg-raised py-2.5 ps-4 pe-2 max-sm:flex-col">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <VerdictMark verdict={rule.verdict} />
          <span className={`font-medium wrap-anywhere ${rule.enabled ? "" : "text-soft"}`}>{rule.name}</span>
          {!rule.enabled && <span className="rounded-full bg-sunk px-2 text-xs text-soft">{words.off}</span>}
        </p>
        <p className="mt-1 text-sm wrap-anywhere">{aboutWords(rule, known)}</p>
        {rule.condition && (
          <p className="mt-0.5 text-sm">
            <span className="text-soft">{words.when}</span>{" "}
            <code className="rounded-md bg-sunk px-1.5 py-0.5 font-mono text-[0.8125rem] wrap-anywhere whitespace-pre-wrap">{rule.condition}</code>
          </p>
        )}
        {terms.length > 0 && <p className="mt-0.5 text-sm text-soft wrap-anywhere">{terms.join(" · ")}</p>}
        {rule.note && <p className="mt-0.5 text-sm text-soft wrap-anywhere">{rule.note}</p>}
        <p className="mt-0.5 text-xs text-soft">
          {rule.layer === "platform" ? words.byOperator : rule.changed_by ? words.changedBy(rule.changed_by.name) : null}
        </p>
      </div>
      {rule.may_change && (
        <div className="flex shrink-0 items-start gap-1 max-sm:-ms-2">
          <Switch label={words.turn(rule.name)} on={rule.enabled} busy={isPending} onChange={mutate} />
          <Link
            href={editHref}
            aria-label={words.editRule(rule.name)}
            title={words.editRule(rule.name)}
            className="inline-flex size-11 items-center justify-center rounded-xl text-soft hover:bg-sunk hover:text-ink"
          >
            <Pencil size={17} aria-hidden="true" />
          </Link>
          <IconButton label={words.removeRule(rule.name)} className="size-11!" onClick={() => onDelete(rule)}>
            <Trash2 size={17} aria-hidden="true" />
          </IconButton>
        </div>
      )}
    </li>
  );
}
