import { clsx } from "clsx";
import { CircleHelp } from "lucide-react";
import { t } from "@/lib/i18n";
import type { TraceStep } from "@/lib/protocol";
import { visible } from "@/lib/text";

/** A grant has no name of its own, only its reach. */
function nameOf({ layer, rule }: TraceStep): string {
  return layer === "grant" ? ((t.approvals.reaches as Record<string, string>)[rule] ?? rule) : rule;
}

function Step({ step }: { step: TraceStep }) {
  const layer = (t.approvals.layers as Record<string, string>)[step.layer] ?? step.layer;
  const effect = step.matched ? t.approvals.verdicts[step.verdict] : t.approvals.notMatched;
  return (
    <li className={clsx("border-s-2 ps-2.5 wrap-anywhere", step.decided ? "border-accent" : "border-line", !step.matched && "text-soft")}>
      <span className={clsx(step.decided && "font-medium")}>{visible(nameOf(step))}</span> <span className="text-soft">({layer})</span>: {effect}
      {step.decided && (
        <span className="ms-1.5 rounded-full bg-accent-wash px-2 py-px text-xs font-medium text-accent">{t.approvals.decidedIt}</span>
      )}
      {step.why && <span className="block text-soft">{visible(step.why)}</span>}
    </li>
  );
}

/** Opens to the rules that were looked at, in order, with the one that decided marked. */
export function Why({ trace, question }: { trace: TraceStep[]; question: string }) {
  if (trace.length === 0) return null;
  return (
    <details className="text-sm open:basis-full">
      <summary className="-ms-1.5 inline-flex min-h-7 list-none items-center gap-1.5 rounded-lg px-1.5 text-xs text-soft hover:bg-sunk hover:text-ink pointer-coarse:min-h-11">
        <CircleHelp size={13} aria-hidden="true" />
        {question}
      </summary>
      <ol aria-label={t.approvals.whyList} className="mt-1.5 flex flex-col gap-1.5">
        {trace.map((step) => (
          <Step key={`${step.layer}/${step.rule_id ?? step.rule}`} step={step} />
        ))}
      </ol>
    </details>
  );
}
