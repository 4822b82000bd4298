import { Plus, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { admin } from "@/lib/i18n/admin";
import type { Layer, Rule } from "@/lib/policyProtocol";
import { DeleteRule } from "./DeleteRule";
import { RuleRow } from "./RuleRow";
import { type Known, layerName } from "./words";

const LAYERS: Layer[] = ["platform", "tenant", "server", "tool", "user", "thread"];
const words = admin.policy;

interface RuleListProps {
  rules: Rule[];
  known: Known;
  manages: boolean;
  hrefOf: (rule: string) => string;
}

/** The rules by layer, highest first. */
export function RuleList({ rules, known, manages, hrefOf }: RuleListProps) {
  const [doomed, setDoomed] = useState<Rule | null>(null);
  const layers = LAYERS.map((layer) => [layer, rules.filter((rule) => rule.layer === layer)] as const).filter(([, of]) => of.length > 0);
  return (
    <>
      <div className="flex items-start gap-4 max-sm:flex-col">
        <p className="flex-1 text-sm text-soft">
          {words.whoWins} {!manages && words.readOnly}
        </p>
        <Link href={hrefOf("new")} className="inline-flex min-h-10 shrink-0 items-center gap-1.5 rounded-xl bg-accent px-3.5 text-sm font-medium text-accent-ink hover:opacity-90 pointer-coarse:min-h-11">
          <Plus size={16} aria-hidden="true" />
          {words.newRule}
        </Link>
      </div>
      {layers.length === 0 && (
        <div className="flex flex-col items-center gap-2 py-14 text-center">
          <ShieldCheck size={32} aria-hidden="true" className="text-ok" />
          <h2 className="font-medium">{words.none}</h2>
          <p className="max-w-sm text-sm text-soft">{words.noneHint}</p>
        </div>
      )}
      {layers.map(([layer, of]) => (
        <section key={layer} aria-labelledby={`layer-${layer}`} className="mt-6">
          <h2 id={`layer-${layer}`} className="mb-2 text-sm font-medium text-soft">
            {layerName(layer)}
          </h2>
          <ul aria-labelledby={`layer-${layer}`} className="flex flex-col gap-2">
            {of.map((rule) => (
              <RuleRow key={rule.id} rule={rule} known={known} editHref={hrefOf(rule.id)} onDelete={setDoomed} />
            ))}
          </ul>
        </section>
      ))}
      <DeleteRule rule={doomed} onClose={() => setDoomed(null)} />
    </>
  );
}
